/**
 * The plan of forty faults, in a real Chromium, by number. What cannot be done here, and what is held by other tests, stands
 * in docs/reliability.md.
 */
import type { Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { addProvider, answerToEnd, answers, ask, storedConnections, until } from '../../scripts/drive.mjs';
import { report, rowsOf, type Cost } from './harness/faults';
import { done, pause, piece, RawServer, streamHead, type Doing } from './harness/raw';
import { Session } from './harness/session';
import { makeDefault } from './harness/gateways';

interface Row {
  id: string;
  role: string;
  state?: string;
  parts: { type: string; text?: string }[];
}

let session: Session;
let raw: RawServer;
let panel: Page;
const costs = new Map<number, Cost>();

beforeAll(async () => {
  session = await Session.start();
  raw = await RawServer.start();
  await connect(raw.baseUrl, 'raw-model');
  panel = await session.gloss.openPanelTab();
});
afterAll(async () => {
  report('tests/e2e/faults.test.ts', [...costs.values()]);
  await session?.close();
  await raw?.close();
});
beforeEach(async () => {
  if (panel.isClosed()) panel = await session.gloss.openPanelTab();
  await panel.getByRole('button', { name: 'New chat' }).click();
  await expect.poll(() => answers(panel).count()).toBe(0);
});
afterEach(async () => {
  // I4: nothing is left being written without anybody who writes it.
  const states = (await rowsOf<Row>(panel, 'messages')).map(({ state }) => state);
  expect(states.filter((state) => state === 'pending' || state === 'streaming')).toEqual([]);
  expect(await rowsOf(panel, 'journal')).toEqual([]);
});

/** One more connection, which becomes the default. */
async function connect(baseUrl: string, model: string): Promise<void> {
  const options = await session.gloss.openOptions();
  await addProvider(options, { baseUrl, model, key: 'fault-key-1234567890', name: baseUrl });
  const { id } = await until('the connection to be stored', async () =>
    (await storedConnections(options)).find((one) => one.baseUrl === baseUrl),
  );
  await makeDefault(options, id);
  await options.close();
}

const alert = () => answers(panel).last().getByRole('alert');
const words = () => answers(panel).last().innerText();
const storedText = async (): Promise<string> =>
  (await rowsOf<Row>(panel, 'messages'))
    .flatMap(({ parts }) => parts)
    .map(({ text }) => text ?? '')
    .join('\n');

interface Expected {
  /** What the alert says; absent where the answer is well in the end. */
  says?: RegExp;
  /** What the reader has seen and must keep. */
  keeps?: string;
  requests: number;
  /** Seconds this may take before the test gives up; no promise about speed. */
  patience?: number;
}

/** Asks, lets the fault happen, and looks at what is left of question, answer and money. */
async function suffer(number: number, name: string, doings: readonly Doing[], expected: Expected): Promise<void> {
  const before = raw.chats.length;
  raw.next(...doings);
  const question = `Question for fault ${number}, ${name}`;
  const start = performance.now();
  await ask(panel, question);
  await answers(panel).last().waitFor();
  const patience = (expected.patience ?? 20) * 1_000;
  if (expected.says)
    await expect
      .poll(
        () =>
          alert()
            .innerText()
            .catch(() => ''),
        { timeout: patience },
      )
      .toMatch(expected.says);
  else await answerToEnd(panel, patience);
  const took = performance.now() - start;
  const requests = raw.chats.length - before;
  const kept = expected.keeps ?? '';
  await expect.poll(storedText).toContain(question);
  const stored = await storedText();
  note(number, name, took, {
    lost: (stored.includes(kept) ? 0 : kept.length) + (stored.includes(question) ? 0 : question.length),
    duplicates: Math.max(0, requests - expected.requests),
  });
  await expect.poll(words).toContain(kept);
  await expect.poll(storedText).toContain(kept);
  expect(requests).toBe(expected.requests);
  if (expected.says) expect(await answers(panel).last().getByRole('button').count()).toBeGreaterThan(0);
}

/** `lost` in characters, `duplicates` in requests, both as counted; absent where the scenario counts neither. */
function note(number: number, name: string, took: number, counted: { lost?: number; duplicates?: number } = {}): void {
  const earlier = costs.get(number);
  costs.set(number, {
    number,
    name: earlier && earlier.name !== name ? `${earlier.name}; ${name}` : name,
    times: (earlier?.times ?? 0) + 1,
    lost: (earlier?.lost ?? 0) + (counted.lost ?? 0),
    duplicates: (earlier?.duplicates ?? 0) + (counted.duplicates ?? 0),
    until: Math.max(earlier?.until ?? 0, took),
  });
}

const text = (...pieces: string[]) => pieces.map(piece).join('');

test.each([0, 1, 5, 20])('1: the worker dies after %i pieces', async (count) => {
  const before = raw.chats.length;
  raw.next((socket) => void socket.write(streamHead + text(...Array.from({ length: count }, (_, at) => `word${at} `))));
  await ask(panel, `Die after ${count}`);
  await until('the request', () => raw.chats.length > before);
  if (count > 0) {
    await expect.poll(words).toContain(`word${count - 1}`);
    await expect
      .poll(async () => JSON.stringify(await rowsOf(panel, 'journal')), { timeout: 5_000 })
      .toContain(`word${count - 1}`);
  }
  const start = performance.now();
  await session.gloss.stopWorker();
  await expect
    .poll(
      () =>
        alert()
          .innerText()
          .catch(() => ''),
      { timeout: 10_000 },
    )
    .toMatch(/interrupted/);
  const took = performance.now() - start;
  const seen = Array.from({ length: count }, (_, at) => `word${at}`).join(' ');
  note(1, 'the worker is killed in mid-answer', took, {
    lost: (await storedText()).includes(seen) ? 0 : seen.length,
    duplicates: raw.chats.length - before - 1,
  });
  expect(await words()).toContain(seen);
  expect(raw.chats.length - before).toBe(1);
  await expect.poll(() => rowsOf(panel, 'journal')).toEqual([]);
});

test('6: the panel is closed, the answer ends, nobody looks', async () => {
  const start = performance.now();
  raw.next(async (socket) => {
    socket.write(streamHead + piece('Seen. '));
    await pause(1_500);
    socket.end(piece('Unseen.') + done);
  });
  await ask(panel, 'Go on alone');
  await expect.poll(words).toContain('Seen.');
  await panel.close();
  const options = await session.gloss.openOptions();
  await expect
    .poll(
      async () =>
        (await rowsOf<Row>(options, 'messages')).some(
          (row) => row.state === 'complete' && JSON.stringify(row.parts).includes('Seen. Unseen.'),
        ),
      { timeout: 10_000 },
    )
    .toBe(true);
  await options.close();
  note(6, 'the panel is closed and the answer ends', performance.now() - start);
  panel = await session.gloss.openPanelTab();
});

test('10: two panels send at once in one chat: one is answered, the other keeps its words', async () => {
  await ask(panel, 'Begin');
  await answerToEnd(panel);
  const other = await session.gloss.openPanelTab();
  await other.getByRole('button', { name: 'History' }).click();
  await other.getByRole('region', { name: 'History' }).getByRole('button', { name: 'Begin' }).first().click();
  await expect.poll(() => answers(other).count()).toBe(1);
  const before = raw.chats.length;
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  raw.next(async (socket) => {
    socket.write(streamHead + piece('One at a time. '));
    await released;
    socket.end(done);
  });
  const start = performance.now();
  const boxes = [panel, other].map((page) => page.getByRole('textbox', { name: 'Message' }));
  await boxes[0]?.fill('From the left');
  await boxes[1]?.fill('From the right');
  await Promise.all([panel, other].map((page) => page.getByRole('button', { name: 'Send', exact: true }).click()));
  const left = () => Promise.all(boxes.map((box) => box.inputValue()));
  // Exactly one was asked; the other's words are where they were.
  await expect.poll(async () => (await left()).filter((value) => value !== '')).toHaveLength(1);
  release();
  await Promise.all([answerToEnd(panel), answerToEnd(other)]);
  expect(['From the left', 'From the right']).toContain((await left()).join(''));
  expect(raw.chats.length - before).toBe(1);
  note(10, 'two panels send at once', performance.now() - start);
  await other.close();
});

test('11: the chat is deleted in one panel while the other streams', async () => {
  raw.next((socket) => void socket.write(streamHead + piece('Still here. ')));
  await ask(panel, 'To be removed elsewhere');
  await expect.poll(words).toContain('Still here.');
  const other = await session.gloss.openPanelTab();
  const start = performance.now();
  await other.getByRole('button', { name: 'History' }).click();
  const region = other.getByRole('region', { name: 'History' });
  const row = region.getByRole('listitem').filter({ hasText: 'To be removed elsewhere' });
  await row.getByRole('button', { name: /Delete/ }).click();
  await other.getByRole('button', { name: 'Undo' }).waitFor();
  await expect.poll(() => panel.getByRole('button', { name: 'Stop', exact: true }).isVisible()).toBe(false);
  note(11, 'the chat is deleted while it is answered', performance.now() - start);
  await other.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => row.count()).toBe(1);
  expect(await storedText()).toContain('Still here.');
  await other.close();
});

