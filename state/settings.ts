/** What the user set up elsewhere, as the panel reads it. Follows every change at once, also those of the options page. */
import { computed, createModel, signal } from '@preact/signals';
import type { Connection } from '../providers/contract';
import type { Preferences } from '../storage/settings';
import type { Stored } from './site-access';

export interface SettingsDeps {
  preferences: Pick<Stored<Preferences>, 'getValue' | 'watch'>;
  connections: Pick<Stored<Connection[]>, 'getValue' | 'watch'>;
  defaultConnection: Pick<Stored<string | null>, 'getValue' | 'watch'>;
  /** Until the store has been read. */
  fallback: Preferences;
}

/** Passages needs no connection; this is how it is named where one is expected. */
export const passagesId = 'passages';

export const SettingsModel = createModel((deps: SettingsDeps) => {
  const preferences = signal(deps.fallback);
  const connections = signal<readonly Connection[]>([]);
  const defaultId = signal<string | null>(null);
  /** Read once; before that an empty list means nothing. */
  const known = signal(false);

  const usable = computed(() => connections.value.filter(({ enabled }) => enabled));
  /** Who answers where nobody was chosen; `null` when nothing is set up and Passages answers. */
  const standard = computed(() => usable.value.find(({ id }) => id === defaultId.value) ?? usable.value[0] ?? null);

  return {
    preferences,
    connections,
    defaultId,
    known,
    usable,
    standard,

    /** Reads everything and follows it; the result ends that. */
    async follow(): Promise<() => void> {
      const stops = [
        deps.preferences.watch((value) => (preferences.value = value)),
        deps.connections.watch((value) => (connections.value = value)),
        deps.defaultConnection.watch((value) => (defaultId.value = value)),
      ];
      const [chosen, all, standardId] = await Promise.all([
        deps.preferences.getValue(),
        deps.connections.getValue(),
        deps.defaultConnection.getValue(),
      ]);
      preferences.value = chosen;
      connections.value = all;
      defaultId.value = standardId;
      known.value = true;
      return () => stops.forEach((stop) => stop());
    },
  };
});

export type Settings = InstanceType<typeof SettingsModel>;
