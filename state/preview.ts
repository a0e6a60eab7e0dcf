/** What would go along with the question as it stands; looked up anew whenever it changes, after a moment without changes. */
import { computed, createModel, effect, signal, type ReadonlySignal } from '@preact/signals';
import type { Notice, SentPage } from '../core/chat';
import type { CommandInput, Send } from '../core/protocol';

export interface PreviewDeps {
  send: Send;
  question: ReadonlySignal<CommandInput<'chat.preview'>>;
  /** Calls back after so many milliseconds; the result cancels. */
  after(ms: number, call: () => void): () => void;
}

/** Milliseconds without a key before it is looked up. */
const pause = 250;

export const PreviewModel = createModel(({ send, question, after }: PreviewDeps) => {
  const state = signal<'looking' | 'known' | 'unknown'>('looking');
  const notices = signal<readonly Notice[]>([]);
  let first = true;

  effect(() => {
    const asked = question.value;
    let stale = false;
    state.value = 'looking';
    const look = async () => {
      const reply = await send('chat.preview', asked);
      if (stale) return;
      if (reply.ok) notices.value = reply.value.notices;
      state.value = reply.ok ? 'known' : 'unknown';
    };
    // A question whose last part was just taken away has nothing to look up.
    const cancel = asked.parts.length > 0 ? after(first ? 0 : pause, () => void look()) : () => undefined;
    first = false;
    return () => {
      stale = true;
      cancel();
    };
  });

  return {
    state,
    /** Pages of which only a part would go along. */
    chosen: computed<ReadonlyMap<string, SentPage>>(() => {
      const notice = notices.value.find((one) => one.kind === 'passages-chosen');
      return new Map((notice?.pages ?? []).map((page) => [page.id, page]));
    }),
  };
});