test('15: the panel’s process dies', async () => {
  raw.next((socket) => void socket.write(streamHead + piece('Before the crash. ')));
  await ask(panel, 'Crash under me');
  await expect.poll(words).toContain('Before the crash.');
  await expect
    .poll(async () => JSON.stringify(await rowsOf(panel, 'journal')), { timeout: 5_000 })
    .toContain('Before the crash.');
  const start = performance.now();
  await session.gloss.crash(panel);
  await panel.close().catch(() => undefined);
  panel = await session.gloss.openPanelTab();
  await panel.getByRole('button', { name: 'History' }).click();
  await panel.getByRole('region', { name: 'History' }).getByRole('button', { name: 'Crash under me' }).first().click();
  // Chromium runs panel and worker in one process, so the answer ends with it, and keeps what was written down.
  await expect.poll(words, { timeout: 10_000 }).toContain('Before the crash.');
  await expect
    .poll(() =>
      alert()
        .innerText()
        .catch(() => ''),
    )
    .toMatch(/interrupted/);
  note(15, 'the process of the panel crashes', performance.now() - start);
  session.gloss.trouble.errors.splice(0);
});

test('18: the network goes in mid-answer', () =>
  suffer(
    18,
    'the connection is reset in mid-answer',
    [
      async (socket) => {
        socket.write(streamHead + text('Half ', 'an answer. '));
        await pause(400);
        socket.resetAndDestroy();
      },
    ],
    { says: /interrupted/, keeps: 'Half an answer.', requests: 1 },
  ));

