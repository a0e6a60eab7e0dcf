/**
 * What panels, options page and background say to each other. Every message is plain JSON and is checked against a schema
 * where it arrives (`entrypoints/background/schemas.ts`).
 *
 * Commands travel by `runtime.sendMessage` and get one `Reply`. Streams travel by a port named `panelPort`.
 * A run is one answer being made; its id is the id of that answer.
 */
import type { AnswerMessage, ChainLink, Chat, ChatError, ChatEvent, Notice, UserMessage, UserPart } from './chat';

export const panelPort = 'panel';

/** One more event of a run has a number one higher than the one before; the first is 1. */
export type Sequence = number;

/** A stretch of a run: events `from`…`to`, without gaps, happened by `at` (epoch milliseconds). */
export interface Stretch {
  run: string;
  from: Sequence;
  to: Sequence;
  at: number;
  /** Neighbouring deltas may be joined, so this may hold fewer than `to - from + 1`. */
  events: ChatEvent[];
}

/** The background's word to every open panel. */
export type ToPanel =
  | ({ type: 'events'; chatId: string } & Stretch)
  /** A run began; question and answer are already stored. */
  | { type: 'started'; chatId: string; run: string }
  /** The answer is stored in its last form. Panels read it from the store. */
  | { type: 'ended'; chatId: string; run: string; to: Sequence }
  /** Every run of the chat that is alive now; stored answers that say `streaming` and are not named are not. */
  | { type: 'watching'; chatId: string; runs: string[] }
  /** Rows of this chat changed for another reason (title, branch, deletion, undo). */
  | { type: 'changed'; chatId: string }
  /** Something could not be stored; what is on screen is not safe. `null` when it is again. */
  | { type: 'storage-trouble'; trouble: StorageTrouble | null };

export interface StorageTrouble {
  kind: 'quota' | 'corrupt' | 'newer' | 'failed';
  message: string;
}

/** A panel's word over its port. */
export type FromPanel =
  /** Show me this chat's runs from here on. `have` is the last sequence already read, by run. */
  | { type: 'watch'; chatId: string; have: Record<string, Sequence> }
  | { type: 'unwatch' }
  /** Which window this panel stands in, so that menus and shortcuts find it. */
  | { type: 'window'; windowId: number };

/** A connection as pages send it; see `Connection` in `providers/contract.ts`, which the background checks it against. */
export type ConnectionDraft = { id: string; provider: string } & Record<string, unknown>;

/** Where a test or a model list ended. `models` is what the server offers. */
export interface ModelList {
  models: ModelEntry[];
  /** Epoch milliseconds. */
  fetchedAt: number;
}

/** As `ModelInfo` in `providers/contract.ts`. */
export type ModelEntry = { id: string; name?: string } & Record<string, unknown>;

/** What the doctor found. `cause` has a sentence of its own in the locale; `fix` is what a button can do. */
export interface Diagnosis {
  ok: boolean;
  cause?: DiagnosisCause;
  /** The provider's own words, redacted. */
  detail?: string;
  status?: number;
  /** Address, model or origin the sentence names. */
  subject?: string;
  /** What Gloss can do about it. */
  fix?: DiagnosisFix;
  /** Nearest model names. */
  suggestions?: string[];
  /** How long a successful test took, in milliseconds, and what it said. */
  ms?: number;
  models?: ModelEntry[];
}

export const diagnosisCauses = [
  'nothing-listening',
  'not-an-api',
  'web-page',
  'key-missing',
  'key-refused',
  'key-for-other-service',
  'model-unknown',
  'model-missing',
  'no-quota',
  'rate-limited',
  'origin-refused',
  'path-missing',
  'path-twice',
  'site-access',
  'local-network',
  'certificate',
  'redirect',
  'cold-load',
  'bad-address',
  'offline',
  'server-error',
  'unavailable',
  'unknown',
] as const;
export type DiagnosisCause = (typeof diagnosisCauses)[number];

export type DiagnosisFix =
  | { kind: 'base-url'; baseUrl: string }
  | { kind: 'site-access'; origins: string[] }
  | { kind: 'rewrite-origin' }
  | { kind: 'model'; model: string }
  | { kind: 'open'; url: string };

export interface KeyStatus {
  present: boolean;
  /** Epoch milliseconds. */
  savedAt?: number;
  /** The one origin it is sent to. */
  origin?: string;
  /** How it is kept. `session`: until the browser closes. `locked`: behind the passphrase, which has not been given yet. */
  keeping?: 'device' | 'session' | 'passphrase';
  locked?: boolean;
}

