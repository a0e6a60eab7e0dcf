/** How the composer feels while an answer comes. */
import { askLightly, freshPanel, question } from './panel.mjs';
import { row, shown, times } from './rows.mjs';
import { interleaved, meter } from './stage.mjs';
import { median } from '../figures.mjs';

/** Keys a run types, and milliseconds between them: a quick typist's. */
const keys = 100;
const between = 110;

/** From here on, how long each of the reader's keys took: from the key to the frame that shows it, in milliseconds. */
function watchKeys() {
  const longest = new Map();
  const note = (list) => {
    for (const { interactionId, name, duration } of list.getEntries())
      if (interactionId > 0 && name.startsWith('key'))
        longest.set(interactionId, Math.max(duration, longest.get(interactionId) ?? 0));
  };
  const observer = new PerformanceObserver(note);
  // The browser tells of none that took less, and rounds to 8.
  observer.observe({ type: 'event', durationThreshold: 16 });
  globalThis.benchKeyTimes = () => {
    note({ getEntries: () => observer.takeRecords() });
    return [...longest.values()];
  };
}

/** i: keys typed during 480 tokens a second, at a quarter of the speed, beside the same keys in a panel at rest. */
export async function typing(stage, repetitions) {
  const run = async (streaming) => {
    const panel = await freshPanel(stage);
    if (streaming) {
      await askLightly(panel, question('answer', { size: 60_000, pace: 480 }));
      await panel.locator('article[aria-busy="true"]').waitFor();
    }
    const devtools = await meter(panel, 4);
    await panel.evaluate(watchKeys);
    await panel.evaluate(() => document.querySelector('textarea').focus());
    for (let key = 0; key < keys; key += 1) {
      await panel.keyboard.press(key % 6 === 5 ? 'Space' : 'abcde'[key % 5]);
      await panel.waitForTimeout(between);
    }
    // A key is told of when its frame is there, however late that is.
    await panel.waitForTimeout(1_500);
    const still = await panel.evaluate(() => document.querySelector('article[aria-busy="true"]') !== null);
    if (still !== streaming)
      throw new Error(streaming ? 'the answer was over before the typing' : 'the panel was not at rest');
    const slow = await panel.evaluate(() => globalThis.benchKeyTimes());
    await devtools.close();
    await panel.close();
    // Those the browser does not tell of took less than 16 ms.
    return [...Array.from({ length: Math.max(0, keys - slow.length) }, () => 16), ...slow].toSorted(
      (one, other) => one - other,
    );
  };
  const got = await interleaved(repetitions, { ours: () => run(true), limit: () => run(false) });
  const p98 = (name) => got[name].map((all) => all[Math.ceil(all.length * 0.98) - 1]);
  const [ours, limit] = [median(p98('ours')), median(p98('limit'))];
  return [
    row(
      'i',
      `Typing during 480 tokens/s at a quarter of the speed: 98 of 100 keys, from key to frame`,
      `${shown(ours)} ms`,
      `${shown(limit)} ms (panel at rest)`,
      times(ours / limit),
      '≤ 50 ms',
      ours <= 50,
      'A key waits for the frame that is being drawn, and each is four times as long here.',
    ),
  ];
}
