/**
 * Nobody but the two pages of Gloss can make it do anything: not a web page, not another extension, and not a script that
 * runs in a web page under Gloss's own id, as one in a taken-over renderer would.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page, Worker } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { panelPort } from '../../core/protocol';
import { capabilities } from '../../entrypoints/background/router';
import { extensionId, until } from '../../scripts/drive.mjs';
import { buildFor } from './harness/build';
import { report } from './harness/report';
import { Session } from './harness/session';
import { openSite, siteNames, type Site } from './harness/site';

let session: Session;
let site: Site;
let folder: string;
let stranger: Worker;
let watcher: Page;

const commands = Object.keys(capabilities);

/** Every command, well-formed, so that only who says it can be the reason to refuse it. */
function messages(connectionId: string, chatId: string): Record<string, unknown>[] {
  const connection = {
    id: connectionId,
    provider: 'custom',
    name: 'Taken',
    baseUrl: `${session.upstream.origin}/taken/v1`,
    model: 'm',
    enabled: true,
  };
  const again = { chatId, answerId: 'a', newAnswerId: 'b' };
  const inputs: Record<string, object> = {
    'chat.send': { chatId: 'x', messageId: 'y', parentId: null, parts: [{ type: 'text', text: 'spend money' }] },
    'chat.preview': { chatId: 'x', parentId: null, parts: [{ type: 'text', text: 'look' }] },
    'chat.regenerate': again,
    'chat.continue': again,
    'chat.stop': { run: 'a' },
    'chat.retryNow': { run: 'a' },
    'chat.select': { chatId, leafId: 'a' },
    'chat.rename': { chatId, title: 'Taken' },
    'chat.use': { chatId, connectionId, model: 'taken' },
    'chat.delete': { chatId },
    'chat.undelete': { chatId },
    'data.import': {
      json: JSON.stringify({ format: 'gloss-export', version: 1, exportedAt: 1, chats: [], connections: [connection] }),
      dryRun: false,
    },
    'data.undoImport': { importId: 'a' },
    'data.clear': {},
    'connection.save': { connection, key: 'sk-attacker' },
    'connection.remove': { id: connectionId },
    'connection.setDefault': { id: connectionId },
    'connection.enable': { id: connectionId, enabled: false },
    'connection.test': { connection },
    'connection.models': { connection, fresh: true },
    'connection.doctor': { id: connectionId },
    'connection.findLocal': {},
    'key.status': { id: connectionId },
    'passphrase.set': { passphrase: 'taken over now' },
    'passphrase.unlock': { passphrase: 'taken over now' },
    'passphrase.status': {},
    'page.read': { windowId: 1 },
    'page.show': { url: site.url('/shown'), text: 'x' },
    'link.open': { url: site.url('/opened') },
    'actions.changed': {},
  };
  return commands.map((type) => ({ type, ...inputs[type] }));
}

/** The other extension: no permissions, and a worker that the test speaks through. */
function writeStranger(): string {
  const path = mkdtempSync(join(tmpdir(), 'gloss-stranger-'));
  mkdirSync(path, { recursive: true });
  writeFileSync(
    join(path, 'manifest.json'),
    JSON.stringify({
      manifest_version: 3,
      name: 'Stranger',
      version: '1',
      background: { service_worker: 'worker.js' },
    }),
  );
  writeFileSync(join(path, 'worker.js'), 'self.stranger = true;');
  return path;
}

