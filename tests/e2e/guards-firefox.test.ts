/**
 * What keeps Gloss from leaking, in Firefox: nothing that others write makes a request, a key stays at its origin, and nobody
 * but Gloss's own pages can make it do anything. The long forms of these tests are about Chromium (leaks, keys, senders).
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { panelPort } from '../../core/protocol';
import { until } from '../../scripts/drive.mjs';
import { CANARY, payloads as templates } from '../security/payloads';
import { attack, commands, messages, stored } from './harness/attack';
import { Canary } from './harness/canary';
import { GlossInFirefox, addConnection, named } from './harness/firefox';
import { events, inBatches, inPieces } from './harness/pieces';
import { openSite, siteNames, type Site } from './harness/site';
import { Upstream } from './harness/upstream';
import { strangeElements } from './harness/watch';

const canaryName = 'canary.test';
/** Leads to the same server, and is really visited, to show that whoever comes is seen. */
const controlName = 'control.test';
const strangerId = 'stranger@example.test';
const strangerUuid = '99999999-8888-4777-8666-555555555555';
const key = 'CANARY0b1cTd4Wq6YhPm3SvUjX';

let gloss: GlossInFirefox;
let canary: Canary;
let upstream: Upstream;
let site: Site;
let folder: string;
let options: Page;
let panel: Page;
const requests: string[] = [];
const opened: string[] = [];
const consoles: string[] = [];

beforeAll(async () => {
  [canary, upstream] = await Promise.all([Canary.start(), Upstream.start()]);
  site = await openSite({ '/': { body: '<!doctype html><title>Hostile</title><p>A page.' } });
  gloss = await GlossInFirefox.launch({
    hosts: [canaryName, controlName, ...siteNames],
    others: { [strangerId]: strangerUuid },
  });
  folder = mkdtempSync(join(tmpdir(), 'gloss-stranger-'));
  writeFileSync(
    join(folder, 'manifest.json'),
    JSON.stringify({
      manifest_version: 3,
      name: 'Stranger',
      version: '1',
      browser_specific_settings: { gecko: { id: strangerId } },
    }),
  );
  writeFileSync(join(folder, 'page.html'), '<!doctype html><title>Stranger</title>');
  await gloss.browser.installExtension(folder);

  options = await gloss.open('options.html');
  await addConnection(options, { baseUrl: upstream.baseUrl, key });
  panel = await gloss.open('sidepanel.html');
  for (const page of [options, panel]) page.on('console', (message) => consoles.push(message.text()));
  panel.on('request', (request) => {
    if (!/^(?:moz-extension|data|blob):/.test(request.url())) requests.push(request.url());
  });
  panel.on('framenavigated', (frame) => opened.push(frame.url()));
  await panel.evaluate(() => {
    const violations: string[] = [];
    Object.assign(globalThis, { violations });
    addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sample }) =>
      violations.push(`${effectiveDirective} ${blockedURI} ${sample}`),
    );
  });
});
afterAll(async () => {
  await gloss?.close();
  await Promise.all([canary?.close(), upstream?.close(), site?.close()]);
  if (folder) rmSync(folder, { recursive: true, force: true });
});

const violations = (): Promise<string[]> =>
  panel.evaluate(() => (globalThis as { violations?: string[] }).violations ?? ['was not watched']);
const answers = (): Promise<number> => panel.$$eval('article[aria-label="Answer"]', (all) => all.length);

/** A command, as the page itself would give it. */
const say = (message: object): Promise<{ ok: boolean; value?: unknown }> =>
  options.evaluate(`browser.runtime.sendMessage(${JSON.stringify(message)})`) as Promise<{ ok: boolean }>;

/** Asks in a new chat, waits for the end, and unfolds all that is folded. */
async function askAfresh(question: string): Promise<string> {
  await panel.bringToFront();
  await named(panel, 'button', 'New chat').click();
  await until('an empty chat', async () => (await answers()) === 0);
  await named(panel, 'textbox', 'Message').fill(question);
  await named(panel, 'button', 'Send').click();
  await until('the answer', async () => (await answers()) === 1);
  await until('its end', async () => (await panel.$('button[aria-label="Stop"]')) === null);
  return panel.evaluate(() => {
    for (const fold of document.querySelectorAll<HTMLElement>('article button[aria-expanded="false"]')) fold.click();
    return document.body.innerText;
  });
}

