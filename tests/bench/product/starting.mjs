/** How soon things begin: the panel, the worker, the first token. */
import { answerToEnd, newChat } from '../../../scripts/drive.mjs';
import { freshPanel, paintedText, question } from './panel.mjs';
import { ratio, row, signed, spread, times } from './rows.mjs';
import { interleaved, meter, stopWorkers } from './stage.mjs';
import { median } from '../figures.mjs';

/** d: from navigation to a composer that takes keys, and the thread time until the page is at rest. */
export async function opening(stage, repetitions) {
  const watch = () => {
    const look = () => {
      if (!document.querySelector('textarea')) return requestAnimationFrame(look);
      globalThis.benchKeys = performance.now();
    };
    look();
  };
  const once = async (url) => {
    const page = await stage.open('about:blank', watch);
    const devtools = await meter(page);
    await page.goto(url);
    const keys = await page.waitForFunction(() => globalThis.benchKeys).then((handle) => handle.jsonValue());
    const paint = await page
      .waitForFunction(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime)
      .then((handle) => handle.jsonValue());
    await page.waitForTimeout(500);
    const { cpu } = await devtools.read();
    await page.close();
    return { keys, paint, cpu };
  };
  await once(stage.panel);
  const got = await interleaved(repetitions, { ours: () => once(stage.panel), limit: () => once(stage.limit) });
  return [
    ['keys', 'Open: navigation to a composer that takes keys', true],
    ['paint', 'Open: first contentful paint', true],
    ['cpu', 'Open: thread time until at rest', false],
  ].map(([name, what, hasTarget]) => {
    const [ours, limit] = [got.ours.map((one) => one[name]), got.limit.map((one) => one[name])];
    const value = ratio(ours, limit);
    return row(
      'd',
      what,
      spread(ours),
      spread(limit),
      times(value),
      hasTarget ? '≤ 1.3 ×' : '–',
      hasTarget ? value <= 1.3 : null,
      hasTarget ? 'The panel has more style and locale to read than a page with a text box.' : '',
    );
  });
}

/** e: from the server's write to painted text, worker awake; and what a worker that slept adds to a question. */
export async function firstToken(stage, repetitions) {
  const panel = await freshPanel(stage);
  const limit = await stage.open(stage.limit);
  const words = '@([\\d.]+)@';
  const ours = async (cold) => {
    await panel.bringToFront();
    await newChat(panel);
    if (cold) await stopWorkers(panel);
    const painted = panel.evaluate(paintedText, words);
    await panel.getByRole('textbox', { name: 'Message' }).fill(question('stamp'));
    const asked = await panel.evaluate(() => {
      const at = performance.timeOrigin + performance.now();
      [...document.querySelectorAll('button')]
        .find((one) => /^Send$/.test(one.getAttribute('aria-label') ?? one.textContent))
        ?.click();
      return at;
    });
    const { at, stamp } = await painted;
    await answerToEnd(panel);
    return { fromServer: at - stamp, fromAsking: at - asked };
  };
  const direct = async () => {
    await limit.bringToFront();
    const painted = limit.evaluate(paintedText, words);
    const asked = Date.now();
    await limit.evaluate(([url, text]) => void globalThis.benchLimit(url, text), [stage.endpoint, question('stamp')]);
    const { at, stamp } = await painted;
    await limit.waitForTimeout(150);
    await limit.evaluate(() => document.querySelector('main').replaceChildren());
    return { fromServer: at - stamp, fromAsking: at - asked };
  };
  await ours(false);
  const got = await interleaved(repetitions, { warm: () => ours(false), direct, cold: () => ours(true) });
  await Promise.all([panel.close(), limit.close()]);
  const of = (name, key) => got[name].map((one) => one[key]);
  const warm = median(of('warm', 'fromServer')) - median(of('direct', 'fromServer'));
  const cold = median(of('cold', 'fromAsking')) - median(of('warm', 'fromAsking'));
  const frame =
    'Until the first token both pages show that they wait. The token crosses from worker to panel and is drawn as Markdown, and with the cores taken by others each of these steps waits its turn: the limit has one process fewer to wait for.';
  return [
    row(
      'e',
      'First token: server to painted text, worker awake',
      spread(of('warm', 'fromServer')),
      spread(of('direct', 'fromServer')),
      signed(warm, 'ms'),
      '≤ +1 ms',
      warm <= 1,
      frame,
    ),
    row(
      'e',
      'The same question to a worker that slept',
      spread(of('cold', 'fromAsking')),
      spread(of('warm', 'fromAsking')),
      signed(cold, 'ms'),
      '≤ +15 ms',
      cold <= 15,
      'The worker is read and set up, opens its databases and closes what an earlier one left before it hears a question.',
    ),
  ];
}

/** g: worker ended, then one message and its reply. */
export async function workerStart(stage, repetitions) {
  const gloss = await stage.open(stage.options);
  const tiny = await stage.open(stage.tiny);
  const once = async (page, type) => {
    await page.bringToFront();
    await stopWorkers(page);
    await page.waitForTimeout(200);
    return page.evaluate(async (command) => {
      const before = performance.now();
      await globalThis.chrome.runtime.sendMessage({ type: command });
      return performance.now() - before;
    }, type);
  };
  // The first is refused as soon as it is understood, as the limit answers without asking anything; the second asks a database.
  const [refused, asking] = ['chat.stop', 'passphrase.status'];
  await once(gloss, refused);
  await once(tiny, refused);
  const got = await interleaved(repetitions, {
    gloss: () => once(gloss, refused),
    tiny: () => once(tiny, refused),
    stored: () => once(gloss, asking),
  });
  await Promise.all([gloss.close(), tiny.close()]);
  const value = ratio(got.gloss, got.tiny);
  return [
    row(
      'g',
      'Worker start: message to reply after it was ended',
      spread(got.gloss),
      spread(got.tiny),
      times(value),
      '≤ 1.5 ×',
      value <= 1.5,
      'The size above, and listeners for menus, shortcuts and the toolbar, each of which makes the browser set up an interface.',
    ),
    row(
      'g',
      'The same for a reply that asks the database of keys',
      spread(got.stored),
      spread(got.tiny),
      times(ratio(got.stored, got.tiny)),
      '–',
      null,
      '',
    ),
  ];
}
