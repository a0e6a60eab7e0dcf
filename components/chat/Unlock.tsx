import { i18n } from '#i18n';
import { useModel, useSignal } from '@preact/signals';
import { PassphraseModel } from '../../state/options-passphrase';
import { Secret } from '../settings/Secret';
import { Button } from '../ui/Button';
import { useGloss } from './context';
import styles from './Turn.module.css';

/** The passphrase, asked for where its absence has stopped an answer. */
export function Unlock({ id, onUnlocked }: { id: string; onUnlocked(): void }) {
  const { send } = useGloss();
  const passphrase = useModel(() => new PassphraseModel(send));
  const typed = useSignal('');
  const wrong = passphrase.fault.value !== null;
  const unlock = async () => {
    if (typed.peek() === '' || !(await passphrase.unlock(typed.peek()))) return;
    typed.value = '';
    onUnlocked();
  };
  return (
    <div class={styles.unlock}>
      <Secret
        id={`unlock-${id}`}
        label={i18n.t('panel.fix.passphrase')}
        value={typed.value}
        {...(wrong ? { problem: i18n.t('panel.fix.wrongPassphrase') } : {})}
        onInput={(value) => (typed.value = value)}
        onEnter={() => void unlock()}
      />
      <Button size="small" kind="primary" busy={passphrase.busy.value} onClick={() => void unlock()}>
        {i18n.t('panel.fix.unlock')}
      </Button>
    </div>
  );
}
