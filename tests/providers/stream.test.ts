import { describe, expect, it, vi } from 'vitest';
import type { ChatEvent } from '../../core/chat';
import type { Engine, Provider } from '../../providers/contract';
import type { Fetch } from '../../providers/exchange';
import { streamChat } from '../../providers/stream';
import {
  answering,
  ask,
  bodyOf,
  bytesOf,
  connectionTo,
  custom,
  handClock,
  joined,
  known,
  lastOf,
  optionsFor,
  question,
  says,
  sse,
  stops,
  textOf,
} from './ask';

const hello = sse(says('Hel'), says('lo'), stops(), '[DONE]');
const key = 'sk-canary-7f3a9b';

/** Answers the n-th request with the n-th of these; the last one answers all further ones. */
function inTurn(
  ...answers: (Fetch | [number, string?, Record<string, string>?])[]
): Fetch & { sent: { url: string; init: RequestInit }[] } {
  const sent: { url: string; init: RequestInit }[] = [];
  const fetch: Fetch = (url, init) => {
    const answer = answers[Math.min(sent.length, answers.length - 1)];
    sent.push({ url, init });
    if (typeof answer === 'function') return answer(url, init);
    const [status, body = '', headers = {}] = answer ?? [200];
    return Promise.resolve(new Response(status === 204 ? null : bodyOf([bytesOf(body)]), { status, headers }));
  };
  return Object.assign(fetch, { sent });
}
const ok: [number, string] = [200, hello];
const offline: Fetch = () => Promise.reject(new TypeError('Failed to fetch'));
const kinds = (events: readonly ChatEvent[]): string[] =>
  events.map((event) =>
    event.type === 'notice' ? event.notice.kind : event.type === 'error' ? event.error.kind : event.type,
  );
const errorOf = (events: readonly ChatEvent[]) => {
  const last = lastOf(events);
  if (last?.type !== 'error') throw new Error(`No error but ${JSON.stringify(last)}`);
  return last.error;
};

describe('what comes together', () => {
  it('goes on together: the words of one chunk are one event, those of another are another', async () => {
    const body = [sse(says('a'), says('b'), says('c')), sse(says('d'), says('e'), stops(), '[DONE]')];
    const events = await ask(answering(body.map((piece) => bytesOf(piece))));
    expect(events.slice(0, -1)).toEqual([
      { type: 'text-delta', text: 'abc' },
      { type: 'text-delta', text: 'de' },
    ]);
    expect(lastOf(events)).toMatchObject({ type: 'end' });
  });

  it('keeps its order where something stands between the words, and nothing of what follows the end', async () => {
    const usage = { choices: [], usage: { prompt_tokens: 1 } };
    const events = await ask(
      answering([bytesOf(sse(says('a'), says('b'), usage, says('c'), stops(), '[DONE]', says('d')))]),
    );
    expect(events).toMatchObject([
      { type: 'text-delta', text: 'ab' },
      { type: 'usage' },
      { type: 'text-delta', text: 'c' },
      { type: 'end' },
    ]);
  });
});

