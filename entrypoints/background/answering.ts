/**
 * Everything an answer needs and a start of the worker does not: whom to ask, what to send, the wires and engines, and the
 * book of what it cost. Read with the first question.
 */
import { browser } from 'wxt/browser';
import { createBreaker } from '../../providers/breaker';
import { providerById } from '../../providers/catalog';
import type { Fetch } from '../../providers/exchange';
import { streamChat } from '../../providers/stream';
import type { KeyStore } from '../../storage/keys';
import { modelLists } from '../../storage/model-lists';
import { connections, defaultConnection, preferences, spending } from '../../storage/settings';
import { createAsk, createBuild, type Ask, type Build, type BuildWorld } from './ask';
import { engines } from './engines';
import type { Headers } from './headers';
import { createSpending, type Spending } from './spending';
import { createTargets, type Targets } from './targets';

export interface AnsweringWorld {
  fetch: Fetch;
  keys: Pick<KeyStore, 'keyFor'>;
  headers: Pick<Headers, 'ensureRules'>;
  /** Epoch milliseconds. */
  now(): number;
}

export interface Answering {
  targets: Targets;
  build: Build;
  ask: Ask;
  spent: Spending;
}

export function createAnswering({ fetch, keys, headers, now }: AnsweringWorld): Answering {
  const breaker = createBreaker(() => performance.now());
  const building: BuildWorld = {
    instructions: async () => (await preferences.getValue()).instructions,
    choose: async () => (await import('../../providers/passages')).choosePassages,
    modelLists,
  };
  const allowed = (pattern: string) => browser.permissions.contains({ origins: [pattern] });
  const spent = createSpending({
    book: spending,
    connections: () => connections.getValue(),
    providerById,
    lists: modelLists,
    now,
  });
  return {
    spent,
    build: createBuild(building),
    targets: createTargets({
      connections: () => connections.getValue(),
      defaultConnection: () => defaultConnection.getValue(),
      providerById,
      isResting: breaker.isOpen,
    }),
    ask: createAsk({
      ...building,
      stream: (target, chat, { key, signal, sleep }) =>
        streamChat({ ...target, provider: breaker.gently(target.connection, target.provider) }, chat, {
          key,
          signal,
          sleep,
          fetch: breaker.watch(fetch),
          random: Math.random,
          now,
          engines,
          allowed,
        }),
      allowed,
      keyFor: keys.keyFor,
      ensureRules: headers.ensureRules,
      overLimit: spent.overLimit,
    }),
  };
}
