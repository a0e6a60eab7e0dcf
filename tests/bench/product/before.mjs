/**
 * What the same answer costs in several builds of the extension, such as one of before a change and one of after it:
 * `node tests/bench/product/before.mjs "before=folder" "after=folder"…`, each folder with its `chrome-mv3`. Runs are
 * interleaved, forth and back, each in a browser of its own. BENCH_REPETITIONS sets how often (default 3). Writes the table of
 * builds into docs/performance.md.
 */
import { cpus } from 'node:os';
import { spread, table } from '../figures.mjs';
import { load, put } from '../place.mjs';
import { kinds, limitAnswer, pacedAnswer } from './paced.mjs';
import { interleaved, openProduct } from './stage.mjs';

const builds = process.argv.slice(2).map((one) => {
  const [name, ...folder] = one.split('=');
  return { name, folder: folder.join('=') };
});
if (builds.length === 0) throw new Error('which builds? for example: before=folder after=folder');
const repetitions = Number(process.env.BENCH_REPETITIONS ?? 3);
const firstLoad = load();
let version;

const inBrowser = (folder, measure) => async () => {
  const stage = await openProduct(folder);
  version = stage.version;
  const cost = await measure(stage).finally(() => stage.close());
  console.log(folder, JSON.stringify(cost));
  return cost;
};
const got = await interleaved(repetitions, {
  ...Object.fromEntries(builds.map(({ name, folder }) => [name, inBrowser(folder, (stage) => pacedAnswer(stage))])),
  'floor-C': inBrowser(builds[0].folder, (stage) => limitAnswer(stage)),
});
const text = table(
  ['20 KB at 200 tokens/s: thread time in ms', 'in all', ...Object.values(kinds), 'longest task over 50 ms'],
  Object.entries(got).map(([name, runs]) => {
    const longest = Math.max(...runs.map((one) => one.longest));
    return [
      name,
      ...['cpu', ...Object.keys(kinds)].map((kind) => spread(runs.map((one) => one[kind]))),
      longest > 0 ? longest.toFixed(0) : 'none',
    ];
  }),
);
const said = `Measured ${new Date().toISOString().slice(0, 10)}, Chromium ${version}, ${cpus().length} cores (load ${firstLoad} to ${load()}), ${repetitions} runs of each.`;
console.log(`\n${text}`);
put('builds', `${said}\n\n${text}`);
