import { i18n } from '#i18n';
import { useSignal } from '@preact/signals';
import type { StorageTrouble } from '../../core/protocol';
import { Button } from '../ui/Button';
import { Callout } from '../ui/Callout';
import { useGloss } from './context';
import styles from './PanelView.module.css';

/** What is on screen is not safe: says so, and offers to save it elsewhere. */
export function Trouble() {
  const { chat, browser } = useGloss();
  const exporting = useSignal(false);
  const trouble = chat.trouble.value;
  if (!trouble) return null;
  const exportNow = async () => {
    exporting.value = true;
    await browser.exportChats().finally(() => (exporting.value = false));
  };
  return (
    <div class={styles.trouble}>
      <Callout
        tone="warn"
        role="alert"
        detail={trouble.message}
        actions={
          <Button size="small" kind="primary" busy={exporting.value} onClick={() => void exportNow()}>
            {i18n.t('panel.trouble.export')}
          </Button>
        }
      >
        {troubleWords(trouble.kind)}
      </Callout>
    </div>
  );
}

function troubleWords(kind: StorageTrouble['kind']): string {
  switch (kind) {
    case 'quota':
      return i18n.t('panel.trouble.quota');
    case 'corrupt':
      return i18n.t('panel.trouble.corrupt');
    case 'newer':
      return i18n.t('panel.trouble.newer');
    case 'failed':
      return i18n.t('panel.trouble.failed');
    default:
      return kind satisfies never;
  }
}

/** What is wrong with the chat on show itself. */
export function ChatTrouble() {
  const { chat, send } = useGloss();
  if (chat.unreadable.value !== null) {
    return (
      <div class={styles.notice}>
        <Callout
          tone="danger"
          role="alert"
          detail={chat.unreadable.value}
          actions={
            <Button size="small" kind="primary" onClick={() => void chat.readAgain()}>
              {i18n.t('panel.readAgain')}
            </Button>
          }
        >
          {i18n.t('panel.unreadable')}
        </Callout>
      </div>
    );
  }
  const row = chat.chat.value;
  if (row?.deletedAt === undefined) return null;
  return (
    <div class={styles.notice}>
      <Callout
        tone="warn"
        role="status"
        actions={
          <Button size="small" onClick={() => void send('chat.undelete', { chatId: row.id })}>
            {i18n.t('panel.undo')}
          </Button>
        }
      >
        {i18n.t('panel.deleted')}
      </Callout>
    </div>
  );
}
