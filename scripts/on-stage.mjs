/** The built extension in a browser, set up on the stand-in, for whoever takes pictures of it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { debuggingPort, ensureChromium, spawnChromium } from './browsers.mjs';
import { buildExtension } from './build.mjs';
import {
  addProvider,
  addressOf,
  allowSite,
  connectTo,
  extensionId,
  storedConnections,
  until,
  untilListening,
} from './drive.mjs';
import { root } from './node.mjs';
import { startStandIn } from './stand-in.mjs';

/**
 * Builds and starts everything, lets `act` take its pictures, and ends everything.
 * @param {{ answer: string, model: string, afterWord?: (said: string) => Promise<void>, hosts?: string, scale?: number }} play
 *   what is answered, under which model's name; `hosts` as in Chromium's `--host-resolver-rules`
 * @param {(stage: { id: string, connect: () => Promise<import('playwright').Browser> }) => Promise<void>} act
 */
export async function onStage({ answer, model, afterWord, hosts, scale = 2 }, act) {
  const { code, output } = await buildExtension('chrome');
  if (code !== 0) throw new Error(output);
  const extension = join(root, '.output', 'chrome-mv3');
  const profile = mkdtempSync(join(tmpdir(), 'gloss-picture-'));
  const standIn = await startStandIn(0, () => answer, afterWord);
  const browserProcess = spawnChromium({
    chromium: await ensureChromium(),
    profile,
    extension,
    headless: true,
    args: [
      '--disable-gpu',
      '--window-size=1280,860',
      `--force-device-scale-factor=${scale}`,
      '--hide-scrollbars',
      ...(hosts ? [`--host-resolver-rules=${hosts}`] : []),
    ],
  });
  try {
    const port = await debuggingPort(profile);
    const connect = () => connectTo(port);
    const browser = await connect();
    const [context] = browser.contexts();
    const id = extensionId(extension);
    await untilListening(context, id);
    await allowSite(context, id, 'http://127.0.0.1/*');
    const options = await context.newPage();
    await options.goto(addressOf(id, 'options.html'));
    await addProvider(options, { baseUrl: standIn.baseUrl, model, name: 'On this computer' });
    await until('the connection', async () => (await storedConnections(options)).length > 0);
    await options.close();
    await act({ id, connect });
    await browser.close();
  } finally {
    process.kill(-browserProcess.pid, 'SIGKILL');
    standIn.close();
    await new Promise((resolve) => browserProcess.once('exit', resolve));
    rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}
