import { i18n } from '#i18n';
import { judgeBaseUrl } from '../../core/address';
import type { ReasoningEffort, Sampling } from '../../core/chat';
import type { Connection, Provider } from '../../providers/contract';
import { samplingNames, samplingRanges, serverLines } from '../../state/options-draft';
import type { ConnectionForm } from '../../state/options-form';
import { Field } from './Field';
import { Switch } from './Switch';
import { problemWords } from './problem-words';
import { visible } from '../ui/visible';
import styles from './AdvancedFields.module.css';

const samplingLabels: Record<keyof Sampling, () => string> = {
  temperature: () => i18n.t('options.advanced.temperature'),
  topP: () => i18n.t('options.advanced.topP'),
  presencePenalty: () => i18n.t('options.advanced.presencePenalty'),
  frequencyPenalty: () => i18n.t('options.advanced.frequencyPenalty'),
};

const efforts: Record<ReasoningEffort, () => string> = {
  none: () => i18n.t('options.advanced.effortNone'),
  low: () => i18n.t('options.advanced.effortLow'),
  medium: () => i18n.t('options.advanced.effortMedium'),
  high: () => i18n.t('options.advanced.effortHigh'),
};

/** What most people never need: sampling, limits, streaming, and the switches of single wires. */
export function AdvancedFields({ form, others }: { form: ConnectionForm; others: readonly Connection[] }) {
  const provider = form.provider.value;
  if (!provider || provider.engine !== undefined) return null;
  const draft = form.draft.value;
  const hidden = provider.quirks?.noSampling ?? [];
  // An error in here would be invisible while it is folded.
  const troubled = [...samplingNames, 'maxTokens' as const, 'contextLength' as const, 'monthlyLimit' as const].some(
    (name) => form.problems.value[name] !== undefined,
  );
  return (
    <details class={styles.advanced} open={troubled || undefined}>
      <summary>{i18n.t('options.advanced.title')}</summary>
      <div class={styles.body}>
        <p class={styles.hint}>{i18n.t('options.advanced.hint')}</p>
        <div class={styles.grid}>
          {samplingNames
            .filter((name) => !hidden.includes(name))
            .map((name) => (
              <NumberField
                key={name}
                form={form}
                name={name}
                label={samplingLabels[name]()}
                value={draft.sampling[name]}
                placeholder={provider.sampling?.[name]}
                range={samplingRanges[name]}
                onInput={(value) => form.update({ sampling: { ...draft.sampling, [name]: value } })}
              />
            ))}
          <NumberField
            form={form}
            name="maxTokens"
            label={i18n.t('options.advanced.maxTokens')}
            value={draft.maxTokens}
            onInput={(maxTokens) => form.update({ maxTokens })}
          />
          <NumberField
            form={form}
            name="contextLength"
            label={i18n.t('options.advanced.contextLength')}
            value={draft.contextLength}
            {...roomWords(provider)}
            onInput={(contextLength) => form.update({ contextLength })}
          />
          <NumberField
            form={form}
            name="monthlyLimit"
            label={i18n.t('options.advanced.monthlyLimit')}
            hint={i18n.t('options.advanced.monthlyLimitHint')}
            empty={i18n.t('options.advanced.noLimit')}
            value={draft.monthlyLimit}
            onInput={(monthlyLimit) => form.update({ monthlyLimit })}
          />
          {provider.quirks?.reasoningEffort === undefined ? null : (
            <Field id="connection-effort" label={i18n.t('options.advanced.effort')}>
              {(control) => (
                <select
                  {...control}
                  value={draft.reasoningEffort}
                  onChange={(event) =>
                    form.update({ reasoningEffort: event.currentTarget.value as ReasoningEffort | '' })
                  }
                >
                  <option value="">{i18n.t('options.advanced.effortDefault')}</option>
                  {Object.entries(efforts).map(([effort, words]) => (
                    <option key={effort} value={effort}>
                      {words()}
                    </option>
                  ))}
                </select>
              )}
            </Field>
          )}
        </div>
        {provider.quirks?.forceStream === true || !provider.capabilities.stream ? null : (
          <Switch
            id="connection-stream"
            label={i18n.t('options.advanced.stream')}
            hint={i18n.t('options.advanced.streamHint')}
            checked={draft.stream}
            onChange={(stream) => form.update({ stream })}
          />
        )}
        <WireOptions form={form} />
        <Fallbacks form={form} others={others} />
      </div>
    </details>
  );
}

