/**
 * Nothing that a model, a page, a title, a file or a server writes makes the browser ask for anything, run anything or go
 * anywhere. Every payload is shown in the built panel in a real browser, streamed in pieces and each by itself.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answerToEnd, answers, newChat, questions, until } from '../../scripts/drive.mjs';
import { CANARY, payloads as templates } from '../security/payloads';
import { injections } from '../security/strings';
import { Canary } from './harness/canary';
import { events, inBatches, inPieces } from './harness/pieces';
import { report } from './harness/report';
import { Session } from './harness/session';
import { openSite, siteNames, type Site } from './harness/site';
import { strangeElements, watchClosely, type Watched } from './harness/watch';

const canaryName = 'canary.test';
/** Leads to the same server, and is really visited, to show that whoever comes is seen. */
const controlName = 'control.test';

const netLogFolder = mkdtempSync(join(tmpdir(), 'gloss-netlog-'));
const netLog = join(netLogFolder, 'log.json');

let canary: Canary;
let session: Session;
let site: Site;
let panel: Page;
let watched: Watched;
const alsoWatched: Watched[] = [];
const tabs: string[] = [];

/** The payloads as they are written to this run's canary. */
let payloads: { name: string; text: string }[] = [];
const filled = (text: string) => text.replaceAll(CANARY, canary.origin(canaryName));

beforeAll(async () => {
  canary = await Canary.start();
  payloads = templates.map(({ name, text }) => ({ name, text: filled(text) }));
  session = await Session.start({
    hosts: [canaryName, `*.${canaryName}`, controlName, ...siteNames],
    args: [`--log-net-log=${netLog}`],
  });
  site = await openSite({ '/': { body: '<title>A page</title><p>Read me.' } });
  const page = await session.gloss.openTab(site.url('/'));
  panel = await session.gloss.openPanel(page);
  watched = await watchClosely(panel);
  session.gloss.context.on('page', (opened) => tabs.push(opened.url()));
});
afterAll(async () => {
  await session?.close();
  await Promise.all([canary?.close(), site?.close()]);
  rmSync(netLogFolder, { recursive: true, force: true });
});

/** All that must not have happened up to now, in words. */
async function happened(look: Watched = watched): Promise<string[]> {
  return [
    ...(await look.violations()).map((one) => `policy: ${one}`),
    ...look.requests.map((one) => `request: ${one}`),
    ...look.navigations.map((one) => `navigation: ${one}`),
    ...tabs.map((one) => `tab: ${one}`),
    ...canary.arrivals.map(({ path }) => `canary: ${path}`),
    ...(canary.connections > 0 ? [`canary: ${canary.connections} connections`] : []),
    ...session.gloss.trouble.errors.map((one) => `error: ${one}`),
    ...session.gloss.trouble.requests.map((one) => `request: ${one}`),
    ...(await strangeElements(look.page)),
  ];
}

async function ask(question: string): Promise<void> {
  const before = await answers(panel).count();
  await panel.getByRole('textbox', { name: 'Message' }).fill(question);
  await panel.keyboard.press('Enter');
  await expect.poll(() => answers(panel).count()).toBe(before + 1);
  await answerToEnd(panel);
}

/** Thoughts, calls of tools and long quotes are drawn only when they are opened. */
const unfoldAll = (): Promise<void> =>
  panel.evaluate(() => {
    for (const fold of document.querySelectorAll<HTMLElement>('article button[aria-expanded="false"]')) fold.click();
  });

test('the table is as long as it should be', () => {
  expect(payloads.length).toBeGreaterThanOrEqual(150);
  expect(new Set(payloads.map(({ name }) => name)).size).toBe(payloads.length);
  expect(payloads.filter(({ text }) => text.includes(canaryName)).length).toBeGreaterThan(150);
});

