/** The built extension in a Chromium of its own, its limits beside it, a server in another process, and how time is read. */
import { fork } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { debuggingPort, ensureChromium, spawnChromium } from '../../../scripts/browsers.mjs';
import { buildExtension } from '../../../scripts/build.mjs';
import {
  addProvider,
  addressOf,
  allowSite,
  extensionId,
  storedConnections,
  targetsOf,
  until,
} from '../../../scripts/drive.mjs';

const limits = fileURLToPath(new URL('limit/', import.meta.url));

/** Takes a build, or makes one, starts everything, and sets up the bench's server as the provider. */
export async function openProduct(given = process.env.GLOSS_BUILD) {
  const folder = mkdtempSync(join(tmpdir(), 'gloss-bench-'));
  const build = given ?? join(folder, 'build');
  if (!given) {
    const { code, output } = await buildExtension('chrome', build);
    if (code !== 0) throw new Error(`the build failed:\n${output}`);
  }
  const built = join(build, 'chrome-mv3');
  // The limits run in the same extension, under the same policy and permissions.
  const extension = join(folder, 'gloss');
  cpSync(built, extension, { recursive: true });
  for (const file of ['limit.html', 'limit.css', 'limit.js']) cpSync(join(limits, file), join(extension, file));
  const tiny = join(folder, 'tiny');
  mkdirSync(tiny);
  for (const file of ['limit.html', 'limit.css', 'limit.js', 'worker.js']) cpSync(join(limits, file), join(tiny, file));
  writeFileSync(
    join(tiny, 'manifest.json'),
    JSON.stringify({ manifest_version: 3, name: 'Limit', version: '1', background: { service_worker: 'worker.js' } }),
  );
  const server = fork(fileURLToPath(new URL('server.mjs', import.meta.url)));
  const port = await new Promise((resolve) => server.once('message', resolve));
  const profile = join(folder, 'profile');
  const process_ = spawnChromium({
    chromium: await ensureChromium(),
    profile,
    extension: `${extension},${tiny}`,
    headless: true,
    args: ['--disable-gpu', '--window-size=1200,800', '--disable-background-timer-throttling'],
  });
  const browser = await chromium.connectOverCDP(`http://127.0.0.1:${await debuggingPort(profile)}`);
  const [context] = browser.contexts();
  const id = extensionId(extension);
  const tinyId = extensionId(tiny);
  await until('the extension', async () =>
    (await targetsOf(browser)).some((target) => target.url.startsWith(addressOf(id, ''))),
  );
  await allowSite(context, id, 'http://127.0.0.1/*');
  const stage = {
    built,
    browser,
    version: browser.version(),
    panel: addressOf(id, 'sidepanel.html'),
    options: addressOf(id, 'options.html'),
    limit: addressOf(id, 'limit.html'),
    tiny: addressOf(tinyId, 'limit.html'),
    endpoint: `http://127.0.0.1:${port}/v1/chat/completions`,
    article: `http://127.0.0.1:${port}/article`,
    /** A page in front, at the size of a side panel. */
    async open(url, before) {
      const page = await context.newPage();
      await page.setViewportSize({ width: 380, height: 700 });
      page.on('pageerror', (error) => console.error(`${url}: ${error.message}`));
      if (before) await page.addInitScript(before);
      await page.goto(url);
      return page;
    },
    /** The worker of Gloss, to look into. */
    worker: () =>
      until('the worker', () => context.serviceWorkers().find((one) => one.url().startsWith(addressOf(id, '')))),
    async close() {
      await browser.close();
      try {
        process.kill(-process_.pid, 'SIGKILL');
      } catch {
        // Already gone.
      }
      server.disconnect();
      await new Promise((resolve) => setTimeout(resolve, 500));
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
  const options = await stage.open(stage.options);
  await addProvider(options, {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    model: 'bench',
    name: 'Bench',
    key: 'bench-key-1234',
  });
  await until('the connection', async () => (await storedConnections(options)).length > 0);
  await options.close();
  return stage;
}

/** Ends all workers, as the browser would. */
export async function stopWorkers(page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('ServiceWorker.enable');
  await devtools.send('ServiceWorker.stopAllWorkers');
  await devtools.detach();
}

/** Thread time in milliseconds and the heap in bytes, as counters. */
export async function meter(page, throttle = 1) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  if (throttle > 1) await devtools.send('Emulation.setCPUThrottlingRate', { rate: throttle });
  return {
    async read() {
      const { metrics } = await devtools.send('Performance.getMetrics');
      const of = (name) => (metrics.find((metric) => metric.name === name)?.value ?? 0) * 1000;
      const [cpu, script] = [of('TaskDuration'), of('ScriptDuration')];
      const [style, layout] = [of('RecalcStyleDuration'), of('LayoutDuration')];
      return { cpu, script, style, layout, paint: cpu - script - style - layout };
    },
    async heap() {
      await devtools.send('HeapProfiler.enable');
      for (let times = 0; times < 3; times += 1) await devtools.send('HeapProfiler.collectGarbage');
      const { usedSize } = await devtools.send('Runtime.getHeapUsage');
      return usedSize / 1e6;
    },
    close: () => devtools.detach(),
  };
}

/** Begins to note tasks over 50 ms; the result reads them in milliseconds. */
export async function longTasks(page) {
  await page.evaluate(() => {
    globalThis.benchLong = [];
    new PerformanceObserver((list) =>
      globalThis.benchLong.push(...list.getEntries().map(({ duration }) => duration)),
    ).observe({
      type: 'longtask',
    });
  });
  return () => page.evaluate(() => globalThis.benchLong);
}

/** Runs each of these in turn, forth and back, so that a machine that slows down slows them all. One list of results each. */
export async function interleaved(repetitions, runs) {
  const names = Object.keys(runs);
  const results = Object.fromEntries(names.map((name) => [name, []]));
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    for (const name of repetition % 2 === 0 ? names : names.toReversed()) results[name].push(await runs[name]());
  }
  return results;
}
