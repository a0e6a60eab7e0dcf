/** Provider, connection and question → the events of one answer. Never throws; ends with exactly one `end` or `error`. */
import { judgeBaseUrl, originPattern } from '../core/address';
import type { ChatError, ChatEvent, ChatRequest } from '../core/chat';
import { redact } from '../core/redact';
import { realClock, type Clock, type Limits } from './alarms';
import { attempt } from './attempt';
import type { Connection, Dialect, DialectId, Engine, EngineId, Provider } from './contract';
import { dialects as allDialects } from './dialects/index';
import { engines as allEngines } from './engines/index';
import { exchange, type Exchange, type Fetch } from './exchange';
import { createKeyGuard } from './key-guard';
import { planned } from './plan';
import { serversOf, settled } from './request';
import { attemptsOf, goesToNextServer, waitBeforeRetry, type Failure } from './retry';
import { createTidy, isLast } from './tidy';

export interface Target {
  provider: Provider;
  connection: Connection;
}

export interface StreamOptions {
  /** As the user typed it; the header is made here. */
  key?: string | null | undefined;
  /** The origin the key is bound to. Absent: that of the connection's base URL. */
  keyOrigin?: string | undefined;
  signal: AbortSignal;
  fetch: Fetch;
  /** Waits before a retry. May resolve early (*Retry now*); a rejection counts as an abort. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** From 0 up to, not including, 1. */
  random(): number;
  /** Epoch milliseconds. */
  now?(): number;
  /** Whether the browser still lets us reach this match pattern; asked before every request of an answer but its first. */
  allowed?(pattern: string): Promise<boolean>;
  /** For tests: the clock of the timers, their lengths, and other wires and engines. */
  clock?: Clock;
  limits?: Partial<Limits>;
  dialects?: Partial<Record<DialectId, Dialect>>;
  engines?: Partial<Record<EngineId, Engine>>;
}

/** The words of an error are kept up to this length, in characters. */
const longestMessage = 2000;

/** Answers one question. The consumer may leave at any time; the request ends with it. */
export async function* streamChat(
  target: Target,
  chat: ChatRequest,
  options: StreamOptions,
): AsyncGenerator<ChatEvent> {
  const tidy = createTidy();
  const guard = createKeyGuard(options.key);
  try {
    for await (const event of answer(target, chat, options, () => tidy.begun)) {
      for (const shown of tidy.take(lastSaid(event, tidy.begun)))
        for (const clean of guard(shown)) yield safe(clean, target, options);
      if (tidy.over) return;
    }
    if (!tidy.over) yield* tidy.take({ type: 'error', error: { kind: 'interrupted', message: '' } });
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    for (const shown of tidy.take({ type: 'error', error: { kind: 'server', message } }))
      yield safe(shown, target, options);
  }
}

/** A good end without a word is not an answer. */
function lastSaid(event: ChatEvent, begun: boolean): ChatEvent {
  if (event.type !== 'end' || begun) return event;
  const { reason, raw } = event.finish;
  if (reason === 'refusal' || reason === 'paused') return event;
  const kind = reason === 'content-filter' ? 'blocked-content' : 'empty';
  return {
    type: 'error',
    error: { kind, message: '', mayHaveReached: true, ...(raw === undefined ? {} : { code: raw }) },
  };
}

/** Keys out of words; where it happened into every error. */
function safe(event: ChatEvent, { provider, connection }: Target, options: StreamOptions): ChatEvent {
  if (event.type !== 'error') return event;
  const { error } = event;
  const keys = [options.key];
  const judged = judgeBaseUrl(serversOf(provider, connection)[0] ?? '', { allowPrivateHttp: true });
  const origin = error.origin ?? (judged.ok ? judged.origin : undefined);
  return {
    type: 'error',
    error: {
      ...error,
      message: redact(error.message, keys).slice(0, longestMessage).toWellFormed(),
      ...(error.code === undefined ? {} : { code: redact(error.code, keys).slice(0, 200) }),
      ...(origin === undefined ? {} : { origin }),
    },
  };
}

const failed = (kind: ChatError['kind'], message: string, more: Partial<ChatError> = {}): ChatEvent => ({
  type: 'error',
  error: { kind, message, ...more },
});

