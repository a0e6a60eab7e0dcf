import { i18n } from '#i18n';
import { useEffect } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { Composer } from '../composer/Composer';
import { lazily } from '../ui/lazily';
import { Announcer } from './Announcer';
import { useGloss } from './context';
import { Header } from './Header';
import { Markdown } from './markdown-loading';
import { preloadTurns, Transcript } from './Transcript';
import { Welcome } from './Welcome';
import styles from './PanelView.module.css';

const HistoryView = lazily(() => import('../history/HistoryView').then((module) => module.HistoryView));
const Trouble = lazily(() => import('./Trouble').then((module) => module.Trouble));
const ChatTrouble = lazily(() => import('./Trouble').then((module) => module.ChatTrouble));
const FindBar = lazily(() => import('./FindBar').then((module) => module.FindBar));

/** The whole panel. Its frame and its composer are there from the first paint; the rest comes when it is needed. */
export function PanelView() {
  const { chat, panel, composer, find, pickingModel } = useGloss();
  const inHistory = panel.view.value === 'history';
  const dropping = useDrop();

  useEffect(() => {
    preloadTurns();
    Markdown.preload();
  }, []);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const isLetter = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
      if (isLetter && find.typeAhead(event.key)) return event.preventDefault();
      // The next key may be F, and then the first letters to find.
      if (event.key === 'Control' || event.key === 'Meta') FindBar.preload();
      if (event.key.toLowerCase() === 'f' && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey) {
        event.preventDefault();
        panel.view.value = 'chat';
        find.show(document.getSelection()?.toString().trim() || undefined);
      } else if (event.key === 'Escape') {
        if (pickingModel.peek()) pickingModel.value = false;
        else if (panel.view.peek() === 'history') panel.view.value = 'chat';
        else if (find.open.peek()) find.hide();
        else if (chat.running.peek() !== null) void chat.stop();
        else if (composer.editing.peek() !== null) composer.cancelEdit();
      }
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);

  const empty = chat.turns.value.length === 0;
  return (
    <div class={styles.panel} {...dropping.handlers}>
      <Header />
      <Trouble />
      <div class={styles.stage}>
        <main class={styles.main} inert={inHistory}>
          {find.open.value ? <FindBar /> : null}
          <ChatTrouble />
          {empty && !chat.loading.value && chat.unreadable.value === null ? <Welcome /> : null}
          <Transcript />
          <Composer />
        </main>
        {inHistory ? <HistoryView /> : null}
      </div>
      {dropping.over ? <div class={styles.drop}>{i18n.t('panel.dropHere')}</div> : null}
      <Announcer />
    </div>
  );
}

/** Pictures dropped anywhere on the panel. Everything else is left to the browser's own way. */
function useDrop() {
  const { droppedFiles } = useGloss();
  const over = useSignal(false);
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;
  return {
    over: over.value,
    handlers: {
      onDragOver(event: DragEvent) {
        if (!hasFiles(event)) return;
        event.preventDefault();
        over.value = true;
      },
      onDragLeave(event: DragEvent) {
        if (event.relatedTarget === null) over.value = false;
      },
      onDrop(event: DragEvent) {
        over.value = false;
        if (!hasFiles(event)) return;
        event.preventDefault();
        droppedFiles.value = [...(event.dataTransfer?.files ?? [])];
      },
    },
  };
}
