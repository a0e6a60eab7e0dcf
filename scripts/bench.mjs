/**
 * `npm run bench [parts…]`: measures, one part after the other, and writes the tables of docs/performance.md. No test runs
 * this, and no figure fails anything: times belong to a machine.
 */
import { join } from 'node:path';
import { root } from './node.mjs';
import { run } from './run.mjs';

/** Never two at once: they would measure each other. */
const parts = { render: 'tests/bench/render.mjs', product: 'tests/bench/product/run.mjs' };

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(parts, name));
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(', ')}; there are: ${Object.keys(parts).join(', ')}.`);
  process.exit(1);
}
for (const [name, path] of Object.entries(parts)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const { code } = await run(process.execPath, [join(root, path)], { minutes: 240 });
  if (code !== 0) process.exit(code);
}