describe('nothing that others write makes a request', () => {
  const payloads = () => templates.map(({ text }) => text.replaceAll(CANARY, canary.origin(canaryName)));

  /** All that must not have happened up to now, in words. */
  async function happened(tabs: number): Promise<string[]> {
    return [
      ...(await violations()).map((one) => `policy: ${one}`),
      ...requests.map((one) => `request: ${one}`),
      ...opened.map((one) => `navigation: ${one}`),
      ...canary.arrivals.map(({ path }) => `canary: ${path}`),
      ...(canary.connections > 0 ? [`canary: ${canary.connections} connections`] : []),
      ...((await gloss.browser.pages()).length === tabs ? [] : ['a tab was opened']),
      ...(await strangeElements(panel)),
    ];
  }

  test('answers, thoughts, tools, sources and errors', async () => {
    const tabs = (await gloss.browser.pages()).length;
    for (const batch of inBatches(payloads(), 80)) {
      const text = batch.join('\n\n');
      const [title = ''] = batch;
      upstream.next({ pieces: inPieces(text, 120) });
      await askAfresh(title);
      expect(await panel.$$eval('.markdown *', (all) => all.length)).toBeGreaterThan(20);
      expect(await happened(tabs)).toEqual([]);
      upstream.next({
        headers: { 'content-type': 'text/event-stream' },
        body: events(
          ...inPieces(text, 500).map((reasoning_content) => ({ reasoning_content })),
          { tool_calls: [{ index: 0, id: 't', function: { name: title, arguments: text } }] },
          ...inPieces(text, 500).map((refusal) => ({ refusal })),
          ...batch.map((words) => ({
            annotations: [{ type: 'url_citation', url_citation: { url: words.trim(), title: words } }],
          })),
        ),
      });
      await askAfresh('What do you think?');
      expect(await happened(tabs)).toEqual([]);
      upstream.next({ status: 400, body: { error: { message: text, type: title, code: title } } });
      await askAfresh('And now?');
      expect(await happened(tabs)).toEqual([]);
    }
  });

  test('those who watch are awake', async () => {
    await panel.evaluate((src) => document.body.append(Object.assign(new Image(), { src })), canary.origin(canaryName));
    await expect.poll(violations).toContainEqual(expect.stringMatching(/^img-src/));
    expect(await strangeElements(panel)).toEqual([expect.stringMatching(/^src/)]);
    await panel.evaluate(() => document.querySelector('body > img')?.remove());
    const page = await gloss.browser.newPage();
    await page.goto(`${canary.origin(controlName)}/control`);
    expect(canary.arrivals.map(({ path }) => path)).toContain('/control');
    await page.close();
    canary.arrivals.length = 0;
  });
});

describe('a key stays at its origin', () => {
  /** Everything that the pages of Gloss hold and can read, but for the store of the keys; and that store. */
  async function everything(): Promise<{ rest: string; keyStore: string }> {
    const words = (await options.evaluate(`(async () => {
      let keyStore = '';
      let rest = JSON.stringify([
        await browser.storage.local.get(),
        await browser.storage.session.get(),
        { ...localStorage }, { ...sessionStorage }, await caches.keys(), location.href,
      ]);
      for (const { name } of await indexedDB.databases()) {
        const database = await new Promise((resolve, reject) => {
          const request = indexedDB.open(name);
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(new Error(name));
        });
        for (const store of database.objectStoreNames) {
          const rows = await new Promise((resolve) => {
            const request = database.transaction(store).objectStore(store).getAll();
            request.onsuccess = () => resolve(request.result);
          });
          if (name === 'gloss-keys') keyStore += JSON.stringify(rows);
          else rest += JSON.stringify(rows);
        }
        database.close();
      }
      return { rest, keyStore };
    })()`)) as { rest: string; keyStore: string };
    const pages = await Promise.all(
      [panel, options].map((page) =>
        page.evaluate(() => {
          const fields = [...document.querySelectorAll<HTMLInputElement>('input, textarea')].map(({ value }) => value);
          return [document.documentElement.outerHTML, document.title, ...fields].join('\n');
        }),
      ),
    );
    return { rest: [words.rest, ...pages].join('\n'), keyStore: words.keyStore };
  }

  test('whatever its server says back, and wherever that sends', async () => {
    const echo = { 'x-echo': key, 'www-authenticate': `Bearer realm="${key}"` };
    const message = `Incorrect API key provided: ${key}. You sent Authorization: Bearer ${key}`;
    const before = upstream.chats.length;
    for (const status of [400, 401, 403]) {
      upstream.next({ status, headers: echo, body: { error: { message, type: key, code: key } } });
      expect(await askAfresh('Anything')).not.toContain(key);
    }
    const error = `data: ${JSON.stringify({ error: { message, code: key } })}\n\n`;
    upstream.next({ headers: { ...echo, 'content-type': 'text/event-stream' }, body: error });
    expect(await askAfresh('Anything')).not.toContain(key);
    for (const status of [302, 307]) {
      upstream.next({ status, headers: { location: `${canary.origin(canaryName)}/taken?key=${key}` }, body: 'x' });
      expect(await askAfresh('Anything')).toMatch(/on to another address/);
    }
    upstream.models = ['test-model', `model-of-${key}`];
    const [connection] = (await options.evaluate(
      `browser.storage.local.get('connections').then(({ connections }) => connections)`,
    )) as { id: string }[];
    const list = await say({ type: 'connection.models', connection, fresh: true });
    expect(list).toMatchObject({ ok: true });
    expect(JSON.stringify(list)).not.toContain(key);
    expect(JSON.stringify(await say({ type: 'connection.doctor', id: connection?.id }))).not.toContain(key);

    const asked = upstream.chats.slice(before);
    expect(asked.length).toBeGreaterThanOrEqual(6);
    for (const { headers, path, body } of [...asked, ...upstream.others]) {
      expect(headers.authorization).toBe(`Bearer ${key}`);
      expect(headers.cookie).toBeUndefined();
      expect(headers.referer).toBeUndefined();
      expect(path + JSON.stringify(body)).not.toContain(key);
    }
    expect(canary.arrivals).toEqual([]);
    const { rest, keyStore } = await everything();
    // The search can find.
    expect(rest).toContain('Anything');
    expect(keyStore).toContain(key);
    expect(rest).not.toContain(key);
    expect(consoles.join('\n')).not.toContain(key);
    const logged = await gloss.inBrowser('Services.console.getMessageArray().map(String).join("\\n")');
    expect(String(logged)).not.toContain(key);
  });
});

