import type { AnswerMessage, Chat, ChatEvent } from '../../core/chat';
import { fold } from '../../core/fold';
import type { Sequence, StorageTrouble, Stretch } from '../../core/protocol';
import type { ChatWriter } from '../../storage/chats';
import { failureOf } from '../../storage/failure';
import { createCap } from './cap';
import type { Clock } from './clock';
import type { KeepAlive } from './keep-alive';
import { createRepeatWatch } from './repeats';
import { createLetterGuard, createTape } from './tape';

/** Milliseconds between two messages to the panels, and between the starts of two writes of the journal. */
const frame = 16;
const journalEvery = 500;
/** Waits before the finished answer is written again after that failed, in milliseconds. */
const savingDelays = [500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000];

/** What a run needs from the world. Everything is an argument, so that a test can be the world. */
export interface RunWorld {
  store: ChatWriter;
  clock: Clock;
  keepAlive: KeepAlive;
  panels: RunAudience;
  /** Tells panels that something is not stored, or that all is well again. */
  onStorage(trouble: StorageTrouble | null): void;
}

/** Where a run's events go. Each panel may have seen a different part of it, so it asks with what it has. */
export interface RunAudience {
  events(chatId: string, run: string, since: (after: Sequence) => Stretch | null): void;
  ended(chatId: string, run: string, to: Sequence): void;
}

/** What the events' maker may use. */
export interface RunControl {
  signal: AbortSignal;
  /** Waits; ended early by `retryNow`. Rejects when the signal fires. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** One answer being made. */
export interface Run {
  readonly id: string;
  readonly chatId: string;
  /** The answer as far as it is. */
  readonly answer: AnswerMessage;
  /** The wire, the user or a failure has ended it. It may not be stored yet. */
  readonly over: boolean;
  since(after: Sequence): Stretch | null;
  stop(): void;
  retryNow(): void;
  /** Resolves when the answer is stored in its last form, or storing has been given up. */
  readonly settled: Promise<void>;
  /** Tries once more to store a finished answer. True if it is stored. */
  save(): Promise<boolean>;
}

/** Starts to take events. `events` never throws in a well-made world; if it does, that ends the answer too. */
export function startRun(
  world: RunWorld,
  stored: AnswerMessage,
  events: (control: RunControl) => AsyncIterable<ChatEvent>,
): Run {
  const { store, clock, panels, onStorage } = world;
  const { id, chatId } = stored;
  const release = world.keepAlive.hold();
  const stopped = new AbortController();
  const tape = createTape();
  const whole = createLetterGuard();
  const capped = createCap();
  const watched = createRepeatWatch();
  const waiting = new Set<() => void>();
  let answer = stored;
  let over = false;
  let saved = false;
  let written: Sequence = 0;
  let writing = false;
  let lastWrite = -Infinity;
  let cancelFlush: (() => void) | undefined;
  let cancelWrite: (() => void) | undefined;
  let settle: () => void;
  const settled = new Promise<void>((resolve) => (settle = resolve));

  const since = (after: Sequence): Stretch | null => {
    const rest = tape.since(after);
    return rest && { run: id, ...rest };
  };

  function take(event: ChatEvent): void {
    if (over) return;
    for (const piece of whole(event).flatMap(watched).flatMap(capped)) {
      if (over) break;
      const at = clock.now();
      answer = fold(answer, piece, at);
      tape.append(piece, at);
      over = piece.type === 'end' || piece.type === 'error';
    }
    if (tape.last === 0) return;
    if (over) finish();
    else {
      flushSoon();
      writeSoon();
    }
  }

  /** The first event goes at once; while more come, one message a frame. */
  function flushSoon(): void {
    if (cancelFlush) return;
    flush();
    let sent = tape.last;
    const next = () => {
      cancelFlush = undefined;
      if (tape.last === sent) return;
      flush();
      sent = tape.last;
      cancelFlush = clock.after(frame, next);
    };
    cancelFlush = clock.after(frame, next);
  }

  const flush = () => panels.events(chatId, id, since);

  function writeSoon(): void {
    if (cancelWrite || writing || written === tape.last) return;
    const now = clock.now();
    // A clock that was set back must not stop the journal.
    const wait = Math.min(journalEvery, Math.max(0, lastWrite + journalEvery - now));
    cancelWrite = clock.after(lastWrite === -Infinity ? journalEvery : wait, () => {
      cancelWrite = undefined;
      void write();
    });
  }

  async function write(): Promise<void> {
    const stretch = since(written);
    if (!stretch || over) return;
    writing = true;
    lastWrite = clock.now();
    try {
      await store.appendJournal(stretch);
      written = stretch.to;
      onStorage(null);
    } catch (error) {
      // What is not written goes along with the next row.
      const { kind, message } = failureOf(error);
      onStorage({ kind, message });
    }
    writing = false;
    if (!over) writeSoon();
  }

  function finish(): void {
    cancelFlush?.();
    cancelWrite?.();
    stopped.abort();
    flush();
    void saveStubbornly();
  }

  async function saveStubbornly(): Promise<void> {
    for (const delay of savingDelays) {
      if (await save()) break;
      await new Promise<void>((resolve) => clock.after(delay, resolve));
    }
    release();
    settle();
  }

  async function save(): Promise<boolean> {
    if (saved) return true;
    const patch: Partial<Chat> = { updatedAt: clock.now() };
    try {
      await store.finish(answer, patch);
    } catch (error) {
      const { kind, message } = failureOf(error);
      onStorage({ kind, message });
      return false;
    }
    if (saved) return true;
    saved = true;
    onStorage(null);
    panels.ended(chatId, id, tape.last);
    settle();
    return true;
  }

  const control: RunControl = {
    signal: stopped.signal,
    sleep: (ms, signal = stopped.signal) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted();
        const wake = () => {
          cancel();
          waiting.delete(wake);
          signal.removeEventListener('abort', give);
          resolve();
        };
        const give = () => {
          cancel();
          waiting.delete(wake);
          reject(signal.reason);
        };
        const cancel = clock.after(ms, wake);
        waiting.add(wake);
        signal.addEventListener('abort', give, { once: true });
      }),
  };

  async function consume(): Promise<void> {
    try {
      for await (const event of events(control)) {
        if (over) return;
        take(event);
      }
    } catch (error) {
      take({ type: 'error', error: { kind: 'not-done', message: String(error) } });
    }
    take({ type: 'error', error: { kind: 'interrupted', message: '', mayHaveReached: true } });
  }
  void consume();

  return {
    id,
    chatId,
    get answer() {
      return answer;
    },
    get over() {
      return over;
    },
    since,
    // The answer ends here and now; what the wire still says is dropped.
    stop: () => take({ type: 'error', error: { kind: 'aborted', message: '' } }),
    retryNow() {
      for (const wake of waiting) wake();
    },
    settled,
    save,
  };
}
