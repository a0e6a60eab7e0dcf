/**
 * `npm run advisories`: asks the registry whether anything is known against the packages of the lockfile. What ships must be
 * clean; what only builds and tests is named. A registry that gives no answer is said plainly and is no failure: nothing was
 * checked then, and nothing was found.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { npm, root } from './node.mjs';
import { run } from './run.mjs';

/**
 * What the audit came to, in words.
 * @param {string} output what `npm audit --json` printed
 * @param {Record<string, { dev?: boolean, optional?: boolean, devOptional?: boolean }>} packages the lockfile's
 * @returns {{ checked: boolean, bad: boolean, lines: string[] }}
 */
export function verdict(output, packages) {
  let report;
  try {
    report = JSON.parse(output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1));
  } catch {
    report = {};
  }
  const { vulnerabilities } = report;
  if (typeof vulnerabilities !== 'object' || vulnerabilities === null) {
    const why = report.message ?? report.error?.summary ?? 'no answer that could be read';
    return { checked: false, bad: false, lines: [`ADVISORIES NOT CHECKED: the registry gave none (${why}).`] };
  }
  const ships = (place) => {
    const entry = packages[place];
    // A place the lockfile does not know is taken for the worse.
    return !entry || !(entry.dev || entry.optional || entry.devOptional);
  };
  const found = Object.values(vulnerabilities);
  const shipped = found.filter(({ nodes = [] }) => nodes.length === 0 || nodes.some(ships));
  const words = ({ name, severity, range }) => `${name} ${range ?? ''} (${severity})`;
  return {
    checked: true,
    bad: shipped.length > 0,
    lines: [
      ...shipped.map((one) => `ships: ${words(one)}`),
      ...found.filter((one) => !shipped.includes(one)).map((one) => `only builds or tests: ${words(one)}`),
      `Advisories: ${shipped.length} against what ships, ${found.length - shipped.length} against tools.`,
    ],
  };
}

/** Asks, and says what came of it. */
export async function advisories() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const call = npm(['audit', '--json']);
  const { output } = await run(call.command, call.args, { shell: call.shell, quiet: true, cwd: root, minutes: 2 });
  const said = verdict(output, packages);
  for (const line of said.lines) console.log(line);
  return said;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = (await advisories()).bad ? 1 : 0;
