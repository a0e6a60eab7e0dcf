import { i18n } from '#i18n';
import { History, Plus, Search, SlidersHorizontal } from 'lucide';
import { IconButton } from '../ui/IconButton';
import { visible } from '../ui/visible';
import { useGloss } from './context';
import styles from './PanelView.module.css';

/** The chat's title, and the ways to another chat and to the settings. */
export function Header() {
  const { chat, panel, find, focus, browser } = useGloss();
  const inHistory = panel.view.value === 'history';
  const title = visible(chat.chat.value?.title ?? '');
  return (
    <header class={styles.header}>
      <h1 class={styles.title} dir="auto" title={title}>
        {inHistory ? i18n.t('panel.chats.title') : title || 'Gloss'}
      </h1>
      {chat.turns.value.length > 0 && !inHistory ? (
        <IconButton
          label={i18n.t('panel.find')}
          icon={Search}
          aria-pressed={find.open.value}
          onClick={() => (find.open.value ? find.hide() : find.show())}
        />
      ) : null}
      <IconButton
        label={i18n.t('panel.newChat')}
        icon={Plus}
        onClick={() => {
          panel.newChat();
          focus.value += 1;
        }}
      />
      <IconButton
        label={i18n.t('panel.history')}
        icon={History}
        aria-pressed={inHistory}
        onClick={() => (panel.view.value = inHistory ? 'chat' : 'history')}
      />
      <IconButton label={i18n.t('panel.settings')} icon={SlidersHorizontal} onClick={() => browser.openSettings()} />
    </header>
  );
}
