import { signal } from '@preact/signals';
import { describe, expect, it } from 'vitest';
import type { Usage } from '../../core/chat';
import type { Connection, Provider } from '../../providers/contract';
import { estimatedCost, usageInAll } from '../../state/cost';
import { ModelsModel, seesPictures } from '../../state/models';
import { answerTo, fakeBackground, refusal } from './fakes';

const connection = (id: string, over: Partial<Connection> = {}): Connection => ({
  id,
  provider: 'custom',
  name: `Server ${id}`,
  baseUrl: 'http://localhost/v1',
  model: `${id}-own`,
  enabled: true,
  ...over,
});

function picker(...all: Connection[]) {
  const background = fakeBackground({
    'connection.models': async ({ connection: draft }) => ({
      ok: true,
      value: { fetchedAt: 0, models: [{ id: `${draft.id}-1` }, { id: `${draft.id}-2`, name: 'Two', images: true }] },
    }),
  });
  const connections = signal<readonly Connection[]>(all);
  const models = new ModelsModel({ send: background.send, connections, catalog: async () => [] });
  return { background, connections, models };
}

const lines = (models: InstanceType<typeof ModelsModel>) =>
  models.groups.value.map(({ name, choices }) => `${name}: ${choices.map(({ model }) => model).join(' ')}`);

describe('the list of models', () => {
  it('is grouped by connection; favourites first, then the one set up, each once', async () => {
    const { models } = picker(connection('a', { favourites: ['a-2', 'typed'] }), connection('b', { model: 'b-1' }));
    await models.fetch();
    expect(lines(models)).toEqual(['Server a: a-2 typed a-own a-1', 'Server b: b-1 b-2']);
    expect(models.groups.value[0]?.choices[0]).toMatchObject({ name: 'Two', favourite: true, images: true });
  });

  it('offers what is known while a list is fetched or cannot be', async () => {
    const { models, background } = picker(connection('a'));
    expect(lines(models)).toEqual(['Server a: a-own']);
    background.answers['connection.models'] = async () => refusal({ kind: 'network' });
    await models.fetch();
    expect(models.groups.value[0]).toMatchObject({ state: 'failed', error: { kind: 'network' } });
    expect(lines(models)).toEqual(['Server a: a-own']);
  });

  it('asks once, again only when told to or when it failed, and not for connections that are off', async () => {
    const { models, background } = picker(connection('a'), connection('off', { enabled: false }));
    await Promise.all([models.fetch(), models.fetch()]);
    await models.fetch();
    expect(background.inputs('connection.models')).toHaveLength(1);
    await models.fetch(true);
    expect(background.inputs('connection.models')[1]).toMatchObject({ fresh: true, connection: { id: 'a' } });
  });

  it('finds every word in the model or in its connection', async () => {
    const { models } = picker(connection('a'), connection('b'));
    await models.fetch();
    models.search('server two');
    expect(lines(models)).toEqual(['Server a: a-2', 'Server b: b-2']);
    models.search('B-1');
    expect(lines(models)).toEqual(['Server b: b-1']);
  });

  it('offers what was typed where no list has it', async () => {
    const { models } = picker(connection('a'), connection('b'));
    await models.fetch();
    models.search('my-own:7b');
    expect(models.typed.value.map(({ connectionId, model }) => `${connectionId} ${model}`)).toEqual([
      'a my-own:7b',
      'b my-own:7b',
    ]);
    models.search('two words');
    expect(models.typed.value).toEqual([]);
  });

  it('stars and unstars by saving the connection, without a key', async () => {
    const { models, background, connections } = picker(connection('a', { favourites: ['x'] }));
    await models.toggleFavourite({ connectionId: 'a', model: 'a-1' });
    expect(background.inputs('connection.save')[0]).toMatchObject({
      connection: { id: 'a', favourites: ['x', 'a-1'] },
    });
    expect(background.inputs('connection.save')[0]).not.toHaveProperty('key');
    connections.value = [connection('a', { favourites: ['x', 'a-1'] })];
    await models.toggleFavourite({ connectionId: 'a', model: 'x' });
    expect(background.inputs('connection.save')[1]).toMatchObject({ connection: { favourites: ['a-1'] } });
  });
});

describe('estimatedCost', () => {
  const asked = {
    providerId: 'p',
    connectionId: 'c',
    model: 'm',
    usage: { inputTokens: 1_000_000, outputTokens: 500_000 },
  };
  const listings = (price: unknown) => new Map([['c', { state: 'ready' as const, models: [{ id: 'm', price }] }]]);

  it('multiplies tokens by prices for a million', () => {
    expect(estimatedCost(asked, listings({ input: 2, output: 8 }), [])).toBe(6);
  });

  it('says nothing where a count or a price is missing or odd', () => {
    expect(estimatedCost(asked, new Map(), [])).toBeUndefined();
    expect(estimatedCost(asked, listings({ input: '2', output: 8 }), [])).toBeUndefined();
    expect(
      estimatedCost({ ...asked, usage: { outputTokens: 5 } }, listings({ input: 2, output: 8 }), []),
    ).toBeUndefined();
  });
});

describe('usageInAll', () => {
  const answer = (usage: Usage) => answerTo('q', 'a', { usage });
  const listings = new Map([['c', { state: 'ready' as const, models: [{ id: 'm', price: { input: 2, output: 8 } }] }]]);

  it('adds up what was told, and what the prices make of the rest', () => {
    const told = answer({ inputTokens: 10, outputTokens: 5, cost: 0.5 });
    expect(usageInAll([told], listings, [])).toEqual({ input: 10, output: 5, cost: 0.5, estimated: false });
    const untold = answer({ inputTokens: 1_000_000, outputTokens: 500_000 });
    expect(usageInAll([told, untold], listings, [])).toEqual({
      input: 1_000_010,
      output: 500_005,
      cost: 6.5,
      estimated: true,
    });
  });

  it('is nothing for answers that told nothing', () => {
    const none = { input: 0, output: 0, cost: 0, estimated: false };
    expect(usageInAll([], listings, [])).toEqual(none);
    expect(usageInAll([answerTo('q', 'a')], listings, [])).toEqual(none);
  });
});

describe('seesPictures', () => {
  const provider = (images: boolean): Provider => ({
    id: 'custom',
    name: 'Custom',
    baseUrl: '',
    auth: 'none',
    status: 'live',
    models: [{ id: 'listed', images: !images }],
    capabilities: { stream: true, system: true, history: true, images, reasoning: false, tools: false, usage: true },
  });
  const who = { id: 'a', provider: 'custom' };

  it("believes the server's list, then the catalog's model, then its provider, and else does not know", () => {
    const listings = new Map([['a', { state: 'ready' as const, models: [{ id: 'm', images: false }] }]]);
    expect(seesPictures(who, 'm', listings, [provider(true)])).toBe(false);
    expect(seesPictures(who, 'listed', new Map(), [provider(true)])).toBe(false);
    expect(seesPictures(who, 'other', new Map(), [provider(true)])).toBe(true);
    expect(seesPictures(who, 'other', new Map(), [])).toBeUndefined();
  });
});
