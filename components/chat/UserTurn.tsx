import { i18n } from '#i18n';
import type { ReadonlySignal } from '@preact/signals';
import { Pencil } from 'lucide';
import type { UserMessage } from '../../core/chat';
import { textOf } from '../../core/fold';
import type { Versions as Count } from '../../state/tree';
import { CopyButton } from '../ui/CopyButton';
import { IconButton } from '../ui/IconButton';
import { AskedPage, Picture, SourcedQuote } from './Attachments';
import { useGloss } from './context';
import { Versions } from './Versions';
import styles from './Turn.module.css';

/** A question, with everything that went along with it. */
export function UserTurn({ message, versions }: { message: ReadonlySignal<UserMessage>; versions: Count }) {
  const { panel, focus } = useGloss();
  const { parts } = message.value;
  const text = textOf(parts);
  const edit = () => {
    panel.edit(message.peek());
    focus.value += 1;
  };
  return (
    <article class={`${styles.turn} ${styles.you}`} data-message={message.peek().id} aria-label={i18n.t('panel.you')}>
      <div class={styles.bubble}>
        {parts.map((part) => {
          if (part.type === 'quote') return <SourcedQuote key={part.id} quote={part} />;
          if (part.type === 'page') return <AskedPage key={part.id} page={part} question={message.peek().id} />;
          if (part.type === 'image') return <Picture key={part.id} image={part} alt={i18n.t('panel.image.alt')} />;
          return null;
        })}
        {text === '' ? null : (
          <div class={styles.asked} dir="auto">
            {text}
          </div>
        )}
      </div>
      <div class={`${styles.foot} ${styles.footYou}`}>
        <Versions versions={versions} />
        <span class={styles.onPoint}>
          <IconButton label={i18n.t('panel.edit')} icon={Pencil} size="small" onClick={edit} />
          <CopyButton text={() => text} />
        </span>
      </div>
    </article>
  );
}
