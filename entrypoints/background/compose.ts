/** Puts the background together: the one place where its parts meet the browser. */
import { browser, type Browser } from 'wxt/browser';
import type { CommandName, CommandOutput, Reply } from '../../core/protocol';
import { createQueue } from '../../core/queue';
import { redact } from '../../core/redact';
import { providerById } from '../../providers/catalog';
import { streamChat } from '../../providers/stream';
import { openChats } from '../../storage/chat-database';
import { createChatWriter } from '../../storage/chat-writer';
import { createKeyStore } from '../../storage/key-store';
import { sessionArea } from '../../storage/session-area';
import { connections, defaultConnection, lastUsed, preferences } from '../../storage/settings';
import { createAsk } from './ask';
import { createChatCommands } from './chat-commands';
import { clock } from './clock';
import type { CommandTable, Page } from './commands';
import { createConnectionCommands } from './connections';
import { createHeaders, type HeaderRule } from './headers';
import { createKeepAlive } from './keep-alive';
import { createPanels, type PanelPort, type Panels } from './panels';
import { pendingCommands } from './pending';
import { answer } from './router';
import { createRuns, type Runs } from './runs';
import { panelWord } from './schemas';
import { createRate } from './sender';
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
  let quiet: (() => void) | undefined;
  const checkQuiet = () => {
    if (quiet && runs.active() === 0 && panels.count() === 0) quiet();
  };
  const panels: Panels = createPanels({
    ready: () => runs.ready(),
    live: (chatId) => runs.live(chatId),
    parse: panelWord,
    onGone: checkQuiet,
  });
  const store = createChatWriter(crypto.randomUUID(), openChats({ owner: true, onTrouble: panels.storage }));
  const keys = createKeyStore({ session: sessionArea, now: clock.now });
  const headers = createHeaders(
    {
      rules: () => browser.declarativeNetRequest.getSessionRules(),
      update: ({ removeRuleIds, addRules }) =>
        browser.declarativeNetRequest.updateSessionRules({ removeRuleIds, addRules: addRules.map(asBrowserRule) }),
    },
    new URL(browser.runtime.getURL('/')).hostname,
  );
  const targets = createTargets({
    connections: () => connections.getValue(),
    defaultConnection: () => defaultConnection.getValue(),
    providerById,
  });
  const ask = createAsk({
    stream: (target, chat, { key, signal, sleep }) =>
      streamChat(target, chat, { key, signal, sleep, fetch: fetchAndNote, random: Math.random, now: clock.now }),
    allowed: (pattern) => browser.permissions.contains({ origins: [pattern] }),
    keyFor: keys.keyFor,
    ensureRules: headers.ensureRules,
    instructions: async () => (await preferences.getValue()).instructions,
  });
  const runs: Runs = createRuns({
    store,
    clock,
    keepAlive: createKeepAlive(() => void browser.runtime.getPlatformInfo(), clock),
    panels,
    onStorage: panels.storage,
    ask,
    targets,
    onIdle: checkQuiet,
  });
  const table: CommandTable = {
    ...pendingCommands,
    ...createChatCommands({
      store,
      runs,
      targets,
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
      giveBack: (origins) => browser.permissions.remove({ origins }),
    }),
  };
  const rates = { panel: createRate(clock.now, 60, 20), options: createRate(clock.now, 60, 20) };
  const clean = async (text: string) => redact(text, await keys.known().catch(() => []));

  return {
    hear: (message, sender) => answer({ table, rates, redact: clean }, message, sender),
    connect: panels.connect,
    ready: runs.ready,
    whenQuiet(act) {
      quiet = act;
      checkQuiet();
    },
  };
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

/** The browser's types name their constants in enums; the values are the same strings. */
function asBrowserRule({ id, priority, action, condition }: HeaderRule): Browser.declarativeNetRequest.Rule {
  const { RuleActionType, HeaderOperation, ResourceType } = browser.declarativeNetRequest;
  return {
    id,
    priority,
    action: {
      type: RuleActionType.MODIFY_HEADERS,
      requestHeaders: action.requestHeaders.map(({ header, value }) => ({
        header,
        value,
        operation: HeaderOperation.SET,
      })),
    },
    condition: { ...condition, resourceTypes: [ResourceType.XMLHTTPREQUEST] },
  };
}
