import { describe, expect, it } from 'vitest';
import type { Mail } from '../../core/protocol';
import { createPost } from '../../entrypoints/background/mail';
import { openMailbox } from '../../entrypoints/sidepanel/mailbox';

/** `storage.session` as both sides see it: a write tells, a removal tells. */
function storage({ room = Number.POSITIVE_INFINITY } = {}) {
  const rows = new Map<string, Mail>();
  const onWritten = new Set<(keys: string[]) => void>();
  const onRemoved = new Set<() => void>();
  return {
    rows,
    limit: (entries: number) => {
      room = entries;
    },
    set: async (key: string, mail: Mail) => {
      if (rows.size >= room && !rows.has(key)) throw new Error('QUOTA_BYTES quota exceeded');
      rows.set(key, mail);
      for (const call of onWritten) call([key]);
    },
    all: async () => Object.fromEntries(rows),
    remove: async (key: string) => {
      if (rows.delete(key)) for (const call of onRemoved) call();
    },
    watch: (call: (keys: string[]) => void) => {
      onWritten.add(call);
      return () => void onWritten.delete(call);
    },
    onRemoved: (call: () => void) => void onRemoved.add(call),
  };
}

const quote = (text: string): NonNullable<Mail['quote']> => ({
  text,
  source: { title: 'T', url: 'https://a.example/' },
  cut: 0,
  removed: 0,
});
const settled = () => new Promise<void>((resolve) => setTimeout(resolve, 5));

/** A panel that keeps what it takes by id, as the composer does. */
function panel(store: ReturnType<typeof storage>, windowId = 1, slow: () => Promise<void> = async () => undefined) {
  const chips = new Map<string, string>();
  const taken: string[] = [];
  let turn = Promise.resolve();
  const close = openMailbox({
    store,
    windowId,
    alone: (work) => (turn = turn.then(work, work)),
    isSeen: () => true,
    whenSeen: () => () => undefined,
    async take(mail) {
      await slow();
      taken.push(mail.id);
      if (mail.quote) chips.set(mail.id, mail.quote.text);
    },
  });
  return { chips, taken, close };
}

describe('the mailbox', () => {
  it('holds an entry until a panel of its window comes', async () => {
    const store = storage();
    const post = createPost({ now: () => 1000, ...store });
    await post.leave({ id: 'a', windowId: 1, quote: quote('one') });
    await post.leave({ id: 'b', windowId: 2, quote: quote('two') });
    const first = panel(store);
    await settled();
    expect([...first.chips]).toEqual([['a', 'one']]);
    expect([...store.rows.values()].map(({ id }) => id)).toEqual(['b']);
  });

  it('delivers fifty in a row once each, in their order, though they come in one millisecond', async () => {
    const store = storage();
    const post = createPost({ now: () => 1000, ...store });
    const ids = Array.from({ length: 50 }, (_, place) => `id-${place}`);
    const there = panel(store);
    await Promise.all(ids.map((id) => post.leave({ id, windowId: 1, quote: quote(id) })));
    await settled();
    expect(there.taken).toEqual(ids);
    expect(store.rows.size).toBe(0);
  });

  it('keeps a refinement that comes while the first writing is being taken', async () => {
    const store = storage();
    const post = createPost({ now: () => 1000, ...store });
    await post.leave({ id: 'a', windowId: 1, quote: quote('one two') });
    let during: (() => Promise<void>) | undefined = () =>
      post.leave({ id: 'a', windowId: 1, quote: quote('one\ntwo') });
    const there = panel(store, 1, async () => {
      const now = during;
      during = undefined;
      await now?.();
    });
    await settled();
    expect([...there.chips]).toEqual([['a', 'one\ntwo']]);
    expect(store.rows.size).toBe(0);
  });

  it('leaves only the refinement where nobody has taken the first writing', async () => {
    const store = storage();
    const post = createPost({ now: () => 1000, ...store });
    await post.leave({ id: 'a', windowId: 1, quote: quote('one two') });
    await post.leave({ id: 'a', windowId: 1, quote: quote('one\ntwo') });
    expect([...store.rows.values()].map((mail) => mail.quote?.text)).toEqual(['one\ntwo']);
  });

  it('gives the later writing to a panel that finds both', async () => {
    const store = storage();
    const post = createPost({ now: () => 1000, ...store, remove: async () => undefined });
    await post.leave({ id: 'a', windowId: 1, quote: quote('one two') });
    await post.leave({ id: 'a', windowId: 1, quote: quote('one\ntwo') });
    const there = panel(store);
    await settled();
    expect(there.chips.get('a')).toBe('one\ntwo');
  });

  it('loses nothing when the mailbox is full', async () => {
    const store = storage({ room: 2 });
    const post = createPost({ now: () => 1000, ...store });
    const ids = ['a', 'b', 'c', 'd', 'e'];
    for (const id of ids) await post.leave({ id, windowId: 1, quote: quote(id) });
    expect(store.rows.size).toBe(2);
    const there = panel(store);
    await settled();
    expect(there.taken.toSorted()).toEqual(ids);
    expect(store.rows.size).toBe(0);
  });

  it('goes on in order when the clock goes back', async () => {
    const times = [5000, 100, 5000];
    const store = storage();
    const post = createPost({ now: () => times.shift() ?? 0, ...store });
    for (const id of ['a', 'b', 'c']) await post.leave({ id, windowId: 1 });
    const there = panel(store);
    await settled();
    expect(there.taken).toEqual(['a', 'b', 'c']);
  });
});