describe('while it is written', () => {
  test('answers', async () => {
    for (const batch of inBatches(payloads, 40)) {
      const text = batch.map((payload) => payload.text).join('\n\n');
      await newChat(panel);
      session.upstream.next({ pieces: inPieces(text, 40), paceMs: 1 });
      // The first question becomes the chat's title.
      await ask(batch[0]?.text ?? '');
      await expect.poll(() => answers(panel).last().locator('.markdown *').count()).toBeGreaterThan(20);
      expect(await happened()).toEqual([]);
    }
  });

  test('thoughts, refusals, tools and sources', async () => {
    for (const batch of inBatches(payloads, 100)) {
      const text = batch.map((payload) => payload.text).join('\n\n');
      await newChat(panel);
      session.upstream.next({
        headers: { 'content-type': 'text/event-stream' },
        body: events(
          ...inPieces(text, 500).map((reasoning_content) => ({ reasoning_content })),
          { tool_calls: [{ index: 0, id: 't', function: { name: batch[1]?.text, arguments: text } }] },
          ...inPieces(text, 500).map((refusal) => ({ refusal })),
          {
            annotations: batch.map((payload, place) => ({
              type: 'url_citation',
              url_citation: {
                url: `${/CANARY|canary/.test(payload.text) ? payload.text.trim() : ''}#${place}`,
                title: payload.text,
                content: payload.text,
              },
            })),
          },
          { annotations: [{ url_citation: { url: `${canary.origin(canaryName)}/cited`, title: 'A source' } }] },
        ),
      });
      await ask('What do you think?');
      const answer = answers(panel).last();
      await unfoldAll();
      await expect.poll(() => answer.locator('.markdown').count()).toBeGreaterThan(1);
      await expect.poll(() => answer.getByRole('button', { name: /A source/ }).count()).toBe(1);
      expect(await happened()).toEqual([]);
    }
  });

  test('errors, as JSON, as a page, and in mid-stream', async () => {
    for (const [place, batch] of inBatches(payloads, 100).entries()) {
      const message = batch.map((payload) => payload.text).join('\n');
      await newChat(panel);
      const type = batch[2]?.text;
      session.upstream.next({ status: 400, body: { error: { message, type, code: type } } });
      await ask(`JSON ${place}`);
      session.upstream.next({ status: 404, body: `<!doctype html>${message}`, headers: { location: '/x' } });
      await ask(`Page ${place}`);
      session.upstream.next({
        headers: { 'content-type': 'text/event-stream' },
        body: `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: 'x' } }] })}\n\ndata: ${JSON.stringify({ error: { message, type } })}\n\n`,
      });
      await ask(`Stream ${place}`);
      await expect.poll(() => panel.getByRole('alert').count()).toBeGreaterThanOrEqual(2);
      expect(await happened()).toEqual([]);
    }
  });
});

/** A command over the way that pages of Gloss have, as the page itself would say it. */
const say = (page: Page, message: object): Promise<{ ok: boolean; error?: { message: string } }> =>
  page.evaluate(
    (words) =>
      (
        globalThis as unknown as { chrome: { runtime: { sendMessage(message: object): Promise<never> } } }
      ).chrome.runtime.sendMessage(words),
    message,
  );

/** An export in which every word that others could have written is a payload. */
function hostileExport(): string {
  const answerOf = (text: string, order: number, chatId: string) => ({
    id: `${chatId}-${order}`,
    chatId,
    parentId: order === 0 ? null : `${chatId}-${order - 1}`,
    order,
    createdAt: 1,
    role: 'assistant',
    state: order % 4 === 3 ? 'error' : order % 4 === 1 ? 'complete' : 'interrupted',
    connectionId: 'gone',
    providerId: text,
    provider: text,
    model: text,
    startedAt: 1,
    endedAt: 2,
    error: { kind: 'bad-request', message: text, origin: text, code: text },
    sourceHosts: [text],
    parts: [
      { type: 'reasoning', text },
      { type: 'text', text },
      { type: 'refusal', text },
      { type: 'tool-call', id: 't', name: text, input: text },
      { type: 'image', id: `i${order}`, mediaType: 'image/svg+xml', data: text },
      { type: 'image', id: `j${order}`, mediaType: 'image/png', data: text },
      { type: 'citation', url: text, title: text, text },
      { type: 'notice', notice: { kind: 'retracted', reason: text } },
      { type: 'notice', notice: { kind: 'server', origin: text } },
    ],
  });
  const questionOf = (text: string, order: number, chatId: string) => ({
    id: `${chatId}-${order}`,
    chatId,
    parentId: order === 0 ? null : `${chatId}-${order - 1}`,
    order,
    createdAt: 1,
    role: 'user',
    parts: [
      { type: 'text', text },
      { type: 'quote', id: `q${order}`, text, source: { title: text, url: text } },
      { type: 'page', id: `p${order}`, text, source: { title: text, url: text }, hidden: 1, removed: 1 },
    ],
  });
  const chatOf = (id: string, title: string, messages: object[]) => ({
    chat: {
      id,
      title,
      titled: true,
      createdAt: 1,
      updatedAt: 1,
      leafId: `${id}-${messages.length - 1}`,
      nextOrder: messages.length,
    },
    messages,
  });
  const pairs = (id: string, texts: string[]) =>
    texts.flatMap((text, place) => [questionOf(text, 2 * place, id), answerOf(text, 2 * place + 1, id)]);
  const texts = payloads.map(({ text }) => text);
  return JSON.stringify({
    format: 'gloss-export',
    version: 1,
    exportedAt: 1,
    chats: [
      ...inBatches(texts, 100).map((batch, place) =>
        chatOf(`all-${place}`, `Everything ${place}`, pairs(`all-${place}`, batch)),
      ),
      ...texts.map((text, place) => chatOf(`one-${place}`, text, [questionOf(text, 0, `one-${place}`)])),
    ],
    connections: texts.slice(0, 40).map((text, place) => ({
      id: `hostile-${place}`,
      provider: 'custom',
      name: text.slice(0, 200) || 'x',
      baseUrl: text.slice(0, 2000),
      model: text.slice(0, 300),
      enabled: true,
    })),
  });
}

