import { i18n } from '#i18n';
import { useEffect, useRef } from 'preact/hooks';
import type { Connection, Provider } from '../../providers/contract';
import type { ConnectionForm, Trial } from '../../state/options-form';
import { Button } from '../ui/Button';
import { Callout } from '../ui/Callout';
import { AddressField, ProviderFields, ServersField } from './AddressField';
import { AdvancedFields } from './AdvancedFields';
import { DiagnosisView } from './DiagnosisView';
import { EngineNote, type EngineStatus } from './EngineNote';
import { Field } from './Field';
import { KeyField } from './KeyField';
import { ModelField } from './ModelField';
import { ProviderPicker } from './ProviderPicker';
import styles from './ConnectionEditor.module.css';

export interface ConnectionEditorProps {
  form: ConnectionForm;
  catalog: readonly Provider[];
  /** The other stored connections, for fallbacks. */
  others: readonly Connection[];
  passphrase: { set: boolean; locked: boolean };
  engines: EngineStatus;
  onClose(): void;
}

/** A button that was busy has lost the focus; it gets it back unless the user has gone on. */
function refocus(button: string) {
  requestAnimationFrame(() => {
    if (document.activeElement === document.body) document.querySelector<HTMLElement>(button)?.focus();
  });
}

/** A field that is left may say what is wrong with it, and its words would push a button away from under the pointer. */
function keepFocus(event: MouseEvent) {
  if (event.target instanceof Element && event.target.closest('button, a, summary')) event.preventDefault();
}

