import { i18n } from '#i18n';
import type { Provider } from '../../providers/contract';
import { type AddressMend, adviseAddress } from '../../state/options-address';
import type { ConnectionForm } from '../../state/options-form';
import { Button } from '../ui/Button';
import { Field } from './Field';
import { hintWords, problemWords } from './problem-words';

interface MendButtonProps {
  mend: AddressMend;
  onUse(url: string): void;
  onAllow(): void;
}

/** The one click that puts an address right. */
function MendButton({ mend, onUse, onAllow }: MendButtonProps) {
  switch (mend.kind) {
    case 'use':
      return (
        <Button size="small" onClick={() => onUse(mend.url)}>
          {i18n.t('options.address.use', [mend.url])}
        </Button>
      );
    case 'allow-private-http':
      return (
        <Button size="small" onClick={onAllow}>
          {i18n.t('options.address.allowPrivate')}
        </Button>
      );
    default:
      return mend satisfies never;
  }
}

/** Where the connection's server is. */
export function AddressField({ form }: { form: ConnectionForm }) {
  const draft = form.draft.value;
  const provider = form.provider.value;
  if (!provider || provider.engine !== undefined) return null;
  const pooled = provider.servers !== undefined;
  const label = i18n.t('options.address.label');
  const problem = form.problems.value.baseUrl;
  const advice = adviseAddress(draft.baseUrl, provider, { allowPrivateHttp: draft.allowPrivateHttp });
  const use = (baseUrl: string) => form.update({ baseUrl });
  const mend = problem?.kind === 'address' ? problem.mend : undefined;
  return (
    <Field
      id="connection-address"
      label={label}
      {...(problem ? { problem: problemWords(problem, label) } : {})}
      {...(mend
        ? {
            mend: <MendButton mend={mend} onUse={use} onAllow={() => form.update({ allowPrivateHttp: true })} />,
          }
        : {})}
      {...(advice.ok && advice.hint
        ? {
            hint: (
              <>
                {hintWords(advice.hint)}{' '}
                {advice.hint.mend ? <MendButton mend={advice.hint.mend} onUse={use} onAllow={() => undefined} /> : null}
              </>
            ),
          }
        : pooled
          ? { hint: i18n.t('options.servers.one') }
          : {})}
    >
      {(control) => (
        <input
          {...control}
          type="text"
          inputMode="url"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          dir="ltr"
          placeholder={placeholderOf(provider)}
          value={draft.baseUrl}
          onInput={(event) => form.update({ baseUrl: event.currentTarget.value })}
          onBlur={() => form.touch('baseUrl')}
        />
      )}
    </Field>
  );
}

/** What an address looks like here: the provider's own, or an example that ends where this wire begins. */
function placeholderOf({ status, baseUrl, chatPath }: Provider): string {
  if (status !== 'retired' && baseUrl !== '') return baseUrl;
  return chatPath === undefined ? 'https://example.com/v1' : 'https://example.com';
}

/** The pool of a provider that has several servers: its own list, or the user's. */
export function ServersField({ form }: { form: ConnectionForm }) {
  const draft = form.draft.value;
  const provider = form.provider.value;
  if (!provider || provider.servers === undefined) return null;
  const label = i18n.t('options.servers.label');
  const problem = form.problems.value.servers;
  const mend = problem?.kind === 'address' ? problem.mend : undefined;
  const replaceLine = (url: string) => {
    const lines = draft.servers.split('\n');
    const place = problem?.kind === 'address' ? (problem.line ?? 1) - 1 : 0;
    const filled = lines.filter((line) => line.trim() !== '');
    form.update({ servers: filled.with(place, url).join('\n') });
  };
  return (
    <Field
      id="connection-servers"
      label={label}
      hint={i18n.t('options.servers.hint')}
      {...(problem ? { problem: problemWords(problem, label) } : {})}
      {...(mend
        ? {
            mend: (
              <MendButton mend={mend} onUse={replaceLine} onAllow={() => form.update({ allowPrivateHttp: true })} />
            ),
          }
        : {})}
    >
      {(control) => (
        <textarea
          {...control}
          rows={4}
          spellcheck={false}
          autocapitalize="off"
          dir="ltr"
          value={draft.servers}
          onInput={(event) => form.update({ servers: event.currentTarget.value })}
          onBlur={() => form.touch('servers')}
        />
      )}
    </Field>
  );
}

/** Values a provider wants besides address and key, such as Azure's resource. */
export function ProviderFields({ form }: { form: ConnectionForm }) {
  const draft = form.draft.value;
  const provider = form.provider.value;
  return (
    <>
      {(provider?.fields ?? []).map((field) => {
        const problem = form.problems.value[`field:${field.name}`];
        return (
          <Field
            key={field.name}
            id={`connection-field-${field.name}`}
            label={field.label}
            {...(problem ? { problem: problemWords(problem, field.label) } : {})}
          >
            {(control) => (
              <input
                {...control}
                type="text"
                autocomplete="off"
                spellcheck={false}
                placeholder={field.placeholder}
                value={draft.fields[field.name] ?? ''}
                onInput={(event) => form.setField(field.name, event.currentTarget.value)}
                onBlur={() => form.touch(`field:${field.name}`)}
              />
            )}
          </Field>
        );
      })}
    </>
  );
}