describe('exactly one last event', () => {
  const failures: readonly (readonly [string, Fetch, string])[] = [
    ['401', inTurn([401, '{"error":{"message":"No"}}']), 'auth'],
    ['403', inTurn([403, '{"error":{"message":"No"}}']), 'permission'],
    [
      '404',
      inTurn([404, '{"error":{"message":"The model `x` does not exist","code":"model_not_found"}}']),
      'model-not-found',
    ],
    ['404 with a web page', inTurn([404, '<html><title>Not Found</title></html>']), 'not-an-api'],
    ['404 with nothing', inTurn([404]), 'model-not-found'],
    ['405', inTurn([405, '{}']), 'not-an-api'],
    ['408', inTurn([408]), 'timeout'],
    ['413', inTurn([413]), 'too-long'],
    ['400, context too long', inTurn([400, '{"error":{"message":"x","code":"context_length_exceeded"}}']), 'too-long'],
    [
      '400, key not valid',
      inTurn([400, '{"error":{"message":"API key not valid. Please pass a valid API key."}}']),
      'auth',
    ],
    ['400', inTurn([400, 'what?']), 'bad-request'],
    ['422', inTurn([422, '{"detail":[{"loc":["body"],"msg":"x"}]}']), 'bad-request'],
    ['429', inTurn([429]), 'rate-limit'],
    ['500', inTurn([500]), 'server'],
    ['500 with a web page', inTurn([500, '<html><title>Oops</title></html>']), 'server'],
    ['503', inTurn([503]), 'overloaded'],
    ['529', inTurn([529, '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}']), 'overloaded'],
    ['a challenge page', inTurn([403, '<html><title>Just a moment...</title></html>']), 'not-an-api'],
    ['a challenge page with 503', inTurn([503, '<html><title>Just a moment...</title></html>']), 'not-an-api'],
    ['204', inTurn([204]), 'empty'],
    ['301', inTurn([301, '', { location: 'https://elsewhere.example/' }]), 'redirect'],
    ['308', inTurn([308]), 'redirect'],
    ['a redirect the browser hides', () => Promise.resolve(Response.error()), 'redirect'],
    ['a cut stream', inTurn([200, sse(says('Hel'))]), 'interrupted'],
    ['garbage', inTurn([200, 'data: {{{\n\n']), 'server'],
    ['random bytes', answering([new Uint8Array([0, 255, 17, 10, 10, 200])]), 'not-an-api'],
    ['offline', offline, 'network'],
    [
      'a fetch that throws at once',
      () => {
        throw new TypeError('Invalid URL');
      },
      'network',
    ],
    ['an error in the stream', inTurn([200, sse({ error: { message: 'x' } })]), 'server'],
    ['an empty body', inTurn([200, '']), 'empty'],
    ['a body of blanks', inTurn([200, '\n \n']), 'empty'],
    ['what only begins like JSON', inTurn([200, '{malformed json: <<<chaos>>>']), 'not-an-api'],
    ['what only begins like a list', inTurn([200, '[broken']), 'not-an-api'],
    ['JSON that was cut', inTurn([200, '{"id":"c","choices":[{"mess']), 'interrupted'],
    ['a broken error body', (url, init) => answering([bytesOf('{"err')], { status: 500 }, 'fail')(url, init), 'server'],
  ];
  it.each(failures)('%s', async (_name, fetch, kind) => {
    const events = await ask(fetch);
    const last = events.filter((event) => event.type === 'end' || event.type === 'error');
    expect(last).toHaveLength(1);
    expect(lastOf(events)).toBe(last[0]);
    expect(errorOf(events)).toMatchObject({ kind, origin: 'https://server.example' });
  });

  it('a good answer', async () => {
    expect(joined(await ask(inTurn(ok)))).toEqual([
      { type: 'text-delta', text: 'Hello' },
      { type: 'end', finish: { reason: 'stop', raw: 'stop' } },
    ]);
  });

  it('aborted before it began', async () => {
    const fetch = inTurn(ok);
    expect(kinds(await ask(fetch, { signal: AbortSignal.abort() }))).toEqual(['aborted']);
    expect(fetch.sent).toHaveLength(0);
  });

  it.each([
    [
      'while waiting for headers, with a fetch that heeds the signal',
      (_url: string, init: RequestInit) =>
        new Promise<Response>((_resolve, reject) =>
          init.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error)),
        ),
    ],
    ['while waiting for headers, with a fetch that does not', () => new Promise<Response>(() => undefined)],
    ['in mid-stream', answering([bytesOf(sse(says('Hel')))], {}, 'open')],
  ] satisfies [string, Fetch][])('aborted %s', async (_name, fetch) => {
    const stop = new AbortController();
    const asked = ask(fetch, { signal: stop.signal });
    await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort();
    const events = await asked;
    expect(errorOf(events)).toMatchObject({ kind: 'aborted', mayHaveReached: true });
    expect(events.filter((event) => event.type === 'error' || event.type === 'end')).toHaveLength(1);
  });

  it('aborted while waiting for a retry', async () => {
    const stop = new AbortController();
    const fetch = inTurn([503]);
    const events = await ask(fetch, {
      signal: stop.signal,
      sleep: () => {
        stop.abort();
        return new Promise(() => undefined);
      },
    });
    expect(kinds(events)).toEqual(['retry', 'aborted']);
    expect(fetch.sent).toHaveLength(1);
  });

  it('ends the request when its reader leaves', async () => {
    const signals: (AbortSignal | null | undefined)[] = [];
    const fetch: Fetch = (url, init) => {
      signals.push(init.signal);
      return answering([bytesOf(sse(says('Hel')))], {}, 'open')(url, init);
    };
    for await (const event of streamChat(
      { provider: custom, connection: connectionTo(custom) },
      question,
      optionsFor(fetch),
    )) {
      expect(event.type).toBe('text-delta');
      break;
    }
    expect(signals[0]?.aborted).toBe(true);
  });
});

