/**
 * The product part of `npm run bench`: the built extension in a real Chromium, each target beside its limit, written into the
 * second table of docs/performance.md. `node tests/bench/product/run.mjs [targets…]`, such as `d g`; BENCH_REPETITIONS sets
 * how often (default 5), GLOSS_BUILD takes a build that is there. Never two benches at once.
 */
import { cpus } from 'node:os';
import { load, put } from '../place.mjs';
import { burst, journal } from './answering.mjs';
import { longList, memory, prepare, search } from './keeping.mjs';
import { wholeAnswer } from './paced.mjs';
import { pageReading } from './reading.mjs';
import { sizes } from './sizes.mjs';
import { openProduct } from './stage.mjs';
import { firstToken, opening, workerStart } from './starting.mjs';
import { typing } from './typing.mjs';

/** Cheap ones first, each with its share of the repetitions. */
const all = {
  sizes: [sizes, 1],
  d: [opening, 2],
  e: [firstToken, 2],
  f: [burst, 1],
  g: [workerStart, 2],
  k: [journal, 1],
  j: [search, 1],
  h: [longList, 0.6],
  m: [pageReading, 1],
  i: [typing, 0.6],
  c: [wholeAnswer, 0.4],
  n: [memory, 1],
};

const repetitions = Number(process.env.BENCH_REPETITIONS ?? 5);
const asked = process.argv.slice(2);

const rows = [];
const failures = [];
const loads = [load()];

const verdict = ({ met, why }) => (met === null ? '' : met ? 'met' : `**missed.** ${why}`.trim());
const cells = (one) =>
  `| ${one.target} | ${one.what} | ${one.ours} | ${one.limit} | ${one.relation} | ${one.wanted} | ${verdict(one)} |`;

function table(version) {
  return [
    `Measured ${new Date().toISOString().slice(0, 10)}, Chromium ${version}, on ${cpus().length} cores shared with other work (load ${loads[0]} to ${loads.at(-1)}): medians, with least and most, of about ${repetitions} interleaved runs. Only the ratios within a row hold; times of such a machine do not.`,
    '',
    '| | What | Gloss | Limit | Relation | Target | |',
    '| --- | --- | ---: | ---: | ---: | ---: | --- |',
    ...rows.toSorted((one, other) => one.target.localeCompare(other.target)).map(cells),
    ...(failures.length > 0 ? ['', `Not measured in this run: ${failures.join(', ')}.`] : []),
  ].join('\n');
}

const stage = await openProduct();
try {
  await prepare(stage);
  for (const [name, [measure, factor]] of Object.entries(all)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    const started = performance.now();
    try {
      rows.push(...(await measure(stage, Math.max(1, Math.round(repetitions * factor)))));
    } catch (error) {
      failures.push(name);
      console.error(`${name} could not be measured: ${error.stack ?? error}`);
    }
    loads.push(load());
    console.log(`${name}: ${((performance.now() - started) / 1000).toFixed(0)} s`);
    // After each, so that what was measured stays if a later one hangs.
    if (asked.length === 0) put('product', table(stage.version));
  }
} finally {
  await stage.close();
}
console.log(`\n${table(stage.version)}`);
if (asked.length > 0) console.log('\nOnly a part was measured, so docs/performance.md stays as it is.');
