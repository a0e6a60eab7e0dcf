import { describe, expect, it } from 'vitest';
import { byDay, HistoryModel, mostHits } from '../../state/history';
import type { SearchHit } from '../../storage/chats';
import { chatRow, fakeBackground, fakeStore, refusal, settle } from './fakes';

const noon = new Date(2026, 2, 20, 12).getTime();
const hour = 3_600_000;

function library(count: number) {
  const store = fakeStore();
  const background = fakeBackground();
  const timers: (() => void)[] = [];
  for (let n = 0; n < count; n += 1) {
    store.chats.set(`c${n}`, chatRow({ id: `c${n}`, title: `Chat ${n}`, updatedAt: noon - n * hour }));
  }
  const history = new HistoryModel({
    send: background.send,
    reader: store.reader,
    now: () => noon,
    after(_, call) {
      timers.push(call);
      return () => void timers.splice(timers.indexOf(call), timers.includes(call) ? 1 : 0);
    },
  });
  return {
    history,
    store,
    background,
    timers,
    async pause() {
      for (const call of timers.splice(0)) call();
      for (let turn = 0; turn < 10; turn += 1) await settle();
    },
  };
}
const titles = (chats: readonly { title: string }[]) => chats.map(({ title }) => title);

describe('days', () => {
  it('cuts at local midnight, in the order given', () => {
    const at = (day: number, hours: number) => new Date(2026, 2, day, hours).getTime();
    const rows = [at(20, 11), at(20, 0), at(19, 23), at(19, 1), at(15, 5), at(1, 5)].map((updatedAt, index) =>
      chatRow({ id: `${index}`, updatedAt }),
    );
    const days = byDay(rows, noon);
    expect(days.map(({ kind, chats }) => `${kind} ${chats.length}`)).toEqual([
      'today 2',
      'yesterday 2',
      'week 1',
      'older 1',
    ]);
    expect(days.map(({ day }) => new Date(day).getHours())).toEqual([0, 0, 0, 0]);
  });

  it('a clock that went back puts nothing into the future', () => {
    expect(byDay([chatRow({ updatedAt: noon + 100 * hour })], noon)[0]?.kind).toBe('today');
  });
});

describe('the list', () => {
  it('is read page by page, newest first, and ends', async () => {
    const { history } = library(120);
    await history.load();
    expect(history.chats.value).toHaveLength(50);
    expect(history.chats.value[0]?.title).toBe('Chat 0');
    await history.more();
    await history.more();
    expect(history.chats.value).toHaveLength(120);
    expect(history.next.value).toBeNull();
    await history.more();
    expect(new Set(history.chats.value.map(({ id }) => id)).size).toBe(120);
  });

  it('says when it cannot be read', async () => {
    const { history, store } = library(3);
    store.breakWith(new Error('blocked'));
    await history.load();
    expect(history.failure.value?.message).toBe('blocked');
    expect(history.loading.value).toBe(false);
  });
});

