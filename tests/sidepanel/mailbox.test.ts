import { describe, expect, it } from 'vitest';
import type { Mail } from '../../core/protocol';
import { mailPrefix, openMailbox } from '../../entrypoints/sidepanel/mailbox';

/** A session store that several panels share, and a lock that lets one of them in at a time. */
function post() {
  const entries = new Map<string, unknown>();
  const watchers = new Set<(keys: string[]) => void>();
  let turn: Promise<void> = Promise.resolve();
  return {
    entries,
    leave(mail: Mail) {
      const key = `${mailPrefix(mail.windowId)}${mail.id}:${mail.at}`;
      entries.set(key, mail);
      for (const watcher of watchers) watcher([key]);
    },
    store: {
      all: async () => Object.fromEntries(entries),
      remove: async (key: string) => void entries.delete(key),
      watch(changed: (keys: string[]) => void) {
        watchers.add(changed);
        return () => void watchers.delete(changed);
      },
    },
    alone(work: () => Promise<void>) {
      turn = turn.then(work);
      return turn;
    },
    quiet: async () => {
      for (let round = 0; round < 20; round += 1) await turn;
    },
  };
}

function panel(office: ReturnType<typeof post>, { windowId = 1, seen = true } = {}) {
  const taken: string[] = [];
  let looks: () => void = () => undefined;
  const state = { seen };
  const close = openMailbox({
    store: office.store,
    windowId,
    alone: office.alone,
    isSeen: () => state.seen,
    whenSeen(call) {
      looks = call;
      return () => undefined;
    },
    take: async (mail) => void taken.push(mail.id),
  });
  return {
    taken,
    close,
    show() {
      state.seen = true;
      looks();
    },
  };
}
const mail = (id: string, at: number, windowId = 1): Mail => ({ id, at, windowId });

describe('the mailbox', () => {
  it('gives what was left before the panel opened, oldest first, and what comes after', async () => {
    const office = post();
    office.leave(mail('b', 2));
    office.leave(mail('a', 1));
    const { taken } = panel(office);
    await office.quiet();
    office.leave(mail('c', 3));
    await office.quiet();
    expect(taken).toEqual(['a', 'b', 'c']);
    expect(office.entries.size).toBe(0);
  });

  it('gives each entry to one panel of its window, and none to another window', async () => {
    const office = post();
    const [one, two, other] = [panel(office), panel(office), panel(office, { windowId: 10 })];
    for (let n = 0; n < 50; n += 1) office.leave(mail(`m${n}`, n));
    await office.quiet();
    expect([...one.taken, ...two.taken].sort()).toEqual(Array.from({ length: 50 }, (_, n) => `m${n}`).sort());
    expect(other.taken).toEqual([]);
  });

  it('leaves the mail while nobody sees the panel', async () => {
    const office = post();
    const hidden = panel(office, { seen: false });
    office.leave(mail('a', 1));
    await office.quiet();
    expect(hidden.taken).toEqual([]);
    hidden.show();
    await office.quiet();
    expect(hidden.taken).toEqual(['a']);
  });

  it('keeps an entry whose taking failed', async () => {
    const office = post();
    office.leave(mail('a', 1));
    openMailbox({
      store: office.store,
      windowId: 1,
      alone: (work) => work(),
      isSeen: () => true,
      whenSeen: () => () => undefined,
      take: async () => {
        throw new Error('full');
      },
    });
    await new Promise((resolve) => setTimeout(resolve));
    expect(office.entries.size).toBe(1);
  });

  it('passes over what is no entry', async () => {
    const office = post();
    office.entries.set('mail:1:x', { odd: true });
    office.entries.set('other', 1);
    office.leave(mail('a', 1));
    const { taken } = panel(office);
    await office.quiet();
    expect(taken).toEqual(['a']);
    expect(office.entries.size).toBe(2);
  });
});
