/**
 * Every limit that keeps a page, a server, a file or a typist from using up what they do not own: just below it, at it and just
 * over it. What fits is kept whole; of what does not, either the beginning is kept and the cut can be shown, or it is refused.
 */
import { describe, expect, it, test } from 'vitest';
import { lineAsSent, pageCap, prepared, quoteCap, sentPageCap } from '../../core/attachment';
import type { ChatEvent, Message, UserPart } from '../../core/chat';
import { buildRequest } from '../../core/prompt';
import { createCap, longestAnswer, mostImages } from '../../entrypoints/background/cap';
import { longestImport, readFile } from '../../entrypoints/background/data-commands';
import { createModelCommands } from '../../entrypoints/background/models';
import { inputOf, longestText, panelWord } from '../../entrypoints/background/schemas';
import { createRate } from '../../entrypoints/background/sender';
import { providerById } from '../../providers/catalog';
import { framesOf, longestJson } from './frames';
import { longestFrame } from '../../providers/splitting';
import { ask, bytesOf } from '../providers/ask';

/** What became of something of this size: how much is left, and what is said of the rest. */
interface Kept {
  left: number;
  /** How much is said to be missing; `refused` where nothing was taken. */
  cut: number | 'refused';
}
interface Cap {
  name: string;
  limit: number;
  of(size: number): Kept | Promise<Kept>;
  /** Over the limit nothing is kept. */
  refuses?: true;
}

const x = (size: number): string => 'x'.repeat(size);
const whole = (size: number): Kept => ({ left: size, cut: 0 });
const refused: Kept = { left: 0, cut: 'refused' };
const taken = (size: number, ok: boolean): Kept => (ok ? whole(size) : refused);

const source = { title: 'T', url: 'https://page.example/' };
const request = (...parts: UserPart[]) => {
  const message: Message = { id: 'm', chatId: 'c', parentId: null, order: 0, createdAt: 0, role: 'user', parts };
  const provider = { capabilities: { system: true, history: true, images: true } };
  return buildRequest({ messages: [message], connection: {}, provider, model: 'm', fence: 'f'.repeat(32) });
};

function capped(event: (size: number) => ChatEvent, lengthOf: (event: ChatEvent) => number) {
  return (size: number): Kept => {
    const events = createCap()(event(size));
    const notice = events.find((one) => one.type === 'notice');
    const left = events.reduce((sum, one) => sum + lengthOf(one), 0);
    if (!notice) return whole(left);
    expect(events.at(-1)).toEqual({ type: 'end', finish: { reason: 'length', raw: 'gloss' } });
    return { left, cut: size - left };
  };
}

const command = (make: (text: string) => object, name: Parameters<typeof inputOf>[0]) => (size: number) =>
  taken(size, inputOf(name, { type: name, ...make(x(size)) }) !== null);

const send = (part: object) => ({ chatId: 'c', messageId: 'm', parentId: null, parts: [part] });

/** A list of models as a server gives it, through the command. */
async function listed(models: object[]): Promise<number> {
  const commands = createModelCommands({
    fetch: () => Promise.resolve(Response.json({ data: models })),
    providerById,
    hasAccess: () => Promise.resolve(true),
    keys: { keyFor: () => Promise.resolve({ state: 'none' }) },
    headers: { ensureRules: () => Promise.resolve() },
    cache: { get: () => Promise.resolve(undefined), set: () => Promise.resolve() },
    now: () => 0,
  });
  const connection = {
    id: 'c',
    provider: 'custom',
    name: 'N',
    baseUrl: 'https://s.example/v1',
    model: '',
    enabled: true,
  };
  const list = await commands['connection.models']({ connection, fresh: true }, { sender: 'options' });
  return list.models.length;
}

/** The words of an error that a server answered with. */
async function errorWords(body: string): Promise<string> {
  const events = await ask(() => Promise.resolve(new Response(body, { status: 400 })));
  const last = events.at(-1);
  return last?.type === 'error' ? last.error.message : '';
}