beforeAll(async () => {
  folder = writeStranger();
  const both = `${buildFor('chrome')},${folder}`;
  site = await openSite({
    '/': { body: '<title>Hostile</title><p>A page.' },
    '/granted': { body: '<title>Granted</title><p>A page the reader pointed at.' },
  });
  session = await Session.start({
    hosts: siteNames,
    // The last of each counts.
    args: [`--disable-extensions-except=${both}`, `--load-extension=${both}`],
  });
  watcher = await session.freshPanel();
  const address = `chrome-extension://${extensionId(folder)}/worker.js`;
  stranger = await until('the other extension', () =>
    session.gloss.context.serviceWorkers().find((worker) => worker.url() === address),
  );
});
afterAll(async () => {
  await session?.close();
  await site?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

interface Runtime {
  id?: string;
  sendMessage(...words: unknown[]): Promise<unknown>;
  connect(...words: unknown[]): {
    postMessage(message: unknown): void;
    onMessage: { addListener(hear: (message: unknown) => void): void };
    onDisconnect: { addListener(hear: () => void): void };
  };
}

interface Attack {
  /** Whom to speak to; from inside of Gloss's own id nobody need be named. */
  target: string | null;
  all: Record<string, unknown>[];
  port: string;
}

/** Says everything there is, in messages and over ports. What came back. Runs where the attacker runs. */
async function attack({ target, all, port: name }: Attack): Promise<unknown[]> {
  const { chrome } = globalThis as unknown as { chrome?: { runtime?: Runtime } };
  const runtime = chrome?.runtime;
  if (typeof runtime?.sendMessage !== 'function') return ['cannot speak'];
  const heard: unknown[] = [];
  const to = target === null ? [] : [target];
  const patience = () => new Promise((resolve) => setTimeout(() => resolve('no answer'), 1500));
  await Promise.all(
    all.map(async (message) => {
      try {
        heard.push(await Promise.race([runtime.sendMessage(...to, message), patience()]));
      } catch (error) {
        heard.push(String(error));
      }
    }),
  );
  for (const portName of [name, 'other']) {
    try {
      const port = runtime.connect(...to, { name: portName });
      port.onMessage.addListener((message) => heard.push({ overPort: message }));
      const gone = new Promise((resolve) => port.onDisconnect.addListener(() => resolve('disconnected')));
      try {
        for (const message of [{ type: 'window', windowId: 1 }, { type: 'watch', chatId: 'x', have: {} }, ...all]) {
          port.postMessage(message);
        }
      } catch {
        // Already shut.
      }
      heard.push(await Promise.race([gone, patience()]));
    } catch (error) {
      heard.push(String(error));
    }
  }
  return heard;
}

/** All that an attack could have changed. */
async function state(): Promise<string> {
  return watcher.evaluate(async () => {
    const { chrome } = globalThis as unknown as {
      chrome: {
        storage: Record<'local' | 'session', { get(): Promise<Record<string, unknown>> }>;
        permissions: { getAll(): Promise<unknown> };
      };
    };
    const rows: unknown[] = [];
    for (const { name = '' } of await indexedDB.databases()) {
      // Drafts are written by panels alone, with no command, and the panel beside the page writes its own.
      if (name === 'gloss-drafts') continue;
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        const request = indexedDB.open(name);
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(new Error(`cannot open ${name}`));
      });
      for (const store of database.objectStoreNames) {
        // Owners renew their lease by the clock.
        if (/owner|lease/.test(store)) continue;
        rows.push([
          name,
          store,
          await new Promise((resolve) => {
            const request = database.transaction(store).objectStore(store).getAll();
            request.onsuccess = () => resolve(request.result);
          }),
        ]);
      }
      database.close();
    }
    return JSON.stringify([await chrome.storage.local.get(), await chrome.permissions.getAll(), rows]);
  });
}

const all = (): Promise<Record<string, unknown>[]> =>
  watcher
    .evaluate(async () => {
      const { chrome } = globalThis as unknown as {
        chrome: { storage: { local: { get(): Promise<{ connections: { id: string }[] }> } } };
      };
      return (await chrome.storage.local.get()).connections[0]?.id ?? '';
    })
    .then((connectionId) => messages(connectionId, 'chat'));

let tried = 0;
let effects = 0;

