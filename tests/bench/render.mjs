/**
 * The render part of `npm run bench`: what it costs to show a growing answer, beside limits and other renderers, each in a
 * page of its own with real frames. Writes the first table of docs/performance.md.
 * `node tests/bench/render.mjs [answer] [growth] [fence]`; BENCH_REPETITIONS sets how often (default 3), BENCH_ANSWERS which
 * answers, such as `20@1,20@4` (KB at a slowdown). All of it takes about 40 minutes and wants the machine for itself.
 */
import { existsSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { ensureChromium } from '../../scripts/browsers.mjs';
import { npm } from '../../scripts/node.mjs';
import { run } from '../../scripts/run.mjs';
import { median, spread, table, times } from './figures.mjs';
import { load, put } from './place.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const repetitions = Number(process.env.BENCH_REPETITIONS ?? 3);
const asked = process.argv.slice(2);

const names = {
  floor: 'floor-C: letters in paragraphs',
  'floor-contained': 'floor-C, each paragraph contained',
  replay: 'replay of the finished tree',
  gloss: '**Gloss**',
  'streaming-markdown': 'streaming-markdown',
  streamdown: 'streamdown',
  'marked-dompurify': 'marked + DOMPurify, all of it again',
  'react-markdown': 'react-markdown + remark-gfm',
};

const packages = JSON.parse(readFileSync(`${here}package.json`, 'utf8')).dependencies;
if (!existsSync(`${here}node_modules/streamdown`)) {
  const call = npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund']);
  const { code } = await run(call.command, call.args, { cwd: here, shell: call.shell, minutes: 10 });
  if (code !== 0) throw new Error('the renderers to compare with could not be installed');
}
const { measure, openStage } = await import('./stage.mjs');
const stage = await openStage(await ensureChromium());
const firstLoad = load();

/** Those that read everything again for each frame: where they need minutes, one run of them says enough. */
const slow = ['marked-dompurify', 'react-markdown'];

/**
 * Every renderer under one condition, in turn, forth and back; those of `once` in the first round only. Gives what each spent
 * above an idle page, run by run.
 */
async function compare(renderers, condition, count, once = []) {
  const all = ['idle', ...renderers];
  const runs = Object.fromEntries(all.map((name) => [name, []]));
  for (let round = 0; round < count; round += 1) {
    for (const renderer of round % 2 === 0 ? all : all.toReversed()) {
      if (round > 0 && once.includes(renderer)) continue;
      const result = await measure(stage, { renderer, ...condition });
      runs[renderer].push(result);
      console.log(
        `${JSON.stringify(condition)} ${renderer}: ${result.cpu.toFixed(0)} ms, script ${result.script.toFixed(0)}, style ${result.style.toFixed(0)}, layout ${result.layout.toFixed(0)}, slow frames ${result.slowFrames}, letters ${result.letters}`,
      );
    }
  }
  const above = (name, what) => runs[name].map((one, round) => one[what] - runs.idle[round][what]);
  return {
    runs,
    above,
    ratios: (name, other) => above(name, 'cpu').map((cpu, round) => cpu / above(other, 'cpu')[round]),
  };
}

async function answers() {
  const renderers = Object.keys(names);
  const conditions = [
    { size: 20_000, throttle: 1, share: 1 },
    { size: 20_000, throttle: 4, share: 0.6, once: slow },
    { size: 50_000, throttle: 1, share: 0.6, once: slow },
    // Takes a quarter of an hour, so it has a table of its own and can be left out.
    { size: 50_000, throttle: 4, share: 0.3, once: slow, place: 'answer at length' },
  ].filter(
    ({ size, throttle }) =>
      !process.env.BENCH_ANSWERS || process.env.BENCH_ANSWERS.split(',').includes(`${size / 1000}@${throttle}`),
  );
  const results = {};
  for (const { share, once, place = 'answer', ...condition } of conditions) {
    const count = Math.max(1, Math.round(repetitions * share));
    const measured = (results[place] ??= []);
    measured.push({ condition, ...(await compare(renderers, condition, count, once)) });
    // After each, so that what was measured stays if a later one hangs.
    write(place, answerTables(renderers, measured));
  }
}

function answerTables(renderers, results) {
  const head = results.map(({ condition: { size, throttle } }) => `${size / 1000} KB, ${throttle} ×`);
  const withVersion = (name) => [names[name], packages[name]].filter(Boolean).join(' ');
  const cost = table(
    ['Thread time above idle, beside floor-C (L)', ...head],
    renderers.map((name) => [
      withVersion(name),
      ...results.map(({ above, ratios }) =>
        name === 'floor' ? `${spread(above(name, 'cpu'))} ms` : `${times(ratios(name, 'floor'))}`,
      ),
    ]),
  );
  const ahead = table(
    ['Beside Gloss (R)', ...head],
    renderers
      .filter((name) => packages[name] || name.includes('-'))
      .filter((name) => name !== 'floor-contained')
      .map((name) => [withVersion(name), ...results.map(({ ratios }) => times(ratios(name, 'gloss')))]),
  );
  const parts = ['script', 'style', 'layout'];
  const kinds = table(
    ['Of which, in ms', ...head],
    ['floor', 'gloss'].flatMap((name) => [
      ...parts.map((what) => [
        `${names[name].split(':')[0]}: ${what}`,
        ...results.map(({ above }) => spread(above(name, what), 0)),
      ]),
      [
        `${names[name].split(':')[0]}: paint and the rest`,
        ...results.map(({ above }) =>
          spread(
            above(name, 'cpu').map(
              (cpu, round) => cpu - parts.reduce((sum, what) => sum + above(name, what)[round], 0),
            ),
            0,
          ),
        ),
      ],
    ]),
  );
  const counts = table(
    ['Runs', ...head],
    [
      ['of each', ...results.map(({ runs }) => runs.gloss.length)],
      ['of those that read everything again', ...results.map(({ runs }) => runs['react-markdown'].length)],
    ],
  );
  const frames = table(
    ['Frames over 25 ms, and the longest task over 50 ms', ...head],
    renderers.map((name) => [
      withVersion(name),
      ...results.map(({ runs }) => {
        const longest = Math.max(0, ...runs[name].flatMap((one) => one.longTasks));
        return `${median(runs[name].map((one) => one.slowFrames))} of ${runs[name][0].frames}${longest > 0 ? `, ${longest.toFixed(0)} ms` : ''}`;
      }),
    ]),
  );
  return [cost, ahead, kinds, frames, counts].join('\n\n');
}

async function growth() {
  const count = Math.max(1, Math.round(repetitions * 0.6));
  const short = await compare(['floor', 'gloss'], { size: 20_000 }, count);
  const long = await compare(['floor', 'gloss'], { size: 200_000 }, count);
  const each = (result, name) => result.above(name, 'cpu').map((cpu, round) => cpu / result.runs[name][round].frames);
  const text = table(
    ['Growth: thread time for a frame of eight tokens, in ms', '20 KB', '200 KB', 'relation (≤ 1.15)'],
    ['floor', 'gloss'].map((name) => [
      names[name],
      spread(each(short, name), 2),
      spread(each(long, name), 2),
      times(each(long, name).map((value, round) => value / each(short, name)[round])),
    ]),
  );
  write('growth', text);
}

async function fence() {
  const result = await compare(['floor', 'gloss'], { kind: 'fence', size: 1000, throttle: 4 }, repetitions);
  const text = table(
    ['A fence of 1,000 lines, 4 ×', 'thread time above idle', 'beside floor-C', 'tasks over 50 ms', 'the longest'],
    ['floor', 'gloss'].map((name) => {
      const tasks = result.runs[name].flatMap((one) => one.longTasks);
      return [
        names[name],
        `${spread(result.above(name, 'cpu'))} ms`,
        name === 'floor' ? '' : times(result.ratios(name, 'floor')),
        (tasks.length / result.runs[name].length).toFixed(1),
        tasks.length > 0 ? `${Math.max(...tasks).toFixed(0)} ms` : 'none',
      ];
    }),
  );
  write('fence', text);
}

const parts = { answer: answers, growth, fence };

function write(name, text) {
  const said = `Measured ${new Date().toISOString().slice(0, 10)}, Chromium ${stage.version}, ${cpus().length} cores (load ${firstLoad} to ${load()}), at most ${repetitions} runs of each.`;
  console.log(`\n${text}\n`);
  put(`render ${name}`, `${said}\n\n${text}`);
}

try {
  for (const [name, part] of Object.entries(parts)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    await part();
  }
} finally {
  await stage.close();
}