describe('the request', () => {
  it('is sent carefully: no cookies, no referrer, no cache, no redirect', async () => {
    const fetch = inTurn(ok);
    await ask(fetch, { key });
    expect(fetch.sent[0]?.init).toMatchObject({
      method: 'POST',
      credentials: 'omit',
      redirect: 'manual',
      referrerPolicy: 'no-referrer',
      cache: 'no-store',
    });
  });

  it.each([
    ['bearer', 'authorization', `Bearer ${key}`],
    ['x-api-key', 'x-api-key', key],
    ['x-goog-api-key', 'x-goog-api-key', key],
    ['api-key', 'api-key', key],
  ] as const)('carries the key as %s', async (auth, header, value) => {
    const fetch = inTurn(ok);
    await ask(fetch, { provider: { ...custom, auth }, key: ` ${key}\n` });
    expect(fetch.sent[0]?.init.headers).toHaveProperty(header, value);
    expect(JSON.stringify(fetch.sent).split(key)).toHaveLength(2);
  });

  it('puts the prefix before a key that lacks it', async () => {
    for (const given of ['code', 'nk-code']) {
      const fetch = inTurn(ok);
      await ask(fetch, { provider: known('nextchat'), connection: { baseUrl: 'https://chat.example' }, key: given });
      expect(fetch.sent[0]?.init.headers).toMatchObject({ authorization: 'Bearer nk-code' });
      expect(fetch.sent[0]?.url).toBe('https://chat.example/api/openai/v1/chat/completions');
    }
  });

  it('gives the key to the origin it is bound to and to no other', async () => {
    const pool: Provider = { ...custom, servers: ['https://one.example', 'https://two.example'] };
    const fetch = inTurn([503], ok);
    await ask(fetch, { provider: pool, connection: { baseUrl: '' }, key });
    expect(fetch.sent.map(({ url }) => new URL(url).host)).toEqual(['one.example', 'two.example']);
    expect(fetch.sent[0]?.init.headers).toHaveProperty('authorization');
    expect(fetch.sent[1]?.init.headers).not.toHaveProperty('authorization');
    const other = inTurn(ok);
    await ask(other, { key, keyOrigin: 'https://elsewhere.example' });
    expect(JSON.stringify(other.sent)).not.toContain(key);
  });

  it.each([
    ['no address', { connection: { baseUrl: '' } }, 'address'],
    ['a bad address', { connection: { baseUrl: 'nonsense' } }, 'address'],
    ['plain http to a public host', { connection: { baseUrl: 'http://server.example' } }, 'address'],
    ['plain http to a private host', { connection: { baseUrl: 'http://10.0.0.1' } }, 'address'],
    ['no model', { chat: { model: '' }, connection: { model: '' } }, 'model'],
    ['no key', { provider: known('groq') }, 'key'],
    [
      'a key for another origin',
      { provider: known('groq'), key, keyOrigin: 'https://elsewhere.example' },
      'key-origin',
    ],
    ['a wire that is not there', { dialects: {} }, 'dialect'],
    ['an engine that is not there', { provider: known('passages'), engines: {} }, 'engine'],
  ])('does not leave with %s', async (_name, asking, code) => {
    const fetch = inTurn(ok);
    expect(errorOf(await ask(fetch, asking))).toMatchObject({ kind: 'not-set-up', code });
    expect(fetch.sent).toHaveLength(0);
  });

  it('does not leave with a key that no header can carry', async () => {
    const fetch = inTurn(ok);
    for (const bad of ['a b', 'a\nb', 'schlüssel', '\u200Bkey'])
      expect(errorOf(await ask(fetch, { key: bad }))).toMatchObject({ kind: 'auth', code: 'key-unusable' });
    expect(fetch.sent).toHaveLength(0);
  });

  it('goes to a private address by plain http where the user allowed it', async () => {
    const fetch = inTurn(ok);
    await ask(fetch, { connection: { baseUrl: 'http://10.0.0.1:8000/v1', options: { allowPrivateHttp: true } } });
    expect(fetch.sent[0]?.url).toBe('http://10.0.0.1:8000/v1/chat/completions');
  });

  it('fills in fields in addresses, paths and headers', async () => {
    const provider: Provider = {
      ...custom,
      baseUrl: 'https://{resource}.example',
      chatPath: '/d/{deployment}/chat?v={version}',
      headers: { 'X-Field': '{deployment}', 'X-Origin': '{origin}' },
      fields: [
        { name: 'resource', label: 'R' },
        { name: 'deployment', label: 'D' },
        { name: 'version', label: 'V', default: '7' },
      ],
    };
    const fetch = inTurn(ok);
    await ask(fetch, { provider, connection: { baseUrl: '', fields: { resource: 'res', deployment: 'dep' } } });
    expect(fetch.sent[0]?.url).toBe('https://res.example/d/dep/chat?v=7');
    expect(fetch.sent[0]?.init.headers).toMatchObject({ 'x-field': 'dep', 'x-origin': 'https://res.example' });
  });

  it('calls fetch on nothing, as a browser wants it', async () => {
    const inner = inTurn(ok);
    const events = await ask(function (this: unknown, url, init) {
      if (this !== undefined) throw new TypeError('Illegal invocation');
      return inner(url, init);
    });
    expect(textOf(events)).toBe('Hello');
  });

  it('tells first what was left out of the question', async () => {
    const events = await ask(inTurn(ok), { chat: { notices: [{ kind: 'turns-left-out', turns: 2 }] } });
    expect(kinds(events)[0]).toBe('turns-left-out');
  });
});

