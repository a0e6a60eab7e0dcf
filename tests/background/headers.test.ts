import { beforeEach, describe, expect, it } from 'vitest';
import { createHeaders, type HeaderRule, type Headers } from '../../entrypoints/background/headers';
import type { Connection, Provider } from '../../providers/contract';
import { connection, provider as plain } from './world';

const gateway: Provider = {
  ...plain,
  id: 'gateway',
  headers: { origin: '{origin}', Referer: '{origin}/', dnt: '1', 'x-requested-with': 'XMLHttpRequest' },
};

let rules: HeaderRule[];
let updates: number;
let headers: Headers;

beforeEach(() => {
  rules = [];
  updates = 0;
  headers = createHeaders(
    {
      // As the browser does: a copy, with fields of its own.
      rules: async () => rules.map((rule) => ({ ...structuredClone(rule), action: { ...rule.action, extra: true } })),
      async update({ removeRuleIds, addRules }) {
        updates += 1;
        rules = rules.filter((rule) => !removeRuleIds.includes(rule.id));
        for (const rule of addRules) {
          if (rules.some((each) => each.id === rule.id)) throw new Error(`Rule ${rule.id} exists.`);
          rules.push(rule);
        }
      },
    },
    'ownhost',
  );
});

const at = (id: string, baseUrl: string, more: Partial<Connection> = {}) => connection(id, { baseUrl, ...more });

describe('header rules', () => {
  it('set Origin, Referer and DNT for our own requests to that very server, and nothing else', async () => {
    await headers.ensureRules(at('a', 'https://api.example:8443/v1'), gateway);
    expect(rules).toEqual([
      {
        id: 1,
        priority: 1,
        action: {
          type: 'modifyHeaders',
          requestHeaders: [
            { header: 'origin', operation: 'set', value: 'https://api.example:8443' },
            { header: 'referer', operation: 'set', value: 'https://api.example:8443/' },
            { header: 'dnt', operation: 'set', value: '1' },
          ],
        },
        condition: {
          initiatorDomains: ['ownhost'],
          urlFilter: '|https://api.example:8443/',
          resourceTypes: ['xmlhttprequest'],
        },
      },
    ]);
  });

  it('are not needed where nothing has to be set', async () => {
    await headers.ensureRules(at('a', 'https://api.example'), plain);
    expect(updates).toBe(0);
  });

  it('are written once, and again when the browser has forgotten them', async () => {
    const one = at('a', 'https://api.example');
    await headers.ensureRules(one, gateway);
    await headers.ensureRules(one, gateway);
    expect(updates).toBe(1);
    rules = [];
    await headers.ensureRules(one, gateway);
    expect(rules).toHaveLength(1);
  });

  it('follow the switch that sends a server its own origin', async () => {
    const one = at('a', 'http://localhost:11434', { options: { rewriteOrigin: true } });
    await headers.ensureRules(one, plain);
    expect(rules[0]?.action.requestHeaders).toEqual([
      { header: 'origin', operation: 'set', value: 'http://localhost:11434' },
    ]);
    await headers.ensureRules({ ...one, options: {} }, plain);
    expect(rules).toEqual([]);
  });

  it('get numbers of their own, also when asked for at once', async () => {
    await Promise.all([
      headers.ensureRules(at('a', 'https://a.example'), gateway),
      headers.ensureRules(at('b', 'https://b.example'), gateway),
      headers.ensureRules(at('c', '', { servers: ['https://c.example', 'https://d.example'] }), gateway),
    ]);
    expect(new Set(rules.map(({ id }) => id)).size).toBe(4);
    // A freed number is used again without touching the others.
    await headers.keepOnly([{ connection: at('b', 'https://b.example'), provider: gateway }]);
    expect(rules.map(({ condition }) => condition.urlFilter)).toEqual(['|https://b.example/']);
    await headers.ensureRules(at('e', 'https://e.example'), gateway);
    expect(rules).toHaveLength(2);
  });

  it('tell ports apart, and leave addresses alone that cannot be used', async () => {
    await headers.ensureRules(
      at('a', '', { servers: ['http://localhost:1', 'http://localhost:2', 'http://public.example', 'nonsense'] }),
      gateway,
    );
    expect(rules.map(({ condition }) => condition.urlFilter)).toEqual(['|http://localhost:1/', '|http://localhost:2/']);
  });

  it('are all gone when everything is cleared', async () => {
    await headers.ensureRules(at('a', 'https://a.example'), gateway);
    await headers.clear();
    expect(rules).toEqual([]);
  });

  it('that could not be written do not hold up the next', async () => {
    const one = at('a', 'https://a.example');
    let fail = true;
    const failing = createHeaders(
      {
        rules: async () => [],
        update: async () => {
          if (fail) throw new Error('too many rules');
        },
      },
      'ownhost',
    );
    await expect(failing.ensureRules(one, gateway)).rejects.toThrow('too many');
    fail = false;
    await expect(failing.ensureRules(one, gateway)).resolves.toBeUndefined();
  });
});
