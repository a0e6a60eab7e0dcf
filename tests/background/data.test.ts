import { beforeEach, describe, expect, it } from 'vitest';
import type { UserMessage } from '../../core/chat';
import { readFile } from '../../entrypoints/background/data-commands';
import { collectChats, exportData, type ExportFile } from '../../storage/export';
import { defaultPreferences } from '../../storage/settings';
import { clear, createPlace, fill, load, rich, undo, type Place } from './data-place';
import { connection } from './world';

let here: Place;
let there: Place;

beforeEach(() => {
  here = createPlace();
  there = createPlace();
});

/** A file without what may differ: ids, whether connections are on, and the order of chats of one time. */
function bare(json: string): unknown {
  const file = JSON.parse(json) as ExportFile;
  const all = [...new Set(json.match(/"(?:id|chatId|parentId|leafId|connectionId)": "[^"]*"/g) ?? [])];
  let text = JSON.stringify({ ...file, connections: file.connections.map((each) => ({ ...each, enabled: false })) });
  for (const pair of all) {
    const id = /: "(.*)"$/.exec(pair)?.[1] ?? '';
    // Parts keep their own ids.
    if (!/^(?:[qpi]\d|t|two)$/.test(id)) text = text.replaceAll(JSON.stringify(id), '"#"');
  }
  return JSON.parse(text);
}

describe('export', () => {
  it('holds no key and no deleted chat, and nothing of this browser alone', async () => {
    await fill(here);
    await here.store.patchChat('b', { deletedAt: 3 });
    const json = await here.export();
    const file = JSON.parse(json) as ExportFile;
    expect(file.chats).toHaveLength(1);
    expect(json).not.toContain('tabId');
    expect(json).not.toContain('windowId');
  });

  it('takes every page of a long history', async () => {
    await here.store.insert(Array.from({ length: 250 }, (_, place) => rich(`c${place}`)));
    expect(JSON.parse(await here.export())).toMatchObject({ chats: { length: 250 } });
  });
});

describe('import', () => {
  it('of an export, exported again, is equal apart from ids', async () => {
    await fill(here);
    const first = await here.export();
    const summary = await load(there, first);
    expect(summary).toMatchObject({
      chats: 2,
      messages: 6,
      connections: 2,
      skipped: 0,
      problems: [],
      origins: ['https://api.example', 'https://three.example'],
    });
    const second = await there.export();
    expect(bare(second)).toEqual(bare(first));
    expect(second).not.toContain('"a-q"');
    expect(there.changed).toBe(1);
  });

  it('names the origins that connections would really ask, whatever their fields make of the address', async () => {
    const file = (fields: Record<string, string>) =>
      exportData({
        exportedAt: 1,
        preferences: defaultPreferences,
        connections: [connection('azure', { provider: 'azure', baseUrl: '', fields })],
        chats: [],
      });
    const origins = async (fields: Record<string, string>) =>
      (await there.commands['data.import']({ json: file(fields), dryRun: true }, { sender: 'options' })).origins;
    expect(await origins({ resource: 'mine' })).toEqual([expect.stringMatching(/^https:\/\/mine\.[a-z.]*azure\.com$/)]);
    for (const resource of [
      'evil.example/',
      'evil.example/x?',
      'evil.example#',
      'evil.example\\',
      'u@evil.example:1/',
    ]) {
      const [named] = await origins({ resource });
      // Not filled in, so nothing can be asked until somebody does it in the options.
      expect(named).toMatch(/^https:\/\/\{resource\}\.[a-z.]*azure\.com/);
    }
  });

  it('arrives with connections switched off, linked as they were, and none twice', async () => {
    await fill(here);
    const json = await here.export();
    await load(there, json);
    expect(there.connections.value.map(({ enabled }) => enabled)).toEqual([false, false]);
    const [one, three] = there.connections.value;
    expect(one?.options?.fallbacks).toEqual([three?.id]);
    const chats = await collectChats(there.store);
    expect(chats.map(({ chat }) => chat.connectionId)).toEqual(expect.arrayContaining([one?.id, 'passages']));
    await load(there, json);
    expect(there.connections.value).toHaveLength(2);
    expect(await there.store.count()).toBe(4);
  });

  it('as a dry run writes nothing', async () => {
    await fill(here);
    const summary = await load(there, await here.export(), true);
    expect(summary).toMatchObject({ chats: 2, importId: '' });
    expect(await there.store.count()).toBe(0);
    expect(there.connections.value).toEqual([]);
    expect(there.preferences.value).toEqual(defaultPreferences);
    expect(there.changed).toBe(0);
  });

  it('overwrites nothing and can be undone', async () => {
    await fill(here);
    await there.store.insert([rich('a')]);
    there.connections.value = [connection('mine', { baseUrl: 'https://mine.example' })];
    there.preferences.value = { ...defaultPreferences, instructions: 'Mine.' };
    const { importId } = await load(there, await here.export());
    expect(there.preferences.value.instructions).toBe('Mine.');
    expect(there.preferences.value.actions).toHaveLength(1);
    expect(await there.store.count()).toBe(3);
    await undo(there, importId);
    expect(await there.store.count()).toBe(1);
    expect(await there.store.messages('a')).toHaveLength(3);
    expect(there.connections.value.map(({ id }) => id)).toEqual(['mine']);
    await expect(undo(there, importId)).rejects.toMatchObject({
      error: { code: 'import' },
    });
  });

  it('is all or nothing when storing fails half way', async () => {
    await fill(here);
    there.connections.setValue = async () => {
      throw new Error('no room');
    };
    await expect(load(there, await here.export())).rejects.toThrow('no room');
    expect(await there.store.count()).toBe(0);
  });

  it('closes answers that were being made', async () => {
    const chat = rich('a');
    const answer = chat.messages[1];
    if (answer?.role === 'assistant') answer.state = 'streaming';
    await load(there, exportData({ exportedAt: 1, preferences: defaultPreferences, connections: [], chats: [chat] }));
    const [imported] = await collectChats(there.store);
    expect(imported?.messages[1]).toMatchObject({ state: 'interrupted', error: { kind: 'interrupted' } });
  });

  it('skips what is not well-formed, says what, and takes the rest', async () => {
    const good = rich('good');
    const twice = rich('twice');
    twice.messages.push({ ...(twice.messages[0] as UserMessage), order: 9 });
    const orphan = rich('orphan');
    orphan.messages = orphan.messages.slice(1);
    const circle = rich('circle');
    circle.messages = circle.messages.map((message, place) => ({ ...message, parentId: `circle-${'afq'[place]}` }));
    const leafless = { ...rich('leafless'), chat: { ...rich('leafless').chat, leafId: 'nowhere' } };
    const typed = { ...rich('typed'), chat: { ...rich('typed').chat, title: 5 } };
    const file = {
      format: 'gloss-export',
      version: 1,
      exportedAt: 1,
      connections: [{ id: 'x' }],
      chats: [good, twice, orphan, circle, leafless, typed, 7],
    };
    const summary = await load(there, JSON.stringify(file));
    expect(summary).toMatchObject({ chats: 1, connections: 0, skipped: 7 });
    expect(summary.problems).toHaveLength(7);
    expect(await there.store.count()).toBe(1);
  });

  it.each([
    ['text', 'hello'],
    ['half a file', '{"format": "gloss-export", "ver'],
    ['a list', '[]'],
    ['null', 'null'],
    ['another format', '{"format": "other", "version": 1, "exportedAt": 1}'],
    ['a newer version', '{"format": "gloss-export", "version": 2, "exportedAt": 1}'],
    ['a polluting name', '{"format": "gloss-export", "version": 1, "exportedAt": 1, "__proto__": {"x": 1}}'],
    [
      'one deep inside',
      '{"format": "gloss-export", "version": 1, "exportedAt": 1, "chats": [{"chat": {"a": [{"constructor": 1}]}}]}',
    ],
    [
      'one in other letters',
      '{"format": "gloss-export", "version": 1, "exportedAt": 1, "chats": [{"\\u005f_proto__": 1}]}',
    ],
    [
      'endless depth',
      `{"format": "gloss-export", "version": 1, "exportedAt": 1, "chats": ${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
    ],
  ])('refuses %s and writes nothing', async (_name, json) => {
    await expect(load(there, json)).rejects.toMatchObject({ error: { kind: 'not-done', code: 'import' } });
    expect(await there.store.count()).toBe(0);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it('drops fields it does not know', () => {
    const chat = rich('a');
    const file = {
      format: 'gloss-export',
      version: 1,
      exportedAt: 1,
      chats: [{ ...chat, chat: { ...chat.chat, deletedAt: 4, evil: 1 } }],
    };
    const { found } = readFile(JSON.stringify(file));
    expect(found.chats[0]?.chat).not.toHaveProperty('evil');
    expect(found.chats[0]?.chat).not.toHaveProperty('deletedAt');
  });
});

describe('clearing', () => {
  it('is done once and told to the panels', async () => {
    await clear(here);
    expect([here.cleared, here.changed]).toEqual([1, 1]);
  });
});
