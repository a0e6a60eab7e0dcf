import { i18n } from '#i18n';
import { useEffect, useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { FileDown, Pencil, Trash2 } from 'lucide';
import type { Chat } from '../../core/chat';
import type { SearchHit } from '../../storage/chats';
import { IconButton } from '../ui/IconButton';
import { visible } from '../ui/visible';
import styles from './HistoryView.module.css';

interface HistoryRowProps {
  row: Chat;
  hit?: SearchHit;
  /** The row above is of the same chat, so its title need not be said again. */
  follows?: boolean;
  /** It is the chat on show. */
  here: boolean;
  onOpen(row: Chat, hit?: SearchHit): void;
  onSave(row: Chat): Promise<void>;
  onDelete(row: Chat): Promise<void>;
  onRename(row: Chat, title: string): Promise<void>;
}

/** One chat: opens on a click or Enter; F2 renames, Delete deletes. */
export function HistoryRow({ row, hit, follows = false, here, onOpen, onSave, onDelete, onRename }: HistoryRowProps) {
  const renaming = useSignal(false);
  const button = useRef<HTMLButtonElement>(null);
  const title = visible(row.title) || i18n.t('panel.chats.untitled');
  const stop = () => {
    renaming.value = false;
    requestAnimationFrame(() => button.current?.focus());
  };
  if (renaming.value) {
    return (
      <li class={styles.row}>
        <RenameField
          title={row.title}
          onDone={(words) => {
            void onRename(row, words);
            stop();
          }}
          onCancel={stop}
        />
      </li>
    );
  }
  return (
    <li class={`${styles.row} ${here ? styles.here : ''}`}>
      <button
        ref={button}
        type="button"
        data-row
        class={styles.open}
        aria-current={here}
        onClick={() => onOpen(row, hit)}
        onKeyDown={(event) => {
          if (event.key === 'F2') renaming.value = true;
          else if (event.key === 'Delete') void onDelete(row);
          else return;
          event.preventDefault();
        }}
      >
        <span class={follows ? 'visually-hidden' : styles.title} dir="auto">
          {hit && hit.messageId === undefined ? <Snippet hit={hit} /> : title}
        </span>
        {hit?.messageId !== undefined ? (
          <span class={styles.snippet} dir="auto">
            <Snippet hit={hit} />
          </span>
        ) : null}
      </button>
      <span class={styles.acts}>
        <IconButton
          size="small"
          icon={Pencil}
          label={i18n.t('panel.chats.rename')}
          onClick={() => (renaming.value = true)}
        />
        <IconButton
          size="small"
          icon={FileDown}
          label={i18n.t('panel.chats.markdown')}
          onClick={() => void onSave(row)}
        />
        <IconButton
          size="small"
          icon={Trash2}
          label={i18n.t('panel.chats.delete')}
          onClick={() => void onDelete(row)}
        />
      </span>
    </li>
  );
}

function Snippet({ hit: { snippet, start, length } }: { hit: SearchHit }) {
  return (
    <>
      {readable(snippet.slice(0, start))}
      <mark>{visible(snippet.slice(start, start + length))}</mark>
      {readable(snippet.slice(start + length))}
    </>
  );
}

/** Without the commonest marks of Markdown, which say nothing in one line. */
const readable = (text: string): string => visible(text.replace(/\*\*|__|`/g, ''));

function RenameField({ title, onDone, onCancel }: { title: string; onDone(title: string): void; onCancel(): void }) {
  const field = useRef<HTMLInputElement>(null);
  const done = useRef(false);
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);
  const finish = (words: string | null) => {
    if (done.current) return;
    done.current = true;
    if (words === null) onCancel();
    else onDone(words);
  };
  return (
    <input
      ref={field}
      class={styles.rename}
      dir="auto"
      maxLength={200}
      aria-label={i18n.t('panel.chats.renameLabel')}
      defaultValue={title}
      onBlur={(event) => finish(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.isComposing) return;
        if (event.key === 'Enter') finish(event.currentTarget.value);
        else if (event.key === 'Escape') finish(null);
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    />
  );
}