test('22: reset before the headers: asked again twice, then said', () => {
  const reset: Doing = (socket) => void socket.resetAndDestroy();
  return suffer(22, 'reset before the headers', [reset, reset, reset], {
    says: /Nothing could be reached/,
    requests: 3,
  });
});

test('23: a stall of some seconds, then it goes on', () =>
  suffer(
    23,
    'a stall, then it goes on',
    [
      async (socket) => {
        socket.write(streamHead + piece('First. '));
        await pause(4_000);
        socket.end(piece('Second.') + done);
      },
    ],
    { keeps: 'First. Second.', requests: 1 },
  ));

test('25: a clean end without the marker is not complete', () =>
  suffer(25, 'the bytes end without the marker', [(socket) => void socket.end(streamHead + piece('Not the end'))], {
    says: /interrupted/,
    keeps: 'Not the end',
    requests: 1,
  }));

test('25: a body shorter than its Content-Length', () =>
  suffer(
    25,
    'a body shorter than announced',
    [
      async (socket) => {
        socket.write(streamHead.replace('Connection', 'Content-Length: 100000\r\nConnection') + piece('Too short'));
        await pause(300);
        socket.end();
      },
    ],
    { says: /interrupted/, keeps: 'Too short', requests: 1 },
  ));

test('26: one byte at a time, with a mark, CRLF and letters of four bytes', () => {
  const bytes = Buffer.from(`\uFEFF${(text('Grüße ', '👩‍💻 ', 'あ\u2028い ') + done).replaceAll('\n', '\r\n')}`);
  return suffer(
    26,
    'one byte at a time, BOM, CRLF',
    [
      async (socket) => {
        socket.setNoDelay(true);
        socket.write(streamHead);
        for (let at = 0; at < bytes.length; at += 1) {
          socket.write(bytes.subarray(at, at + 1));
          await new Promise((resolve) => setImmediate(resolve));
        }
        socket.end();
      },
    ],
    { keeps: 'Grüße 👩‍💻 あ', requests: 1 },
  );
});

