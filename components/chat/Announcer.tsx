import { i18n } from '#i18n';
import { effect, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Message } from '../../core/chat';
import { useGloss } from './context';

/** Tells screen readers that an answer began and how it ended; the words themselves are read at the reader's own pace. */
export function Announcer() {
  const { chat } = useGloss();
  const said = useSignal('');
  // `useSignalEffect` would ask for a frame with every token, because whether an answer runs is read from the message.
  useEffect(() => {
    let last: { chatId: string; run: string | null } = { chatId: '', run: null };
    return effect(() => {
      const run = chat.running.value;
      const chatId = chat.chatId.value;
      const before = last;
      last = { chatId, run };
      if (before.chatId !== chatId || before.run === run) return;
      if (run !== null) said.value = i18n.t('panel.answerStarted');
      else if (before.run !== null) said.value = endWords(chat.message(before.run)?.peek());
    });
  }, []);
  return (
    <p class="visually-hidden" role="status" aria-live="polite">
      {said.value}
    </p>
  );
}

function endWords(message: Message | undefined): string {
  if (message?.role !== 'assistant') return '';
  if (message.state === 'complete') return i18n.t('panel.answerFinished');
  if (message.state === 'stopped') return i18n.t('panel.answerStopped');
  return message.state === 'error' ? i18n.t('panel.answerFailed') : i18n.t('panel.answerInterrupted');
}
