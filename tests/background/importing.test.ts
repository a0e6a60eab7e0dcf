/**
 * An import is in two stores and happens in both or in neither, whatever fails and wherever the worker dies; and so does taking
 * it back. The n-th storage operation fails, or is the last one, for n = 1, 2, 3 … until none is left.
 */
import { describe, expect, it } from 'vitest';
import type { Seam } from '../../storage/database';
import { StorageFailure } from '../../storage/failure';
import { defaultPreferences } from '../../storage/settings';
import { createPlace, fill, load, rich, undo, type Place } from './data-place';
import { connection, settle } from './world';

const mine = { ...defaultPreferences, theme: 'dark' as const, instructions: '' };

/** A place with something of its own, and the file of another one. */
async function createTarget(): Promise<{ place: Place; file: string }> {
  const other = createPlace();
  await fill(other);
  const place = createPlace();
  await place.store.insert([rich('mine')]);
  place.connections.value = [connection('mine', { baseUrl: 'https://mine.example' })];
  place.standard.value = 'mine';
  place.preferences.value = mine;
  return { place, file: await other.export() };
}

/** Everything there is, and how many imports are not over. */
async function look(place: Place) {
  place.seam = undefined;
  return { all: await place.export(), open: (await place.store.openImports()).length };
}

/** What an import leaves apart from ids, which are new each time. */
const shape = (json: string) => {
  const file = JSON.parse(json) as { chats: { messages: unknown[] }[]; connections: unknown[]; preferences: object };
  return [file.chats.length, file.chats.flatMap(({ messages }) => messages).length, file.connections.length];
};

type Fault = (n: number) => { seam: Seam; reached(): boolean; dies: boolean };

const failsOnce: Fault = (n) => {
  let count = 0;
  return {
    dies: false,
    reached: () => count >= n,
    seam() {
      if ((count += 1) === n) throw new StorageFailure('quota', 'The disk is full.');
    },
  };
};
const failsForGood: Fault = (n) => {
  let count = 0;
  return {
    dies: false,
    reached: () => count >= n,
    seam() {
      if ((count += 1) >= n) throw new StorageFailure('quota', 'The disk is full.');
    },
  };
};
const dies: Fault = (n) => {
  let count = 0;
  return {
    dies: true,
    reached: () => count >= n,
    seam: () => ((count += 1) >= n ? new Promise<void>(() => undefined) : undefined),
  };
};

/** Does it with a fault at the n-th point. Whether it said that it was done; `null` if nobody was left to say so. */
async function attempt(place: Place, fault: ReturnType<Fault>, act: () => Promise<unknown>): Promise<boolean | null> {
  place.seam = fault.seam;
  let said: boolean | null = null;
  void act().then(
    () => (said = true),
    () => (said = false),
  );
  await settle();
  return said;
}

describe.each([
  ['fails once', failsOnce],
  ['fails for good', failsForGood],
  ['dies with the worker', dies],
])('a storage that %s at any point', (_name, fault) => {
  it('leaves all of an import or nothing, in both stores', async () => {
    const ends = new Set<string>();
    for (let n = 1; ; n += 1) {
      const { place, file } = await createTarget();
      const before = (await look(place)).all;
      const doing = fault(n);
      const said = await attempt(place, doing, () => load(place, file));
      // Where storage works again, the user need not wait for the next worker.
      if (fault === failsOnce && said === false) expect((await look(place)).all, `fault ${n}`).toBe(before);
      place.seam = undefined;
      await place.restart();
      const { all, open } = await look(place);
      const whole = all !== before;
      expect(open, `fault ${n}`).toBe(0);
      if (whole) {
        expect(shape(all), `fault ${n}`).toEqual([3, 9, 3]);
        expect(place.preferences.value, `fault ${n}`).toMatchObject({ theme: 'dark', instructions: 'Be brief.' });
        expect(place.preferences.value.actions, `fault ${n}`).toHaveLength(1);
      }
      // What was said to be done is there. What was said to have failed is not, unless only the saying failed.
      if (said === true) expect(whole, `fault ${n}`).toBe(true);
      ends.add(`${String(said)}, ${whole ? 'all' : 'nothing'}`);
      if (!doing.reached()) break;
      expect(n).toBeLessThan(200);
    }
    expect(ends).toContain('true, all');
    expect(ends).toContain(fault === dies ? 'null, nothing' : 'false, nothing');
  });

  it('leaves all of what is being taken back, or nothing', async () => {
    for (let n = 1; ; n += 1) {
      const { place, file } = await createTarget();
      const before = (await look(place)).all;
      const { importId } = await load(place, file);
      const doing = fault(n);
      const said = await attempt(place, doing, () => undo(place, importId));
      place.seam = undefined;
      await place.restart();
      const { all, open } = await look(place);
      expect(open, `fault ${n}`).toBe(0);
      if (all !== before) expect(shape(all), `fault ${n}`).toEqual([3, 9, 3]);
      if (said === true) expect(all, `fault ${n}`).toBe(before);
      if (!doing.reached()) break;
      expect(n).toBeLessThan(200);
    }
  });
});