test.each([301, 302, 303, 307, 308])('27: a redirect (%i) is refused, and nobody else hears of it', async (status) => {
  const elsewhere = await RawServer.start();
  await suffer(
    27,
    'redirects',
    [
      (socket) =>
        void socket.end(
          `HTTP/1.1 ${status} Moved\r\nLocation: ${elsewhere.baseUrl}/chat/completions\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
        ),
    ],
    { says: /another address/, requests: 1 },
  );
  expect(elsewhere.chats).toEqual([]);
  await elsewhere.close();
});

const answer =
  (status: number, body: string, headers = ''): Doing =>
  (socket) =>
    void socket.end(
      `HTTP/1.1 ${status} X\r\nContent-Type: application/json\r\n${headers}Connection: close\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );

test.each([401, 403])('28: %i that repeats the key', async (status) => {
  await suffer(
    28,
    'the key is refused',
    [answer(status, '{"error":{"message":"Incorrect API key: fault-key-1234567890"}}')],
    {
      says: /key/,
      requests: 1,
    },
  );
  expect(await panel.locator('body').innerText()).not.toContain('fault-key');
  expect(JSON.stringify(await rowsOf(panel, 'messages'))).not.toContain('fault-key');
});

test('29: a page with 404 where the API should be', () =>
  suffer(29, '404 as a web page', [answer(404, '<!doctype html><title>Not here</title><img src=x>')], {
    says: /not an AI service|does not know/,
    requests: 1,
  }));

test.each([408, 500, 502, 503, 529])('30: %i twice, then well', (status) =>
  suffer(30, '5xx, then well', [answer(status, '{}'), answer(status, '{}')], { keeps: 'A plain answer.', requests: 3 }),
);

test('31: too long for the model', () =>
  suffer(
    31,
    'too long',
    [answer(400, '{"error":{"message":"maximum context length is 10 tokens","code":"context_length_exceeded"}}')],
    {
      says: /too long/i,
      requests: 1,
    },
  ));

test.each([
  ['in seconds', 'Retry-After: 1\r\n'],
  ['as a date that has passed', 'Retry-After: Wed, 21 Oct 2015 07:28:00 GMT\r\n'],
  ['below nothing', 'Retry-After: -1\r\n'],
  ['as a word', 'Retry-After: abc\r\n'],
])('32: 429 with Retry-After %s', (_name, header) =>
  suffer(32, '429 with Retry-After in all its forms', [answer(429, '{"error":{"message":"slow down"}}', header)], {
    keeps: 'A plain answer.',
    requests: 2,
  }),
);

test('32: 429 that asks for an hour is said at once', () =>
  suffer(
    32,
    '429 with Retry-After in all its forms',
    [answer(429, '{"error":{"message":"slow down"}}', 'Retry-After: 3600\r\n')],
    {
      says: /wants fewer requests/,
      requests: 1,
    },
  ));

test.each([
  [
    'an empty body',
    (socket) => void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'),
    /empty|interrupted/,
  ],
  [
    'HTML',
    (socket) =>
      void socket.end(
        'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html><title>Hi</title></html>',
      ),
    /not an AI service/,
  ],
  [
    'garbage',
    (socket) =>
      void socket.end(
        'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n\u0000\u0001garbage',
      ),
    /not an AI service|empty|interrupted/,
  ],
] as readonly [string, Doing, RegExp][])('33: 200 and %s', (name, doing, says) =>
  suffer(33, `200 and ${name}`, [doing], { says, requests: 1 }),
);

test('33: 200 and an error as the first event: asked again twice, then said', () => {
  const failing: Doing = (socket) => void socket.end(`${streamHead}data: {"error":{"message":"overloaded here"}}\n\n`);
  return suffer(33, '200 and an error first', [failing, failing, failing], { says: /overloaded here/, requests: 3 });
});

test('33: 200, some words, then an error in the stream', () =>
  suffer(
    33,
    '200 and an error after words',
    [(socket) => void socket.end(`${streamHead}${piece('Words first. ')}data: {"error":{"message":"broke off"}}\n\n`)],
    {
      says: /broke off/,
      keeps: 'Words first.',
      requests: 1,
    },
  ));

test('34: an answer of three megabytes ends at the cap, with its text', () =>
  suffer(
    34,
    'an endless answer',
    [
      async (socket) => {
        socket.write(streamHead);
        const block = piece(`${'lorem ipsum '.repeat(80)}\n\n`).repeat(50);
        for (let sent = 0; sent < 3_000_000 && !socket.destroyed; sent += 48_000) {
          if (!socket.write(block)) await new Promise((resolve) => socket.once('drain', resolve));
        }
        socket.end(done);
      },
    ],
    { keeps: 'lorem ipsum', requests: 1, patience: 45 },
  ));

test('38: the permission is taken away in mid-answer; the next question asks for it', async () => {
  raw.next(async (socket) => {
    socket.write(streamHead + piece('Running. '));
    await pause(1_500);
    socket.end(piece('Finished.') + done);
  });
  await ask(panel, 'Take it away');
  await expect.poll(words).toContain('Running.');
  const start = performance.now();
  const options = await session.gloss.openOptions();
  await options.evaluate(`chrome.permissions.remove({ origins: ['http://127.0.0.1/*'] })`);
  await answerToEnd(panel);
  expect(await words()).toContain('Running.');
  const before = raw.chats.length;
  await ask(panel, 'And now?');
  await expect
    .poll(() =>
      alert()
        .innerText()
        .catch(() => ''),
    )
    .toMatch(/no access/);
  note(38, 'site access is withdrawn', performance.now() - start);
  expect(raw.chats.length).toBe(before);
  await answers(panel).last().getByRole('button', { name: 'Grant access' }).click();
  await expect.poll(words).toContain('A plain answer.');
  await options.close();
});

/** The chat that was on show before everything of the extension was ended. */
async function reopen(title: string): Promise<void> {
  panel = await session.gloss.openPanelTab();
  await panel.getByRole('button', { name: 'History' }).click();
  await panel.getByRole('region', { name: 'History' }).getByRole('button', { name: title }).first().click();
}

test('13: the extension is switched off in mid-answer, and on again', async () => {
  const question = 'Go on without yourself';
  const before = raw.chats.length;
  raw.next((socket) => void socket.write(streamHead + piece('As far as this. ')));
  await ask(panel, question);
  await expect.poll(words).toContain('As far as this.');
  await expect.poll(async () => JSON.stringify(await rowsOf(panel, 'journal'))).toContain('As far as this.');
  const start = performance.now();
  await session.gloss.switchOffAndOn();
  await reopen(question);
  await expect.poll(words).toContain('As far as this.');
  await expect
    .poll(() =>
      alert()
        .innerText()
        .catch(() => ''),
    )
    .toMatch(/interrupted/);
  note(13, 'the extension is switched off in mid-answer', performance.now() - start, {
    lost: (await storedText()).includes('As far as this.') ? 0 : 'As far as this.'.length,
    duplicates: raw.chats.length - before - 1,
  });
  expect(raw.chats.length - before).toBe(1);
  await answers(panel).last().getByRole('button', { name: 'Retry' }).click();
  await expect.poll(words).toContain('A plain answer.');
});

test('14: a page that was open before the extension began anew can be asked about', async () => {
  const tab = await session.gloss.openTab('data:text/html,<title>Older</title><p>Older than this Gloss.');
  const first = await session.gloss.openPanel(tab);
  await first.getByRole('textbox', { name: 'Message' }).waitFor();
  const start = performance.now();
  await session.gloss.switchOffAndOn();
  const second = await session.gloss.openPanel(tab);
  await second.getByRole('button', { name: 'New chat' }).click();
  await ask(second, 'Does it still work?');
  await expect.poll(() => answers(second).last().innerText()).toContain('A plain answer.');
  note(14, 'the extension begins anew under an open page', performance.now() - start);
  await tab.close();
  panel = await session.gloss.openPanelTab();
});

// In mid-answer the browser's switch leaves what is running alone; that the connection goes is 18.
test('17: asked while offline: said, kept, not sent by itself later, and asked with one click', async () => {
  const before = raw.chats.length;
  await session.gloss.setOffline(true);
  try {
    const start = performance.now();
    await ask(panel, 'Asked while offline');
    await expect
      .poll(() =>
        alert()
          .innerText()
          .catch(() => ''),
      )
      .toMatch(/could be reached/);
    note(17, 'asked while offline', performance.now() - start, {
      lost: (await storedText()).includes('Asked while offline') ? 0 : 'Asked while offline'.length,
      duplicates: raw.chats.length - before,
    });
  } finally {
    await session.gloss.setOffline(false);
  }
  await pause(1_500);
  expect(raw.chats.length).toBe(before);
  await answers(panel).last().getByRole('button', { name: 'Retry' }).click();
  await expect.poll(words).toContain('A plain answer.');
  expect(raw.chats.length - before).toBe(1);
});

test('39: a double click on Send, and Enter with a click, ask once', async () => {
  for (const both of [
    async () => panel.getByRole('button', { name: 'Send', exact: true }).dblclick(),
    async () =>
      panel.getByRole('textbox', { name: 'Message' }).evaluate((field) => {
        field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
        field.closest('form')?.querySelector<HTMLElement>('button[type=submit]')?.click();
      }),
  ]) {
    const before = raw.chats.length;
    await panel.getByRole('button', { name: 'New chat' }).click();
    await panel.getByRole('textbox', { name: 'Message' }).fill('Once only');
    const start = performance.now();
    await both();
    await expect.poll(words).toContain('A plain answer.');
    await answerToEnd(panel);
    expect(raw.chats.length - before).toBe(1);
    note(39, 'sent twice in one moment', performance.now() - start);
  }
});

test('39: the panel is closed right after Send', async () => {
  const before = raw.chats.length;
  await panel.getByRole('textbox', { name: 'Message' }).fill('Gone in a moment');
  await panel.getByRole('button', { name: 'Send', exact: true }).click({ noWaitAfter: true });
  await panel.close();
  panel = await session.gloss.openPanelTab();
  const there = async () => {
    const draft = await panel.getByRole('textbox', { name: 'Message' }).inputValue();
    return draft.includes('Gone in a moment') || (await storedText()).includes('Gone in a moment');
  };
  await expect.poll(there).toBe(true);
  await pause(500);
  expect(raw.chats.length - before).toBeLessThanOrEqual(1);
});