/** Nothing has changed, nothing was asked, nothing was opened, and nobody was told anything. */
async function withoutEffect(act: (words: Record<string, unknown>[]) => Promise<unknown[]>): Promise<unknown[]> {
  const words = await all();
  const count = () => [
    session.upstream.chats.length,
    session.upstream.others.length,
    session.gloss.context.pages().length,
  ];
  const [before, counted] = [await state(), count()];
  const heard = await act(words);
  tried += words.length;
  const [after, countedAfter] = [await state(), count()];
  if (after !== before || String(countedAfter) !== String(counted)) effects += 1;
  expect(JSON.parse(after)).toEqual(JSON.parse(before));
  expect(countedAfter).toEqual(counted);
  const answers = heard.filter((one) => typeof one === 'object' && one !== null);
  effects += answers.length;
  expect(answers).toEqual([]);
  return heard;
}

test('the table says every command, and from a page of Gloss the same words have an effect', async () => {
  await session.askAndWait(watcher, 'A chat to keep');
  const words = await all();
  expect(words).toHaveLength(commands.length);
  expect(words.filter((word) => Object.keys(word).length === 1).map(({ type }) => type)).toEqual([
    'data.clear',
    'connection.findLocal',
    'passphrase.status',
    'actions.changed',
  ]);
  const heard = await watcher.evaluate(attack, {
    target: null,
    all: words.filter(({ type }) => type === 'key.status' || type === 'passphrase.status'),
    port: panelPort,
  });
  expect(heard).toContainEqual({ ok: true, value: { set: false, locked: false } });
});

describe('no effect of anything said by', () => {
  test('a web page', async () => {
    const page = await session.gloss.openTab(site.url('/'));
    const heard = await withoutEffect((words) =>
      page.evaluate(attack, { target: session.gloss.id, all: words, port: panelPort }),
    );
    expect(heard).toEqual(['cannot speak']);
    // Nor can it embed or fetch anything of Gloss's.
    const id = session.gloss.id;
    const fetched = await page.evaluate(
      (address) =>
        Promise.all(
          ['sidepanel.html', 'options.html', 'background.js', 'manifest.json', 'icons/128.png'].map((file) =>
            fetch(`${address}/${file}`).then(
              () => file,
              () => null,
            ),
          ),
        ),
      `chrome-extension://${id}`,
    );
    expect(fetched.filter(Boolean)).toEqual([]);
    await page.close();
  });

  test('another extension', async () => {
    const heard = await withoutEffect((words) =>
      stranger.evaluate(attack, { target: session.gloss.id, all: words, port: panelPort }),
    );
    expect(heard.length).toBe(commands.length + 2);
    expect(heard.filter((one) => !/Receiving end does not exist|disconnected|no answer/.test(String(one)))).toEqual([]);
  });

  test("a script under Gloss's own id in a web page", async () => {
    const page = await session.gloss.openTab(site.url('/granted'));
    // The reader's click grants the page; from there on Gloss may put scripts into it, as it does to read.
    await session.gloss.openPanel(page);
    await watcher.evaluate(`globalThis.attack = ${attack.toString()}`);
    const heard = await withoutEffect((words) =>
      watcher.evaluate(
        async ({ args, url }) => {
          const { chrome, attack: func } = globalThis as unknown as {
            chrome: {
              tabs: { query(what: object): Promise<{ id: number; url?: string }[]> };
              scripting: { executeScript(what: object): Promise<{ result: unknown[] }[]> };
            };
            attack: unknown;
          };
          const tab = (await chrome.tabs.query({})).find((one) => one.url === url);
          if (!tab) throw new Error('the click granted nothing');
          const [frame] = await chrome.scripting.executeScript({
            target: { tabId: tab.id },
            world: 'ISOLATED',
            func,
            args,
          });
          return frame?.result ?? [];
        },
        { args: [{ target: null, all: words, port: panelPort }], url: page.url() },
      ),
    );
    expect(heard.length).toBe(commands.length + 2);
    expect(heard).toContain('disconnected');
    await page.close();
  });

  test('and the figures', async () => {
    expect(tried).toBe(3 * commands.length);
    await report({ 'Commands tried by others': tried, 'Effects seen': effects });
  });
});
