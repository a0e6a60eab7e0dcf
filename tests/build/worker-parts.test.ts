/** Chrome's worker in parts, built from a small tree and run where `importScripts` is the test's own. */
import { mkdtempSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { policyName, workerParts } from '../../scripts/worker-parts.mjs';

const sources = {
  'background.ts': `
    import { count } from './common';
    count.push('start');
    globalThis.answer = () => import('./parts/answer').then(({ answer }) => answer());
    globalThis.other = () => import('./parts/other').then(({ other }) => other());
    globalThis.counted = count;`,
  'common.ts': `export const count = [];`,
  'between.ts': `import { count } from './common'; export const both = 'both'; count.push(both);`,
  'round.ts': `import { answer } from './parts/answer'; export const name = () => typeof answer;`,
  'parts/answer.ts': `
    import { count } from '../common'; import { both } from '../between'; import { name } from '../round';
    count.push('answer');
    export const answer = () => [both, name(), count.length];`,
  'parts/other.ts': `import { both } from '../between'; export const other = () => both;`,
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gloss-parts-'));
  for (const [name, source] of Object.entries(sources)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), source);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function built(parts: Record<string, string[]>): Promise<string> {
  const outDir = mkdtempSync(join(folder, 'out-'));
  await build({
    root: folder,
    configFile: false,
    logLevel: 'silent',
    plugins: [workerParts(parts)],
    build: {
      outDir,
      lib: { entry: join(folder, 'background.ts'), formats: ['iife'], name: 'background', fileName: 'background' },
      rollupOptions: { output: { entryFileNames: 'background.js' } },
    },
  });
  return outDir;
}

interface Worker {
  answer(): Promise<unknown>;
  other(): Promise<unknown>;
  counted: string[];
  read: string[];
  installed(): void;
}

/** A worker that has been installed before, as nearly every start finds it. */
function run(files: string, more: object = {}): Worker {
  const read: string[] = [];
  const listeners: Record<string, () => void> = {};
  const notThere = () => Promise.reject(new Error('the worker has not run'));
  const world = {
    answer: notThere,
    other: notThere,
    counted: [],
    read,
    installed: () => listeners.install?.(),
    addEventListener: (name: string, call: () => void) => (listeners[name] = call),
    importScripts(address: unknown) {
      read.push(String(address));
      runInContext(readFileSync(join(files, String(address)), 'utf8'), context);
    },
    ...more,
  };
  const context = createContext(world);
  runInContext(readFileSync(join(files, 'background.js'), 'utf8'), context);
  return world;
}

const twoParts = { first: ['parts/answer'], second: ['parts/other'] };

describe('a worker in parts', () => {
  it('reads a part when it is first needed, once, and each module runs once', async () => {
    const files = await built(twoParts);
    expect(readdirSync(join(files, 'worker')).toSorted()).toEqual(['first.js', 'second.js']);
    const worker = run(files);
    expect(worker.counted).toEqual(['start']);
    expect(worker.read).toEqual([]);
    expect([...((await worker.answer()) as unknown[])]).toEqual(['both', 'function', 3]);
    expect(await worker.answer()).toBeDefined();
    expect(worker.read).toEqual(['/worker/first.js']);
    expect(await worker.other()).toBe('both');
    expect(worker.read).toEqual(['/worker/first.js', '/worker/second.js']);
    expect(worker.counted).toEqual(['start', 'both', 'answer']);
  });

  it('finds what two parts share, whichever comes first', async () => {
    const worker = run(await built(twoParts));
    expect(await worker.other()).toBe('both');
    expect(worker.read.toSorted()).toEqual(['/worker/first.js', '/worker/second.js']);
  });

  it('reads every part while it is installed, for the browser keeps what was read then', async () => {
    const worker = run(await built(twoParts));
    worker.installed();
    expect(worker.read.toSorted()).toEqual(['/worker/first.js', '/worker/second.js']);
    expect(worker.counted, 'nothing of it has run').toEqual(['start']);
    await worker.answer();
    expect(worker.read).toHaveLength(2);
  });

  it('names its files through its one policy, which allows nothing else', async () => {
    const made: { name: string; createScriptURL(file: string): string }[] = [];
    const trustedTypes = {
      createPolicy: (name: string, { createScriptURL }: { createScriptURL(file: string): string }) => {
        made.push({ name, createScriptURL });
        return { createScriptURL };
      },
    };
    const worker = run(await built(twoParts), { trustedTypes });
    await worker.answer();
    expect(made.map(({ name }) => name)).toEqual([policyName]);
    for (const file of ['third.js', 'https://example.org/first.js', '../first.js', 'constructor', ''])
      expect(() => made[0]?.createScriptURL(file), file).toThrow(file);
    expect(made[0]?.createScriptURL('second.js')).toBe('/worker/second.js');
  });

  it('says what could not be read, and tries again', async () => {
    const files = await built(twoParts);
    let broken = true;
    const worker: Worker = run(files, {
      importScripts(address: string) {
        if (broken) throw new Error(`${address} could not be read`);
        runInContext(readFileSync(join(files, address), 'utf8'), worker as never);
      },
    });
    await expect(worker.answer()).rejects.toThrow('/worker/first.js could not be read');
    broken = false;
    expect([...((await worker.answer()) as unknown[])]).toEqual(['both', 'function', 3]);
  });

  it('tries again what needs a part that could not be read', async () => {
    const files = await built(twoParts);
    let broken = true;
    const worker: Worker = run(files, {
      importScripts(address: string) {
        if (broken && address.endsWith('/first.js')) throw new Error(`${address} could not be read`);
        runInContext(readFileSync(join(files, address), 'utf8'), worker as never);
      },
    });
    await expect(worker.other()).rejects.toThrow('/worker/first.js could not be read');
    broken = false;
    expect(await worker.other()).toBe('both');
  });

  it('is not built with a part that no file is named for', async () => {
    await expect(built({ first: ['parts/answer'] })).rejects.toThrow(/no file is named for .*parts\/other/);
  });
});