describe('taking an import back', () => {
  it('restores the preferences, and leaves what was changed since', async () => {
    const { place, file } = await createTarget();
    const { importId } = await load(place, file);
    const { actions } = place.preferences.value;
    expect(actions).toHaveLength(1);
    await undo(place, importId);
    expect(place.preferences.value).toEqual(mine);

    const again = await load(place, file);
    const [brought] = place.preferences.value.actions;
    place.preferences.value = {
      ...place.preferences.value,
      instructions: 'My own by now.',
      actions: [{ ...(brought ?? actions[0]!), name: 'Renamed' }],
    };
    await undo(place, again.importId);
    expect(place.preferences.value).toMatchObject({ instructions: 'My own by now.', actions: [{ name: 'Renamed' }] });
  });

  it('keeps a chat that has grown since, and a connection that is in use', async () => {
    const { place, file } = await createTarget();
    const { importId } = await load(place, file);
    const [grown] = (await place.store.history({ limit: 10 })).chats.filter(({ id }) => id !== 'mine');
    const question = { ...(await place.store.messages(grown?.id ?? ''))[0]!, id: 'later', order: 9, parentId: null };
    const answer = {
      ...(await place.store.messages(grown?.id ?? ''))[1]!,
      id: 'later-a',
      order: 10,
      parentId: 'later',
    };
    if (question.role !== 'user' || answer.role !== 'assistant' || !grown) throw new Error('no such chat');
    await place.store.ask({ ...grown, nextOrder: 11, leafId: answer.id }, question, answer);
    const [, keyed, other] = place.connections.value;
    place.keys.add(keyed?.id ?? '');
    await undo(place, importId);
    expect((await place.store.history({ limit: 10 })).chats.map(({ id }) => id).toSorted()).toEqual(
      ['mine', grown.id].toSorted(),
    );
    expect(place.connections.value.map(({ id }) => id)).toEqual(['mine', keyed?.id]);
    expect(place.connections.value).not.toContainEqual(other);
  });

  it('is possible for a day', async () => {
    const { place, file } = await createTarget();
    const { importId } = await load(place, file);
    await place.store.purge(7 + 86_400_000);
    expect(await place.store.imported(importId)).toBeDefined();
    await place.store.purge(8 + 86_400_000);
    expect(await place.store.imported(importId)).toBeUndefined();
    await expect(undo(place, importId)).rejects.toMatchObject({ error: { code: 'import' } });
  });
});

describe('a file that is not right', () => {
  const file = (chats: unknown[], more: object = {}) =>
    JSON.stringify({ format: 'gloss-export', version: 1, exportedAt: 1, chats, ...more });
  const badChat = (change: (chat: ReturnType<typeof rich>) => unknown) => file([rich('fine'), change(rich('bad'))]);
  const text = (chat: ReturnType<typeof rich>, value: unknown) => {
    const [first, ...rest] = chat.messages;
    return { ...chat, messages: [{ ...first, parts: [{ type: 'text', text: value }] }, ...rest] };
  };

  it.each([
    [badChat((chat) => text(chat, 5)), 'Chat 2 (Chat bad): messages[0].parts[0].text is 5, expected string.'],
    [
      badChat((chat) => text(chat, 'x'.repeat(1_000_001))),
      'Chat 2 (Chat bad): messages[0].parts[0].text is 1000001, expected <=1000000.',
    ],
    [
      badChat((chat) => ({ ...chat, chat: { ...chat.chat, title: 't'.repeat(10_001) } })),
      `Chat 2 (${'t'.repeat(60)}): chat.title is 10001, expected <=10000.`,
    ],
    [
      badChat((chat) => ({ ...chat, chat: { ...chat.chat, id: '../x' } })),
      'Chat 2 (Chat bad): chat.id is "../x", expected /^[\\w.:-]{1,100}$/.',
    ],
    [
      badChat((chat) => ({ ...chat, messages: chat.messages.slice(1) })),
      'Chat 2 (Chat bad): messages[0].parentId names no earlier message.',
    ],
    [
      file([], { connections: [{ ...connection('one'), enabled: 1 }] }),
      'Connection 1: enabled is 1, expected boolean.',
    ],
    [
      file([], { preferences: { ...defaultPreferences, theme: 'pink' } }),
      'The preferences: theme is "pink", expected ("system" | "light" | "dark").',
    ],
  ])('says what is wrong and where (%#)', async (json, problem) => {
    const { place } = await createTarget();
    const { problems, skipped } = await load(place, json, true);
    expect([problems, skipped]).toEqual([[problem], 1]);
  });

  it.each([
    ['{"format": "gloss-export",\n "ver', /^This file is not JSON: .*(?:position \d+|line \d+)/],
    ['[]', /^This file is not an export of Gloss: it does not say "gloss-export"\.$/],
    [file([], { version: 2 }), /^A newer version of Gloss wrote this file\. Update Gloss/],
    [file([], { chats: {} }), /^This file is damaged: chats is Object, expected Array\.$/],
  ])('and why it is refused as a whole (%#)', async (json, message) => {
    const { place } = await createTarget();
    await expect(load(place, json)).rejects.toMatchObject({ error: { message: expect.stringMatching(message) } });
  });
});
