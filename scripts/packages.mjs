/** The packages of the lockfile, put in place when they are missing or others than it names. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { npm, root } from './node.mjs';
import { run, runTool } from './run.mjs';

const read = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined);

/** The first reason why what is installed is not what the lockfile names, or undefined. */
export function whyInstall(folder = root) {
  const wanted = read(join(folder, 'package-lock.json'))?.packages;
  const installed = read(join(folder, 'node_modules', '.package-lock.json'))?.packages;
  if (!wanted) throw new Error('package-lock.json is missing');
  if (!installed) return 'no packages yet';
  for (const [path, entry] of Object.entries(wanted)) {
    // An optional package may be for another system, and the project itself is not installed.
    if (path === '' || entry.link || entry.optional || entry.peer) continue;
    if (installed[path]?.version !== entry.version)
      return `${path.replace(/^.*node_modules\//, '')} ${entry.version} is missing`;
  }
  return undefined;
}

/** Installs what is missing, and writes the types that WXT makes from the entry points and the locale. */
export async function ensurePackages() {
  const why = whyInstall();
  if (why) {
    console.log(`Installing packages (${why}).`);
    const call = npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund']);
    const { code } = await run(call.command, call.args, { shell: call.shell, minutes: 15 });
    if (code !== 0) throw new Error('npm ci failed; see above');
  }
  const prepared = await runTool('wxt', ['prepare'], { quiet: true });
  if (prepared.code !== 0) throw new Error(`wxt prepare failed:\n${prepared.output}`);
}
