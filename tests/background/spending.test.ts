import { describe, expect, it } from 'vitest';
import type { AnswerMessage, Usage } from '../../core/chat';
import { type SpendingBook, monthOf, withAnswer } from '../../core/spending';
import { createSpending } from '../../entrypoints/background/spending';
import { listId } from '../../entrypoints/background/models';
import { connection, provider } from './world';

const answer = (usage: Usage | undefined, more: Partial<AnswerMessage> = {}): AnswerMessage => ({
  ...{ id: 'a', chatId: 'c', parentId: 'q', order: 1, createdAt: 0, role: 'assistant', parts: [], state: 'complete' },
  ...{ connectionId: 'one', providerId: provider.id, provider: 'One', model: 'm', startedAt: 0 },
  ...(usage ? { usage } : {}),
  ...more,
});

function world(limit?: number) {
  let book: SpendingBook = {};
  let at = new Date(2026, 10, 20).getTime();
  const one = connection('one', limit === undefined ? {} : { options: { monthlyLimit: limit } });
  const lists = new Map([
    [listId({ connection: one, provider }), { models: [{ id: 'm', price: { input: 1, output: 10 } }], fetchedAt: 0 }],
  ]);
  const spending = createSpending({
    book: {
      getValue: async () => book,
      setValue: async (next) => void (book = next),
    },
    connections: async () => [one],
    providerById: () => provider,
    lists: { get: async (id) => lists.get(id) },
    now: () => at,
  });
  return { spending, one, book: () => book, later: (date: Date) => (at = date.getTime()) };
}

describe('what answers cost', () => {
  it('is what the provider told, else what the listed price makes, by month and connection', async () => {
    const { spending, book, later } = world();
    await Promise.all([
      spending.note(answer({ inputTokens: 100, outputTokens: 10, cost: 0.5 })),
      spending.note(answer({ inputTokens: 1_000_000, outputTokens: 100_000 })),
      spending.note(answer({ inputTokens: 5, outputTokens: 5 }, { connectionId: 'gone' })),
      spending.note(answer(undefined)),
    ]);
    expect(book()).toEqual({
      '2026-11': {
        one: { answers: 2, input: 1_000_100, output: 100_010, cost: 2.5 },
        gone: { answers: 1, input: 5, output: 5, cost: 0 },
      },
    });
    later(new Date(2026, 11, 1));
    await spending.note(answer({ inputTokens: 1, outputTokens: 1, cost: 1 }));
    expect(book()['2026-12']).toEqual({ one: { answers: 1, input: 1, output: 1, cost: 1 } });
  });

  it('warns from the user’s limit on, in the month it was reached, and never without one', async () => {
    const { spending, one, later } = world(2);
    await spending.note(answer({ inputTokens: 1, outputTokens: 1, cost: 1.5 }));
    expect(await spending.overLimit(one)).toBeNull();
    await spending.note(answer({ inputTokens: 1, outputTokens: 1, cost: 0.5 }));
    expect(await spending.overLimit(one)).toEqual({ spent: 2, limit: 2 });
    expect(await spending.overLimit(connection('one'))).toBeNull();
    later(new Date(2026, 11, 1));
    expect(await spending.overLimit(one)).toBeNull();
  });

  it('is forgotten after a year', () => {
    let book: SpendingBook = {};
    for (let month = 0; month < 30; month += 1) {
      book = withAnswer(book, monthOf(new Date(2024, month, 15).getTime()), 'one', { input: 1, output: 1, cost: 0 });
    }
    expect(Object.keys(book).toSorted()).toHaveLength(13);
    expect(Object.keys(book).toSorted()[0]).toBe('2025-06');
  });
});