describe('words of errors', () => {
  it('never hold the key, wherever the server repeats it', async () => {
    for (const body of [
      `{"error":{"message":"Incorrect API key provided: ${key}","code":"${key}"}}`,
      `You sent Authorization: Bearer ${key}`,
      `<html><title>${key}</title></html>`,
    ]) {
      const events = await ask(inTurn([401, body]), { key });
      expect(JSON.stringify(events)).not.toContain(key);
      expect(errorOf(events).message).toContain('[key]');
    }
    const inStream = await ask(inTurn([200, sse({ error: { message: `bad ${key}` } })]), { key });
    expect(JSON.stringify(inStream)).not.toContain(key);
  });

  it('are short, and never a web page', async () => {
    const long = await ask(inTurn([400, JSON.stringify({ error: { message: 'x'.repeat(50_000) } })]));
    expect(errorOf(long).message.length).toBeLessThanOrEqual(2000);
    const page = await ask(inTurn([404, '<!doctype html><title> Not\n Found </title><script>x</script>']));
    expect(errorOf(page).message).toBe('Not Found');
  });

  it('are read up to 64 KB, and no longer than ten seconds', async () => {
    let given = 0;
    const endless = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull(controller) {
        given += 16_384;
        controller.enqueue(new Uint8Array(16_384).fill(120));
      },
    });
    await ask(() => Promise.resolve(new Response(endless, { status: 400 })));
    expect(given).toBeLessThanOrEqual(64 * 1024 + 3 * 16_384);
    const clock = handClock();
    const asked = ask(answering([bytesOf('half of the wor')], { status: 400 }, 'open'), { clock });
    await clock.pass(10_001);
    expect(errorOf(await asked)).toMatchObject({ kind: 'bad-request', message: 'half of the wor' });
  });
});

