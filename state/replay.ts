/** How a run's stretches become an answer, wherever they come from: the journal's rows or the line to the background. */
import type { AnswerMessage, Message } from '../core/chat';
import { fold } from '../core/fold';
import type { Sequence, Stretch } from '../core/protocol';

/** Folds one stretch whose first event is the next one. */
export function foldStretch(answer: AnswerMessage, stretch: Stretch): AnswerMessage {
  return stretch.events.reduce((grown, event) => fold(grown, event, stretch.at), answer);
}

/**
 * What a stretch is to someone who has everything up to `have`. `known`: nothing new. `gap`: something before it is missing,
 * or it begins in the middle of what is known; neighbouring deltas may have been joined, so it cannot be cut.
 */
export function standing(have: Sequence, stretch: Pick<Stretch, 'from' | 'to'>): 'next' | 'known' | 'gap' {
  if (stretch.to <= have) return 'known';
  return stretch.from === have + 1 ? 'next' : 'gap';
}

/** An answer as the store has it, with its journal on top. Rows after a gap are left for later. */
export function replay(answer: AnswerMessage, rows: readonly Stretch[]): { answer: AnswerMessage; have: Sequence } {
  let have = 0;
  for (const row of rows) {
    if (standing(have, row) !== 'next') continue;
    answer = foldStretch(answer, row);
    have = row.to;
  }
  return { answer, have };
}

/** Still being made, as far as its row says. Whether anyone makes it is another question. */
export const isOpen = (message: Message): message is AnswerMessage =>
  message.role === 'assistant' && (message.state === 'pending' || message.state === 'streaming');

/**
 * Being made, as far as anyone knows: until the background has said which runs are alive (`null`), the row is believed. An
 * answer that is open but not alive was interrupted.
 */
export const isAlive = (message: Message, alive: ReadonlySet<string> | null): message is AnswerMessage =>
  isOpen(message) && (alive === null || alive.has(message.id));
