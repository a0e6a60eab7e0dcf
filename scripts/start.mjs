/**
 * `npm start`: Gloss in a browser, beside a page to ask about, from a machine with nothing but npm and Node 20. With a display
 * it opens a window to use; without one (or with `--headless`) it adds the page, asks a question about it, prints question and
 * answer, and leaves a picture. Nothing needs to be set up: Passages answers, from the page. With `--stand-in` a small server
 * on this machine takes the place of a provider, to see an answer stream. The profile is its own and is kept, so what you set
 * up is there the next time.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { debuggingPort, ensureChromium, hasDisplay, isRoot, spawnChromium } from './browsers.mjs';
import { serveArticle } from './article/serve.mjs';
import { buildExtension } from './build.mjs';
import {
  addProvider,
  addressOf,
  allowSite,
  answers,
  answerToEnd,
  ask,
  connectTo,
  extensionId,
  openSidePanel,
  storedConnections,
  until,
  untilListening,
} from './drive.mjs';
import { root, withGoodNode } from './node.mjs';
import { ensurePackages } from './packages.mjs';
import { standInModel, startStandIn } from './stand-in.mjs';

await withGoodNode(import.meta.url);

const headless = process.argv.includes('--headless') || !hasDisplay();
const withStandIn = process.argv.includes('--stand-in');
const profile = join(root, '.cache', headless ? 'profile-headless' : 'profile');
const picture = join(root, '.cache', 'panel.png');
const extension = join(root, '.output', 'chrome-mv3');
const question = 'What is a gloss, and why does it stand in the margin?';
const endings = [];

async function build() {
  console.log('Building Gloss.');
  const { code, output } = await buildExtension('chrome');
  if (code !== 0) throw new Error(`the build failed:\n${output}`);
}

/** Starts the browser and takes hold of it. */
async function openBrowser() {
  // Without a display every run begins at the beginning; with one, what the user set up stays.
  if (headless) rmSync(profile, { recursive: true, force: true });
  mkdirSync(profile, { recursive: true });
  const args = [
    '--window-size=1280,860',
    '--hide-crash-restore-bubble',
    '--host-resolver-rules=MAP localhost 127.0.0.1',
  ];
  const started = spawnChromium({
    chromium: await ensureChromium(),
    profile,
    extension,
    headless,
    args: headless ? [...args, '--disable-gpu'] : args,
  });
  const closed = new Promise((resolve) => started.once('exit', resolve).once('error', resolve));
  endings.push(() => {
    try {
      if (process.platform === 'win32') started.kill();
      else process.kill(-started.pid, 'SIGTERM');
    } catch {
      // The user has closed it.
    }
    return closed;
  });
  const port = await debuggingPort(profile);
  return { connect: () => connectTo(port), closed };
}

/** With `--stand-in`, the first time: Gloss is told about the stand-in, through its own options page. */
async function setUpStandIn(context, id) {
  const { baseUrl } = await startStandIn().then((standIn) => {
    endings.push(standIn.close);
    return standIn;
  });
  const options = await context.newPage();
  await options.goto(addressOf(id, 'options.html'));
  const known = await storedConnections(options);
  if (known.length === 0 || known.some((one) => one.name === 'Stand-in' && one.baseUrl !== baseUrl)) {
    await allowSite(context, id, 'http://127.0.0.1/*');
    await options.bringToFront();
    await addProvider(options, { baseUrl, model: standInModel, name: 'Stand-in' });
    await until('the stand-in to be saved', async () =>
      (await storedConnections(options)).some((one) => one.baseUrl === baseUrl),
    );
  }
  await options.close();
}

/** Asks, and prints the answer as it comes. */
async function demonstrate(panel) {
  if (!withStandIn) {
    await panel.getByRole('button', { name: 'Add this page' }).click();
    await panel.getByRole('group', { name: 'Page', exact: true }).waitFor();
  }
  console.log(`\nQuestion: ${question}\n\nAnswer:`);
  await ask(panel, question);
  const answer = answers(panel).last();
  await answer.waitFor();
  let ended = false;
  const end = answerToEnd(panel, 60_000).then(() => (ended = true));
  let printed = '';
  for (let last = false; !last;) {
    last = ended;
    const text = await answer.innerText();
    // The buttons below an answer come when it is over; until then its text only grows.
    process.stdout.write(text.startsWith(printed) ? text.slice(printed.length) : '');
    printed = text;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await end;
  await panel.screenshot({ path: picture });
  console.log(`\n\nPicture: ${picture}`);
}

async function main() {
  await ensurePackages();
  await build();
  const { url: article, close } = await serveArticle();
  endings.push(close);
  const id = extensionId(extension);
  const { connect, closed } = await openBrowser();
  const browser = await connect();
  const [context] = browser.contexts();
  await untilListening(context, id);
  if (withStandIn) await setUpStandIn(context, id);
  // Opened only now: a connection made while a page loads may hang.
  const page = await until('a window', () => context.pages()[0]);
  await page.goto(article);
  const panel = await openSidePanel(browser, id, page, connect);
  if (headless) {
    await demonstrate(panel);
    return;
  }
  // From here on the browser is the user's; a debugger would keep the worker from sleeping.
  await Promise.all([browser.close(), panel.context().browser()?.close()]);
  console.log(`\nGloss is open beside ${article}
${withStandIn ? 'A stand-in on your own computer answers' : 'Until you add a provider, Passages answers from the page you add'}; it is not an AI.
Profile: ${profile} (delete it to begin again). Close the browser, or press Ctrl+C, to end.`);
  if (isRoot) console.log('You are root, so the browser runs without its sandbox. Visit nothing you do not trust.');
  await closed;
}

async function end(code) {
  for (const close of endings.splice(0).reverse()) await close();
  process.exit(code);
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void end(130));
try {
  await main();
  await end(0);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  await end(1);
}
