/**
 * A key goes to the one origin it was saved for and is found nowhere else, whatever a server does with it: not in a page, a
 * store, a file, a console or the log of another server.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answerToEnd, answers, ask, newChat, questions, storedConnections, until } from '../../scripts/drive.mjs';
import type { Gloss } from './harness/browser';
import { Canary } from './harness/canary';
import { report } from './harness/report';
import { Session, setUpConnection } from './harness/session';
import { Upstream } from './harness/upstream';

/** Random letters, so that nothing else can look like it; no prefix that redaction knows by its shape in `plainKey`. */
const canaryKey = 'sk-canary-7f3aQ9xLw2VbT5nRz8Ke';
const plainKey = 'CANARY0b1cTd4Wq6YhPm3SvUjX';
const sessionKey = 'CANARYsessionE8rGk2NdZ5aMwQx';
const sealedKey = 'CANARYsealedH4tJ7pLf9CyBuVo';
const keys = [canaryKey, plainKey, sessionKey, sealedKey];

const otherName = 'other.test';

let session: Session;
let other: Canary;
let elsewhere: Upstream;
let options: Page;
let panel: Page;
const consoles: string[] = [];

const gloss = (): Gloss => session.gloss;

/** Follows every console, the worker's too. */
function listen(): void {
  const { context } = gloss();
  const follow = (page: Page) => page.on('console', (message) => consoles.push(message.text()));
  for (const page of context.pages()) follow(page);
  context.on('page', follow);
  for (const worker of context.serviceWorkers()) worker.on('console', (message) => consoles.push(message.text()));
}

beforeAll(async () => {
  other = await Canary.start();
  elsewhere = await Upstream.start();
  session = await Session.start({ hosts: [otherName] });
  listen();
  await setUpConnection(gloss(), {
    baseUrl: `${session.upstream.origin}/a/v1`,
    model: 'test-model',
    key: canaryKey,
    name: 'Canary',
  });
  await setUpConnection(gloss(), {
    baseUrl: `${session.upstream.origin}/b/v1`,
    model: 'test-model',
    key: plainKey,
    name: 'Plain',
  });
  options = await gloss().openOptions();
  panel = await session.freshPanel();
});
afterAll(async () => {
  await session?.close();
  await Promise.all([other?.close(), elsewhere?.close()]);
});

/** A command, as the page itself would give it. */
const say = (message: object): Promise<{ ok: boolean; value?: unknown; error?: { message: string } }> =>
  options.evaluate(
    (words) =>
      (
        globalThis as unknown as { chrome: { runtime: { sendMessage(message: object): Promise<never> } } }
      ).chrome.runtime.sendMessage(words),
    message,
  );

/** Site access as a click on *Save* asks for it. */
async function allow(pattern: string): Promise<void> {
  await gloss().allow(pattern);
  const click = await gloss().context.newCDPSession(options);
  const { result } = await click.send('Runtime.evaluate', {
    expression: `chrome.permissions.request({ origins: [${JSON.stringify(pattern)}] })`,
    userGesture: true,
    awaitPromise: true,
  });
  await click.detach();
  expect(result.value).toBe(true);
}

const connectionNamed = async (name: string) => {
  const found = (await storedConnections(options)).find((one) => one.name === name);
  if (!found) throw new Error(`no connection ${name}`);
  return found;
};

/** Makes a connection the one that answers, and begins a chat. */
async function use(name: string): Promise<void> {
  const { id } = await connectionNamed(name);
  await say({ type: 'connection.setDefault', id });
  await newChat(panel);
  await expect.poll(() => panel.getByRole('combobox', { name: 'Model' }).innerText()).toContain('test-model');
}

async function askAnything(): Promise<string> {
  const before = await answers(panel).count();
  await ask(panel, 'Anything');
  await expect.poll(() => answers(panel).count()).toBe(before + 1);
  await answerToEnd(panel);
  return answers(panel).last().innerText();
}