/** Switches that only some wires or addresses have. */
function WireOptions({ form }: { form: ConnectionForm }) {
  const provider = form.provider.value;
  const draft = form.draft.value;
  if (!provider) return null;
  const typed = [draft.baseUrl, ...serverLines(draft.servers)];
  const judged = typed.map((url) => judgeBaseUrl(url, { allowPrivateHttp: true }));
  const nearby = judged.some((one) => one.ok && (one.loopback || one.private));
  const plainPrivate = judged.some((one) => one.ok && one.private && one.url.startsWith('http:'));
  return (
    <>
      {plainPrivate || draft.allowPrivateHttp ? (
        <Switch
          id="connection-private-http"
          label={i18n.t('options.advanced.privateHttp')}
          hint={i18n.t('options.advanced.privateHttpHint')}
          checked={draft.allowPrivateHttp}
          onChange={(allowPrivateHttp) => form.update({ allowPrivateHttp })}
        />
      ) : null}
      {nearby || draft.rewriteOrigin ? (
        <Switch
          id="connection-rewrite-origin"
          label={i18n.t('options.advanced.rewriteOrigin')}
          hint={i18n.t('options.advanced.rewriteOriginHint')}
          checked={draft.rewriteOrigin}
          onChange={(rewriteOrigin) => form.update({ rewriteOrigin })}
        />
      ) : null}
      {provider.cookieSwitch === true ? (
        <Switch
          id="connection-cookies"
          label={i18n.t('options.advanced.cookies')}
          hint={i18n.t('options.advanced.cookiesHint')}
          checked={draft.sendCookies}
          onChange={(sendCookies) => form.update({ sendCookies })}
        />
      ) : null}
      {provider.dialect === 'single-prompt' ? (
        <Field
          id="connection-layout"
          label={i18n.t('options.advanced.layout')}
          hint={i18n.t('options.advanced.layoutHint')}
        >
          {(control) => (
            <select
              {...control}
              value={draft.promptLayout}
              onChange={(event) => form.update({ promptLayout: event.currentTarget.value as 'A' | 'C' | '' })}
            >
              <option value="">{i18n.t('options.advanced.layoutC')}</option>
              <option value="A">{i18n.t('options.advanced.layoutA')}</option>
            </select>
          )}
        </Field>
      ) : null}
      {provider.servers === undefined ? null : (
        <Field id="connection-server" label={i18n.t('options.servers.start')}>
          {(control) => (
            <select
              {...control}
              value={draft.server}
              onChange={(event) => form.update({ server: event.currentTarget.value })}
            >
              <option value="">{i18n.t('options.servers.random')}</option>
              {serverLines(draft.servers).map((server) => (
                <option key={server} value={server}>
                  {server}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
    </>
  );
}

/** Which connections are asked when this one fails before its first word, in the order they were ticked. */
function Fallbacks({ form, others }: { form: ConnectionForm; others: readonly Connection[] }) {
  const { fallbacks } = form.draft.value;
  if (others.length === 0) return null;
  return (
    <fieldset class={styles.fallbacks}>
      <legend>{i18n.t('options.advanced.fallbacks')}</legend>
      <p class={styles.hint}>{i18n.t('options.advanced.fallbacksHint')}</p>
      {others.map(({ id, name }) => {
        const place = fallbacks.indexOf(id);
        return (
          <label key={id} class={styles.check}>
            <input
              type="checkbox"
              checked={place >= 0}
              onChange={(event) =>
                form.update({
                  fallbacks: event.currentTarget.checked ? [...fallbacks, id] : fallbacks.filter((one) => one !== id),
                })
              }
            />
            <span>
              {visible(name)}
              {place >= 0 && fallbacks.length > 1 ? ` (${place + 1})` : ''}
            </span>
          </label>
        );
      })}
    </fieldset>
  );
}

interface NumberFieldProps {
  form: ConnectionForm;
  name: keyof Sampling | 'maxTokens' | 'contextLength' | 'monthlyLimit';
  /** What an empty field means, in words. */
  empty?: string;
  label: string;
  value: string;
  /** What goes out when the field is empty. */
  placeholder?: number | undefined;
  range?: readonly [min: number, max: number];
  hint?: string;
  onInput(value: string): void;
}

/** What is taken for the context length where the server gives only as much as it is asked for. */
function roomWords({ quirks }: Provider): { placeholder?: number; hint?: string } {
  if (!quirks?.window) return {};
  const { usual, most } = quirks.window;
  const [from, to] = [usual.toLocaleString(), most.toLocaleString()];
  const hint =
    usual < most ? i18n.t('options.advanced.roomGrows', [from, to]) : i18n.t('options.advanced.room', [from]);
  return { placeholder: usual, hint };
}

function NumberField({ form, name, label, value, placeholder, range, hint, empty, onInput }: NumberFieldProps) {
  const problem = form.problems.value[name];
  const words = hint ?? (range ? `${range[0]} – ${range[1]}`.replace('-', '−') : '');
  return (
    <Field
      id={`connection-${name}`}
      label={label}
      {...(words === '' ? {} : { hint: words })}
      {...(problem ? { problem: problemWords(problem, label) } : {})}
    >
      {(control) => (
        <input
          {...control}
          type="text"
          inputMode="decimal"
          autocomplete="off"
          value={value}
          placeholder={
            placeholder === undefined ? (empty ?? i18n.t('options.advanced.serverDefault')) : String(placeholder)
          }
          onInput={(event) => onInput(event.currentTarget.value)}
          onBlur={() => form.touch(name)}
        />
      )}
    </Field>
  );
}
