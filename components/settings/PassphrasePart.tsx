import { i18n } from '#i18n';
import { useSignal } from '@preact/signals';
import { type PassphraseFault, type PassphraseModel, shortestPassphrase } from '../../state/options-passphrase';
import { Button } from '../ui/Button';
import { Callout } from '../ui/Callout';
import { Secret } from './Secret';
import { Part } from './Section';
import styles from './PassphrasePart.module.css';

const faultWords: Record<PassphraseFault, () => string> = {
  short: () => i18n.t('options.passphrase.short', [String(shortestPassphrase)]),
  different: () => i18n.t('options.passphrase.different'),
  wrong: () => i18n.t('options.passphrase.wrong'),
};

/** Keys behind a passphrase: given once after every start of the browser. */
export function PassphrasePart({ passphrase }: { passphrase: PassphraseModel }) {
  const { set, locked } = passphrase.status.value;
  const opened = useSignal<'none' | 'change' | 'remove'>('none');
  const old = useSignal('');
  const first = useSignal('');
  const again = useSignal('');
  const fault = passphrase.fault.value;

  function clean() {
    old.value = '';
    first.value = '';
    again.value = '';
    opened.value = 'none';
  }

  const unlocking = set && locked;
  const changing = !set || opened.value === 'change';
  return (
    <Part title={i18n.t('options.passphrase.title')} intro={i18n.t('options.passphrase.intro')}>
      {unlocking ? (
        <div class={styles.form}>
          <Secret
            id="passphrase-unlock"
            label={i18n.t('options.passphrase.give')}
            value={old.value}
            {...(fault ? { problem: faultWords[fault]() } : {})}
            onInput={(value) => (old.value = value)}
          />
          <Button
            kind="primary"
            busy={passphrase.busy.value}
            onClick={async () => {
              if (await passphrase.unlock(old.value)) clean();
            }}
          >
            {i18n.t('options.passphrase.unlock')}
          </Button>
        </div>
      ) : null}
      {set && !locked && opened.value === 'none' ? (
        <div class={styles.buttons}>
          <Button onClick={() => (opened.value = 'change')}>{i18n.t('options.passphrase.change')}</Button>
          <Button onClick={() => (opened.value = 'remove')}>{i18n.t('options.passphrase.remove')}</Button>
        </div>
      ) : null}
      {!unlocking && changing ? (
        <div class={styles.form}>
          {set ? (
            <Secret
              id="passphrase-old"
              label={i18n.t('options.passphrase.old')}
              value={old.value}
              {...(fault === 'wrong' ? { problem: faultWords[fault]() } : {})}
              onInput={(value) => (old.value = value)}
            />
          ) : null}
          <Secret
            id="passphrase-new"
            label={i18n.t('options.passphrase.new')}
            value={first.value}
            {...(fault && fault !== 'wrong' ? { problem: faultWords[fault]() } : {})}
            onInput={(value) => (first.value = value)}
          />
          <Secret
            id="passphrase-again"
            label={i18n.t('options.passphrase.again')}
            value={again.value}
            onInput={(value) => (again.value = value)}
          />
          <div class={styles.buttons}>
            <Button
              busy={passphrase.busy.value}
              onClick={async () => {
                if (await passphrase.choose(first.value, again.value, set ? old.value : undefined)) clean();
              }}
            >
              {set ? i18n.t('options.passphrase.change') : i18n.t('options.passphrase.choose')}
            </Button>
            {set ? (
              <Button kind="quiet" onClick={clean}>
                {i18n.t('options.cancel')}
              </Button>
            ) : null}
          </div>
        </div>
      ) : null}
      {!unlocking && opened.value === 'remove' ? (
        <div class={styles.form}>
          <Secret
            id="passphrase-old"
            label={i18n.t('options.passphrase.old')}
            value={old.value}
            {...(fault === 'wrong' ? { problem: faultWords[fault]() } : {})}
            onInput={(value) => (old.value = value)}
          />
          <div class={styles.buttons}>
            <Button
              kind="danger"
              busy={passphrase.busy.value}
              onClick={async () => {
                if (await passphrase.remove(old.value)) clean();
              }}
            >
              {i18n.t('options.passphrase.remove')}
            </Button>
            <Button kind="quiet" onClick={clean}>
              {i18n.t('options.cancel')}
            </Button>
          </div>
        </div>
      ) : null}
      <DoneWords passphrase={passphrase} />
    </Part>
  );
}

function DoneWords({ passphrase }: { passphrase: PassphraseModel }) {
  const done = passphrase.done.value;
  if (done === null) return null;
  const words = {
    set: () => i18n.t('options.passphrase.done'),
    removed: () => i18n.t('options.passphrase.removed'),
    unlocked: () => i18n.t('options.passphrase.unlocked'),
  } satisfies Record<typeof done, () => string>;
  return (
    <Callout tone="ok" role="status">
      {words[done]()}
    </Callout>
  );
}
