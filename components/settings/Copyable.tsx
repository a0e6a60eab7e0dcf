import { i18n } from '#i18n';
import { useSignal } from '@preact/signals';
import { Check, Copy } from 'lucide';
import { Button } from '../ui/Button';
import styles from './Copyable.module.css';

/** A command to be run somewhere else, with a button that copies it. `label` names what it is for. */
export function Copyable({ text, label }: { text: string; label: string }) {
  const state = useSignal<'idle' | 'copied' | 'failed'>('idle');
  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      state.value = 'copied';
    } catch {
      state.value = 'failed';
    }
  }
  return (
    <div class={styles.copyable}>
      <pre class={styles.text} tabIndex={0} aria-label={label}>
        {text}
      </pre>
      <div class={styles.foot}>
        <Button size="small" icon={state.value === 'copied' ? Check : Copy} onClick={() => void copy()}>
          {i18n.t('options.copy')}
        </Button>
        <span role="status" class={styles.said}>
          {state.value === 'copied' ? i18n.t('options.copied') : null}
          {state.value === 'failed' ? i18n.t('options.copyFailed') : null}
        </span>
      </div>
    </div>
  );
}
