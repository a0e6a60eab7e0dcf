import { describe, expect, it } from 'vitest';
import { createBreaker } from '../../providers/breaker';
import type { Fetch } from '../../providers/exchange';
import { attemptsOf } from '../../providers/retry';
import { connectionTo, custom } from './ask';

const answers =
  (status: number): Fetch =>
  () =>
    Promise.resolve(new Response('', { status }));
const gone: Fetch = () => Promise.reject(new TypeError('Failed to fetch'));
const server = connectionTo(custom, { baseUrl: 'https://one.example/v1' });
const other = connectionTo(custom, { baseUrl: 'https://two.example/v1' });

function world() {
  let at = 0;
  const breaker = createBreaker(() => at);
  const send = (fetch: Fetch, url = 'https://one.example/v1/chat', init: RequestInit = {}) =>
    breaker
      .watch(fetch)(url, init)
      .catch(() => undefined);
  const times = async (count: number, fetch: Fetch) => {
    for (let sent = 0; sent < count; sent += 1) await send(fetch);
  };
  return { breaker, send, times, pass: (ms: number) => (at += ms), open: () => breaker.isOpen(server, custom) };
}

describe('a server that keeps failing', () => {
  it.each([
    ['with 503', answers(503)],
    ['without an answer', gone],
  ])('%s is left alone after five requests in a row, for half a minute', async (_, fetch) => {
    const { breaker, times, pass, open } = world();
    await times(4, fetch);
    expect(open()).toBe(false);
    expect(attemptsOf(breaker.gently(server, custom))).toBe(3);
    await times(1, fetch);
    expect(open()).toBe(true);
    expect(attemptsOf(breaker.gently(server, custom))).toBe(1);
    pass(29_999);
    expect(open()).toBe(true);
    pass(1);
    expect(open()).toBe(false);
  });

  it('rests longer each time, five minutes at most', async () => {
    const { times, pass, open } = world();
    await times(5, gone);
    for (const seconds of [30, 60, 90, 120, 150, 180, 210, 240, 270, 300, 300]) {
      pass(seconds * 1000 - 1);
      expect(open(), `${seconds} s`).toBe(true);
      pass(1);
      expect(open(), `${seconds} s`).toBe(false);
      await times(1, gone);
    }
  });

  it('is itself again with the first request that succeeds, and so is its patience', async () => {
    const { times, open } = world();
    await times(5, gone);
    await times(1, answers(200));
    expect(open()).toBe(false);
    await times(4, gone);
    expect(open()).toBe(false);
  });

  it('is another one’s business', async () => {
    const { breaker, times } = world();
    await times(5, gone);
    expect(breaker.isOpen(other, custom)).toBe(false);
  });
});

describe('what is no failure of the server', () => {
  it.each([
    ['a refused key', answers(401)],
    ['too many requests', answers(429)],
  ])('%s', async (_, fetch) => {
    const { times, open } = world();
    await times(9, fetch);
    expect(open()).toBe(false);
  });

  it('the user’s own stop', async () => {
    const { send, open } = world();
    for (let sent = 0; sent < 9; sent += 1) {
      await send(gone, undefined, { signal: AbortSignal.abort() });
    }
    expect(open()).toBe(false);
  });

  it('an engine on this device, which has no server', () => {
    const { breaker } = world();
    expect(breaker.isOpen({ ...server, baseUrl: '' }, { ...custom, baseUrl: '' })).toBe(false);
  });
});