async function* answer(
  { provider, connection }: Target,
  asked: ChatRequest,
  options: StreamOptions,
  begun: () => boolean,
): AsyncGenerator<ChatEvent> {
  const chat = settled(asked, provider, connection);
  if (options.signal.aborted) return yield failed('aborted', '');
  for (const notice of asked.notices ?? []) yield { type: 'notice', notice };

  if (provider.engine) {
    const engine = (options.engines ?? allEngines)[provider.engine];
    if (!engine) return yield failed('not-set-up', '', { code: 'engine' });
    const failure = yield* attempt(
      provider,
      options,
      (signal, alarms) => {
        alarms.headers();
        return device(engine, chat, signal);
      },
      begun,
    );
    if (failure) yield { type: 'error', error: failure.error };
    return;
  }

  const dialect = provider.dialect && (options.dialects ?? allDialects)[provider.dialect];
  if (!dialect) return yield failed('not-set-up', '', { code: 'dialect' });
  const plan = planned(provider, connection, chat, options);
  if ('error' in plan) return yield { type: 'error', error: plan.error };

  const now = options.now ?? (() => (options.clock ?? realClock).now());
  const tries = { sent: 0, waitedMs: 0 };
  for (;;) {
    const place = plan.servers.length > 1 ? tries.sent : 0;
    const server = plan.servers[place] ?? '';
    const origin = new URL(server).origin;
    if (tries.sent > 0 && (await options.allowed?.(originPattern(server))) === false) {
      // Counted like one that was asked, so that a pool goes on to its next.
      tries.sent += 1;
      if (tries.sent < plan.servers.length) continue;
      return yield failed('site-access', '', { origin });
    }
    if (place > 0) yield { type: 'notice', notice: { kind: 'server', origin } };
    const may = plan.keyHeader && origin === plan.keyOrigin;
    const failure = yield* attempt(
      provider,
      { ...options, near: plan.near },
      (signal, alarms, onBody) =>
        exchange({
          provider,
          connection,
          dialect,
          chat,
          server,
          ...(may && plan.keyHeader ? { keyHeader: plan.keyHeader } : {}),
          fetch: options.fetch,
          signal,
          alarms,
          now,
          onBody,
        } satisfies Exchange),
      begun,
    );
    tries.sent += 1;
    if (!failure) return;
    const error: ChatError = { ...failure.error, origin };
    if (error.kind === 'aborted' || begun()) return yield { type: 'error', error };

    if (plan.servers.length > 1) {
      // A pool has no other retry: each server is asked once.
      if (tries.sent < plan.servers.length && goesToNextServer(failure)) continue;
      return yield { type: 'error', error };
    }
    const wait = waitBeforeRetry(provider, failure, tries, options.random());
    if (wait === undefined) return yield { type: 'error', error };
    const { kind: reason, status } = error;
    yield {
      type: 'notice',
      notice: {
        kind: 'retry',
        at: now() + wait,
        attempt: tries.sent + 1,
        attempts: attemptsOf(provider),
        reason,
        ...(status === undefined ? {} : { status }),
      },
    };
    if (!(await rested(options, wait))) return yield failed('aborted', '', { origin });
    tries.waitedMs += wait;
  }
}

/** A wait that ends with the signal, whether or not the given sleep heeds it. Says whether to go on. */
async function rested({ sleep, signal }: StreamOptions, ms: number): Promise<boolean> {
  return new Promise<boolean>((resolve) => {
    signal.addEventListener('abort', () => resolve(false), { once: true });
    // A sleep that throws at once is one that failed.
    Promise.resolve()
      .then(() => sleep(ms, signal))
      .then(
        () => resolve(!signal.aborted),
        () => resolve(false),
      );
  });
}

/** An engine's events under the same rule as a wire's. */
async function* device(
  engine: Engine,
  chat: ChatRequest,
  signal: AbortSignal,
): AsyncGenerator<ChatEvent, Failure | undefined> {
  for await (const event of engine.run(chat, signal)) {
    yield event;
    if (isLast(event)) return undefined;
  }
  return { error: { kind: 'interrupted', message: '' } };
}
