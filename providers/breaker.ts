/**
 * Servers that keep failing are left alone for a while: nothing is sent to them by itself, neither a second try nor as the
 * next of a chain. What a user asks for is always sent, once, and its success ends the rest.
 */
import type { Connection, Provider } from './contract';
import type { Fetch } from './exchange';
import { serversOf } from './request';

/** Requests in a row that must fail. */
const patience = 5;
/** The first rest; every further one is longer by as much. Milliseconds. */
const rest = 30_000;
const longestRest = 300_000;

export interface Breaker {
  /** Notes how every request ends. */
  watch(fetch: Fetch): Fetch;
  /** Whether every server of this connection is to be left alone now. */
  isOpen(connection: Connection, provider: Provider): boolean;
  /** The provider without second tries, while its server is to be left alone. */
  gently(connection: Connection, provider: Provider): Provider;
}

interface Record {
  failures: number;
  rests: number;
  /** On the clock. */
  until: number;
}

/** @param now milliseconds that never run backwards */
export function createBreaker(now: () => number): Breaker {
  const records = new Map<string, Record>();

  function failed(origin: string): void {
    const record = records.get(origin) ?? { failures: 0, rests: 0, until: 0 };
    record.failures += 1;
    if (record.failures >= patience) {
      record.rests += 1;
      record.until = now() + Math.min(record.rests * rest, longestRest);
      // While it rests one more failure begins a longer rest.
      record.failures = patience - 1;
    }
    records.set(origin, record);
  }

  const resting = (origin: string): boolean => (records.get(origin)?.until ?? 0) > now();

  const isOpen = (connection: Connection, provider: Provider): boolean => {
    const origins = serversOf(provider, connection).flatMap((server) =>
      URL.canParse(server) ? [new URL(server).origin] : [],
    );
    return origins.length > 0 && origins.every(resting);
  };

  return {
    watch: (fetch) => async (url, init) => {
      const { origin } = new URL(url);
      try {
        const response = await fetch(url, init);
        if (response.status >= 500) failed(origin);
        else records.delete(origin);
        return response;
      } catch (error) {
        // The user's own stop says nothing of the server.
        if (init.signal?.aborted !== true) failed(origin);
        throw error;
      }
    },
    isOpen,
    gently: (connection, provider) =>
      isOpen(connection, provider) ? { ...provider, retry: { delaysMs: [] } } : provider,
  };
}
