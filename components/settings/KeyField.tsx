import { i18n } from '#i18n';
import { useSignal } from '@preact/signals';
import { needsKey } from '../../providers/contract';
import type { ConnectionForm, Keeping } from '../../state/options-form';
import { Button } from '../ui/Button';
import { Field } from './Field';
import { noteWords, problemWords } from './problem-words';
import styles from './KeyField.module.css';

interface KeyFieldProps {
  form: ConnectionForm;
  /** Whether a passphrase has been chosen, and whether it has been given since the browser started. */
  passphrase: { set: boolean; locked: boolean };
  /** Name of a provider of the catalog. */
  nameOf(provider: string): string;
}

const keepings: Record<Keeping, () => string> = {
  device: () => i18n.t('options.key.keepDevice'),
  session: () => i18n.t('options.key.keepSession'),
  passphrase: () => i18n.t('options.key.keepPassphrase'),
};

/** The key: typed once, never shown again. */
export function KeyField({ form, passphrase, nameOf }: KeyFieldProps) {
  const seen = useSignal(false);
  const provider = form.provider.value;
  if (!provider || provider.engine !== undefined || provider.auth === 'none') return null;
  const label = i18n.t('options.key.label');
  const problem = form.problems.value.key;
  const reading = form.keyReading.value;
  const status = form.keyStatus.value;
  const typed = form.key.value !== '';

  /** A one-line field silently swallows line breaks; inside a key they mean that something is wrong with it. */
  function onPaste(event: ClipboardEvent & { currentTarget: HTMLInputElement }) {
    const text = event.clipboardData?.getData('text') ?? '';
    if (!/\S\s*[\r\n]\s*\S/.test(text)) return;
    event.preventDefault();
    const { selectionStart, selectionEnd, value } = event.currentTarget;
    const start = selectionStart ?? value.length;
    form.setKey(value.slice(0, start) + text.trim().replace(/\s+/g, ' ') + value.slice(selectionEnd ?? start));
    form.touch('key');
  }

  const hints = [
    ...reading.notes.map(noteWords),
    ...(reading.service !== undefined && reading.service !== provider.id && isOneServiceOnly(provider)
      ? [i18n.t('options.key.otherService', [nameOf(reading.service)])]
      : []),
    ...(typed || status.present || needsKey(provider) ? [] : [i18n.t('options.key.optional')]),
  ];

  return (
    <div class={styles.key}>
      <Field
        id="connection-key"
        label={label}
        {...(problem ? { problem: problemWords(problem, label) } : {})}
        {...(problem?.kind === 'key' && problem.problem.kind === 'inner-space'
          ? {
              mend: (
                <Button size="small" onClick={() => form.setKey(form.key.value.replace(/\s+/g, ''))}>
                  {i18n.t('options.key.removeSpaces')}
                </Button>
              ),
            }
          : {})}
        {...(hints.length > 0 ? { hint: hints.join(' ') } : {})}
      >
        {(control) => (
          <div class={styles.row}>
            <input
              {...control}
              {...(seen.value && typed ? { type: 'text' as const } : { type: 'password' as const })}
              autocomplete="off"
              autocapitalize="off"
              spellcheck={false}
              dir="ltr"
              data-1p-ignore
              data-lpignore="true"
              data-bwignore
              value={form.key.value}
              placeholder={status.present ? i18n.t('options.key.replace') : ''}
              onInput={(event) => form.setKey(event.currentTarget.value)}
              onPaste={onPaste}
              onBlur={() => form.touch('key')}
            />
            {typed ? (
              <Button aria-pressed={seen.value} onClick={() => (seen.value = !seen.value)}>
                {seen.value ? i18n.t('options.key.hide') : i18n.t('options.key.show')}
              </Button>
            ) : null}
          </div>
        )}
      </Field>
      <SavedKey form={form} />
      {provider.keyUrl !== undefined && !status.present ? (
        <a class={styles.link} href={provider.keyUrl} target="_blank" rel="noopener noreferrer">
          {i18n.t('options.key.get', [provider.name])}
        </a>
      ) : null}
      {typed || status.present ? (
        <Field
          id="connection-keeping"
          label={i18n.t('options.key.keep')}
          {...(form.keeping.value === 'passphrase' && !passphrase.set
            ? { problem: i18n.t('options.key.passphraseFirst') }
            : {})}
          {...(form.keeping.value === 'passphrase' && passphrase.set && passphrase.locked
            ? { problem: i18n.t('options.key.passphraseLocked') }
            : {})}
          {...(form.keeping.value === 'passphrase' && (!passphrase.set || passphrase.locked)
            ? { mend: <a href="#privacy">{i18n.t('options.key.toPassphrase')}</a> }
            : {})}
        >
          {(control) => (
            <select
              {...control}
              value={form.keeping.value}
              onChange={(event) => form.setKeeping(event.currentTarget.value as Keeping)}
            >
              {Object.entries(keepings).map(([choice, words]) => (
                <option key={choice} value={choice}>
                  {words()}
                </option>
              ))}
            </select>
          )}
        </Field>
      ) : null}
    </div>
  );
}

/** Only where the catalog knows the one service behind the address; a gateway may want anybody's keys. */
const isOneServiceOnly = (provider: { group?: string; keyUrl?: string }): boolean =>
  provider.group === 'hosted' && provider.keyUrl !== undefined;

function SavedKey({ form }: { form: ConnectionForm }) {
  const status = form.keyStatus.value;
  if (!status.present) return null;
  const date =
    status.savedAt === undefined ? '' : new Date(status.savedAt).toLocaleDateString(undefined, { dateStyle: 'medium' });
  return (
    <div class={styles.saved}>
      <span>
        {date === '' ? i18n.t('options.key.saved') : i18n.t('options.key.savedOn', [date])}
        {status.origin === undefined ? null : ` ${i18n.t('options.key.boundTo', [status.origin])}`}
        {status.locked === true ? ` ${i18n.t('options.key.locked')}` : null}
        {form.keySaved.value ? null : <strong> {i18n.t('options.key.otherOrigin')}</strong>}
      </span>
      <Button size="small" kind="quiet" onClick={() => void form.removeKey()}>
        {i18n.t('options.key.forget')}
      </Button>
    </div>
  );
}
