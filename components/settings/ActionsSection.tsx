import { i18n } from '#i18n';
import { useSignal } from '@preact/signals';
import { ArrowDown, ArrowUp, Plus, Trash2 } from 'lucide';
import { useEffect, useRef } from 'preact/hooks';
import { type PreferencesModel, unknownPlaces } from '../../state/options-preferences';
import type { Action } from '../../storage/settings';
import { Button } from '../ui/Button';
import { IconButton } from '../ui/IconButton';
import { Field } from './Field';
import { SavedNote } from './SavedNote';
import { Section } from './Section';
import { Switch } from './Switch';
import styles from './ActionsSection.module.css';

const places: [string, string, string] = ['{selection}', '{page}', '{language}'];

/** The user's own actions: what they are called, what they ask, and where they are offered. */
export function ActionsSection({ preferences }: { preferences: PreferencesModel }) {
  const actions = preferences.actions.value;
  const fresh = useSignal<string | null>(null);
  return (
    <Section
      title={i18n.t('options.section.actions')}
      intro={i18n.t('options.actions.intro')}
      action={
        <Button kind="primary" icon={Plus} onClick={() => (fresh.value = preferences.addAction())}>
          {i18n.t('options.actions.add')}
        </Button>
      }
    >
      {actions.length === 0 ? <p class={styles.empty}>{i18n.t('options.actions.empty')}</p> : null}
      <ol role="list" class={styles.list}>
        {actions.map((action, place) => (
          <ActionCard
            key={action.id}
            action={action}
            fresh={fresh.value === action.id}
            first={place === 0}
            last={place === actions.length - 1}
            onChange={(patch) => preferences.changeAction(action.id, patch)}
            onRemove={() => preferences.removeAction(action.id)}
            onMove={(by) => preferences.moveAction(action.id, by)}
          />
        ))}
      </ol>
      <SavedNote preferences={preferences} />
    </Section>
  );
}

interface ActionCardProps {
  action: Action;
  /** Added a moment ago: its name is typed first. */
  fresh: boolean;
  first: boolean;
  last: boolean;
  onChange(patch: Partial<Omit<Action, 'id'>>): void;
  onRemove(): void;
  onMove(by: number): void;
}

function ActionCard({ action, fresh, first, last, onChange, onRemove, onMove }: ActionCardProps) {
  const name = useRef<HTMLInputElement>(null);
  const left = useSignal(false);
  useEffect(() => {
    if (fresh) name.current?.focus();
  }, []);
  const id = `action-${action.id}`;
  const spoken = action.name.trim() || i18n.t('options.actions.nameless');
  const unknown = unknownPlaces(action.prompt);
  const missing = left.value ? i18n.t('options.actions.incomplete') : undefined;
  return (
    <li class={styles.card} aria-label={spoken}>
      <Field
        id={`${id}-name`}
        label={i18n.t('options.actions.name')}
        {...(action.name.trim() === '' && missing ? { problem: missing } : {})}
      >
        {(control) => (
          <input
            {...control}
            ref={name}
            type="text"
            dir="auto"
            autocomplete="off"
            maxLength={80}
            value={action.name}
            onInput={(event) => onChange({ name: event.currentTarget.value })}
            onBlur={() => (left.value = true)}
          />
        )}
      </Field>
      <Field
        id={`${id}-prompt`}
        label={i18n.t('options.actions.prompt')}
        hint={
          unknown.length > 0
            ? i18n.t('options.actions.unknownPlaces', [...places, unknown.map((one) => `{${one}}`).join(', ')])
            : i18n.t('options.actions.promptHint', places)
        }
      >
        {(control) => (
          <textarea
            {...control}
            rows={3}
            dir="auto"
            value={action.prompt}
            onInput={(event) => onChange({ prompt: event.currentTarget.value })}
          />
        )}
      </Field>
      <Switch
        id={`${id}-send`}
        label={i18n.t('options.actions.send')}
        hint={action.send ? i18n.t('options.actions.sendOn') : i18n.t('options.actions.sendOff')}
        checked={action.send}
        onChange={(send) => onChange({ send })}
      />
      <Switch
        id={`${id}-menu`}
        label={i18n.t('options.actions.menu')}
        checked={action.menu}
        onChange={(menu) => onChange({ menu })}
      />
      <div class={styles.foot}>
        <IconButton
          icon={ArrowUp}
          label={i18n.t('options.actions.up', [spoken])}
          disabled={first}
          onClick={() => onMove(-1)}
        />
        <IconButton
          icon={ArrowDown}
          label={i18n.t('options.actions.down', [spoken])}
          disabled={last}
          onClick={() => onMove(1)}
        />
        <span class={styles.space} />
        <Button size="small" kind="quiet" icon={Trash2} onClick={onRemove}>
          {i18n.t('options.actions.delete')}
        </Button>
      </div>
    </li>
  );
}