/** Everything that a page of Gloss can read, but for the store of the keys, as one text; and that store. */
async function everything(): Promise<{ rest: string; keyStore: string }> {
  const stores = await options.evaluate(async () => {
    const { chrome } = globalThis as unknown as {
      chrome: { storage: Record<'local' | 'session' | 'sync', { get(): Promise<object> }> };
    };
    const words = (value: unknown): string =>
      JSON.stringify(value, (_, inner: unknown) =>
        inner instanceof ArrayBuffer || ArrayBuffer.isView(inner) ? new TextDecoder('latin1').decode(inner) : inner,
      );
    let rest = words([
      await chrome.storage.local.get(),
      await chrome.storage.sync.get(),
      { ...localStorage },
      { ...sessionStorage },
      await caches.keys(),
      location.href,
    ]);
    let keyStore = words(await chrome.storage.session.get());
    for (const { name } of await indexedDB.databases()) {
      if (name === undefined) continue;
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        const request = indexedDB.open(name);
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(new Error(`cannot open ${name}`));
      });
      for (const store of database.objectStoreNames) {
        const rows = await new Promise<unknown[]>((resolve, reject) => {
          const request = database.transaction(store).objectStore(store).getAll();
          request.onsuccess = () => resolve(request.result as unknown[]);
          request.onerror = () => reject(new Error(`cannot read ${store}`));
        });
        if (name === 'gloss-keys') keyStore += words(rows);
        else rest += words(rows);
      }
      database.close();
    }
    return { rest, keyStore };
  });
  const pages = await Promise.all(
    [panel, options].map((page) =>
      page.evaluate(() => {
        const fields = [...document.querySelectorAll<HTMLInputElement>('input, textarea')].map(({ value }) => value);
        return [document.documentElement.outerHTML, document.title, ...fields].join('\n');
      }),
    ),
  );
  return { rest: [stores.rest, ...pages].join('\n'), keyStore: stores.keyStore };
}

/** The file that *Export* makes. */
async function exportedFile(): Promise<string> {
  await options.evaluate(() => {
    const make = URL.createObjectURL.bind(URL);
    URL.createObjectURL = (blob) => {
      Object.assign(globalThis, { exportedFile: blob });
      return make(blob);
    };
  });
  await options.goto(gloss().url('options.html#data'));
  await options.getByRole('button', { name: /^Export/ }).click();
  return until('the exported file', () =>
    options.evaluate(() => (globalThis as { exportedFile?: Blob }).exportedFile?.text() ?? ''),
  );
}

const found = (text: string): string[] => keys.filter((key) => text.includes(key));

describe('a server that says the key back', () => {
  test.each(['Canary', 'Plain'])('%s: in errors of every kind, in headers, in the stream', async (name) => {
    const key = name === 'Canary' ? canaryKey : plainKey;
    await use(name);
    const echo = { 'x-echo': key, 'www-authenticate': `Bearer realm="${key}"` };
    const message = `Incorrect API key provided: ${key}. You sent Authorization: Bearer ${key}, ?key=${encodeURIComponent(key)}`;
    for (const status of [400, 401, 403, 404, 422]) {
      session.upstream.next({ status, headers: echo, body: { error: { message, type: key, code: key, param: key } } });
      const said = await askAnything();
      expect(found(said)).toEqual([]);
    }
    session.upstream.next({ status: 401, headers: echo, body: `<h1>${message}</h1>` });
    await askAnything();
    session.upstream.next({
      headers: { ...echo, 'content-type': 'text/event-stream' },
      body: `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: 'x' } }] })}\n\ndata: ${JSON.stringify({ error: { message, code: key } })}\n\n`,
    });
    await askAnything();
    const request = session.upstream.chats.at(-1);
    expect(request?.headers.authorization).toBe(`Bearer ${key}`);
    const { id } = await connectionNamed(name);
    session.upstream.next({ status: 401, headers: echo, body: { error: { message, code: key } } });
    expect(found(JSON.stringify(await say({ type: 'connection.doctor', id })))).toEqual([]);
  });

  test.each(['Canary', 'Plain'])('%s: in its answer, in pieces', async (name) => {
    const key = name === 'Canary' ? canaryKey : plainKey;
    await use(name);
    const letters = `Your key is ${key}, and again: ${key}. Good bye.`.match(/.{1,3}/g) ?? [];
    session.upstream.next({
      events: [
        { choices: [{ index: 0, delta: { reasoning_content: `Thinking of ${key}` } }] },
        ...letters.map((content) => ({ choices: [{ index: 0, delta: { content } }] })),
        {
          choices: [
            { index: 0, delta: { tool_calls: [{ index: 0, id: key, function: { name: key, arguments: key } }] } },
          ],
          citations: [`https://source.test/?k=${key}`],
        },
        { choices: [{ index: 0, delta: {}, finish_reason: key }] },
      ],
    });
    const said = await askAnything();
    expect(said).toMatch(/Your key is \S{0,3}\[key\], and again: \S{0,3}\[key\]\. Good bye\./);
    expect(found((await everything()).rest)).toEqual([]);
    // What the next question sends of it has no key in it either.
    const before = session.upstream.chats.length;
    await ask(panel, 'And now?');
    const { body } = await session.upstream.chat(before + 1);
    await answerToEnd(panel);
    expect(JSON.stringify(body)).toContain('Good bye.');
    expect(found(JSON.stringify(body))).toEqual([]);
  });

  test('in its list of models', async () => {
    for (const [name, key] of [
      ['Canary', canaryKey],
      ['Plain', plainKey],
    ] as const) {
      session.upstream.models = ['test-model', `model-of-${key}`, key];
      const connection = await connectionNamed(name);
      const reply = await say({ type: 'connection.models', connection, fresh: true });
      expect(reply).toMatchObject({ ok: true, value: { models: [{ id: 'test-model' }] } });
      expect(found(JSON.stringify(reply))).toEqual([]);
    }
    session.upstream.models = ['test-model'];
  });

  test('no command gives it back', async () => {
    const { id } = await connectionNamed('Canary');
    const status = await say({ type: 'key.status', id });
    expect(status).toMatchObject({
      ok: true,
      value: { present: true, keeping: 'device', origin: session.upstream.origin },
    });
    expect(found(JSON.stringify(status))).toEqual([]);
    const { rest, keyStore } = await everything();
    expect(found(keyStore)).toEqual([canaryKey, plainKey]);
    expect(found(rest)).toEqual([]);
  });
});

