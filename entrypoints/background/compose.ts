/** Puts the background together: the one place where its parts meet the browser. */
import { browser } from 'wxt/browser';
import type { AnswerMessage } from '../../core/chat';
import type { CommandName, CommandOutput, Reply } from '../../core/protocol';
import { createQueue } from '../../core/queue';
import { redact } from '../../core/redact';
import { openChats } from '../../storage/chat-database';
import { createChatWriter } from '../../storage/chat-writer';
import { deleteSetAside } from '../../storage/database';
import { createDrafts } from '../../storage/drafts';
import { createKeyStore } from '../../storage/key-store';
import { sessionArea } from '../../storage/session-area';
import { connections, defaultConnection, lastUsed, preferences } from '../../storage/settings';
import { createChatCommands } from './chat-commands';
import { clock } from './clock';
import type { CommandTable, Page } from './commands';
import type { Headers } from './headers';
import { createKeepAlive } from './keep-alive';
import { createKeyCommands } from './key-commands';
import { commandsLater, later } from './later';
import { createPanels, type PanelPort, type Panels } from './panels';
import { menuCommands } from './menus';
import { pageCommands } from './page';
import { createQuiet } from './quiet';
import { answer } from './router';
import { createRuns, type Runs } from './runs';
import { panelWord } from './schemas';
import type { Targets } from './targets';

export interface Background {
  /** Answers a page's message that has passed the gate (`gate.ts`). */
  hear(name: CommandName, message: unknown, sender: Page): Promise<Reply<CommandOutput<CommandName>>>;
  connect(port: PanelPort): void;
  /** Closes what an earlier worker left open. */
  ready(): Promise<void>;
  /** Runs it now if nothing is answered and no panel is open, otherwise as soon as that is so. */
  whenQuiet(act: () => void): void;
}

export function createBackground(): Background {
  // Preferences and connections are for our own pages; Firefox keeps them so by itself.
  void browser.storage.local.setAccessLevel?.({ accessLevel: 'TRUSTED_CONTEXTS' });
  const quiet = createQuiet(() => runs.active() === 0 && panels.count() === 0);
  const panels: Panels = createPanels({
    ready: () => runs.ready(),
    live: (chatId) => runs.live(chatId),
    parse: panelWord,
    onGone: quiet.check,
  });
  const store = createChatWriter(crypto.randomUUID(), openChats({ owner: true, onTrouble: panels.storage }));
  const keys = createKeyStore({ session: sessionArea, now: clock.now });
  const rules = later(async () => {
    const { createHeaders } = await import('./headers');
    return createHeaders(
      {
        rules: () => browser.declarativeNetRequest.getSessionRules(),
        update: (change) => browser.declarativeNetRequest.updateSessionRules(change),
      },
      new URL(browser.runtime.getURL('/')).hostname,
    );
  });
  const headers: Headers = {
    ensureRules: async (...given) => (await rules()).ensureRules(...given),
    keepOnly: async (...given) => (await rules()).keepOnly(...given),
    clear: async () => (await rules()).clear(),
  };
  const answering = later(async () => {
    const { createAnswering } = await import('./answering');
    return createAnswering({ fetch: fetchAndNote, keys, headers, now: clock.now });
  });
  const targets: Targets = {
    resolve: async (...given) => (await answering()).targets.resolve(...given),
    fallbacks: async (...given) => (await answering()).targets.fallbacks(...given),
  };
  const runs: Runs = createRuns({
    store,
    clock,
    keepAlive: createKeepAlive(() => void browser.runtime.getPlatformInfo(), clock),
    panels,
    onStorage: panels.storage,
    async *ask(...given) {
      yield* (await answering()).ask(...given);
    },
    targets,
    onIdle: quiet.check,
    onAnswered: (answer) => void note(answer).catch(() => undefined),
  });
  const note = async (answer: AnswerMessage) => (await answering()).spent.note(answer);
  const inTurn = createQueue();
  const data = later(async () => {
    const { createDataCommands } = await import('./data-commands');
    return createDataCommands({
      store,
      connections,
      defaultConnection,
      preferences,
      keys,
      inTurn,
      now: clock.now,
      newId: () => crypto.randomUUID(),
      changed: panels.changedAll,
      async clear() {
        await runs.stopAll();
        // Keys first: if anything below fails, what matters most is gone already.
        await keys.clear();
        await headers.clear();
        await store.clear();
        await clearTheRest();
      },
    });
  });
  const connectionCommands = later(async () => {
    const [{ createConnectionCommands }, { providerById }] = await Promise.all([
      import('./connections'),
      import('../../providers/catalog'),
    ]);
    return createConnectionCommands({
      connections,
      defaultConnection,
      keys,
      headers,
      providerById,
      inTurn,
      giveBack: (origins) => browser.permissions.remove({ origins }),
    });
  });
  const connecting = later(async () => {
    const { createConnectingCommands } = await import('./connecting');
    return createConnectingCommands({ fetch: fetchAndNote, keys, headers, now: clock.now });
  });
  const table: CommandTable = {
    ...pageCommands,
    ...menuCommands,
    ...createChatCommands({
      store,
      runs,
      targets,
      build: async (...given) => (await answering()).build(...given),
      clock,
      newId: () => crypto.randomUUID(),
      changed: panels.changed,
    }),
    ...createKeyCommands(keys),
    ...commandsLater(connectionCommands, [
      'connection.save',
      'connection.remove',
      'connection.setDefault',
      'connection.enable',
    ]),
    ...commandsLater(connecting, ['connection.test', 'connection.models', 'connection.doctor', 'connection.findLocal']),
    ...commandsLater(async () => (await data()).commands, ['data.import', 'data.undoImport', 'data.clear']),
  };
  const settleImports = async () => {
    if ((await store.openImports()).length > 0) await (await data()).settle();
  };
  const clean = async (text: string) => redact(text, await keys.known().catch(() => []));

  return {
    hear: (name, message, sender) => answer({ table, redact: clean }, name, message, sender),
    connect: panels.connect,
    async ready() {
      // The first question needs the keys' database too; it opens beside the chats'.
      keys.passphrase().catch(() => undefined);
      await runs.ready();
      // What cannot be settled now is tried again at the next start, and before the next import.
      await settleImports().catch(() => undefined);
    },
    whenQuiet: quiet.when,
  };
}

/** Drafts, settings, mail between menus and panels, site access, and databases that were set aside. */
async function clearTheRest(): Promise<void> {
  await createDrafts().clear();
  await browser.storage.local.clear();
  await browser.storage.session.clear();
  for (const name of ['gloss-chats', 'gloss-keys', 'gloss-drafts']) await deleteSetAside(name);
  const { origins = [] } = await browser.permissions.getAll();
  // Access that an administrator gave stays, and one refusal must not keep the others.
  for (const origin of origins) await browser.permissions.remove({ origins: [origin] }).catch(() => false);
}

const noting = createQueue();

/** Asks, and notes for the ledger that this origin was asked. */
function fetchAndNote(url: string, init: RequestInit): Promise<Response> {
  const { origin } = new URL(url);
  noting(async () => {
    await lastUsed.setValue({ ...(await lastUsed.getValue()), [origin]: clock.now() });
  }).catch(() => undefined);
  return fetch(url, init);
}
