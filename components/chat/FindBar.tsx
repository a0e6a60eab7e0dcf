import { i18n } from '#i18n';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { useSignalEffect } from '@preact/signals';
import { ChevronDown, ChevronUp, X } from 'lucide';
import { IconButton } from '../ui/IconButton';
import { useGloss } from './context';
import { clearMarks, mark } from './marks';
import styles from './FindBar.module.css';

/** *Find in chat*: counts in the stored text, marks what is drawn. */
export function FindBar() {
  const { find, chat, focus } = useGloss();
  const field = useRef<HTMLInputElement>(null);

  useLayoutEffect(() => {
    field.current?.focus();
    // What was typed on the way here goes on; what is left of an earlier search is to be typed over.
    if (!find.arrived()) field.current?.select();
    return clearMarks;
  }, []);
  useSignalEffect(() => {
    const words = find.query.value.trim();
    const match = find.current.value;
    // Follows a growing answer too: its words may hold the query.
    const messages = chat.turns.value.map(({ id }) => id);
    const frame = requestAnimationFrame(() => mark(messages, words, match));
    return () => cancelAnimationFrame(frame);
  });

  const count = find.matches.value.length;
  const at = find.current.value ? Math.min(find.index.value, count - 1) + 1 : 0;
  const close = () => {
    find.hide();
    focus.value += 1;
  };
  return (
    <div class={styles.bar} role="search">
      <input
        ref={field}
        type="search"
        class={styles.field}
        aria-label={i18n.t('panel.search.label')}
        placeholder={i18n.t('panel.search.label')}
        value={find.query.value}
        onInput={(event) => find.search(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') {
            event.stopPropagation();
            event.preventDefault();
            close();
          } else if (event.key === 'Enter' && !event.isComposing) {
            event.preventDefault();
            find.step(event.shiftKey ? -1 : 1);
          }
        }}
      />
      <span class={styles.count} role="status">
        {find.query.value.trim() === ''
          ? ''
          : count === 0
            ? i18n.t('panel.search.none')
            : i18n.t('panel.search.count', [at.toLocaleString(), count.toLocaleString()])}
      </span>
      <IconButton
        size="small"
        icon={ChevronUp}
        label={i18n.t('panel.search.previous')}
        disabled={count === 0}
        onClick={() => find.step(-1)}
      />
      <IconButton
        size="small"
        icon={ChevronDown}
        label={i18n.t('panel.search.next')}
        disabled={count === 0}
        onClick={() => find.step(1)}
      />
      <IconButton size="small" icon={X} label={i18n.t('panel.search.close')} onClick={close} />
    </div>
  );
}
