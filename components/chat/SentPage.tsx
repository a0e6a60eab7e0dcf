import { i18n } from '#i18n';
import type { AnswerMessage, PagePart, SentPage as Sent } from '../../core/chat';
import { ExactText } from '../ui/ExactText';
import { useGloss } from './context';
import styles from './Attachments.module.css';

/** What of a page went along with a question, byte for byte: as the answer on show keeps it, else all of it. */
export function SentPage({ page, question }: { page: PagePart; question: string }) {
  const { chat } = useGloss();
  const turns = chat.turns.value;
  const next = turns[turns.findIndex(({ id }) => id === question) + 1];
  const answer = next && chat.message(next.id)?.value;
  const [text, words] = answer?.role === 'assistant' ? whatWent(page, answer) : [page.text, ''];
  return <SentText text={text} words={words} />;
}

function whatWent(page: PagePart, answer: AnswerMessage): [text: string, words: string] {
  // Nobody was asked.
  if (answer.error?.kind === 'site-access' || answer.error?.kind === 'not-set-up')
    return ['', i18n.t('panel.sent.nothing')];
  const chosen = chosenPages(answer)?.find(({ id }) => id === page.id);
  if (chosen) return [chosen.text, i18n.t('panel.sent.chosen', [page.text.length.toLocaleString()])];
  if (
    answer.parts.some((part) => part.type === 'notice' && part.notice.kind === 'passages-chosen' && !part.notice.pages)
  )
    return ['', i18n.t('panel.sent.notKept')];
  return [page.text, i18n.t('panel.sent.whole')];
}

/** Pages of which only a part was sent for this answer. */
export function chosenPages(answer: AnswerMessage): readonly Sent[] | undefined {
  for (const part of answer.parts)
    if (part.type === 'notice' && part.notice.kind === 'passages-chosen') return part.notice.pages;
  return undefined;
}

/** Text that was sent, and a word about it. */
export function SentText({ text, words }: { text: string; words: string }) {
  return (
    <>
      {text === '' ? null : <ExactText text={text} label={i18n.t('panel.sent.show')} />}
      {words === '' ? null : <small class={styles.sentWords}>{words}</small>}
    </>
  );
}