/** Every command: what goes in and what comes out. */
export interface Commands {
  /** Stores the question, then asks. The ids are made by the panel, so that a repeated message does nothing twice. */
  'chat.send': {
    in: {
      chatId: string;
      messageId: string;
      /** The message this one follows; `null` at the start of a chat. Editing a question sends its parent. */
      parentId: string | null;
      parts: UserPart[];
      connectionId?: string;
      model?: string;
      /** Kept for the chat; absent leaves it. */
      chain?: ChainLink[];
    };
    out: { chat: Chat; question: UserMessage; answer: AnswerMessage };
  };
  /**
   * What would be left out of a question if it were sent as it stands, and what of its pages would go along (`pages` of the
   * notice `passages-chosen`). Stores and sends nothing.
   */
  'chat.preview': {
    in: Omit<Commands['chat.send']['in'], 'messageId'>;
    out: { notices: Notice[] };
  };
  /** One more answer to the same question; the old one stays as a version. */
  'chat.regenerate': {
    in: { chatId: string; answerId: string; newAnswerId: string; connectionId?: string; model?: string };
    out: { chat: Chat; answer: AnswerMessage };
  };
  /** A new version that begins with the text there is and goes on from it. */
  'chat.continue': {
    in: { chatId: string; answerId: string; newAnswerId: string };
    out: { chat: Chat; answer: AnswerMessage };
  };
  'chat.stop': { in: { run: string }; out: null };
  /** Ends the wait before a retry now. */
  'chat.retryNow': { in: { run: string }; out: null };
  /** Shows another branch: its last message. */
  'chat.select': { in: { chatId: string; leafId: string }; out: null };
  'chat.rename': { in: { chatId: string; title: string }; out: null };
  'chat.use': { in: { chatId: string; connectionId: string; model: string; chain?: ChainLink[] }; out: null };
  'chat.delete': { in: { chatId: string }; out: null };
  'chat.undelete': { in: { chatId: string }; out: null };
  /** All chats and settings, never keys. */
  'data.import': { in: { json: string; dryRun: boolean }; out: ImportSummary };
  'data.undoImport': { in: { importId: string }; out: null };
  'data.clear': { in: Record<never, never>; out: null };
  /** Writes connection and key together. `key: null` removes the key; absent leaves it. */
  'connection.save': {
    in: { connection: ConnectionDraft; key?: string | null; keeping?: 'device' | 'session' | 'passphrase' };
    out: { keyCleared: boolean };
  };
  'connection.remove': { in: { id: string }; out: null };
  'connection.setDefault': { in: { id: string }; out: null };
  'connection.enable': { in: { id: string; enabled: boolean }; out: null };
  /** With a connection and key that need not be saved yet. */
  'connection.test': { in: { connection: ConnectionDraft; key?: string }; out: Diagnosis };
  'connection.models': { in: { connection: ConnectionDraft; key?: string; fresh?: boolean }; out: ModelList };
  'connection.doctor': { in: { id: string; model?: string }; out: Diagnosis };
  /** Servers on the usual local ports that answered. */
  'connection.findLocal': {
    in: Record<never, never>;
    out: { found: { provider: string; baseUrl: string; models: ModelEntry[] }[] };
  };
  'key.status': { in: { id: string }; out: KeyStatus };
  'passphrase.set': { in: { passphrase: string | null; old?: string }; out: null };
  'passphrase.unlock': { in: { passphrase: string }; out: null };
  'passphrase.status': { in: Record<never, never>; out: { set: boolean; locked: boolean } };
  /** The visible text of the tab in this window, where the browser granted it. */
  'page.read': { in: { windowId: number }; out: PageReading };
  /** Goes to a quote's place: the tab it came from if it is still there, otherwise a new one. */
  'page.show': { in: { url: string; text: string; tabId?: number }; out: null };
  /** Opens a link from an answer in a tab, after checking its scheme. */
  'link.open': { in: { url: string }; out: null };
  /** The user's own actions changed; rebuild the menu. */
  'actions.changed': { in: Record<never, never>; out: null };
}

export type PageReading =
  | {
      granted: true;
      text: string;
      title: string;
      url: string;
      tabId: number;
      hidden: number;
      removed: number;
      cut: number;
    }
  /** `restricted`: where no extension may read: a page of the browser itself, its viewer of PDFs, its store. */
  | { granted: false; reason: 'no-grant' | 'restricted'; host?: string };

export interface ImportSummary {
  importId: string;
  chats: number;
  messages: number;
  connections: number;
  /** Preferences it would change and actions it would add. */
  settings: number;
  skipped: number;
  problems: string[];
  origins: string[];
}

export type CommandName = keyof Commands;
export type CommandInput<Name extends CommandName> = Commands[Name]['in'];
export type CommandOutput<Name extends CommandName> = Commands[Name]['out'];
export type ToBackground = { [Name in CommandName]: { type: Name } & CommandInput<Name> }[CommandName];

export type Reply<Value> = { ok: true; value: Value } | { ok: false; error: ChatError };

/** Sends one command and waits for its reply. Entry points make it from the browser; `state/` gets it as an argument. */
export type Send = <Name extends CommandName>(
  type: Name,
  input: CommandInput<Name>,
) => Promise<Reply<CommandOutput<Name>>>;

/** A line to the background that comes back by itself after the worker was ended. */
export interface Line {
  post(message: FromPanel): void;
  /** `onConnect` runs at every (re)connection, `onDrop` when the worker went away. */
  listen(handlers: { onMessage(message: ToPanel): void; onConnect(): void; onDrop(): void }): () => void;
}

/**
 * What a menu, a shortcut or the toolbar button leaves for a panel, one key an entry in `storage.session`:
 * `mail:<windowId>:<id>:<at>`. The panel takes and deletes it; a later entry with the same id refines the same chip. Every
 * writing has a key of its own, so that deleting one never loses another.
 */
export interface Mail {
  id: string;
  windowId: number;
  /** Epoch milliseconds. */
  at: number;
  /** Put these into the composer. */
  quote?: { text: string; source: { title: string; url: string; tabId?: number }; cut: number; removed: number };
  page?: PageReading;
  /** An action of the menu: its prompt, and whether to send at once. */
  action?: { prompt: string; send: boolean };
}
