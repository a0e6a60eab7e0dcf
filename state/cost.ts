/** What answers cost. Apart from the list of models, which is made of signals: the worker adds costs up too, and draws nothing. */
import type { AnswerMessage } from '../core/chat';
import type { Price, Provider } from '../providers/contract';
import type { Listing } from './models';

/** What an answer cost by the prices that are known, in US dollars; `undefined` where they are not. */
export function estimatedCost(
  { providerId, connectionId, model, usage }: Pick<AnswerMessage, 'providerId' | 'connectionId' | 'model' | 'usage'>,
  listings: ReadonlyMap<string, Listing>,
  providers: readonly Provider[],
): number | undefined {
  if (usage?.inputTokens === undefined || usage.outputTokens === undefined) return undefined;
  const listed = listings.get(connectionId)?.models.find(({ id }) => id === model)?.['price'];
  const known = providers.find(({ id }) => id === providerId)?.models?.find(({ id }) => id === model)?.price;
  const price = isPrice(listed) ? listed : known;
  if (!price) return undefined;
  return (usage.inputTokens * price.input + usage.outputTokens * price.output) / 1_000_000;
}

export interface UsageInAll {
  /** Tokens. */
  input: number;
  output: number;
  /** US dollars: what providers told, else what the known prices make. */
  cost: number;
  /** Some of the cost is by known prices, or some answer's is not known: it is *about* that. */
  estimated: boolean;
}

/** What several answers took together. */
export function usageInAll(
  answers: readonly AnswerMessage[],
  listings: ReadonlyMap<string, Listing>,
  providers: readonly Provider[],
): UsageInAll {
  const all: UsageInAll = { input: 0, output: 0, cost: 0, estimated: false };
  for (const answer of answers) {
    const { usage } = answer;
    if (!usage) continue;
    all.input += usage.inputTokens ?? 0;
    all.output += usage.outputTokens ?? 0;
    all.cost += usage.cost ?? estimatedCost(answer, listings, providers) ?? 0;
    all.estimated ||= usage.cost === undefined;
  }
  return all;
}

const isPrice = (value: unknown): value is Price =>
  typeof value === 'object' &&
  value !== null &&
  'input' in value &&
  'output' in value &&
  typeof value.input === 'number' &&
  typeof value.output === 'number';
