/** What an answer costs when it comes all at once, and in the journal. */
import { answerToEnd, ask, newChat } from '../../../scripts/drive.mjs';
import { freshPanel, paintedText, question } from './panel.mjs';
import { ratio, row, shown, spread, times } from './rows.mjs';
import { interleaved } from './stage.mjs';

/** f: 5,000 events at once, from the server's write until the last word is painted, and messages a frame. */
export async function burst(stage, repetitions) {
  const count = () => {
    const { runtime } = globalThis.chrome;
    const connect = runtime.connect.bind(runtime);
    globalThis.benchMessages = [];
    runtime.connect = (...given) => {
      const port = connect(...given);
      port.onMessage.addListener(() => globalThis.benchMessages.push(performance.now()));
      return port;
    };
  };
  const panel = await freshPanel(stage, count);
  const limit = await stage.open(stage.limit);
  const words = '@([\\d.]+)@[^]*The bench ends here';
  const messages = [];
  const ours = async () => {
    await panel.bringToFront();
    await newChat(panel);
    await panel.evaluate(() => (globalThis.benchMessages.length = 0));
    const painted = panel.evaluate(paintedText, words);
    await ask(panel, question('burst'));
    const { at, stamp } = await painted;
    await answerToEnd(panel);
    messages.push(await panel.evaluate(() => globalThis.benchMessages.length));
    return at - stamp;
  };
  const direct = async () => {
    await limit.bringToFront();
    const painted = limit.evaluate(paintedText, words);
    await limit.evaluate(([url, text]) => void globalThis.benchLimit(url, text), [stage.endpoint, question('burst')]);
    const { at, stamp } = await painted;
    await limit.evaluate(() => document.querySelector('main').replaceChildren());
    return at - stamp;
  };
  await ours();
  await direct();
  const got = await interleaved(repetitions, { ours, direct });
  await Promise.all([panel.close(), limit.close()]);
  const value = ratio(got.ours, got.direct);
  const mostMessages = Math.max(...messages);
  return [
    row(
      'f',
      '5,000 events at once: server to the last word painted',
      spread(got.ours),
      spread(got.direct),
      times(value),
      '≤ 1.5 ×',
      value <= 1.5,
      'The limit shows letters as they come; Gloss reads the JSON of the events in the worker, crosses to the panel once a frame and draws Markdown within a budget for each frame.',
    ),
    ...(mostMessages > 0
      ? [
          row(
            'f',
            'Messages from worker to panel for these',
            `${mostMessages}`,
            '5,000 events',
            '–',
            'one a frame',
            mostMessages <= 60,
          ),
        ]
      : []),
  ];
}

/** k: what the journal writes for 200 KB, beside two answers of 100 KB. */
export async function journal(stage) {
  const panel = await freshPanel(stage);
  const worker = await stage.worker();
  await worker.evaluate(() => {
    const { add } = IDBObjectStore.prototype;
    globalThis.benchWrites = [];
    IDBObjectStore.prototype.add = function (value, ...key) {
      if (this.name === 'journal')
        globalThis.benchWrites.push({ at: performance.now(), letters: JSON.stringify(value).length });
      return add.call(this, value, ...key);
    };
  });
  const take = async (size) => {
    await newChat(panel);
    await worker.evaluate(() => (globalThis.benchWrites.length = 0));
    await ask(panel, question('answer', { size, pace: 6_000 }));
    await panel.getByText('The bench ends here.').waitFor({ timeout: 120_000 });
    await answerToEnd(panel, 120_000);
    const writes = await worker.evaluate(() => globalThis.benchWrites);
    const seconds = writes.length > 1 ? (writes.at(-1).at - writes[0].at) / 1000 : 0;
    return {
      rate: seconds > 0 ? (writes.length - 1) / seconds : 0,
      letters: writes.reduce((sum, { letters }) => sum + letters, 0),
      count: writes.length,
    };
  };
  const two = [await take(100_000), await take(100_000)];
  const one = await take(200_000);
  await panel.close();
  if (one.count === 0) return [];
  const letters = two[0].letters + two[1].letters;
  return [
    row('k', 'Journal: writes a second and stream', `${shown(one.rate)}`, '–', '–', '≤ 2', one.rate <= 2.05),
    row(
      'k',
      'Letters written for 200 KB, beside two answers of 100 KB',
      `${shown(one.letters / 1000)} kB in ${one.count}`,
      `${shown(letters / 1000)} kB in ${two[0].count + two[1].count}`,
      times(one.letters / letters),
      '≤ 2 ×',
      one.letters / letters <= 2,
    ),
  ];
}
