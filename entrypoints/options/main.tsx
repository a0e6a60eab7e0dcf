import { i18n } from '#i18n';
import { effect, signal, untracked } from '@preact/signals';
import { render } from 'preact';
import { browser } from 'wxt/browser';
import '../../assets/styles/base.css';
import './options.css';
import { type SpendingBook, type Spent, monthOf } from '../../core/spending';
import { catalog } from '../../providers/catalog';
import { downloadModel, promptApi } from '../../providers/engines/prompt-api';
import { Connections } from '../../state/options-connections';
import { DataModel } from '../../state/options-data';
import { Ledger, patternsOf } from '../../state/options-ledger';
import { LocalServers } from '../../state/options-local';
import { PassphraseModel } from '../../state/options-passphrase';
import { PreferencesModel } from '../../state/options-preferences';
import { type Section, routeOf } from '../../state/options-route';
import { SettingsModel } from '../../state/settings';
import { createChatReader } from '../../storage/chat-reader';
import { collectChats, exportData } from '../../storage/export';
import {
  connections as connectionsItem,
  defaultConnection,
  defaultPreferences,
  lastUsed,
  preferences as preferencesItem,
  spending,
} from '../../storage/settings';
import { defaults, followAppearance } from '../sidepanel/appearance';
import { createSend } from '../sidepanel/send';
import { siteAccess } from './access';
import { App } from './App';

const send = createSend(
  (message) => browser.runtime.sendMessage(message),
  (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
);
const newId = () => crypto.randomUUID();

const settings = new SettingsModel({
  preferences: preferencesItem,
  connections: connectionsItem,
  defaultConnection,
  fallback: defaults,
});
const spent = signal<Readonly<Record<string, Spent>>>({});
const showSpent = (book: SpendingBook) => void (spent.value = book[monthOf(Date.now())] ?? {});
const used = signal<Readonly<Record<string, number>>>({});
const ledger = new Ledger({ access: siteAccess, connections: settings.connections, used });
const connections = new Connections({
  send,
  access: siteAccess,
  catalog,
  connections: settings.connections,
  defaultId: settings.defaultId,
  granted: ledger.granted,
  spent,
  newId,
});
const local = new LocalServers({ send, access: siteAccess, catalog: () => catalog, newId });
const preferences = new PreferencesModel({
  item: preferencesItem,
  defaults: defaultPreferences,
  send,
  newId,
  later(run, ms) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
});
const passphrase = new PassphraseModel(send);
const data = new DataModel({
  send,
  saveFile,
  now: () => Date.now(),
  flush: () => preferences.flush(),
  async cleared() {
    await Promise.all([connections.close(), passphrase.restart(), ledger.refresh(), preferences.load()]);
    connections.removed.value = null;
  },
  makeExport: async () =>
    exportData({
      exportedAt: Date.now(),
      preferences: await preferencesItem.getValue(),
      connections: await connectionsItem.getValue(),
      chats: await collectChats(createChatReader()),
    }),
});

const section = signal<Section>('connections');

/** Shows what the address asks for. What opens a form is taken out of it, so that the same link works again. */
function followAddress(): void {
  const route = routeOf(location.hash);
  section.value = route.section;
  if (!('add' in route) && !('connection' in route) && !('local' in route)) return;
  history.replaceState(null, '', '#connections');
  if ('add' in route) void connections.add(route.add ?? undefined);
  else if ('connection' in route) void connections.edit(route.connection);
  else requestAnimationFrame(() => document.getElementById('look-for-local-models')?.focus());
}

function saveFile(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** What is chosen here is seen before it is stored. */
function showChosen(): void {
  effect(() => {
    if (!preferences.loaded.value) return;
    const { theme, textSize } = preferences.value.value;
    document.documentElement.dataset.theme = theme;
    document.documentElement.dataset.size = textSize;
  });
}

/** Keys are kept apart from connections, so a change of the one asks for the other. */
function followKeys(): void {
  effect(() => {
    if (settings.connections.value.length >= 0) untracked(() => void connections.refreshKeys());
  });
}

async function start(): Promise<void> {
  document.title = i18n.t('options.title');
  followAppearance(settings);
  showChosen();
  siteAccess.watch(() => void ledger.refresh());
  preferencesItem.watch((next) => preferences.follow(next));
  lastUsed.watch((next) => (used.value = next));
  spending.watch(showSpent);
  addEventListener('hashchange', followAddress);
  addEventListener('pagehide', () => {
    void preferences.flush();
    void connections.open.value?.leave();
    void local.leave(settings.connections.value.flatMap(patternsOf));
  });

  await Promise.all([settings.follow(), preferences.load(), ledger.refresh(), passphrase.refresh()]);
  used.value = await lastUsed.getValue();
  showSpent(await spending.getValue());
  followKeys();
  followAddress();
  const root = document.querySelector('#app');
  if (!root) return;
  render(
    <App
      section={section}
      connections={connections}
      local={local}
      preferences={preferences}
      ledger={ledger}
      passphrase={passphrase}
      data={data}
      engines={{ availability: promptApi.availability, download: (progress) => downloadModel(progress) }}
      version={browser.runtime.getManifest().version}
    />,
    root,
  );
}

void start();
