/** Running other programs: with a time limit, with everything they started ended with them, and their output kept for reading. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './node.mjs';

// Our output is theirs, but through a pipe, which they cannot know.
const colour = process.stdout.isTTY ? { FORCE_COLOR: '1' } : { NO_COLOR: '1', FORCE_COLOR: undefined };

/**
 * Runs a program to its end.
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: Record<string, string>, minutes?: number, shell?: boolean, quiet?: boolean, cwd?: string }} [options]
 *   `minutes`: ended, with its children, after that long. `quiet`: its output is kept but not shown.
 * @returns {Promise<{ code: number, output: string, timedOut: boolean }>}
 */
export function run(command, args, { env = {}, minutes = 10, shell = false, quiet = false, cwd = root } = {}) {
  return new Promise((resolve) => {
    const ownGroup = process.platform !== 'win32';
    const child = spawn(command, args, {
      cwd,
      shell,
      detached: ownGroup,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...colour, ...env },
    });
    let output = '';
    let timedOut = false;
    const keep = (stream, sink) =>
      stream.on('data', (chunk) => {
        output += chunk;
        if (!quiet) sink.write(chunk);
      });
    keep(child.stdout, process.stdout);
    keep(child.stderr, process.stderr);
    const end = (signal) => {
      try {
        if (ownGroup) process.kill(-child.pid, signal);
        else child.kill(signal);
      } catch {
        // It has ended by itself.
      }
    };
    const limit = setTimeout(() => {
      timedOut = true;
      console.error(`\n${command} did not end within ${minutes} minutes; ending it.`);
      end('SIGKILL');
    }, minutes * 60_000);
    const pass = (signal) => {
      end(signal);
      process.exit(130);
    };
    process.once('SIGINT', pass).once('SIGTERM', pass);
    const finish = (code) => {
      clearTimeout(limit);
      process.off('SIGINT', pass).off('SIGTERM', pass);
      resolve({ code, output, timedOut });
    };
    child.once('error', (error) => {
      output += error.message;
      if (!quiet) console.error(error.message);
      finish(127);
    });
    child.once('close', (code) => finish(timedOut ? 124 : (code ?? 1)));
  });
}

/**
 * The script behind a package's command, so that it can be run by this very Node on every system.
 * @param {string} packageName
 * @param {string} [command] where it differs from the package's name
 */
export function binOf(packageName, command = packageName) {
  const folder = join(root, 'node_modules', packageName);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const path = typeof bin === 'string' ? bin : bin?.[command];
  if (!path || !existsSync(join(folder, path))) throw new Error(`${packageName} has no command ${command}`);
  return join(folder, path);
}

/**
 * Runs a package's command with this Node.
 * @param {string} packageName
 * @param {string[]} args
 * @param {Parameters<typeof run>[2] & { command?: string }} [options]
 */
export const runTool = (packageName, args, { command, ...options } = {}) =>
  run(process.execPath, [binOf(packageName, command), ...args], options);
