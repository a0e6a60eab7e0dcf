import { i18n } from '#i18n';
import { useEffect } from 'preact/hooks';
import { useSignal, type ReadonlySignal } from '@preact/signals';
import { X } from 'lucide';
import { remediesForRefusal } from '../../state/remedies';
import { errorWords } from '../chat/error-words';
import { remedyWords } from '../chat/Failure';
import { useGloss } from '../chat/context';
import { Button } from '../ui/Button';
import { Callout } from '../ui/Callout';
import { IconButton } from '../ui/IconButton';
import styles from './Composer.module.css';

/** What stands between the reader and the next question: refusals, advice, an edit in progress. */
export function Remarks({ pictureRefusal }: { pictureRefusal: ReadonlySignal<string> }) {
  const { composer } = useGloss();
  return (
    <div class={styles.remarks}>
      <Refused />
      <PageAdvice />
      {pictureRefusal.value === '' ? null : (
        <Callout tone="warn" role="alert">
          {pictureRefusal.value}
        </Callout>
      )}
      {composer.unsaved.value === null ? null : (
        <Callout tone="warn" role="alert" detail={composer.unsaved.value}>
          {i18n.t('panel.trouble.draft')}
        </Callout>
      )}
      {composer.editing.value === null ? null : (
        <div class={styles.editing}>
          <span>{i18n.t('panel.editing')}</span>
          <Button kind="quiet" size="small" onClick={() => composer.cancelEdit()}>
            {i18n.t('panel.cancel')}
          </Button>
        </div>
      )}
    </div>
  );
}

/** A command was not done. The text is still in the composer. */
function Refused() {
  const { chat, panel, browser, pickingModel } = useGloss();
  const error = chat.failure.value;
  if (!error) return null;
  const { connection, model, connectionId } = panel.answering.value;
  const actions = remediesForRefusal(error).map((remedy) => {
    const act = () => {
      if (remedy === 'pick-model') pickingModel.value = true;
      else if (remedy === 'new-chat') panel.newChat();
      else if (remedy === 'grant' && error.origin) void browser.requestAccess([error.origin]);
      else browser.openSettings(`connection=${encodeURIComponent(connectionId)}`);
    };
    return (
      <Button key={remedy} size="small" onClick={act}>
        {remedyWords(remedy)}
      </Button>
    );
  });
  const ownWords = error.kind === 'not-done' && error.message !== '';
  return (
    <Callout
      tone="danger"
      role="alert"
      {...(!ownWords && error.message !== '' ? { detail: error.message } : {})}
      actions={[
        ...actions,
        <Button key="dismiss" kind="quiet" size="small" onClick={() => chat.dismissFailure()}>
          {i18n.t('panel.dismiss')}
        </Button>,
      ]}
    >
      {ownWords ? error.message : errorWords(error, { provider: connection, model })}
    </Callout>
  );
}

/** Why *Add this page* could not, and how to let it. */
function PageAdvice() {
  const { panel, browser } = useGloss();
  const shortcut = useSignal('');
  const refused = panel.refusedPage.value;
  useEffect(() => {
    if (refused) void browser.shortcut().then((keys) => (shortcut.value = keys));
  }, [refused]);
  if (!refused) return null;
  const keys = shortcut.value || i18n.t('panel.page.toolbarShortcut');
  const host = refused.host || i18n.t('panel.page.noGrantHere');
  const words = refused.granted
    ? i18n.t('panel.page.empty', [host])
    : refused.reason === 'restricted'
      ? i18n.t('panel.page.restricted')
      : i18n.t('panel.page.noGrant', [host, keys]);
  return (
    <Callout tone="info" role="alert">
      <span class={styles.advice}>
        <span>{words}</span>
        <IconButton label={i18n.t('panel.dismiss')} icon={X} size="small" onClick={() => panel.dismissPage()} />
      </span>
    </Callout>
  );
}