test('its field hides it, and nobody is offered to keep it', async () => {
  const { id } = await connectionNamed('Canary');
  const page = await gloss().openTab(gloss().url(`options.html#connection=${id}`));
  const field = page.getByLabel('API key').first();
  expect(await field.inputValue()).toBe('');
  await field.fill('typed-just-now');
  expect(await field.getAttribute('type')).toBe('password');
  expect(await field.getAttribute('autocomplete')).toBe('off');
  expect(await page.title()).not.toContain('typed-just-now');
  expect(page.url()).not.toContain('typed-just-now');
  await page.close();
});

describe('another origin', () => {
  test.each([301, 302, 303, 307, 308])('a redirect (%i) is refused, and its goal sees nothing', async (status) => {
    await use('Canary');
    const location = `${other.origin(otherName)}/taken?key=${canaryKey}`;
    session.upstream.next({ status, headers: { location }, body: 'elsewhere' });
    const said = await askAnything();
    expect(said).toMatch(/on to another address/);
    expect(found(said)).toEqual([]);
    expect(other.connections).toBe(0);
  });

  test('a new address clears the key', async () => {
    const connection = await connectionNamed('Plain');
    const moved = { ...connection, baseUrl: elsewhere.baseUrl.replace('127.0.0.1', 'localhost') };
    await allow('http://localhost/*');
    expect(await say({ type: 'connection.save', connection: moved })).toEqual({
      ok: true,
      value: { keyCleared: true },
    });
    expect(await say({ type: 'key.status', id: connection.id })).toMatchObject({ ok: true, value: { present: false } });
    await use('Plain');
    await askAnything();
    expect(elsewhere.chats).toHaveLength(1);
    expect(elsewhere.chats[0]?.headers.authorization).toBeUndefined();
    // Back again: the key has gone for good.
    await say({ type: 'connection.save', connection });
    expect(await say({ type: 'key.status', id: connection.id })).toMatchObject({ value: { present: false } });
    expect(found((await everything()).keyStore)).toEqual([canaryKey]);
  });

  test('another port of the same host is another origin', async () => {
    const connection = await connectionNamed('Canary');
    const reply = await say({
      type: 'connection.models',
      connection: { ...connection, baseUrl: elsewhere.baseUrl },
      fresh: true,
    });
    expect(found(JSON.stringify(elsewhere.others))).toEqual([]);
    expect(found(JSON.stringify(reply))).toEqual([]);
    await say({ type: 'connection.test', connection: { ...connection, baseUrl: elsewhere.baseUrl } });
    expect(found(JSON.stringify([elsewhere.others, elsewhere.chats]))).toEqual([]);
  });
});

test('no cookie goes along or is kept, and no referrer', async () => {
  await gloss().context.addCookies([{ name: 'login', value: 'secret', url: session.upstream.origin }]);
  await use('Canary');
  session.upstream.next({ headers: { 'set-cookie': 'planted=1; Path=/' } });
  await askAnything();
  await say({ type: 'connection.models', connection: await connectionNamed('Canary'), fresh: true });
  for (const { headers } of [...session.upstream.chats, ...session.upstream.others]) {
    expect(headers.cookie).toBeUndefined();
    expect(headers.referer).toBeUndefined();
  }
  expect((await gloss().context.cookies()).map(({ name }) => name)).toEqual(['login']);
});

