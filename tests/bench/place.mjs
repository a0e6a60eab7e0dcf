/** Where tables stand in docs/performance.md: between two comments that name them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';

const page = fileURLToPath(new URL('../../docs/performance.md', import.meta.url));

export const load = () => loadavg()[0].toFixed(1);

/** Puts `text` in the place of what `<!-- name: begin -->` and its end hold now. */
export function put(name, text) {
  const begin = `<!-- ${name}: begin -->`;
  const end = `<!-- ${name}: end -->`;
  const document = readFileSync(page, 'utf8');
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`docs/performance.md has no place for ${name}`);
  writeFileSync(page, `${document.slice(0, from)}${begin}\n\n${text}\n\n${document.slice(to)}`);
}