describe('each by itself', () => {
  test('imported chats: questions, answers, quotes, pages, sources, errors, models and titles', async () => {
    const options = await session.gloss.openOptions();
    tabs.length = 0;
    alsoWatched.push(await watchClosely(options));
    const summary = await say(options, { type: 'data.import', json: hostileExport(), dryRun: false });
    expect(summary).toMatchObject({ ok: true });
    await options.locator('body').waitFor();

    await panel.getByRole('button', { name: 'History', exact: true }).click();
    const rows = panel.getByRole('region', { name: 'History' }).getByRole('listitem');
    await until('every title to be listed', async () => {
      await rows.last().scrollIntoViewIfNeeded();
      return (await rows.count()) >= payloads.length + 3;
    });
    expect(await happened()).toEqual([]);

    for (const place of inBatches(payloads, 100).keys()) {
      if (place > 0) await panel.getByRole('button', { name: 'History', exact: true }).click();
      await panel.getByRole('searchbox', { name: 'Search chats' }).fill(`Everything ${place}`);
      const hit = rows
        .filter({ hasText: `Everything ${place}` })
        .getByRole('button')
        .first();
      await hit.click();
      await expect.poll(() => answers(panel).count()).toBeGreaterThan(5);
      // What is far from view is drawn only when it comes near.
      const all = Math.min(100, payloads.length - place * 100);
      await until('every answer to be drawn', async () => {
        await panel.evaluate(() => {
          const log = document.querySelector('[role="log"]');
          if (log) log.scrollTop = Math.max(0, log.scrollTop - 3000);
        });
        return (await answers(panel).count()) === all;
      });
      expect(await questions(panel).count()).toBe(all);
      await unfoldAll();
      await expect.poll(() => panel.locator('article .markdown').count()).toBeGreaterThan(2 * all);
      expect(await happened()).toEqual([]);
    }
    expect(await happened(alsoWatched[0])).toEqual([]);
  });

  test('renamed chats', async () => {
    await newChat(panel);
    await ask('Rename me');
    const chatId = await panel.evaluate(async () => {
      const opened = await new Promise<IDBDatabase>((resolve, reject) => {
        const request = indexedDB.open('gloss-chats');
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(new Error('no database'));
      });
      const all = await new Promise<{ id: string; title: string }[]>((resolve) => {
        const request = opened.transaction('chats').objectStore('chats').getAll();
        request.onsuccess = () => resolve(request.result as { id: string; title: string }[]);
      });
      opened.close();
      return all.find(({ title }) => title === 'Rename me')?.id;
    });
    await panel.getByRole('button', { name: 'History', exact: true }).click();
    const short = payloads.filter(({ text }) => text.length <= 500);
    for (const { text } of short) {
      await until('the title to be taken', async () => {
        const reply = await say(panel, { type: 'chat.rename', chatId, title: text });
        if (!reply.ok && !reply.error?.message.startsWith('Too much')) throw new Error(reply.error?.message);
        return reply.ok;
      });
    }
    expect(short.length).toBeGreaterThan(150);
    expect(await happened()).toEqual([]);
    await panel.getByRole('button', { name: 'History', exact: true }).click();
  });

  test('names of models', async () => {
    session.upstream.models = payloads.map(({ text }) => text.slice(0, 300));
    await newChat(panel);
    await panel.getByRole('combobox', { name: 'Model' }).click();
    // The list shows so many at once; the rest is found by typing.
    for (const words of ['<img', '<svg', '<link', '<style', '<script', '<video', '![', '[x]', '$', '`', '&', 'x']) {
      await panel.getByRole('dialog').getByRole('searchbox').fill(words);
      await expect.poll(() => panel.getByRole('option').filter({ hasText: words }).count()).toBeGreaterThan(1);
      expect(await happened()).toEqual([]);
    }
    await panel.getByRole('dialog').getByRole('searchbox').fill('<img src');
    await panel
      .getByRole('option', { name: /img src/ })
      .first()
      .click();
    await ask('As whom do you speak?');
    expect(session.upstream.chats.at(-1)?.body.model).toContain('<img');
    expect(await happened()).toEqual([]);
  });
});

