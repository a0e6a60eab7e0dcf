/** One try under its timers. */
import type { ChatError, ChatEvent } from '../core/chat';
import { createAlarms, localLimits, realClock, usualLimits, type Alarms, type Clock, type Limits } from './alarms';
import type { Provider } from './contract';
import type { Failure } from './retry';
import { isLast } from './tidy';

export interface AttemptOptions {
  signal: AbortSignal;
  clock?: Clock;
  limits?: Partial<Limits>;
  /** The server is on the user's own machine or network. */
  near?: boolean;
}

/** What is tried: a request or an engine's run. It ends when its signal says so. */
export type Work = (
  signal: AbortSignal,
  alarms: Alarms,
  onBody: (stop: () => void) => void,
) => AsyncGenerator<ChatEvent, Failure | undefined>;

/**
 * One try under its timers. Yields events and returns `undefined` after the last one; before any content, failures are
 * returned instead, so that the caller may ask again.
 */
export async function* attempt(
  provider: Provider,
  options: AttemptOptions,
  work: Work,
  begun: () => boolean,
): AsyncGenerator<ChatEvent, Failure | undefined> {
  const stop = new AbortController();
  // A model on the user's own machine may have to be read from disk first.
  const limits: Limits = {
    ...(provider.status === 'local' || options.near === true ? localLimits : usualLimits),
    ...provider.timeouts,
    ...options.limits,
  };
  const alarms = createAlarms(options.clock ?? realClock, limits, options.signal);
  let stopBody: (() => void) | undefined;
  const events = work(stop.signal, alarms, (stopping) => {
    stopBody = stopping;
  });
  const ended = (error: ChatError): Failure => ({ error });
  try {
    let next = events.next();
    for (;;) {
      const alarm = await alarms.or(next);
      switch (alarm) {
        case undefined: {
          const step = await next;
          if (step.done === true) return begun() && step.value ? ended(cut(step.value.error)) : step.value;
          const event = step.value;
          // Counting tokens is no progress either.
          if (event.type !== 'notice' && event.type !== 'usage') alarms.content();
          // An error before any content may be answered by another try.
          if (event.type === 'error' && !begun()) return ended(event.error);
          yield event;
          if (isLast(event)) return undefined;
          next = events.next();
          break;
        }
        case 'waiting':
          yield { type: 'notice', notice: { kind: 'waiting', since: alarms.waitingSince() } };
          break;
        case 'settled':
        case 'error-body':
          stopBody?.();
          break;
        case 'aborted':
          return ended({ kind: 'aborted', message: '', mayHaveReached: true });
        case 'first-byte':
          return ended({ kind: 'timeout', message: '', mayHaveReached: true });
        case 'idle':
        case 'no-content':
          return ended({ kind: 'interrupted', message: '', code: alarm, mayHaveReached: true });
        default:
          alarm satisfies never;
      }
    }
  } finally {
    alarms.clear();
    stop.abort();
    // Not awaited: a fetch that ignores its signal must not hold the answer back.
    void events.return(undefined).catch(() => undefined);
  }
}

/** A connection that breaks after the first words is an interrupted answer; what the server itself says stays what it is. */
function cut(error: ChatError): ChatError {
  return error.kind === 'network' || error.kind === 'empty' ? { ...error, kind: 'interrupted' } : error;
}