describe('retries', () => {
  const slept = async (
    fetch: Fetch,
    more: Parameters<typeof ask>[1] = {},
  ): Promise<{ waits: number[]; events: ChatEvent[] }> => {
    const waits: number[] = [];
    const sleep = (ms: number): Promise<void> => {
      waits.push(ms);
      return Promise.resolve();
    };
    return { events: await ask(fetch, { sleep, ...more }), waits };
  };

  it.each([408, 409, 429, 500, 502, 503, 504, 529])('%i is asked again twice, then told', async (status) => {
    const fetch = inTurn([status]);
    const { waits, events } = await slept(fetch);
    expect(waits).toEqual([500, 1000]);
    expect(fetch.sent).toHaveLength(3);
    expect(errorOf(events).status).toBe(status);
  });

  it.each([400, 401, 402, 403, 404, 405, 410, 413, 422, 451, 501, 505])('%i is not asked again', async (status) => {
    const fetch = inTurn([status, '{}']);
    expect((await slept(fetch)).waits).toEqual([]);
    expect(fetch.sent).toHaveLength(1);
  });

  it('a connection that fails is asked again, and may have reached the server', async () => {
    const { waits, events } = await slept(offline);
    expect(waits).toEqual([500, 1000]);
    expect(errorOf(events)).toMatchObject({ kind: 'network', mayHaveReached: true });
  });

  it('sends nothing more to a site that was taken back while it waited', async () => {
    const asked: string[] = [];
    const allowed = (pattern: string) => {
      asked.push(pattern);
      return Promise.resolve(asked.length < 2);
    };
    const fetch = inTurn([503]);
    const events = await ask(fetch, { allowed });
    expect(asked).toEqual(['https://server.example/*', 'https://server.example/*']);
    expect(fetch.sent).toHaveLength(2);
    expect(kinds(events)).toEqual(['retry', 'retry', 'site-access']);
    expect(errorOf(events).origin).toBe('https://server.example');
  });

  it('waits up to a quarter less by chance', async () => {
    expect((await slept(inTurn([503]), { random: () => 0.5 })).waits).toEqual([438, 875]);
  });

  it('tells when, which and why', async () => {
    const { events } = await slept(inTurn([503], ok), { now: () => 77 });
    expect(events[0]).toEqual({
      type: 'notice',
      notice: { kind: 'retry', at: 577, attempt: 2, attempts: 3, reason: 'overloaded', status: 503 },
    });
    expect(textOf(events)).toBe('Hello');
    expect(lastOf(events)?.type).toBe('end');
  });

  it('keeps to what the server asks for, up to a minute; beyond that the user decides', async () => {
    expect((await slept(inTurn([503, '', { 'retry-after': '60' }]))).waits).toEqual([60_000]);
    const { waits, events } = await slept(inTurn([429, '', { 'retry-after': '61' }]));
    expect(waits).toEqual([]);
    expect(errorOf(events)).toMatchObject({ kind: 'rate-limit', retryAfterMs: 61_000 });
  });

  it('waits ninety seconds in all at most', async () => {
    expect((await slept(inTurn([503, '', { 'retry-after': '50' }]))).waits).toEqual([50_000]);
    expect((await slept(inTurn([503, '', { 'retry-after': '45' }]))).waits).toEqual([45_000, 45_000]);
  });

  it('heeds x-should-retry', async () => {
    expect((await slept(inTurn([503, '', { 'x-should-retry': 'false' }]))).waits).toEqual([]);
    expect((await slept(inTurn([400, '{}', { 'x-should-retry': 'true' }]))).waits).toEqual([500, 1000]);
  });

  it('an overload told inside a 200, before any text, is asked again', async () => {
    const busy = sse({ error: { type: 'overloaded_error', message: 'Overloaded' } });
    const fetch = inTurn([200, busy], ok);
    expect(textOf((await slept(fetch)).events)).toBe('Hello');
    expect(fetch.sent).toHaveLength(2);
  });

  it('other errors inside a 200 are final', async () => {
    const fetch = inTurn([200, sse({ error: { message: 'Bad tool' } })]);
    expect((await slept(fetch)).waits).toEqual([]);
  });

  it('reasoning, a refusal or a tool call count as content', async () => {
    for (const first of [
      { reasoning: 'hm' },
      { refusal: 'no' },
      { tool_calls: [{ id: 'a', function: { name: 'f' } }] },
    ]) {
      const fetch = inTurn([200, sse({ choices: [{ delta: first }] }, { error: { type: 'overloaded_error' } })]);
      expect((await slept(fetch)).waits).toEqual([]);
      expect(fetch.sent).toHaveLength(1);
    }
  });

  it('uses a provider’s own delays', async () => {
    const provider: Provider = { ...custom, retry: { delaysMs: [2000, 4000, 8000, 16_000] } };
    const fetch = inTurn([500]);
    const { waits, events } = await slept(fetch, { provider });
    expect(waits).toEqual([2000, 4000, 8000, 16_000]);
    expect(fetch.sent).toHaveLength(5);
    expect(events[0]).toMatchObject({ notice: { attempt: 2, attempts: 5 } });
  });

  it('a sleep that ends early asks at once', async () => {
    const fetch = inTurn([503], ok);
    const sleep = vi.fn<(ms: number) => Promise<void>>().mockResolvedValue(undefined);
    expect(textOf(await ask(fetch, { sleep }))).toBe('Hello');
    expect(sleep).toHaveBeenCalledWith(500, expect.anything());
  });
});