describe('ways of keeping', () => {
  test('until the browser closes, and behind a passphrase', async () => {
    const base = await connectionNamed('Canary');
    const add = (id: string, path: string, key: string, keeping: string) =>
      say({
        type: 'connection.save',
        connection: { ...base, id, name: id, baseUrl: `${session.upstream.origin}/${path}/v1` },
        key,
        keeping,
      });
    expect(await add('brief', 'c', sessionKey, 'session')).toMatchObject({ ok: true });
    expect(await say({ type: 'passphrase.set', passphrase: 'correct horse battery' })).toMatchObject({ ok: true });
    expect(await add('sealed', 'd', sealedKey, 'passphrase')).toMatchObject({ ok: true });
    for (const [name, key] of [
      ['brief', sessionKey],
      ['sealed', sealedKey],
    ] as const) {
      await use(name);
      await askAnything();
      expect(session.upstream.chats.at(-1)?.headers.authorization).toBe(`Bearer ${key}`);
    }
    const { rest, keyStore } = await everything();
    expect(found(rest)).toEqual([]);
    expect(found(keyStore)).toContain(sessionKey);
    expect(keyStore).not.toContain(sealedKey);
  });

  test('nothing of either is on the disk, and the next start asks for them', async () => {
    await session.restart('quit');
    listen();
    options = await gloss().openOptions();
    panel = await session.freshPanel();
    expect(await say({ type: 'key.status', id: 'brief' })).toMatchObject({ value: { present: false } });
    expect(await say({ type: 'passphrase.status' })).toEqual({ ok: true, value: { set: true, locked: true } });

    const before = session.upstream.chats.length;
    await use('sealed');
    expect(await askAnything()).toMatch(/keys are locked/i);
    expect(session.upstream.chats).toHaveLength(before);

    // Where the answer stopped the passphrase can be given, and the question goes on by itself.
    const stopped = answers(panel).last();
    const field = stopped.getByLabel('Passphrase');
    await field.fill('wrong horse');
    await stopped.getByRole('button', { name: 'Unlock' }).click();
    await expect.poll(() => stopped.innerText()).toContain('This is not the passphrase');
    expect(session.upstream.chats).toHaveLength(before);
    await field.fill('correct horse battery');
    await field.press('Enter');
    const { headers, body } = await session.upstream.chat(before + 1);
    expect(headers.authorization).toBe(`Bearer ${sealedKey}`);
    expect(body.messages?.at(-1)).toMatchObject({ role: 'user', content: 'Anything' });
    await expect.poll(() => answers(panel).last().innerText()).toContain('A short answer');
    await answerToEnd(panel);
    expect(await panel.getByLabel('Passphrase').count()).toBe(0);
    expect(await questions(panel).count()).toBe(1);
    expect((await everything()).rest).not.toContain('correct horse');

    for (const key of [sessionKey, sealedKey]) expect(filesHolding(gloss().profile, key)).toEqual([]);
  });
});

/** Files of the profile in which a text stands, in one byte a letter or in two. */
function filesHolding(folder: string, text: string): string[] {
  const spellings = [Buffer.from(text), Buffer.from(text, 'utf16le')];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => {
      try {
        const bytes = readFileSync(file);
        return spellings.some((spelling) => bytes.includes(spelling));
      } catch {
        // The browser took it away meanwhile.
        return false;
      }
    });
}

test('found at its own origin, and nowhere else', async () => {
  const { rest } = await everything();
  const file = await exportedFile();
  const otherLogs = JSON.stringify([other.arrivals, elsewhere.chats, elsewhere.others]);
  // The search can find: what the chats hold is there, and the key is in its own store and at its own server.
  expect(rest).toContain('Anything');
  expect(file).toContain('Anything');
  const own = session.upstream.chats.filter(({ headers }) => headers.authorization === `Bearer ${canaryKey}`);
  expect(own.length).toBeGreaterThan(5);
  expect(own.every(({ path }) => path.startsWith('/a/'))).toBe(true);

  const places = { rest, file, otherLogs, consoles: consoles.join('\n') };
  const off = Object.entries(places).flatMap(([place, text]) => found(text).map((key) => `${place}: ${key}`));
  // In an address, or in a body, it would be in logs that servers keep.
  for (const { path, body } of [...session.upstream.chats, ...session.upstream.others]) {
    if (found(`${path} ${JSON.stringify(body)}`).length > 0) off.push(`a request to ${path}`);
  }
  await report({ 'Keys planted': keys.length, 'Keys found off their origin': off.length });
  expect(off).toEqual([]);
});
