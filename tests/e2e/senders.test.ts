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
import { extensionId, until } from '../../scripts/drive.mjs';
import { attack, commands, messages, stored } from './harness/attack';
import { buildFor } from './harness/build';
import { report } from './harness/report';
import { Session } from './harness/session';
import { openSite, siteNames, type Site } from './harness/site';

let session: Session;
let site: Site;
let folder: string;
let stranger: Worker;
let watcher: Page;

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

const all = (): Promise<Record<string, unknown>[]> =>
  watcher
    .evaluate(async () => {
      const { chrome } = globalThis as unknown as {
        chrome: { storage: { local: { get(): Promise<{ connections: { id: string }[] }> } } };
      };
      return (await chrome.storage.local.get()).connections[0]?.id ?? '';
    })
    .then((connectionId) => messages(connectionId, 'chat', { server: session.upstream.origin, site: site.url('') }));

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
  const [before, counted] = [await watcher.evaluate(stored), count()];
  const heard = await act(words);
  tried += words.length;
  const [after, countedAfter] = [await watcher.evaluate(stored), count()];
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
          [
            'sidepanel.html',
            'options.html',
            'background.js',
            'worker/working.js',
            'manifest.json',
            'icons/128.png',
          ].map((file) =>
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