describe('a pool', () => {
  const provider: Provider = {
    ...custom,
    auth: 'none',
    servers: ['https://s1.example', 'https://s2.example', 'https://s3.example'],
  };
  const connection = { baseUrl: '' };
  const hosts = (fetch: { sent: { url: string }[] }): string[] =>
    fetch.sent.map(({ url }) => new URL(url).hostname.slice(0, 2));

  it('passes over a server whose site was taken back meanwhile', async () => {
    const fetch = inTurn([503]);
    const allowed = (pattern: string) => Promise.resolve(!pattern.includes('s2'));
    const events = await ask(fetch, { provider, connection, allowed });
    expect(hosts(fetch)).toEqual(['s1', 's3']);
    expect(kinds(events)).toEqual(['server', 'overloaded']);
  });

  it.each([
    [0, ['s1', 's2', 's3']],
    [0.34, ['s2', 's3', 's1']],
    [0.999999, ['s3', 's1', 's2']],
  ])('starts anywhere (%f) and goes round once', async (random, wanted) => {
    const fetch = inTurn([503]);
    const events = await ask(fetch, { provider, connection, random: () => random });
    expect(hosts(fetch)).toEqual(wanted);
    expect(kinds(events)).toEqual(['server', 'server', 'overloaded']);
    expect(errorOf(events).origin).toBe(`https://${wanted[2]}.example`);
  });

  it('starts at the chosen server', async () => {
    const fetch = inTurn([503], ok);
    const events = await ask(fetch, {
      provider,
      connection: { baseUrl: '', options: { server: 'https://s3.example/' } },
    });
    expect(hosts(fetch)).toEqual(['s3', 's1']);
    expect(events[0]).toEqual({ type: 'notice', notice: { kind: 'server', origin: 'https://s1.example' } });
    expect(textOf(events)).toBe('Hello');
  });

  it.each([
    ['network error', offline],
    ['408', [408]],
    ['429', [429]],
    ['500', [500]],
    ['502', [502]],
    ['a challenge page', [403, '<title>Just a moment...</title>']],
    ['a web page with 200', [200, '<html>']],
  ] satisfies [string, Fetch | [number, string?]][])('goes on after %s', async (_name, answer) => {
    const fetch = inTurn(answer, ok);
    expect(textOf(await ask(fetch, { provider, connection }))).toBe('Hello');
    expect(fetch.sent).toHaveLength(2);
  });

  it.each([400, 401, 403, 404, 413])('stays after %i', async (status) => {
    const fetch = inTurn([status, '{}'], ok);
    await ask(fetch, { provider, connection });
    expect(fetch.sent).toHaveLength(1);
  });

  it('stays after the first content', async () => {
    const fetch = inTurn([200, sse(says('Hel'))], ok);
    expect(errorOf(await ask(fetch, { provider, connection })).kind).toBe('interrupted');
    expect(fetch.sent).toHaveLength(1);
  });

  it('goes on after a time-out', async () => {
    const clock = handClock();
    const fetch = inTurn(() => new Promise<Response>(() => undefined), ok);
    const asked = ask(fetch, { provider, connection, clock });
    await clock.pass(121_000);
    expect(textOf(await asked)).toBe('Hello');
  });

  it('is replaced by the user’s own list', async () => {
    const fetch = inTurn([503]);
    await ask(fetch, {
      provider,
      connection: { baseUrl: '', servers: ['https://mine.example', ' ', 'https://other.example'] },
    });
    expect(fetch.sent.map(({ url }) => new URL(url).host)).toEqual(['mine.example', 'other.example']);
  });

  it('is replaced by a base URL of the user’s own', async () => {
    const fetch = inTurn(ok);
    await ask(fetch, { provider, connection: { baseUrl: 'https://mine.example' } });
    expect(fetch.sent[0]?.url).toBe('https://mine.example/chat/completions');
  });
});

