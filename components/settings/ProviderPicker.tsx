import { i18n } from '#i18n';
import { useSignal } from '@preact/signals';
import type { Provider, ProviderGroup } from '../../providers/contract';
import type { ConnectionForm } from '../../state/options-form';
import { byGroup, searchCatalog, ungrouped } from '../../state/provider-choice';
import { Field } from './Field';
import { Monogram } from './Monogram';
import { problemWords } from './problem-words';
import styles from './ProviderPicker.module.css';

const groupNames: Record<ProviderGroup, () => string> = {
  local: () => i18n.t('catalog.group.local'),
  hosted: () => i18n.t('catalog.group.hosted'),
  gateway: () => i18n.t('catalog.group.gateway'),
  retired: () => i18n.t('catalog.group.retired'),
};

interface ProviderPickerProps {
  form: ConnectionForm;
  catalog: readonly Provider[];
}

/** Who shall answer: one list with every entry, and, until one is chosen, a shelf to look through. */
export function ProviderPicker({ form, catalog }: ProviderPickerProps) {
  const chosen = form.draft.value.provider;
  const label = i18n.t('options.provider.label');
  const problem = form.problems.value.provider;
  return (
    <>
      <Field id="connection-provider" label={label} {...(problem ? { problem: problemWords(problem, label) } : {})}>
        {(control) => (
          <select {...control} value={chosen} onChange={(event) => form.chooseProvider(event.currentTarget.value)}>
            {chosen === '' ? <option value="">{i18n.t('options.provider.choose')}</option> : null}
            {ungrouped(catalog).map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
            {byGroup(catalog).map(({ group, providers }) => (
              <optgroup key={group} label={groupNames[group]()}>
                {providers.map(({ id, name }) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
              </optgroup>
            ))}
          </select>
        )}
      </Field>
      {chosen === '' ? <Shelf catalog={catalog} onChoose={(id) => form.chooseProvider(id)} /> : null}
    </>
  );
}

interface ShelfProps {
  catalog: readonly Provider[];
  onChoose(id: string): void;
}

/** Every provider with a line of description; the shut-down ones folded away below. */
function Shelf({ catalog, onChoose }: ShelfProps) {
  const typed = useSignal('');
  const found = searchCatalog(catalog, typed.value);
  const shelves = byGroup(found);
  const searching = typed.value.trim() !== '';
  return (
    <div class={styles.shelf}>
      <input
        type="search"
        aria-label={i18n.t('options.provider.search')}
        placeholder={i18n.t('options.provider.search')}
        autocomplete="off"
        spellcheck={false}
        value={typed.value}
        onInput={(event) => (typed.value = event.currentTarget.value)}
      />
      <p role="status" class={found.length === 0 ? styles.hint : 'visually-hidden'}>
        {searching
          ? found.length === 0
            ? i18n.t('options.provider.noneFound')
            : i18n.t('options.provider.found', [String(found.length)])
          : ''}
      </p>
      <Cards providers={ungrouped(found)} onChoose={onChoose} />
      {shelves.map(({ group, providers }) =>
        group === 'retired' ? (
          <details key={group} class={styles.retired} open={searching || undefined}>
            <summary>{groupNames[group]()}</summary>
            <p class={styles.hint}>{i18n.t('catalog.retiredHint')}</p>
            <Cards providers={providers} onChoose={onChoose} />
          </details>
        ) : (
          <section key={group} aria-label={groupNames[group]()}>
            <h4 class={styles.group}>{groupNames[group]()}</h4>
            <Cards providers={providers} onChoose={onChoose} />
          </section>
        ),
      )}
    </div>
  );
}

function Cards({ providers, onChoose }: { providers: readonly Provider[]; onChoose(id: string): void }) {
  return (
    <ul role="list" class={styles.cards}>
      {providers.map(({ id, name, description }) => (
        <li key={id}>
          <button type="button" class={styles.card} onClick={() => onChoose(id)}>
            <Monogram name={name} />
            <span class={styles.words}>
              <span class={styles.name}>{name}</span>
              {description === undefined ? null : <span class={styles.description}>{description}</span>}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
