/** What an answer costs that comes at a reader's pace. */
import { median } from '../figures.mjs';
import { askLightly, endLightly, freshPanel, openSeeded, question } from './panel.mjs';
import { ratio, row, shown, spread, times } from './rows.mjs';
import { interleaved, longTasks, meter } from './stage.mjs';

/** What thread time is spent on. */
export const kinds = { script: 'script', style: 'style', layout: 'layout', paint: 'paint and the rest' };

/**
 * Where the mouse rests in every page: over the composer, as after a click into it. The browser looks for what is under the
 * mouse after every frame in which anything moved, and so a page without one would be let off that.
 */
const pointer = [190, 660];

/** Thread time of the page for one answer shown at 200 tokens a second, above the same page at rest, in all and by kind. */
async function answerCost(page, throttle, act) {
  await page.mouse.move(...pointer);
  const devtools = await meter(page, throttle);
  const rest = await devtools.read();
  await page.waitForTimeout(3_000);
  const before = await devtools.read();
  const long = await longTasks(page);
  const started = performance.now();
  await act();
  const share = (performance.now() - started) / 3_000;
  const after = await devtools.read();
  const above = (kind) => after[kind] - before[kind] - (before[kind] - rest[kind]) * share;
  const tasks = await long();
  await devtools.close();
  const costs = ['cpu', ...Object.keys(kinds)].map((kind) => [kind, above(kind)]);
  return { ...Object.fromEntries(costs), longest: Math.max(0, ...tasks) };
}

const size = Number(process.env.BENCH_ANSWER ?? 20_000);
const asked = question('answer', { size });

/** Thread time of the panel for that answer, in a new chat or in the one titled `chat`. */
export async function pacedAnswer(stage, chat, throttle = 1) {
  const panel = await freshPanel(stage);
  if (chat) await openSeeded(panel, chat);
  await panel.waitForTimeout(1_500);
  const cost = await answerCost(panel, throttle, async () => {
    await askLightly(panel, asked);
    await endLightly(panel, 180_000);
    await panel.waitForTimeout(500);
  });
  await panel.close();
  return cost;
}

/** The same for letters in paragraphs. */
export async function limitAnswer(stage) {
  const page = await stage.open(stage.limit);
  const cost = await answerCost(page, 1, async () => {
    await page.evaluate(([url, text]) => globalThis.benchLimit(url, text), [stage.endpoint, asked]);
    await page.waitForTimeout(500);
  });
  await page.close();
  return cost;
}

/** c: 20 KB at 200 tokens a second in the panel, in a fresh chat and below 1 MB, at full speed and at a quarter of it. */
export async function wholeAnswer(stage, repetitions) {
  const got = await interleaved(repetitions, {
    fresh: () => pacedAnswer(stage),
    limit: () => limitAnswer(stage),
    below: () => pacedAnswer(stage, 'Bench of a megabyte'),
    slow: () => pacedAnswer(stage, undefined, 4),
  });
  const of = (name, kind) => got[name].map((one) => one[kind]);
  const cpu = (name) => of(name, 'cpu');
  const longest = (name) => Math.max(...got[name].map((one) => one.longest));
  const note = `Thread time above a page at rest, ${got.limit.length === 1 ? 'one run' : `${got.limit.length} runs`} of each. Here letters in paragraphs, drawn once a frame, miss the target as well.`;
  return [
    row(
      'c',
      `${size / 1000} KB at 200 tokens/s in a fresh chat: thread time`,
      spread(cpu('fresh')),
      `${spread(cpu('limit'))} (floor-C)`,
      times(ratio(cpu('fresh'), cpu('limit'))),
      '≤ 1,000 ms',
      median(cpu('fresh')) <= 1000,
      note,
    ),
    ...Object.entries(kinds).map(([kind, words]) =>
      row(
        'c',
        `– of which ${words}`,
        spread(of('fresh', kind)),
        spread(of('limit', kind)),
        times(ratio(of('fresh', kind), of('limit', kind))),
        '–',
        null,
      ),
    ),
    row(
      'c',
      'The same below 1 MB of chat',
      spread(cpu('below')),
      spread(cpu('fresh')),
      times(ratio(cpu('below'), cpu('fresh'))),
      '≤ 1,000 ms',
      median(cpu('below')) <= 1000,
      note,
    ),
    row(
      'c',
      'Longest task at a quarter of the speed',
      `${shown(longest('slow'))} ms`,
      '–',
      '–',
      'none over 50 ms',
      longest('slow') <= 50,
      'A task is timed by the clock, so whatever else runs on the machine is in it.',
    ),
  ];
}