/** Everything about one connection. Problems stand at their fields, results above the buttons that caused them. */
export function ConnectionEditor({ form, catalog, others, passphrase, engines, onClose }: ConnectionEditorProps) {
  const root = useRef<HTMLDivElement>(null);
  const provider = form.provider.value;
  const draft = form.draft.value;

  useEffect(() => {
    // A new connection that is being saved moves into the list; there the focus goes back to what was pressed.
    if (!form.saving.value) root.current?.querySelector<HTMLElement>('select, input')?.focus();
  }, []);

  /** A refused *Save* or *Test* goes to what is wrong. */
  function goToProblem() {
    requestAnimationFrame(() => root.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
  }

  function onKeyDown(event: KeyboardEvent) {
    const target = event.target;
    if (event.key !== 'Enter' || event.isComposing || !(target instanceof HTMLInputElement)) return;
    if (target.type === 'checkbox' || target.type === 'search') return;
    void form.save();
    if (!form.ready.value) goToProblem();
  }

  return (
    <div
      class={styles.editor}
      ref={root}
      role="group"
      aria-label={draft.name || i18n.t('options.newConnection')}
      onKeyDown={onKeyDown}
      onMouseDown={keepFocus}
    >
      <ProviderPicker form={form} catalog={catalog} />
      {provider ? (
        <>
          <ProviderWords provider={provider} />
          {provider.engine === undefined ? null : <EngineNote engine={provider.engine} status={engines} />}
          <ProviderFields form={form} />
          <AddressField form={form} />
          <ServersField form={form} />
          <KeyField
            form={form}
            passphrase={passphrase}
            nameOf={(id) => catalog.find((one) => one.id === id)?.name ?? id}
          />
          <ModelField form={form} />
          <Field id="connection-name" label={i18n.t('options.name')} hint={i18n.t('options.nameHint')}>
            {(control) => (
              <input
                {...control}
                type="text"
                autocomplete="off"
                dir="auto"
                value={draft.name}
                onInput={(event) => form.update({ name: event.currentTarget.value })}
              />
            )}
          </Field>
          <AdvancedFields form={form} others={others} />
        </>
      ) : null}
      <Results form={form} />
      <div class={styles.actions}>
        {provider ? (
          <>
            <Button
              kind="primary"
              data-save
              busy={form.saving.value}
              onClick={() => {
                void form.save().then(() => refocus('[data-save]'));
                if (!form.ready.value) goToProblem();
              }}
            >
              {i18n.t('options.save')}
            </Button>
            {provider.engine === undefined ? (
              <Button
                data-test
                busy={form.trial.value?.state === 'running'}
                onClick={() => {
                  void form.test().then(() => refocus('[data-test]'));
                  if (form.trial.value?.state !== 'running') goToProblem();
                }}
              >
                {i18n.t('options.test')}
              </Button>
            ) : null}
          </>
        ) : null}
        <Button kind="quiet" onClick={onClose}>
          {form.stored.value ? i18n.t('options.close') : i18n.t('options.cancel')}
        </Button>
      </div>
    </div>
  );
}

/** What the catalog says of the provider; for one that was shut down, the one honest sentence. */
function ProviderWords({ provider }: { provider: Provider }) {
  if (provider.status === 'retired') {
    return (
      <Callout
        tone="warn"
        role="note"
        {...(provider.historicalUrl === undefined
          ? {}
          : {
              detail: i18n.t('catalog.historical', [[provider.historicalUrl, ...(provider.servers ?? [])].join(', ')]),
            })}
      >
        {provider.description}
      </Callout>
    );
  }
  return (
    <p class={styles.words}>
      {provider.description}{' '}
      {provider.docsUrl === undefined ? null : (
        <a href={provider.docsUrl} target="_blank" rel="noopener noreferrer">
          {i18n.t('options.provider.docs')}
        </a>
      )}
    </p>
  );
}

/** How *Save* and *Test connection* ended. */
function Results({ form }: { form: ConnectionForm }) {
  const outcome = form.outcome.value;
  const trial = form.trial.value;
  return (
    <>
      {trial ? <TrialResult form={form} trial={trial} /> : null}
      {form.confirming.value.length > 0 ? (
        <Callout
          tone="warn"
          role="alert"
          actions={
            <Button kind="danger" size="small" onClick={() => void form.save(true)}>
              {i18n.t('options.confirmHost', [form.confirming.value.join(', ')])}
            </Button>
          }
        >
          {i18n.t('options.confirmHostWords', [form.confirming.value.join(', ')])}
        </Callout>
      ) : null}
      {outcome?.kind === 'refused' ? (
        <RefusedAccess hosts={outcome.hosts} onAgain={() => void form.save(true)} />
      ) : null}
      {outcome?.kind === 'failed' ? (
        <Callout tone="danger" role="alert" detail={outcome.message}>
          {i18n.t('options.saveFailed')}
        </Callout>
      ) : null}
      {outcome?.kind === 'saved' ? (
        <Callout tone={outcome.keyCleared ? 'warn' : 'ok'} role="status">
          {outcome.keyCleared ? i18n.t('options.savedKeyCleared') : i18n.t('options.saved')}
        </Callout>
      ) : null}
    </>
  );
}

function TrialResult({ form, trial }: { form: ConnectionForm; trial: Trial }) {
  switch (trial.state) {
    case 'running':
      return (
        <p role="status" class={styles.words}>
          {i18n.t('doctor.running')}
        </p>
      );
    case 'done':
      return <DiagnosisView diagnosis={trial.diagnosis} onFix={(fix) => void form.mend(fix)} />;
    case 'refused':
      return <RefusedAccess hosts={trial.hosts} onAgain={() => void form.test()} />;
    case 'failed':
      return (
        <Callout tone="danger" role="alert" detail={trial.message}>
          {i18n.t('doctor.failed')}
        </Callout>
      );
    default:
      return trial satisfies never;
  }
}

/** The browser's own question was answered with no. */
function RefusedAccess({ hosts, onAgain }: { hosts: string[]; onAgain(): void }) {
  return (
    <Callout
      tone="danger"
      role="alert"
      actions={
        <Button size="small" onClick={onAgain}>
          {i18n.t('options.askAgain')}
        </Button>
      }
    >
      {i18n.t('options.accessRefused', [hosts.join(', ')])}
    </Callout>
  );
}
