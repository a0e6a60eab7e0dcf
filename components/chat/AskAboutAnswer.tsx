import { i18n } from '#i18n';
import { useEffect } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { TextQuote } from 'lucide';
import { Icon } from '../ui/Icon';
import { useGloss } from './context';
import styles from './Transcript.module.css';

/** Longest quote from an answer; UTF-16 units. */
const longest = 20_000;

interface Marked {
  text: string;
  model: string;
  /** Pixels from the top of the conversation's frame. */
  top: number;
}

/** The reader marked words of an answer: offers to quote them in the next question. */
export function AskAboutAnswer({ frame }: { frame: { readonly current: HTMLElement | null } }) {
  const { chat, composer, focus } = useGloss();
  const marked = useSignal<Marked | null>(null);

  useEffect(() => {
    let waiting = 0;
    const look = () => {
      waiting = 0;
      marked.value = frame.current ? markedIn(frame.current) : null;
    };
    const onChange = () => (waiting ||= requestAnimationFrame(look));
    document.addEventListener('selectionchange', onChange);
    return () => {
      cancelAnimationFrame(waiting);
      document.removeEventListener('selectionchange', onChange);
    };
  }, []);

  function markedIn(within: HTMLElement): Marked | null {
    const selection = document.getSelection();
    if (!selection || selection.isCollapsed || selection.rangeCount === 0) return null;
    const range = selection.getRangeAt(0);
    const place = range.commonAncestorContainer;
    const article = (place instanceof Element ? place : place.parentElement)?.closest('[data-message]');
    const message =
      article && within.contains(article) ? chat.message(article.getAttribute('data-message') ?? '') : null;
    const answer = message?.peek();
    const text = selection.toString().trim();
    if (answer?.role !== 'assistant' || text === '') return null;
    const frameTop = within.getBoundingClientRect().top;
    return { text: text.slice(0, longest), model: answer.model, top: range.getBoundingClientRect().bottom - frameTop };
  }

  if (!marked.value) return null;
  const { text, model, top } = marked.value;
  const quote = () => {
    const source = { title: i18n.t('panel.quote.fromAnswer', [model]), url: '' };
    composer.quote({ type: 'quote', id: crypto.randomUUID(), text, source });
    document.getSelection()?.removeAllRanges();
    focus.value += 1;
  };
  return (
    <button
      type="button"
      class={`${styles.jump} ${styles.ask}`}
      style={{ top: `clamp(8px, ${Math.round(top) + 6}px, calc(100% - 40px))` }}
      // The press itself would take the selection away.
      onPointerDown={(event) => event.preventDefault()}
      onClick={quote}
    >
      <Icon icon={TextQuote} size={14} />
      {i18n.t('panel.quote.answer')}
    </button>
  );
}