const caps: readonly Cap[] = [
  {
    name: 'a quote',
    limit: quoteCap,
    of: (size) => {
      const { text, cut } = prepared(x(size), quoteCap);
      return { left: text.length, cut };
    },
  },
  {
    name: 'a page that is kept',
    limit: pageCap,
    of: (size) => {
      const { text, cut } = prepared(x(size), pageCap);
      return { left: text.length, cut };
    },
  },
  {
    name: 'what a model is sent of a page',
    limit: sentPageCap,
    of: (size) => {
      const { turns, notices = [] } = request({ type: 'page', id: 'p', text: x(size), source, hidden: 0, removed: 0 });
      const page = turns[0]?.role === 'user' ? turns[0].parts.find((part) => part.type === 'page') : undefined;
      const [notice] = notices;
      // What is shown of it is what is sent of it.
      if (notice) expect(notice).toMatchObject({ kind: 'passages-chosen', pages: [{ id: 'p', text: page?.text }] });
      return { left: page?.text.length ?? 0, cut: notice ? (page?.cut ?? 0) : 0 };
    },
  },
  {
    name: 'a title or an address in a request',
    limit: 300,
    of: (size) => ({ left: lineAsSent(x(size)).length, cut: size - lineAsSent(x(size)).length }),
  },
  {
    name: 'the text of an answer',
    limit: longestAnswer,
    of: capped(
      (size) => ({ type: 'text-delta', text: x(size) }),
      (event) => ('text' in event ? (event.text?.length ?? 0) : 0),
    ),
  },
  {
    name: 'thoughts',
    limit: longestAnswer,
    of: capped(
      (size) => ({ type: 'reasoning-delta', text: x(size) }),
      (event) => ('text' in event ? (event.text?.length ?? 0) : 0),
    ),
  },
  {
    name: 'what a model asks a tool',
    limit: longestAnswer,
    of: capped(
      (size) => ({ type: 'tool-call-delta', index: 0, input: x(size) }),
      (event) => (event.type === 'tool-call-delta' ? (event.input?.length ?? 0) : 0),
    ),
    refuses: true,
  },
  {
    name: 'pictures in an answer',
    limit: mostImages,
    of: capped(
      (size) => ({ type: 'image', mediaType: 'image/png', data: x(size) }),
      (event) => (event.type === 'image' ? event.data.length : 0),
    ),
    refuses: true,
  },
  {
    name: 'the words of an error',
    limit: 2_000,
    of: async (size) => {
      const { length } = await errorWords(JSON.stringify({ error: { message: x(size) } }));
      return { left: length, cut: size - length };
    },
  },
  {
    // What is longer is no JSON any more once it is cut, so its words are not found in it.
    name: 'the body of an error, in bytes',
    limit: 64 * 1024,
    of: async (size) => {
      const head = '{"error":{"message":"found","pad":"';
      const words = await errorWords(`${head}${x(size - head.length - 3)}"}}`);
      return taken(size, words === 'found');
    },
    refuses: true,
  },
  {
    name: 'one line of a stream',
    limit: longestFrame,
    of: async (size) => taken(size, (await framesOf([bytesOf(`{"a":"${x(size - 8)}"}`)], 'lines')) !== null),
    refuses: true,
  },
  {
    name: 'a whole JSON answer, in bytes',
    limit: longestJson,
    of: async (size) => taken(size, (await framesOf([bytesOf(`{"a":"${x(size - 8)}"}`)], 'json')) !== null),
    refuses: true,
  },
  {
    name: 'the name of a model',
    limit: 300,
    of: async (size) => taken(size, (await listed([{ id: x(size) }])) === 1),
    refuses: true,
  },
  {
    name: 'models of one server',
    limit: 5_000,
    of: async (size) => {
      const count = await listed(Array.from({ length: size }, (_, place) => ({ id: `m-${place}` })));
      return { left: count, cut: size - count };
    },
  },
  {
    name: 'a file to import',
    limit: longestImport,
    of: (size) => {
      const json = `{"format":"gloss-export","version":1,"exportedAt":1,"x":"${x(size - 59)}"}`;
      expect(json).toHaveLength(size);
      try {
        readFile(json);
        return whole(size);
      } catch (error) {
        expect(String(error)).toContain('too large');
        return refused;
      }
    },
    refuses: true,
  },
  { name: 'a title', limit: 500, of: command((title) => ({ chatId: 'c', title }), 'chat.rename'), refuses: true },
  { name: 'an id', limit: 100, of: command((run) => ({ run }), 'chat.stop'), refuses: true },
  {
    name: 'a passphrase',
    limit: 1_000,
    of: command((passphrase) => ({ passphrase }), 'passphrase.unlock'),
    refuses: true,
  },
  { name: 'an address to open', limit: 10_000, of: command((url) => ({ url }), 'link.open'), refuses: true },
  {
    name: 'a model asked for',
    limit: 300,
    of: command((model) => ({ chatId: 'c', connectionId: 'i', model }), 'chat.use'),
    refuses: true,
  },
  {
    name: 'a key',
    limit: 10_000,
    of: command((key) => ({ connection: { id: 'i', provider: 'custom' }, key }), 'connection.save'),
    refuses: true,
  },
  {
    name: 'a quote in a message',
    limit: longestText,
    of: command((text) => send({ type: 'quote', id: 'q', text, source }), 'chat.send'),
    refuses: true,
  },
  {
    name: 'a page in a message',
    limit: longestText,
    of: command((text) => send({ type: 'page', id: 'p', text, source, hidden: 0, removed: 0 }), 'chat.send'),
    refuses: true,
  },
  {
    name: 'a picture in a message',
    limit: 20_000_000,
    of: command((data) => send({ type: 'image', id: 'i', mediaType: 'image/png', data }), 'chat.send'),
    refuses: true,
  },
  {
    name: 'parts of a message',
    limit: 100,
    of: (size) => {
      const parts = Array.from({ length: size }, () => ({ type: 'text', text: 'x' }));
      return taken(size, inputOf('chat.send', { type: 'chat.send', ...send({}), parts }) !== null);
    },
    refuses: true,
  },
  {
    name: 'a draft of a connection',
    limit: 200_000,
    of: (size) => {
      const bare = { id: 'i', provider: 'custom', name: '' };
      const connection = { ...bare, name: x(size - JSON.stringify(bare).length) };
      return taken(size, inputOf('connection.test', { type: 'connection.test', connection }) !== null);
    },
    refuses: true,
  },
  {
    name: 'runs that a panel says it has',
    limit: 1_000,
    of: (size) => {
      const have = Object.fromEntries(Array.from({ length: size }, (_, place) => [`r${place}`, 1]));
      return taken(size, panelWord({ type: 'watch', chatId: 'c', have }) !== null);
    },
    refuses: true,
  },
  {
    name: 'messages of a page at once',
    limit: 200,
    of: (size) => {
      const rate = createRate(() => 0, 200, 50);
      const left = Array.from({ length: size }, () => rate.take()).filter(Boolean).length;
      return { left, cut: size - left };
    },
  },
];

describe.each(caps)('$name: $limit', ({ limit, of, refuses }) => {
  it.each([limit - 1, limit])('%i are kept whole', async (size) => {
    expect(await of(size)).toEqual(whole(size));
  });

  it('one more is not', async () => {
    const { left, cut } = await of(limit + 1);
    expect(left).toBe(refuses ? 0 : limit);
    expect(cut === 'refused' || cut === limit + 1 - left).toBe(true);
  });
});

test('the table is as long as it was', () => {
  expect(caps.length).toBeGreaterThanOrEqual(28);
  expect(new Set(caps.map(({ name }) => name)).size).toBe(caps.length);
});
