/** Puts the background together: the one place where its parts meet the browser. */
import { browser } from 'wxt/browser';
import type { CommandName, CommandOutput, Reply } from '../../core/protocol';
import { createQueue } from '../../core/queue';
import { redact } from '../../core/redact';
import { createBreaker } from '../../providers/breaker';
import { providerById } from '../../providers/catalog';
import { choosePassages } from '../../providers/passages';
import { streamChat } from '../../providers/stream';
import { openChats } from '../../storage/chat-database';
import { createChatWriter } from '../../storage/chat-writer';
import { deleteSetAside } from '../../storage/database';
import { createDrafts } from '../../storage/drafts';
import { createKeyStore } from '../../storage/key-store';
import { modelLists } from '../../storage/model-lists';
import { sessionArea } from '../../storage/session-area';
import { connections, defaultConnection, lastUsed, preferences, spending } from '../../storage/settings';
import { createAsk, createBuild, type BuildWorld } from './ask';
import { createChatCommands } from './chat-commands';
import { clock } from './clock';
import type { CommandTable, Page } from './commands';
import { createConnectingCommands } from './connecting';
import { createConnectionCommands } from './connections';
import { createDataCommands } from './data-commands';
import { engines } from './engines';
import { createHeaders } from './headers';
import { createKeepAlive } from './keep-alive';
import { createPanels, type PanelPort, type Panels } from './panels';
import { menuCommands } from './menus';
import { pageCommands } from './page';
import { createQuiet } from './quiet';
import { answer } from './router';
import { createRuns, type Runs } from './runs';
import { panelWord } from './schemas';
import { createRate } from './sender';
import { createSpending } from './spending';
import { createTargets } from './targets';

export interface Background {
  /** Answers a page's message. */
  hear(message: unknown, sender: Page): Promise<Reply<CommandOutput<CommandName>>>;
  connect(port: PanelPort): void;
  /** Closes what an earlier worker left open. */
  ready(): Promise<void>;
  /** Runs it now if nothing is answered and no panel is open, otherwise as soon as that is so. */
  whenQuiet(act: () => void): void;
}

export function createBackground(): Background {
  const quiet = createQuiet(() => runs.active() === 0 && panels.count() === 0);
  const panels: Panels = createPanels({
    ready: () => runs.ready(),
    live: (chatId) => runs.live(chatId),
    parse: panelWord,
    onGone: quiet.check,
  });
  const store = createChatWriter(crypto.randomUUID(), openChats({ owner: true, onTrouble: panels.storage }));
  const keys = createKeyStore({ session: sessionArea, now: clock.now });
  const headers = createHeaders(
    {
      rules: () => browser.declarativeNetRequest.getSessionRules(),
      update: (change) => browser.declarativeNetRequest.updateSessionRules(change),
    },
    new URL(browser.runtime.getURL('/')).hostname,
  );
  const breaker = createBreaker(() => performance.now());
  const targets = createTargets({
    connections: () => connections.getValue(),
    defaultConnection: () => defaultConnection.getValue(),
    providerById,
    isResting: breaker.isOpen,
  });
  const building: BuildWorld = {
    instructions: async () => (await preferences.getValue()).instructions,
    choose: choosePassages,
    modelLists,
  };
  const spent = createSpending({
    book: spending,
    connections: () => connections.getValue(),
    providerById,
    lists: modelLists,
    now: clock.now,
  });
  const ask = createAsk({
    ...building,
    stream: (target, chat, { key, signal, sleep }) =>
      streamChat({ ...target, provider: breaker.gently(target.connection, target.provider) }, chat, {
        key,
        signal,
        sleep,
        fetch: breaker.watch(fetchAndNote),
        random: Math.random,
        now: clock.now,
        engines,
      }),
    allowed: (pattern) => browser.permissions.contains({ origins: [pattern] }),
    keyFor: keys.keyFor,
    ensureRules: headers.ensureRules,
    overLimit: spent.overLimit,
  });
  const runs: Runs = createRuns({
    store,
    clock,
    keepAlive: createKeepAlive(() => void browser.runtime.getPlatformInfo(), clock),
    panels,
    onStorage: panels.storage,
    ask,
    targets,
    onIdle: quiet.check,
    onAnswered: (answer) => void spent.note(answer).catch(() => undefined),
  });
  const inTurn = createQueue();
  const data = createDataCommands({
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
  const table: CommandTable = {
    ...pageCommands,
    ...menuCommands,
    ...createChatCommands({
      store,
      runs,
      targets,
      build: createBuild(building),
      clock,
      newId: () => crypto.randomUUID(),
      changed: panels.changed,
    }),
    ...createConnectionCommands({
      connections,
      defaultConnection,
      keys,
      headers,
      providerById,
      inTurn,
      giveBack: (origins) => browser.permissions.remove({ origins }),
    }),
    ...createConnectingCommands({ fetch: fetchAndNote, keys, headers, now: clock.now }),
    ...data.commands,
  };
  const rates = { panel: createRate(clock.now, 200, 50), options: createRate(clock.now, 200, 50) };
  const clean = async (text: string) => redact(text, await keys.known().catch(() => []));

  return {
    hear: (message, sender) => answer({ table, rates, redact: clean }, message, sender),
    connect: panels.connect,
    async ready() {
      // The first question needs the keys' database too; it opens beside the chats'.
      keys.passphrase().catch(() => undefined);
      await runs.ready();
      // What cannot be settled now is tried again at the next start, and before the next import.
      await data.settle().catch(() => undefined);
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
