/** When a failed request is sent again, and after how long. One policy; a provider may bring delays of its own. */
import type { ChatError } from '../core/chat';
import type { Provider } from './contract';
import { mayFailOver, mayRetry } from './errors';

/** Two more tries at most, half a second and then one second apart, up to a quarter less so that clients do not march in step. */
const common = { retries: 2, firstMs: 500, longestMs: 8000, jitter: 0.25 } as const;
/** A wait that a server asks for is kept up to this long; a longer one is told to the user instead. */
export const longestWaitMs = 60_000;
/** All waits of one answer together. */
const budgetMs = 90_000;

/** What one try came to, before any content. */
export interface Failure {
  error: ChatError;
  /** The server's own `x-should-retry`. */
  again?: boolean;
}

export interface Tries {
  /** Requests already sent. */
  sent: number;
  /** Milliseconds already waited. */
  waitedMs: number;
}

/** How many requests one answer may take. */
export const attemptsOf = (provider: Provider): number =>
  1 + (provider.retry ? provider.retry.delaysMs.length : common.retries);

/**
 * Milliseconds to wait before the same request is sent again, or `undefined` if it must not be.
 * @param random a number from 0 up to, not including, 1
 */
export function waitBeforeRetry(
  provider: Provider,
  failure: Failure,
  tries: Tries,
  random: number,
): number | undefined {
  if (!isPassing(failure) || tries.sent >= attemptsOf(provider)) return undefined;
  const own = provider.retry
    ? provider.retry.delaysMs[tries.sent - 1]
    : Math.min(common.firstMs * 2 ** (tries.sent - 1), common.longestMs) * (1 - random * common.jitter);
  const wait = failure.error.retryAfterMs ?? own;
  if (wait === undefined || wait > longestWaitMs || tries.waitedMs + wait > budgetMs) return undefined;
  return Math.round(wait);
}

/** Whether the next server of a pool is asked. */
export function goesToNextServer({ error }: Failure): boolean {
  if (error.status !== undefined && mayFailOver(error.status)) return true;
  return error.kind === 'network' || error.kind === 'timeout' || error.kind === 'not-an-api';
}

/** Whether the same request may succeed later. */
function isPassing({ error, again }: Failure): boolean {
  // Money spent does not come back by itself.
  if (error.kind === 'quota') return false;
  if (again !== undefined) return again;
  if (error.status !== undefined) return mayRetry(error.status);
  return error.kind === 'network' || error.kind === 'overloaded' || error.kind === 'rate-limit';
}
