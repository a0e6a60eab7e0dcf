/**
 * Follows the runs of one chat. The store and its journal give what has been; the line gives what comes; sequence numbers
 * join the two without a gap or a word twice.
 */
import { signal, type ReadonlySignal } from '@preact/signals';
import type { AnswerMessage } from '../core/chat';
import type { Line, Sequence, Stretch, ToPanel } from '../core/protocol';
import type { ChatReader } from '../storage/chats';
import { foldStretch, isOpen, replay, standing } from './replay';
import type { Rows } from './rows';

/** A background that skips numbers must not make the panel read the store in circles; milliseconds. */
const pauseBetweenRecoveries = 1_000;

export interface FollowerDeps {
  line: Pick<Line, 'post'>;
  reader: Pick<ChatReader, 'journal'>;
  rows: Rows;
  now(): number;
  /** Rows of the chat changed in the store, or something was missed: read them. */
  reload(): void;
}

export interface Follower {
  /** Runs known to be alive; `null` while nobody has said. */
  readonly alive: ReadonlySignal<ReadonlySet<string> | null>;
  /** Ask for the runs of this chat from where we are. Also after every reconnection. */
  watch(chatId: string): void;
  /** The worker went away; what runs is unknown until it is back. */
  lost(): void;
  /** Puts an answer of the store on show, with its journal and whatever the line brought before. */
  take(answers: readonly AnswerMessage[], options?: { fresh?: boolean }): Promise<void>;
  onMessage(message: Extract<ToPanel, { run: string } | { type: 'watching' }>): void;
  clear(): void;
}

export function createFollower({ line, reader, rows, now, reload }: FollowerDeps): Follower {
  const alive = signal<ReadonlySet<string> | null>(null);
  const have = new Map<string, Sequence>();
  /** Answers as the store had them when they were taken up. */
  const bases = new Map<string, AnswerMessage>();
  /** Stretches of runs whose answer has not been read from the store yet. */
  const early = new Map<string, Stretch[]>();
  const ended = new Set<string>();
  let watched: string | null = null;
  /** Between `watch` and its answer, stretches of the watch before may still come in. */
  let awaiting = false;
  let recoveredAt = -Infinity;

  function watch(chatId: string) {
    watched = chatId;
    awaiting = true;
    const known = rows.open().flatMap((answer) => {
      const to = have.get(answer.id);
      return to === undefined ? [] : [[answer.id, to] as const];
    });
    line.post({ type: 'watch', chatId, have: Object.fromEntries(known) });
  }

  function setAlive(run: string, is: boolean) {
    if (alive.peek() === null || alive.peek()?.has(run) === is) return;
    const runs = new Set(alive.peek());
    if (is) runs.add(run);
    else runs.delete(run);
    alive.value = runs;
  }

  function onStretch(stretch: Stretch) {
    const answer = rows.peek(stretch.run);
    if (answer?.role !== 'assistant') {
      early.set(stretch.run, [...(early.get(stretch.run) ?? []), stretch]);
      return;
    }
    if (!isOpen(answer)) return;
    const place = standing(have.get(answer.id) ?? 0, stretch);
    if (place === 'next') {
      have.set(answer.id, stretch.to);
      rows.put([foldStretch(answer, stretch)]);
    } else if (place === 'gap' && !awaiting) void recover(answer);
  }

  /** The journal is read from its start: its rows are cut elsewhere than the line's stretches, so neither continues the other. */
  async function recover({ id }: AnswerMessage) {
    const base = bases.get(id);
    if (!base || watched === null || now() - recoveredAt < pauseBetweenRecoveries) return;
    recoveredAt = now();
    const chatId = watched;
    const whole = replay(base, await reader.journal(id));
    const current = rows.peek(id);
    if (watched !== chatId || !current || !isOpen(current)) return;
    if (whole.have > (have.get(id) ?? 0)) {
      have.set(id, whole.have);
      rows.put([whole.answer]);
    }
    watch(chatId);
  }

  async function take(answers: readonly AnswerMessage[], { fresh = false } = {}) {
    for (const stored of answers) {
      const journal = fresh ? [] : await reader.journal(stored.id);
      // Two readings at once may both bring it; the first one is already being followed.
      if (have.has(stored.id) && rows.peek(stored.id)) continue;
      const { answer, have: to } = replay(stored, journal);
      bases.set(answer.id, stored);
      have.set(answer.id, to);
      rows.put([answer]);
      const waiting = early.get(answer.id) ?? [];
      early.delete(answer.id);
      for (const stretch of waiting) onStretch(stretch);
      if (!ended.has(answer.id) && fresh) setAlive(answer.id, true);
    }
  }

  function onMessage(message: Parameters<Follower['onMessage']>[0]) {
    switch (message.type) {
      case 'events':
        return onStretch(message);
      case 'started':
        setAlive(message.run, true);
        return rows.peek(message.run) ? undefined : reload();
      case 'ended': {
        setAlive(message.run, false);
        ended.add(message.run);
        const answer = rows.peek(message.run);
        // Whoever folded every event has the stored form already: it is the same fold.
        return answer && !isOpen(answer) ? undefined : reload();
      }
      case 'watching': {
        awaiting = false;
        const runs = new Set(message.runs);
        alive.value = runs;
        const orphaned = rows.open().some((answer) => !runs.has(answer.id));
        const unknown = message.runs.some((run) => !rows.peek(run));
        return orphaned || unknown ? reload() : undefined;
      }
      default:
        return message satisfies never;
    }
  }

  return {
    alive,
    watch,
    lost() {
      alive.value = null;
    },
    take,
    onMessage,
    clear() {
      alive.value = null;
      have.clear();
      bases.clear();
      early.clear();
      ended.clear();
      watched = null;
      recoveredAt = -Infinity;
    },
  };
}
