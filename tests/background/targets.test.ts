import { describe, expect, it } from 'vitest';
import type { Chat } from '../../core/chat';
import { createTargets } from '../../entrypoints/background/targets';
import type { Connection } from '../../providers/contract';
import { connection, passagesProvider, provider } from './world';

const chat: Chat = { id: 'c', title: '', titled: false, createdAt: 0, updatedAt: 0, leafId: null, nextOrder: 0 };

const targets = (connections: Connection[], standard: string | null = null) =>
  createTargets({
    connections: async () => connections,
    defaultConnection: async () => standard,
    providerById: (id) =>
      [{ ...provider, defaultModel: 'catalog-model' }, passagesProvider].find((each) => each.id === id),
  });

const one = connection('one');
const two = connection('two');
const off = connection('off', { enabled: false });
const foreign = connection('foreign', { provider: 'nobody' });

describe('who is asked', () => {
  it.each<
    [string, Connection[], string | null, { connectionId?: string; model?: string }, Partial<Chat>, string, string]
  >([
    ['what was chosen now', [one, two], 'one', { connectionId: 'two', model: 'm' }, {}, 'two', 'm'],
    ['what was chosen now, with its own model', [one, two], 'one', { connectionId: 'two' }, {}, 'two', 'model-two'],
    ['what the chat uses', [one, two], 'one', {}, { connectionId: 'two', model: 'm' }, 'two', 'm'],
    [
      'what the chat uses, with another model',
      [one, two],
      'one',
      { model: 'n' },
      { connectionId: 'two', model: 'm' },
      'two',
      'n',
    ],
    [
      'a choice over what the chat uses, without its model',
      [one, two],
      'one',
      { connectionId: 'one' },
      { connectionId: 'two', model: 'm' },
      'one',
      'model-one',
    ],
    ['the default', [one, two], 'two', {}, {}, 'two', 'model-two'],
    ['the default with a model', [one, two], 'two', { model: 'm' }, {}, 'two', 'm'],
    [
      'the default when the chosen one is gone, without its model',
      [one],
      'one',
      { connectionId: 'gone', model: 'm' },
      {},
      'one',
      'model-one',
    ],
    [
      "the default when the chat's one is gone, without its model",
      [one],
      'one',
      {},
      { connectionId: 'gone', model: 'm' },
      'one',
      'model-one',
    ],
    ['any other when the default is off', [off, two], 'off', {}, {}, 'two', 'model-two'],
    ['any other when nobody knows the default', [foreign, two], 'foreign', {}, {}, 'two', 'model-two'],
    ['Passages when there is none', [off, foreign], null, {}, {}, 'passages', 'passages'],
    ['Passages when it was chosen', [one], 'one', { connectionId: 'passages' }, {}, 'passages', 'passages'],
    // Chosen by name, so it is asked, and its answer says what is wrong.
    ['one that is off, when it was chosen', [one, off], 'one', { connectionId: 'off' }, {}, 'off', 'model-off'],
    ["the catalog's model", [connection('one', { model: '' })], 'one', {}, {}, 'one', 'catalog-model'],
  ])('is %s', async (_name, connections, standard, wanted, used, id, model) => {
    const target = await targets(connections, standard).resolve(wanted, { ...chat, ...used });
    expect([target.connection.id, target.model]).toEqual([id, model]);
  });

  it('falls back in the order given, never to itself or to one that is off or gone', async () => {
    const first = connection('one', { options: { fallbacks: ['two', 'one', 'gone', 'off', 'three'] } });
    const all = targets([first, two, off, connection('three')]);
    const found = await all.fallbacks({ connection: first, provider, model: 'm' });
    expect(found.map((target) => [target.connection.id, target.model])).toEqual([
      ['two', 'model-two'],
      ['three', 'model-three'],
    ]);
  });

  it('takes the chat’s own chain instead, models and all, and asks nobody the same thing twice', async () => {
    const first = connection('one', { options: { fallbacks: ['two'] } });
    const all = targets([first, two, off, connection('three')]);
    const chain = [
      { connectionId: 'three', model: 'big' },
      { connectionId: 'one', model: 'm' },
      { connectionId: 'one', model: 'other' },
      { connectionId: 'gone', model: 'm' },
      { connectionId: 'off', model: 'm' },
      { connectionId: 'three', model: 'big' },
    ];
    const found = await all.fallbacks({ connection: first, provider, model: 'm' }, { chain });
    expect(found.map((target) => [target.connection.id, target.model])).toEqual([
      ['three', 'big'],
      ['one', 'other'],
    ]);
    expect(await all.fallbacks({ connection: first, provider, model: 'm' }, { chain: [] })).toEqual([]);
  });

  it('passes over one whose server keeps failing', async () => {
    const first = connection('one', { options: { fallbacks: ['two', 'three'] } });
    const all = createTargets({
      connections: async () => [first, two, connection('three')],
      defaultConnection: async () => null,
      providerById: () => provider,
      isResting: ({ id }) => id === 'two',
    });
    const found = await all.fallbacks({ connection: first, provider, model: 'm' });
    expect(found.map((target) => target.connection.id)).toEqual(['three']);
  });
});
