/** Pages, server and browser of a bench, and the one measurement everything is made of: a run's time on the main thread. */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { build } from 'vite';

const here = fileURLToPath(new URL('.', import.meta.url));

/** Builds the pages, starts the server in a process of its own, and a browser. `close` ends all three. */
export async function openStage(chromiumPath) {
  const folder = mkdtempSync(join(tmpdir(), 'gloss-bench-'));
  await build({
    configFile: false,
    root: here,
    logLevel: 'error',
    build: {
      outDir: folder,
      emptyOutDir: true,
      modulePreload: false,
      target: 'esnext',
      chunkSizeWarningLimit: 20_000,
      rollupOptions: { input: join(here, 'page.html') },
    },
  });
  const server = fork(join(here, 'server.mjs'), [folder]);
  const port = await new Promise((resolve) => server.once('message', resolve));
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    headless: true,
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-background-networking', '--disable-gpu'],
  });
  return {
    version: browser.version(),
    browser,
    address: `http://127.0.0.1:${port}`,
    async close() {
      await browser.close();
      if (server.connected) server.disconnect();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Shows one body with one renderer in a fresh page.
 * @param {{ renderer: string, size: number, kind?: 'answer' | 'fence', throttle?: number, perFrame?: number }} run
 * @returns milliseconds of thread time, all tasks and by kind, and what the page noticed
 */
export async function measure(stage, { renderer, size, kind = 'answer', throttle = 1, perFrame = 8 }) {
  const page = await stage.browser.newPage({ viewport: { width: 380, height: 700 } });
  try {
    page.on('pageerror', (error) => console.error(`${renderer}: ${error.message}`));
    await page.goto(`${stage.address}/page.html?renderer=${renderer}&size=${size}&kind=${kind}`);
    await page.waitForFunction(() => 'benchRun' in window);
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
    if (throttle > 1) await devtools.send('Emulation.setCPUThrottlingRate', { rate: throttle });
    const metrics = async () => {
      const { metrics: list } = await devtools.send('Performance.getMetrics');
      return Object.fromEntries(list.map(({ name, value }) => [name, value * 1000]));
    };
    const before = await metrics();
    const noticed = await page.evaluate((tokens) => window.benchRun(tokens), perFrame);
    const after = await metrics();
    const spent = (name) => after[name] - before[name];
    return {
      ...noticed,
      cpu: spent('TaskDuration'),
      script: spent('ScriptDuration'),
      style: spent('RecalcStyleDuration'),
      layout: spent('LayoutDuration'),
    };
  } finally {
    await page.close();
  }
}