describe('timers', () => {
  const silent: Fetch = () => new Promise<Response>(() => undefined);

  it('say after 15 s that the answer is awaited, and end the wait for headers after 120 s', async () => {
    const clock = handClock();
    const events: ChatEvent[] = [];
    const asked = (async () => {
      for await (const event of streamChat({ provider: custom, connection: connectionTo(custom) }, question, {
        ...optionsFor(silent),
        clock,
      }))
        events.push(event);
    })();
    await clock.pass(14_900);
    expect(kinds(events)).toEqual([]);
    await clock.pass(200);
    expect(events).toEqual([{ type: 'notice', notice: { kind: 'waiting', since: 1_000_000 } }]);
    await clock.pass(104_000);
    expect(events).toHaveLength(1);
    await clock.pass(2000);
    await asked;
    expect(errorOf(events)).toMatchObject({ kind: 'timeout', mayHaveReached: true });
  });

  it('are patient with a model on the user’s own machine', async () => {
    const clock = handClock();
    let over = false;
    const asked = ask(silent, {
      provider: known('llama-cpp'),
      connection: { baseUrl: 'http://localhost:8080/v1' },
      clock,
    });
    void asked.then(() => (over = true));
    await clock.pass(599_000);
    expect(over).toBe(false);
    await clock.pass(2000);
    expect(errorOf(await asked).kind).toBe('timeout');
  });

  it.each([
    ['this machine', 'http://localhost:8080/v1'],
    ['the local network', 'https://nas.local/v1'],
  ])('are as patient with any server on %s', async (_, baseUrl) => {
    const clock = handClock();
    let over = false;
    const asked = ask(silent, { provider: custom, connection: { baseUrl }, clock });
    void asked.then(() => (over = true));
    await clock.pass(599_000);
    expect(over).toBe(false);
    await clock.pass(2000);
    expect(errorOf(await asked).kind).toBe('timeout');
  });

  it('are a provider’s own where it has some', async () => {
    const clock = handClock();
    const asked = ask(silent, { provider: { ...custom, timeouts: { firstByteMs: 3000 } }, clock });
    await clock.pass(3001);
    expect(errorOf(await asked).kind).toBe('timeout');
  });

  it('tell a second silence too', async () => {
    const clock = handClock();
    const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start(controller) {
        const say = (text: string): void => controller.enqueue(new Uint8Array(bytesOf(text)));
        clock.after(20_000, () => say(sse(says('a'))));
        clock.after(40_000, () => say(sse(says('b'), stops(), '[DONE]')));
      },
    });
    const asked = ask(() => Promise.resolve(new Response(stream)), { clock });
    await clock.pass(41_000);
    expect(kinds(await asked)).toEqual(['waiting', 'text-delta', 'waiting', 'text-delta', 'end']);
  });

  it('leave nothing behind', async () => {
    const clock = handClock();
    const after = vi.spyOn(clock, 'after');
    const cancelled: number[] = [];
    after.mockImplementation((ms) => () => void cancelled.push(ms));
    await ask(inTurn(ok), { clock });
    expect(cancelled).toHaveLength(after.mock.calls.length);
  });
});

describe('an answer without end', () => {
  it('is ended at its cap, and says so', async () => {
    const piece = sse(says('x'.repeat(100_000)));
    const events = await ask(
      answering(
        Array.from({ length: 25 }, () => bytesOf(piece)),
        {},
        'open',
      ),
    );
    expect(textOf(events)).toHaveLength(2_000_000);
    expect(events.slice(-2)).toEqual([
      { type: 'notice', notice: { kind: 'answer-cut', characters: 2_000_000 } },
      { type: 'end', finish: { reason: 'length', raw: 'gloss' } },
    ]);
  });
});

describe('engines', () => {
  const engine = (run: Engine['run']): Engine => ({ availability: () => Promise.resolve('available'), run });
  const through = (run: Engine['run'], more: Parameters<typeof ask>[1] = {}): Promise<ChatEvent[]> =>
    ask(offline, { provider: known('passages'), engines: { passages: engine(run) }, ...more });

  it('answer through the same function', async () => {
    const events = await through(async function* () {
      yield { type: 'text-delta', text: 'Found.' };
      yield { type: 'end', finish: { reason: 'stop' } };
      yield { type: 'text-delta', text: 'More.' };
    });
    expect(kinds(events)).toEqual(['text-delta', 'end']);
  });

  it('that throw end with one error', async () => {
    expect(
      errorOf(
        await through(() => {
          throw new Error('broken');
        }),
      ),
    ).toMatchObject({ kind: 'server', message: 'broken' });
  });

  it('that simply stop are interrupted', async () => {
    expect(
      kinds(
        await through(async function* () {
          yield { type: 'text-delta', text: 'F' };
        }),
      ),
    ).toEqual(['text-delta', 'interrupted']);
  });

  it('are stopped by the signal', async () => {
    const stop = new AbortController();
    const asked = through(
      async function* (_chat, signal) {
        yield { type: 'text-delta', text: 'F' };
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
      },
      { signal: stop.signal },
    );
    await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort();
    expect(kinds(await asked)).toEqual(['text-delta', 'aborted']);
  });
});
