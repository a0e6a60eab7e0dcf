import { i18n } from '#i18n';
import type { ReadonlySignal } from '@preact/signals';
import { AboutSection } from '../../components/settings/AboutSection';
import { ActionsSection } from '../../components/settings/ActionsSection';
import { AppearanceSection } from '../../components/settings/AppearanceSection';
import { ConnectionsSection } from '../../components/settings/ConnectionsSection';
import { DataSection } from '../../components/settings/DataSection';
import type { EngineStatus } from '../../components/settings/EngineNote';
import { InstructionsSection } from '../../components/settings/InstructionsSection';
import { PrivacySection } from '../../components/settings/PrivacySection';
import { SettingsPage } from '../../components/settings/SettingsPage';
import { ShortcutsSection } from '../../components/settings/ShortcutsSection';
import { catalog } from '../../providers/catalog';
import type { Connections } from '../../state/options-connections';
import type { DataModel } from '../../state/options-data';
import type { Ledger } from '../../state/options-ledger';
import type { LocalServers } from '../../state/options-local';
import type { PassphraseModel } from '../../state/options-passphrase';
import type { PreferencesModel } from '../../state/options-preferences';
import type { Section } from '../../state/options-route';
import { readShortcuts, shortcutsOpener } from './shortcuts';

export interface AppProps {
  section: ReadonlySignal<Section>;
  connections: Connections;
  local: LocalServers;
  preferences: PreferencesModel;
  ledger: Ledger;
  passphrase: PassphraseModel;
  data: DataModel;
  engines: EngineStatus;
  version: string;
}

export function App({ section, ...models }: AppProps) {
  return (
    <SettingsPage section={section.value}>
      <Shown section={section.value} {...models} />
    </SettingsPage>
  );
}

function Shown(props: Omit<AppProps, 'section'> & { section: Section }) {
  const { section, connections, local, preferences, ledger, passphrase, data, engines, version } = props;
  switch (section) {
    case 'connections':
      return (
        <ConnectionsSection
          connections={connections}
          local={local}
          catalog={catalog}
          passphrase={passphrase.status.value}
          engines={engines}
        />
      );
    case 'instructions':
      return <InstructionsSection preferences={preferences} />;
    case 'actions':
      return <ActionsSection preferences={preferences} />;
    case 'appearance':
      return <AppearanceSection preferences={preferences} />;
    case 'privacy':
      return <PrivacySection ledger={ledger} passphrase={passphrase} data={data} />;
    case 'data':
      return <DataSection data={data} />;
    case 'shortcuts':
      return <ShortcutsSection read={() => readShortcuts(i18n.t('actionTitle'))} change={shortcutsOpener()} />;
    case 'about':
      return <AboutSection version={version} />;
    default:
      return section satisfies never;
  }
}
