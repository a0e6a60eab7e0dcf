/**
 * The words of the product: what a chat is made of, what an answer says while it grows, and how it can fail.
 * Nothing here touches a browser, a network or a store.
 */

/** Where a quote or a page came from. Title and address are the page's own words, so they are as untrusted as its text. */
export interface Source {
  title: string;
  url: string;
  /** Tab and window it was taken in; only good while that tab is open. */
  tabId?: number;
  windowId?: number;
}

export interface TextPart {
  type: 'text';
  text: string;
}

/** Text the reader marked on a page. `cut` counts the characters left out at the cap. */
export interface QuotePart {
  type: 'quote';
  id: string;
  text: string;
  source: Source;
  cut?: number;
  /** Invisible and bidirectional controls taken out before the text was stored. */
  removed?: number;
}

/** The visible text of a page. */
export interface PagePart {
  type: 'page';
  id: string;
  text: string;
  source: Source;
  /** Characters the page hides from its reader and that were therefore left out. */
  hidden: number;
  /** Invisible and bidirectional controls taken out. */
  removed: number;
  cut?: number;
}

/** An image as base64 without the `data:` prefix; `width` and `height` in pixels. */
export interface ImagePart {
  type: 'image';
  id: string;
  mediaType: string;
  data: string;
  name?: string;
  width?: number;
  height?: number;
}

/** What the model thought before it answered. `ms` is how long it took, once it is over. */
export interface ReasoningPart {
  type: 'reasoning';
  text: string;
  startedAt?: number;
  ms?: number;
}

/** The model declined; its words, if any, are in `text`. */
export interface RefusalPart {
  type: 'refusal';
  text: string;
}

/** A tool the model asked for. It is shown, never run. `input` is the JSON text as sent. */
export interface ToolCallPart {
  type: 'tool-call';
  id: string;
  name: string;
  input: string;
}

export interface CitationPart {
  type: 'citation';
  url: string;
  title?: string;
  /** The passage relied on. */
  text?: string;
}

/** What a wire wants back byte for byte on the next turn (signatures, `reasoning_details`). Only the same wire reads it. */
export interface OpaquePart {
  type: 'opaque';
  wire: string;
  value: unknown;
}

export interface NoticePart {
  type: 'notice';
  notice: Notice;
}

export type UserPart = TextPart | QuotePart | PagePart | ImagePart;
export type AnswerPart =
  | TextPart
  | ReasoningPart
  | RefusalPart
  | ImagePart
  | ToolCallPart
  | CitationPart
  | OpaquePart
  | NoticePart;
export type Part = UserPart | AnswerPart;

/** What was sent of a page that was too long to go whole. */
export interface SentPage {
  id: string;
  title: string;
  text: string;
}

/** Things the reader should know about an answer that are neither text nor failure. */
export type Notice =
  /** Waiting before the next try. `at` is epoch milliseconds; `attempt` of `attempts` is the one that will start then. */
  | { kind: 'retry'; at: number; attempt: number; attempts: number; reason: ErrorKind; status?: number }
  /** Another server of the pool answers now. */
  | { kind: 'server'; origin: string }
  /** Another connection answered because the chosen one failed. */
  | {
      kind: 'fallback';
      /** Its name, as the user knows it. */
      connection: string;
      model: string;
      connectionId: string;
      providerId: string;
      reason: ErrorKind;
      /** Everybody who failed before, in turn. */
      failures?: { connection: string; model: string; reason: ErrorKind; status?: number }[];
    }
  /** The oldest turns did not fit into the model's context. */
  | { kind: 'turns-left-out'; turns: number }
  /**
   * Only the passages of pages that bear on the question were sent. `pages` holds, by the id of its part, what was sent of
   * each, so that it can be shown; chats stored before it was kept have none.
   */
  | { kind: 'passages-chosen'; sent: number; of: number; pages?: SentPage[] }
  /** This month cost as much as the user's limit for the connection, or more; US dollars. */
  | { kind: 'over-limit'; connection: string; spent: number; limit: number }
  /** The answer reached the cap, or only repeated itself, and was ended by Gloss. */
  | { kind: 'answer-cut'; characters: number; repeats?: true }
  /** A part the model cannot take was left out of the request. */
  | { kind: 'part-left-out'; part: Part['type']; count: number }
  /** No content for a while, though the connection is alive. */
  | { kind: 'waiting'; since: number }
  /** Text the provider took back after it had been shown. */
  | { kind: 'retracted'; reason: string };

/** The wire's own reason for ending, in common words. `other` keeps the original in `raw`. */
export interface Finish {
  reason: 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'refusal' | 'paused' | 'other';
  raw?: string;
}

/** Tokens, as the provider counted them. A field it does not report is absent. */
export interface Usage {
  inputTokens?: number;
  outputTokens?: number;
  reasoningTokens?: number;
  cachedTokens?: number;
  /** In US dollars, only where the provider itself reports it. */
  cost?: number;
}

