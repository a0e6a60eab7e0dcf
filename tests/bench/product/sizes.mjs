/** What is shipped, weighed: exact, whatever the machine does. */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { row, shown } from './rows.mjs';

/** d, g: what is shipped. Exact, whatever the machine does. */
export function sizes({ built }) {
  const gz = (path) => gzipSync(readFileSync(join(built, path)), { level: 9 }).length;
  const entry = new Set();
  const follow = (path) => {
    if (entry.has(path)) return;
    entry.add(path);
    const text = readFileSync(join(built, path), 'utf8');
    for (const [, address] of text.matchAll(
      /(?:^|[;}\s])(?:import|from)\s*["'](\.[^"']+)["']|from["'](\.[^"']+)["']/g,
    )) {
      if (address) follow(posix.join(dirname(path), address));
    }
  };
  for (const [, address] of readFileSync(join(built, 'sidepanel.html'), 'utf8').matchAll(/src="\/?([^"]+\.js)"/g)) {
    follow(address);
  }
  const entryKb = [...entry].reduce((sum, path) => sum + gz(path), 0) / 1000;
  const files = readdirSync(built, { recursive: true }).filter((path) => statSync(join(built, path)).isFile());
  const zipKb =
    files.reduce((sum, path) => sum + deflateRawSync(readFileSync(join(built, path)), { level: 9 }).length + 100, 0) /
    1000;
  const workerKb = statSync(join(built, 'background.js')).size / 1000;
  return [
    row(
      'd',
      `Entry JavaScript, gzip (${entry.size} files)`,
      `${shown(entryKb)} kB`,
      '–',
      '–',
      '≤ 35 kB',
      entryKb <= 35,
    ),
    row('d', 'All files, deflated', `${shown(zipKb)} kB`, '–', '–', '≤ 400 kB', zipKb <= 400),
    row(
      'g',
      'Worker, minified, one file',
      `${shown(workerKb)} kB`,
      '–',
      '–',
      '≤ 120 kB',
      workerKb <= 120,
      'Wires, retries, storage, checks and Passages all run without a page open (docs/decisions/worker-size.md).',
    ),
  ];
}