describe('no effect of anything said by', () => {
  /** Nothing has changed, nothing was asked, nothing was opened, and nobody was told anything. */
  async function withoutEffect(act: (words: Record<string, unknown>[]) => Promise<unknown>): Promise<unknown[]> {
    const [connection] = (await options.evaluate(
      `browser.storage.local.get('connections').then(({ connections }) => connections)`,
    )) as { id: string }[];
    const words = messages(connection?.id ?? '', 'chat', { server: upstream.origin, site: site.url('') });
    expect(words).toHaveLength(commands.length);
    const look = async () => [
      JSON.parse(await options.evaluate(stored)) as unknown,
      upstream.chats.length + upstream.others.length,
      (await gloss.browser.pages()).length,
    ];
    const before = await look();
    const heard = (await act(words)) as unknown[];
    expect(await look()).toEqual(before);
    expect(heard.filter((one) => typeof one === 'object' && one !== null)).toEqual([]);
    return heard;
  }

  test('a web page', async () => {
    const page = await gloss.browser.newPage();
    await page.goto(site.url('/'));
    const own = await options.evaluate(() => location.origin);
    const heard = await withoutEffect((all) => page.evaluate(attack, { target: gloss.id, all, port: panelPort }));
    expect(heard).toEqual(['cannot speak']);
    // Nor can it embed or fetch anything of Gloss's.
    const fetched = await page.evaluate(
      (origin) =>
        Promise.all(
          ['sidepanel.html', 'options.html', 'background.js', 'manifest.json', 'icons/128.png'].map((file) =>
            fetch(`${origin}/${file}`).then(
              () => file,
              () => null,
            ),
          ),
        ),
      own,
    );
    expect(fetched.filter(Boolean)).toEqual([]);
    await page.close();
  });

  test('another extension', async () => {
    const page = await gloss.browser.newPage();
    page.goto(`moz-extension://${strangerUuid}/page.html`).catch(() => undefined);
    await until('the other extension', () => page.evaluate(() => document.title === 'Stranger').catch(() => false));
    const heard = await withoutEffect((all) => page.evaluate(attack, { target: gloss.id, all, port: panelPort }));
    expect(heard).toHaveLength(commands.length + 2);
    expect(heard.filter((one) => !/Receiving end does not exist|disconnected|no answer/.test(String(one)))).toEqual([]);
    await page.close();
  });

  test("a script under Gloss's own id in a web page", async () => {
    // Access to the provider's address is access to a page of it, where Gloss may put a script as it does to read.
    const page = await gloss.browser.newPage();
    await page.goto(`${upstream.origin}/page`);
    const heard = await withoutEffect(
      (all) =>
        options.evaluate(`(async () => {
          const [tab] = await browser.tabs.query({ url: ${JSON.stringify('http://127.0.0.1/*')} });
          const [frame] = await browser.scripting.executeScript({
            target: { tabId: tab.id },
            func: ${attack.toString()},
            args: [${JSON.stringify({ target: null, all, port: panelPort })}],
          });
          if (frame.error) throw new Error(String(frame.error));
          return frame.result;
        })()`) as Promise<unknown>,
    );
    expect(heard).toHaveLength(commands.length + 2);
    expect(heard).toContain('disconnected');
    await page.close();
  });
});
