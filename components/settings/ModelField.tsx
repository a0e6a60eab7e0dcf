import { i18n } from '#i18n';
import { useSignal } from '@preact/signals';
import { List, Star } from 'lucide';
import { useEffect, useRef } from 'preact/hooks';
import type { Provider } from '../../providers/contract';
import { modelChoices } from '../../state/model-choice';
import { wantsModel } from '../../state/options-draft';
import type { ConnectionForm } from '../../state/options-form';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';
import { IconButton } from '../ui/IconButton';
import { visible } from '../ui/visible';
import { Field } from './Field';
import { modelFacts } from './model-words';
import { problemWords } from './problem-words';
import styles from './ModelField.module.css';

/** Which model answers: from the server's own list, searched by typing, or any name at all. */
export function ModelField({ form }: { form: ConnectionForm }) {
  const open = useSignal(false);
  /** The list was opened without typing, so it shows everything. */
  const whole = useSignal(true);
  const active = useSignal(-1);
  const list = useRef<HTMLUListElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const provider = form.provider.value;
  // The buttons below stay on top of the page; an opened list may not end behind them.
  useEffect(() => {
    if (open.value) list.current?.scrollIntoView({ block: 'nearest' });
  }, [open.value]);
  if (!provider || provider.engine !== undefined) return null;

  const draft = form.draft.value;
  const listing = form.models.value;
  const entries = listing.state === 'ready' ? listing.entries : (provider.models ?? []).map((model) => ({ ...model }));
  const { choices, more } = modelChoices(entries, draft.favourites, draft.model, whole.value);
  const shown = open.value && choices.length > 0;
  const label = i18n.t('options.model.label');
  const problem = form.problems.value.model;
  const starred = draft.favourites.includes(draft.model.trim());

  function choose(id: string) {
    form.update({ model: id });
    open.value = false;
    active.value = -1;
    input.current?.focus();
  }

  function move(by: number) {
    if (!shown) {
      open.value = true;
      whole.value = true;
    }
    const count = choices.length;
    if (count === 0) return;
    active.value = active.value < 0 ? (by > 0 ? 0 : count - 1) : (active.value + by + count) % count;
    requestAnimationFrame(() => list.current?.children[active.value]?.scrollIntoView({ block: 'nearest' }));
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      move(event.key === 'ArrowDown' ? 1 : -1);
    } else if (event.key === 'Enter' && shown && active.value >= 0) {
      const picked = choices[active.value];
      if (!picked) return;
      event.preventDefault();
      event.stopPropagation();
      choose(picked.entry.id);
    } else if (event.key === 'Escape' && shown) {
      event.stopPropagation();
      open.value = false;
      active.value = -1;
    }
  }

  return (
    <div class={styles.model}>
      <Field
        id="connection-model"
        label={label}
        {...(problem ? { problem: problemWords(problem, label) } : {})}
        hint={wantsModel(provider) ? <ListingWords form={form} /> : <FixedWords provider={provider} />}
      >
        {(control) => (
          <div class={styles.row}>
            <div class={styles.combo}>
              <input
                {...control}
                ref={input}
                role="combobox"
                aria-expanded={shown}
                aria-controls="connection-models"
                aria-autocomplete="list"
                {...(shown && active.value >= 0 ? { 'aria-activedescendant': `connection-model-${active.value}` } : {})}
                type="text"
                autocomplete="off"
                autocapitalize="off"
                spellcheck={false}
                dir="ltr"
                value={draft.model}
                onFocus={() => void form.offerModels()}
                onClick={() => {
                  open.value = true;
                  whole.value = true;
                }}
                onInput={(event) => {
                  form.update({ model: event.currentTarget.value });
                  open.value = true;
                  whole.value = false;
                  active.value = -1;
                }}
                onKeyDown={onKeyDown}
                onBlur={() => {
                  open.value = false;
                  active.value = -1;
                  form.touch('model');
                }}
              />
              <ul
                ref={list}
                id="connection-models"
                class={styles.list}
                role="listbox"
                aria-label={i18n.t('options.model.list')}
                hidden={!shown}
              >
                {choices.map(({ entry, favourite }, place) => (
                  <li
                    key={entry.id}
                    id={`connection-model-${place}`}
                    class={place === active.value ? `${styles.choice} ${styles.active}` : styles.choice}
                    role="option"
                    aria-selected={entry.id === draft.model}
                    // The field keeps the focus, so that leaving it is not mistaken for a choice.
                    onMouseDown={(event) => event.preventDefault()}
                    onClick={() => choose(entry.id)}
                  >
                    <span class={styles.id} dir="auto">
                      {favourite ? <Icon icon={Star} size={12} class={styles.star ?? ''} /> : null} {visible(entry.id)}
                    </span>
                    <span class={styles.facts}>
                      {[
                        entry.name !== undefined && entry.name !== entry.id ? visible(entry.name) : '',
                        ...modelFacts(entry),
                      ]
                        .filter((fact) => fact !== '')
                        .join(' · ')}
                    </span>
                  </li>
                ))}
              </ul>
            </div>
            {draft.model.trim() === '' ? null : (
              <IconButton
                icon={Star}
                label={starred ? i18n.t('options.model.unstar') : i18n.t('options.model.star')}
                aria-pressed={starred}
                onClick={() => form.toggleFavourite(draft.model.trim())}
              />
            )}
            {provider.modelsPath === undefined ? null : (
              <Button
                icon={List}
                busy={listing.state === 'loading'}
                onClick={() => {
                  void form.fetchModels().then(() => {
                    if (form.models.value.state !== 'ready') return;
                    input.current?.focus();
                    open.value = true;
                    whole.value = true;
                  });
                }}
              >
                {i18n.t('options.model.fetch')}
              </Button>
            )}
          </div>
        )}
      </Field>
      {shown && more > 0 ? <p class={styles.more}>{i18n.t('options.model.more', [String(more)])}</p> : null}
    </div>
  );
}

/** How the last look at the server's list ended. */
function ListingWords({ form }: { form: ConnectionForm }) {
  const listing = form.models.value;
  switch (listing.state) {
    case 'none':
      return (
        <>
          {form.provider.value?.modelsPath === undefined ? i18n.t('options.model.typed') : i18n.t('options.model.hint')}
        </>
      );
    case 'loading':
      return <span role="status">{i18n.t('options.model.loading')}</span>;
    case 'ready':
      return (
        <span role="status">
          {listing.entries.length === 0
            ? i18n.t('options.model.none')
            : i18n.t('options.model.count', [String(listing.entries.length)])}
        </span>
      );
    case 'failed':
      return (
        <span role="status">
          {listing.message === ''
            ? i18n.t('options.model.notAllowed')
            : i18n.t('options.model.failed', [visible(listing.message)])}
        </span>
      );
    default:
      return listing satisfies never;
  }
}

/** For servers that answer with one model whatever is asked for. */
function FixedWords({ provider }: { provider: Provider }) {
  const forced = provider.quirks?.forceModel;
  return <>{forced === undefined ? i18n.t('options.model.noChoice') : i18n.t('options.model.forced', [forced])}</>;
}
