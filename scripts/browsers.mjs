/**
 * The browsers and the display that `npm start` and `npm test` use: found where they are, installed where they are missing
 * (from Debian's own packages where that is the system and we may, otherwise with Playwright's installer).
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { binOf, run } from './run.mjs';

const isLinux = process.platform === 'linux';
export const isRoot = process.getuid?.() === 0;

/** The path of a program on PATH, or undefined. */
export function which(name) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name);
    if (folder && existsSync(path)) return path;
  }
  return undefined;
}

const answers = (path) => spawnSync(path, ['--version'], { timeout: 30_000 }).status === 0;

/** A snap may not read our profile folder, so it does not count. */
const isSnap = (path) =>
  /\/snap(\/|$)/.test(realpathSync(path)) || /\bsnap\b/.test(readFileSync(path).subarray(0, 4096).toString('latin1'));

/** A Chromium that still loads unpacked extensions from the command line (branded Chrome no longer does). */
export async function findChromium() {
  const named = process.env.GLOSS_CHROMIUM;
  if (named) return named;
  const system = isLinux ? which('chromium') : undefined;
  if (system && !isSnap(system) && answers(system)) return system;
  const { chromium } = await import('playwright');
  const own = chromium.executablePath();
  return existsSync(own) ? own : undefined;
}

export const findFirefox = () => process.env.GLOSS_FIREFOX ?? which('firefox-esr');

/** Whether this is a system whose packages we know by name. Ubuntu's chromium is a snap in disguise. */
function isDebian() {
  if (!existsSync('/etc/os-release')) return false;
  return /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8')) && which('apt-get') !== undefined;
}

/** How to become root without being asked for a password; undefined where that cannot be done. */
function rootPrefix() {
  if (isRoot) return [];
  return which('sudo') && spawnSync('sudo', ['-n', 'true']).status === 0 ? ['sudo', '-n'] : undefined;
}

let listsAreFresh = false;

async function aptInstall(packages) {
  const prefix = rootPrefix();
  if (!isDebian() || !prefix || packages.length === 0) return false;
  console.log(`Installing from Debian: ${packages.join(' ')}.`);
  const apt = (args) => {
    const [command, ...rest] = [...prefix, 'apt-get', ...args];
    return run(command, rest, { minutes: 15, quiet: true, env: { DEBIAN_FRONTEND: 'noninteractive' } });
  };
  if (!listsAreFresh) await apt(['update']);
  listsAreFresh = true;
  const { code, output } = await apt(['install', '-y', '--no-install-recommends', ...packages]);
  if (code !== 0) console.error(output.split('\n').slice(-15).join('\n'));
  return code === 0;
}

/** Finds a Chromium or installs one. Its path. */
export async function ensureChromium() {
  const found = await findChromium();
  if (found) return found;
  if (await aptInstall(['chromium', 'fonts-noto-color-emoji'])) {
    const installed = await findChromium();
    if (installed) return installed;
  }
  console.log("Installing a Chromium with Playwright's installer.");
  const withSystemLibraries = isLinux && rootPrefix() ? ['--with-deps'] : [];
  await run(process.execPath, [binOf('playwright'), 'install', ...withSystemLibraries, 'chromium'], { minutes: 15 });
  const installed = await findChromium();
  if (!installed) throw new Error('No Chromium could be installed. Install one, or name it in GLOSS_CHROMIUM.');
  return installed;
}

/** What the end-to-end tests want besides Chromium: a display of their own, a hand for native windows, Firefox. */
export async function ensureTestTools() {
  if (!isLinux) return;
  const wanted = [
    ['Xvfb', 'xvfb'],
    ['xdotool', 'xdotool'],
    ['firefox-esr', 'firefox-esr'],
  ];
  const missing = wanted.filter(([program]) => !which(program)).map(([, name]) => name);
  if (missing.length > 0 && !(await aptInstall(missing))) {
    console.warn(
      `Missing: ${missing.join(', ')}. The tests that need them will fail; install them with your package manager.`,
    );
  }
}

/** Whether there is a display to open a window on. */
export const hasDisplay = () => !isLinux || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);

/**
 * Starts a browser in a process group of its own, so that it can be ended with all its children.
 * The port for its debugging protocol is on loopback; the browser writes it into the profile.
 * @param {{ chromium: string, profile: string, extension: string, headless?: boolean, args?: string[],
 *   env?: Record<string, string>, url?: string }} options
 */
export function spawnChromium({
  chromium,
  profile,
  extension,
  headless = false,
  args = [],
  env = {},
  url = 'about:blank',
}) {
  // What an earlier browser left would name a port that is no longer there.
  rmSync(join(profile, 'DevToolsActivePort'), { force: true });
  return spawn(
    chromium,
    [
      ...(headless ? ['--headless=new'] : []),
      ...(isRoot ? ['--no-sandbox'] : []),
      `--user-data-dir=${profile}`,
      `--disable-extensions-except=${extension}`,
      `--load-extension=${extension}`,
      '--enable-unsafe-extension-debugging',
      '--remote-debugging-address=127.0.0.1',
      '--remote-debugging-port=0',
      '--no-first-run',
      '--no-default-browser-check',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--password-store=basic',
      ...args,
      url,
    ],
    { detached: process.platform !== 'win32', stdio: 'ignore', env: { ...process.env, ...env } },
  );
}

/** Waits for the debugging port of a browser started on this profile. */
export async function debuggingPort(profile, seconds = 60) {
  const file = join(profile, 'DevToolsActivePort');
  for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
    const port = existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : 0;
    if (port > 0) return port;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the browser did not say its debugging port within ${seconds} s`);
}