export const errorKinds = [
  'auth',
  'permission',
  'quota',
  'rate-limit',
  'model-not-found',
  'too-long',
  'bad-request',
  'overloaded',
  'server',
  'network',
  'timeout',
  'not-an-api',
  'origin-refused',
  'redirect',
  'blocked-content',
  'empty',
  'aborted',
  /** The stream ended without the wire's own terminal marker. */
  'interrupted',
  /** The browser does not let Gloss reach this origin (never asked, refused, or withdrawn). */
  'site-access',
  /** The connection is not complete: no address, no model, or no key where one is needed. */
  'not-set-up',
  /** Another answer of this chat is still being made; nothing was sent. */
  'busy',
  /** The question could not be stored, so nothing was sent. */
  'not-stored',
  /** Gloss could not do what a page asked; `message` says why in plain words. */
  'not-done',
] as const;
export type ErrorKind = (typeof errorKinds)[number];

/** A failure as data. `kind` decides the words and the button; `message` holds the provider's own words, redacted. */
export interface ChatError {
  kind: ErrorKind;
  message: string;
  status?: number;
  /** Milliseconds the provider asked us to wait. */
  retryAfterMs?: number;
  /** Where it happened: the origin, never the whole address. */
  origin?: string;
  /** The provider's own code or type, such as `insufficient_quota`. */
  code?: string;
  /** The request may have reached the provider and may have been billed. */
  mayHaveReached?: boolean;
}

/** One step in the making of an answer. A stream of them ends with exactly one `end` or `error`. */
export type ChatEvent =
  | { type: 'text-delta'; text: string }
  | { type: 'reasoning-delta'; text: string }
  | { type: 'refusal-delta'; text: string }
  | { type: 'image'; mediaType: string; data: string }
  /** `index` says which call of this answer grows; `input` is a piece of JSON text. */
  | { type: 'tool-call-delta'; index: number; id?: string; name?: string; input?: string }
  | { type: 'citation'; url: string; title?: string; text?: string }
  /** Later usage replaces earlier, field by field. */
  | { type: 'usage'; usage: Usage }
  | { type: 'notice'; notice: Notice }
  /** Shown text is taken back (a late filter): all text so far goes. Without a reason it comes again, as what it really was. */
  | { type: 'retract'; reason: string }
  | { type: 'opaque'; wire: string; value: unknown }
  | { type: 'end'; finish: Finish }
  | { type: 'error'; error: ChatError };

export type LastEvent = Extract<ChatEvent, { type: 'end' | 'error' }>;

/** `complete` only at the wire's own terminal marker; `interrupted` keeps its text and offers *Continue* and *Retry*. */
export type AnswerState = 'pending' | 'streaming' | 'complete' | 'interrupted' | 'error' | 'stopped';

interface MessageBase {
  id: string;
  chatId: string;
  /** The message this one answers or follows; `null` at the start. Messages with the same parent are versions of each other. */
  parentId: string | null;
  /** Rises within a chat by one with every message stored; orders siblings, whatever the clock does. */
  order: number;
  /** Epoch milliseconds, for display only. */
  createdAt: number;
}

export interface UserMessage extends MessageBase {
  role: 'user';
  parts: UserPart[];
}

export interface AnswerMessage extends MessageBase {
  role: 'assistant';
  parts: AnswerPart[];
  state: AnswerState;
  /** Who answers, as it was when asked. */
  connectionId: string;
  providerId: string;
  /** The connection's name, as the user knows it. */
  provider: string;
  model: string;
  error?: ChatError;
  finish?: Finish;
  usage?: Usage;
  /** Epoch milliseconds. */
  startedAt: number;
  firstAt?: number;
  endedAt?: number;
  /** Hosts whose page text went into the question. */
  sourceHosts?: string[];
}

export type Message = UserMessage | AnswerMessage;

export interface Chat {
  id: string;
  title: string;
  /** The user chose the title, so the first question no longer decides it. */
  titled: boolean;
  createdAt: number;
  updatedAt: number;
  /** The last message of the branch on show. */
  leafId: string | null;
  /** The next message's `order`. */
  nextOrder: number;
  /** The connection and model this chat uses; absent means the default connection. */
  connectionId?: string;
  model?: string;
  /** Who is asked in turn when that one fails before its first word; absent means whom its connection names. */
  chain?: ChainLink[];
  /** Epoch milliseconds; a deleted chat waits this long for *Undo* before its rows go. */
  deletedAt?: number;
}

/** One model of a chain. */
export interface ChainLink {
  connectionId: string;
  model: string;
}

/** One turn as the wire will see it. */
export type Turn = { role: 'user'; parts: UserPart[] } | { role: 'assistant'; parts: AnswerPart[] };

/** Values left out are left to the server. Temperature 0–2, topP 0–1, penalties −2–2. */
export interface Sampling {
  temperature?: number;
  topP?: number;
  presencePenalty?: number;
  frequencyPenalty?: number;
}

export type ReasoningEffort = 'none' | 'low' | 'medium' | 'high';

/** A question ready for any wire: quotes, pages and images still apart, so each wire (and Passages) can do its best with them. */
export interface ChatRequest {
  model: string;
  system?: string;
  turns: Turn[];
  stream: boolean;
  sampling?: Sampling;
  maxTokens?: number;
  reasoningEffort?: ReasoningEffort;
  /** The random word that marks quotes and pages as data in this request alone; see `questionText` in `prompt.ts`. */
  fence?: string;
  /** What was left out while the request was built. They become the answer's first events. */
  notices?: readonly Notice[];
}