test('a model that obeys the page: what it was told to write does nothing', async () => {
  for (const [place, batch] of inBatches(injections.map(filled), 15).entries()) {
    const text = batch.join('\n\n');
    await newChat(panel);
    session.upstream.next({ pieces: inPieces(text, 60) });
    await ask(`${text}\n\n${place}`);
    expect(await happened()).toEqual([]);
  }
});

/** Whom the browser itself asks for updates and accounts, extension or not. No payload names them. */
const ofTheBrowser = /(?:^|\.)(?:google|googleapis|gvt1)\.com$/;

/** Every host in the browser's own log of what it resolved and connected to. */
function hostsInLog(): Set<string> {
  const text = readFileSync(netLog, 'utf8');
  const hosts = new Set<string>();
  for (const [, host] of text.matchAll(
    /"(?:host|url|destination|group_id)":"(?:\w+:\/\/|pm\/|ssl\/|\w+\/)*([\w.*-]+\.[a-z]+|[\d.]+)/gi,
  )) {
    if (host) hosts.add(host.toLowerCase());
  }
  return hosts;
}

test('nobody came, and the browser looked for nobody', async () => {
  expect(await happened()).toEqual([]);
  const seen = {
    'Requests seen': canary.arrivals.length + watched.requests.length,
    'Connections without a request': canary.connections,
    'Scripts run or tried': (await watched.violations()).length,
    'Navigations and new tabs': watched.navigations.length + tabs.length,
    'Elements or attributes outside the list': (await strangeElements(panel)).length,
  };
  // Those who watch are awake: what is planted is refused, and both the page's policy and the look at its elements say so.
  await panel.evaluate((src) => document.body.append(Object.assign(new Image(), { src })), canary.origin(canaryName));
  await expect.poll(() => watched.violations()).toContainEqual(expect.stringMatching(/^img-src/));
  expect(await strangeElements(panel)).toEqual([expect.stringMatching(/^src/)]);
  // Whoever comes is counted: the same server under another name, visited on purpose.
  await session.gloss.openTab(`${canary.origin(controlName)}/control`);
  expect(canary.arrivals.some(({ path }) => path === '/control')).toBe(true);
  const browser = session.gloss.context.browser();
  const quitting = await browser?.newBrowserCDPSession();
  await quitting?.send('Browser.close').catch(() => undefined);
  await until('the log to be written to its end', () => readFileSync(netLog, 'utf8').trimEnd().endsWith('}'));
  const hosts = hostsInLog();
  expect([...hosts]).toContain(controlName);
  const own = new Set(['127.0.0.1', controlName, siteNames[0]]);
  const others = [...hosts].filter((host) => !own.has(host) && !ofTheBrowser.test(host));
  expect(others).toEqual([]);
  await report({
    Payloads: payloads.length,
    'Texts that give orders': injections.length,
    ...seen,
    'Names looked up': others.length,
  });
});
