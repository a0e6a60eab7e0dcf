/** *Look for local models* against servers that answer as the real ones do, each on a free port in the place of its usual one. */
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFindLocal, localPlaces } from '../../entrypoints/background/find-local';
import type { Provider } from '../../providers/contract';
import { catalog, providerById } from '../../providers/catalog';
import {
  type Kind,
  type LocalServer,
  ollama,
  openaiKinds,
  openaiServer,
  usualPort,
} from '../e2e/harness/local-servers';

const running = new Map<string, LocalServer>();
const closing: (() => unknown)[] = [];
const sent: string[] = [];

/** The usual port of each program, and which of the running servers stands there. */
const usual: Record<string, string> = {
  11434: 'Ollama',
  ...Object.fromEntries(openaiKinds.map((kind) => [usualPort(kind), kind])),
};

beforeAll(async () => {
  const started = [
    ['Ollama', await ollama()],
    ...(await Promise.all(openaiKinds.map(async (kind) => [kind, await openaiServer(kind, 0)]))),
  ] as [string, LocalServer | null][];
  for (const [name, server] of started) if (server) running.set(name, server);
});
afterAll(async () => {
  for (const server of running.values()) await server.close();
  for (const close of closing) close();
});

/** Finds what runs; `there` names the programs, and what else stands at a port. */
async function find(there: readonly string[], others: Record<string, string> = {}) {
  const world = {
    fetch: (url: string, init?: RequestInit) => {
      sent.push(`${init?.method ?? 'GET'} ${url}`);
      const asked = new URL(url);
      const name = usual[asked.port];
      const origin = others[asked.port] ?? (name && there.includes(name) ? running.get(name)?.origin : undefined);
      if (origin === undefined) return Promise.reject(new TypeError('Failed to fetch'));
      return fetch(origin + asked.pathname, init);
    },
    catalog,
    providerById,
    hasAccess: () => Promise.resolve(true),
    keys: { keyFor: () => Promise.resolve({ state: 'none' as const }) },
    headers: { ensureRules: () => Promise.resolve() },
    cache: { get: () => Promise.resolve(undefined), set: () => Promise.resolve() },
    now: () => 0,
  };
  const { found } = await createFindLocal(world)['connection.findLocal']({}, { sender: 'panel' });
  return Object.fromEntries(found.map(({ provider, models }) => [provider, models.map(({ id }) => id)]));
}

const idOf: Record<Kind | 'Ollama', string> = {
  Ollama: 'ollama',
  'LM Studio': 'lm-studio',
  'llama.cpp': 'llama-cpp',
  vLLM: 'vllm',
  KoboldCpp: 'koboldcpp',
  Jan: 'jan',
};

describe('what runs on this machine', () => {
  test('is found at the usual ports, each with its models; one that wants a key with none', async () => {
    expect(await find([...running.keys()])).toEqual({
      ollama: ['llama3.2:3b', 'qwen3:8b'],
      'lm-studio': ['gemma-3-4b'],
      'llama-cpp': ['/models/gemma-3-4b.gguf'],
      vllm: ['gemma-3-4b'],
      koboldcpp: ['gemma-3-4b'],
      jan: [],
    });
  });

  test.each(Object.entries(idOf))('%s is found alone', async (name, id) => {
    expect(Object.keys(await find([name]))).toEqual([id]);
  });

  test('nothing runs: nothing is found, and nothing but this machine was asked', async () => {
    sent.length = 0;
    expect(await find([])).toEqual({});
    expect(sent.length).toBe(localPlaces(catalog).length);
    for (const line of sent) expect(line).toMatch(/^GET http:\/\/localhost:\d+\//);
  });

  test('a web page or other JSON at a usual port is not a model server', async () => {
    const page = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Hi'));
    const other = createServer((_, response) => response.writeHead(200).end('{"temperature":21}'));
    const at = await Promise.all(
      [page, other].map(
        (server) =>
          new Promise<string>((resolve) =>
            server.listen(0, '127.0.0.1', () => {
              const address = server.address();
              resolve(`http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`);
            }),
          ),
      ),
    );
    closing.push(
      () => page.close(),
      () => other.close(),
    );
    expect(await find([], { 8080: at[0] ?? '', 8000: at[1] ?? '' })).toEqual({});
  });
});

test('every program on this machine has a port of its own, which is looked at', () => {
  const ports = localPlaces(catalog).map(({ baseUrl }: Provider) => Number(new URL(baseUrl).port));
  expect(ports).toEqual(expect.arrayContaining([11434, 1234, 8080, 8000, 5001, 1337]));
  expect(new Set(ports).size).toBe(ports.length);
});