describe('search', () => {
  it('waits for a pause, and an empty query shows the list again', async () => {
    const { history, timers, pause } = library(30);
    history.search('c');
    history.search('chat 2');
    expect(timers).toHaveLength(1);
    expect(history.hits.value).toBeNull();
    await pause();
    expect(titles(history.hits.value!.map(({ chat }) => chat))).toContain('Chat 29');
    expect(history.searching.value).toBe(false);
    history.search(' ');
    expect(history.hits.value).toBeNull();
  });

  it('looks while the reader may still type, so that the pause shows what was found without a further wait', async () => {
    const { history, timers } = library(30);
    history.search('chat 29');
    for (let turn = 0; turn < 10; turn += 1) await settle();
    expect(history.hits.value).toBeNull();
    expect(history.searching.value).toBe(false);
    timers.shift()?.();
    expect(titles(history.hits.value!.map(({ chat }) => chat))).toEqual(['Chat 29']);
    expect(history.searching.value).toBe(false);
  });

  it('a newer search silences the one before', async () => {
    const { history, store, timers } = library(0);
    let let1: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (let1 = resolve));
    store.reader.search = async function* (query: string, signal: AbortSignal): AsyncGenerator<SearchHit> {
      if (query === 'slow') await gate;
      if (!signal.aborted || query === 'slow')
        yield { chat: chatRow({ title: query }), snippet: query, start: 0, length: 1 };
    };
    history.search('slow');
    timers.shift()?.();
    history.search('fast');
    timers.shift()?.();
    await settle();
    let1();
    await settle();
    expect(titles(history.hits.value!.map(({ chat }) => chat))).toEqual(['fast']);
  });

  it('shows the first hit at once, and the others when they are all there, not one by one', async () => {
    const { history, store, timers } = library(0);
    let goOn: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (goOn = resolve));
    store.reader.search = async function* (): AsyncGenerator<SearchHit> {
      for (let n = 0; n < 40; n += 1) {
        if (n === 30) await gate;
        yield { chat: chatRow({ title: `${n}` }), snippet: `${n}`, start: 0, length: 1 };
      }
    };
    history.search('c');
    timers.shift()?.();
    await settle();
    let drawings = 0;
    const stop = history.hits.subscribe(() => (drawings += 1));
    for (let turn = 0; turn < 10; turn += 1) await settle();
    // One while the search takes its time, by the clock; one at its end.
    expect(timers).toHaveLength(1);
    timers.shift()?.();
    expect(history.hits.value).toHaveLength(30);
    goOn();
    for (let turn = 0; turn < 10; turn += 1) await settle();
    expect(history.hits.value).toHaveLength(40);
    expect(drawings).toBeLessThanOrEqual(4);
    expect(timers).toHaveLength(0);
    stop();
  });

  it('reads what a search needs as soon as the list is on show', async () => {
    const { history, store } = library(3);
    let prepared = 0;
    store.reader.prepareSearch = async () => void (prepared += 1);
    await history.load();
    expect(prepared).toBe(1);
  });

  it('keeps what was found on show until there is something else to show', async () => {
    const { history, pause } = library(30);
    history.search('chat 2');
    await pause();
    const counts: number[] = [];
    const stop = history.hits.subscribe((hits) => counts.push(hits?.length ?? -1));
    history.search('chat 29');
    await pause();
    expect(counts.at(-1)).toBe(1);
    expect(counts).not.toContain(0);
    stop();
  });

  it('stops at more hits than anyone reads', async () => {
    const { history, pause, store } = library(mostHits + 40);
    expect(store.chats.size).toBeGreaterThan(mostHits);
    history.search('chat');
    await pause();
    for (let turn = 0; turn < 10; turn += 1) await settle();
    expect(history.hits.value).toHaveLength(mostHits);
  });
});

describe('changing chats', () => {
  it('a new title shows at once, in the list and in the hits, and the old one comes back if it was refused', async () => {
    const { history, background, pause } = library(3);
    await history.load();
    history.search('Chat 1');
    await pause();
    const chat = history.chats.value[1]!;
    await history.rename(chat, '  Better ');
    expect(titles(history.chats.value)).toEqual(['Chat 0', 'Better', 'Chat 2']);
    expect(history.hits.value?.[0]?.chat.title).toBe('Better');
    expect(background.inputs('chat.rename')).toEqual([{ chatId: 'c1', title: 'Better' }]);
    background.answers['chat.rename'] = async () => refusal();
    await history.rename(history.chats.value[1]!, 'Worse');
    expect(titles(history.chats.value)[1]).toBe('Better');
    expect(history.failure.value).not.toBeNull();
  });

  it('an empty title, or the same, is no new title', async () => {
    const { history, background } = library(1);
    await history.load();
    await history.rename(history.chats.value[0]!, '   ');
    await history.rename(history.chats.value[0]!, 'Chat 0');
    expect(background.asked).toEqual([]);
  });

  it('deletes, offers to undo, and brings back', async () => {
    const { history, store, background } = library(3);
    background.answers['chat.delete'] = async ({ chatId }) => {
      store.chats.set(chatId, { ...store.chats.get(chatId)!, deletedAt: noon });
      return { ok: true, value: null };
    };
    background.answers['chat.undelete'] = async ({ chatId }) => {
      const { deletedAt: _, ...chat } = store.chats.get(chatId)!;
      store.chats.set(chatId, chat);
      return { ok: true, value: null };
    };
    await history.load();
    expect(await history.remove(history.chats.value[1]!)).toBe(true);
    expect(titles(history.chats.value)).toEqual(['Chat 0', 'Chat 2']);
    expect(history.deleted.value?.id).toBe('c1');
    expect(await history.undo()).toBe(true);
    expect(titles(history.chats.value)).toEqual(['Chat 0', 'Chat 1', 'Chat 2']);
    expect(history.deleted.value).toBeNull();
  });

  it('keeps a chat whose deletion was refused', async () => {
    const { history, background } = library(2);
    background.answers['chat.delete'] = async () => refusal();
    await history.load();
    expect(await history.remove(history.chats.value[0]!)).toBe(false);
    expect(history.chats.value).toHaveLength(2);
    expect(history.deleted.value).toBeNull();
  });
});
