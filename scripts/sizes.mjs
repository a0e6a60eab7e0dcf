/**
 * What a build weighs, beside what it may weigh. Exact, whatever the machine does. The build prints it, and
 * `tests/e2e/artefact.test.ts` fails when anything is over its budget; the bench reads the same figures.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, posix } from 'node:path';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { firstPart, folder as folderOfParts } from './worker-parts.mjs';

/** In bytes. Scripts as gzip packs them, the worker as it is, the package as a zip packs it. */
export const budgets = {
  panel: 35_000,
  // The catalog of providers is in it, and nobody waits for it to take keys.
  options: 60_000,
  /** What the worker reads at every start that has something to do: its first script, and the part that does the work. */
  worker: 120_000,
  /** All of its scripts, most of which it reads when they are first needed (docs/decisions/worker-size.md). */
  'whole worker': 252_000,
  package: 400_000,
  /** Firefox's pages and worker have the polyfill in them, which steps aside there: this much as it is. */
  polyfill: 10_000,
  /** Any script that is loaded later, unless it is named below. */
  later: 16_000,
  /** The typesetter of formulas, with the first formula. */
  mathml: 62_000,
  /** The Markdown view with HTML's table of named characters, beside the first chat. */
  Markdown: 36_000,
};

const gzipped = (bytes) => gzipSync(bytes, { level: 9 }).length;

const plainName = (file) => posix.basename(file, '.js');

/**
 * @param {string} folder a build, such as `.output/chrome-mv3`
 * @returns {{ name: string, what: string, bytes: number, budget: number }[]}
 */
export function weigh(folder) {
  const read = (file) => readFileSync(join(folder, file));
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => posix.join(entry.parentPath.slice(folder.length).replaceAll('\\', '/'), entry.name))
    .map((file) => file.replace(/^\//, ''))
    .toSorted();
  /** Scripts and everything they import at once, not what they load later. */
  const atOnce = (starts) => {
    const found = new Set();
    const visit = (file) => {
      if (found.has(file) || !existsSync(join(folder, file))) return;
      found.add(file);
      for (const [, next] of read(file)
        .toString()
        .matchAll(/(?:\bfrom|\bimport)\s*["'](\.[^"']+\.js)["']/g))
        visit(posix.join(posix.dirname(file), next));
    };
    starts.forEach(visit);
    return [...found];
  };
  const entryOf = (page) =>
    atOnce(
      [
        ...read(page)
          .toString()
          .matchAll(/<script[^>]*\ssrc="\/?([^"]+)"/g),
      ].map(([, source]) => source),
    );
  const panel = entryOf('sidepanel.html');
  const options = entryOf('options.html');
  const sum = (all, size) => all.reduce((total, file) => total + size(file), 0);
  const script = (file) => gzipped(read(file));
  const size = (file) => read(file).length;
  const atStart = ['background.js', `${folderOfParts}/${firstPart}.js`];
  const worker = files.filter((file) => file === 'background.js' || file.startsWith(`${folderOfParts}/`));
  const isFirefox = !('service_worker' in (JSON.parse(read('manifest.json')).background ?? {}));

  const more = isFirefox ? budgets.polyfill : 0;
  const rows = [
    {
      name: 'panel',
      what: `panel, at once (${panel.length} scripts, gzip)`,
      bytes: sum(panel, script),
      budget: budgets.panel,
    },
    {
      name: 'options',
      what: `options, at once (${options.length} scripts, gzip)`,
      bytes: sum(options, script),
      budget: budgets.options + more / 3,
    },
    ...(isFirefox
      ? []
      : [
          {
            name: 'worker',
            what: `worker, at its start (${atStart.length} scripts, as they are)`,
            bytes: sum(atStart, size),
            budget: budgets.worker,
          },
        ]),
    {
      name: 'whole worker',
      what: `worker, all of it (${worker.length} ${worker.length === 1 ? 'script' : 'scripts'}, as it is)`,
      bytes: sum(worker, size),
      budget: budgets['whole worker'] + more,
    },
    {
      name: 'package',
      what: `package (${files.length} files, as a zip)`,
      // Each file by itself, with its name twice and some 80 bytes of its own.
      bytes: sum(files, (file) => {
        const bytes = read(file);
        return Math.min(bytes.length, deflateRawSync(bytes, { level: 9 }).length) + 2 * file.length + 80;
      }),
      budget: budgets.package + more,
    },
  ];
  const later = files
    .filter((file) => file.endsWith('.js') && ![...worker, ...panel, ...options].includes(file))
    .map((file) => ({
      name: plainName(file),
      what: `later: ${plainName(file)} (gzip)`,
      bytes: script(file),
      budget: budgets[plainName(file)] ?? budgets.later,
    }))
    .toSorted((one, other) => other.bytes - one.bytes);
  return [...rows, ...later];
}

const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

/** The figures as lines, the small ones in one. `over` is what weighs too much. */
export function report(folder) {
  const rows = weigh(folder);
  const over = rows.filter(({ bytes, budget }) => bytes > budget);
  const isShown = (row) => !row.what.startsWith('later: ') || row.bytes > 5_000 || over.includes(row);
  const small = rows.filter((row) => !isShown(row));
  const lines = rows
    .filter(isShown)
    .map(
      (row) =>
        `  ${row.what.padEnd(44)}${kB(row.bytes).padStart(10)}  of ${kB(row.budget).padStart(9)}${over.includes(row) ? '  TOO LARGE' : ''}`,
    );
  const rest = `  later: ${small.length} more`;
  const total = small.reduce((sum, { bytes }) => sum + bytes, 0);
  return { text: [...lines, `${rest.padEnd(46)}${kB(total).padStart(10)}  none above 5 kB`].join('\n'), over };
}
