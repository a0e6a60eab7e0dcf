/** The messages of the chat on show: one signal for each, so that a token wakes one bubble, and one for the tree's shape. */
import { signal, type ReadonlySignal, type Signal } from '@preact/signals';
import type { AnswerMessage, Message } from '../core/chat';
import { isOpen } from './replay';
import { emptyTree, growTree, type Tree } from './tree';

export interface Rows {
  /** Changes only when a message comes or goes, never while one grows. */
  readonly tree: ReadonlySignal<Tree>;
  /** Wakes its reader whenever this message changes. */
  message(id: string): ReadonlySignal<Message> | undefined;
  peek(id: string): Message | undefined;
  put(messages: readonly Message[]): void;
  /** Every answer of the chat, of all branches. */
  answers(): AnswerMessage[];
  /** Answers whose rows say that they are still being made. */
  open(): AnswerMessage[];
  clear(): void;
}

export function createRows(): Rows {
  const rows = new Map<string, Signal<Message>>();
  const tree = signal<Tree>(emptyTree);
  return {
    tree,
    message: (id) => rows.get(id),
    peek: (id) => rows.get(id)?.peek(),
    put(messages) {
      const known = rows.size;
      for (const message of messages) {
        const row = rows.get(message.id);
        if (row) row.value = message;
        else rows.set(message.id, signal<Message>(message));
      }
      if (rows.size > known) tree.value = growTree([...rows.values()].map((row) => row.peek()));
    },
    answers: () => [...rows.values()].map((row) => row.peek()).filter((message) => message.role === 'assistant'),
    open: () => [...rows.values()].map((row) => row.peek()).filter(isOpen),
    clear() {
      rows.clear();
      tree.value = emptyTree;
    },
  };
}
