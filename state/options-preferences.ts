/** Instructions, actions and appearance: kept as they are typed, written a moment later, never asked to be saved. */
import { computed, createModel, signal } from '@preact/signals';
import type { Send } from '../core/protocol';
import type { Action, Preferences } from '../storage/settings';
import type { Stored } from './site-access';

export interface PreferencesDeps {
  item: Stored<Preferences>;
  defaults: Preferences;
  send: Send;
  newId(): string;
  /** Calls back after so many milliseconds; the returned function forgets it. */
  later(run: () => void, ms: number): () => void;
}

/** Milliseconds between the last keystroke and the write. */
const settleMs = 400;

export const PreferencesModel = createModel((deps: PreferencesDeps) => {
  const value = signal<Preferences>(deps.defaults);
  const loaded = signal(false);
  /** `pending`: typed, not written yet. */
  const state = signal<'idle' | 'pending' | 'saved' | 'failed'>('idle');
  let forget: (() => void) | null = null;
  let actionsTouched = false;
  /** Our own writes come back as changes; theirs may not overwrite what is being typed. */
  let writing = 0;

  async function flush(): Promise<void> {
    if (!forget) return;
    forget();
    forget = null;
    const tellMenu = actionsTouched;
    actionsTouched = false;
    writing += 1;
    try {
      await deps.item.setValue(value.value);
      if (forget === null) state.value = 'saved';
    } catch {
      state.value = 'failed';
    } finally {
      writing -= 1;
    }
    if (tellMenu) await deps.send('actions.changed', {});
  }

  function change(patch: Partial<Preferences>): void {
    value.value = { ...value.value, ...patch };
    if (patch.actions !== undefined) actionsTouched = true;
    state.value = 'pending';
    forget?.();
    forget = deps.later(() => void flush(), settleMs);
  }

  const setActions = (actions: Action[]): void => change({ actions });

  return {
    value,
    loaded,
    state,
    change,
    /** Writes what is still waiting; for the page that goes away. */
    flush,
    /** Reads the store and follows it; resolves with how to stop. */
    async load(): Promise<void> {
      value.value = { ...deps.defaults, ...(await deps.item.getValue()) };
      loaded.value = true;
    },
    follow(next: Preferences): void {
      if (writing === 0 && forget === null) value.value = { ...deps.defaults, ...next };
    },
    actions: computed(() => value.value.actions),
    addAction(): string {
      const id = deps.newId();
      setActions([...value.value.actions, { id, name: '', prompt: '', send: true, menu: true }]);
      return id;
    },
    changeAction(id: string, patch: Partial<Omit<Action, 'id'>>): void {
      setActions(value.value.actions.map((action) => (action.id === id ? { ...action, ...patch } : action)));
    },
    removeAction(id: string): void {
      setActions(value.value.actions.filter((action) => action.id !== id));
    },
    /** `by` places up (negative) or down. */
    moveAction(id: string, by: number): void {
      const from = value.value.actions.findIndex((action) => action.id === id);
      const moved = value.value.actions[from];
      if (!moved) return;
      const rest = value.value.actions.toSpliced(from, 1);
      setActions(rest.toSpliced(Math.min(Math.max(from + by, 0), rest.length), 0, moved));
    },
  };
});
export type PreferencesModel = InstanceType<typeof PreferencesModel>;

/** The names an action's prompt may hold in braces. Anything else in braces is sent as it stands. */
export const actionPlaces = ['selection', 'page', 'language'] as const;

/** Braces in a prompt that look like a place and are none, such as `{Selection}` or `{text}`. */
export function unknownPlaces(prompt: string): string[] {
  const found = [...prompt.matchAll(/\{([A-Za-z_]{2,20})\}/g)].map((match) => match[1] ?? '');
  return [...new Set(found)].filter((name) => !(actionPlaces as readonly string[]).includes(name));
}
