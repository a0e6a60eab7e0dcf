/** Keeps the book of what answers cost, and says when a connection is over the limit its user set. */
import type { AnswerMessage } from '../../core/chat';
import { createQueue } from '../../core/queue';
import { type SpendingBook, monthOf, withAnswer } from '../../core/spending';
import type { Connection, Provider } from '../../providers/contract';
import { estimatedCost } from '../../state/cost';
import { type ModelCache, listId } from './models';

export interface SpendingWorld {
  book: { getValue(): Promise<SpendingBook>; setValue(book: SpendingBook): Promise<void> };
  connections(): Promise<readonly Connection[]>;
  providerById(id: string): Provider | undefined;
  lists: Pick<ModelCache, 'get'>;
  now(): number;
}

export interface Spending {
  /** An answer is over, however it ended: what was used is paid for. */
  note(answer: AnswerMessage): Promise<void>;
  /** What this month came to, if that is at or over the connection's own limit; US dollars. */
  overLimit(connection: Connection): Promise<{ spent: number; limit: number } | null>;
}

export function createSpending({ book, connections, providerById, lists, now }: SpendingWorld): Spending {
  const inTurn = createQueue();

  async function costOf(answer: AnswerMessage): Promise<number> {
    if (answer.usage?.cost !== undefined) return answer.usage.cost;
    const provider = providerById(answer.providerId);
    const connection = (await connections()).find(({ id }) => id === answer.connectionId);
    if (!provider || !connection) return 0;
    const list = await lists.get(listId({ connection, provider })).catch(() => undefined);
    const listings = new Map([[connection.id, { state: 'ready' as const, models: list?.models ?? [] }]]);
    return estimatedCost(answer, listings, [provider]) ?? 0;
  }

  return {
    note: (answer) =>
      inTurn(async () => {
        const { usage } = answer;
        if (usage?.inputTokens === undefined && usage?.outputTokens === undefined && usage?.cost === undefined) return;
        const spent = { input: usage.inputTokens ?? 0, output: usage.outputTokens ?? 0, cost: await costOf(answer) };
        await book.setValue(withAnswer(await book.getValue(), monthOf(now()), answer.connectionId, spent));
      }),
    async overLimit({ id, options }) {
      const limit = options?.monthlyLimit;
      if (limit === undefined) return null;
      const spent = (await book.getValue())[monthOf(now())]?.[id]?.cost ?? 0;
      return spent >= limit ? { spent, limit } : null;
    },
  };
}
