/**
 * The provider contract: data about who can answer, and the pure functions that speak one wire format.
 * A new provider of a known wire is one entry in `catalog.ts`; a new wire is one file in `dialects/`, one line in its
 * table and one folder of fixtures.
 */
import type { ChatError, ChatEvent, ChatRequest, ReasoningEffort, Sampling } from '../core/chat';

export const dialectIds = [
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
  'gemini',
  'ollama',
  'cohere',
  'single-prompt',
] as const;
export type DialectId = (typeof dialectIds)[number];

export const engineIds = ['passages', 'prompt-api'] as const;
export type EngineId = (typeof engineIds)[number];

/** Which request header carries the key. `bearer` is `Authorization: Bearer …`. */
export type Auth = 'bearer' | 'x-api-key' | 'x-goog-api-key' | 'api-key' | 'none';

/** Price in US dollars for a million tokens. */
export interface Price {
  input: number;
  output: number;
}

export interface ModelInfo {
  id: string;
  /** As people call it; absent where the server only gives the id. */
  name?: string;
  /** In tokens. */
  contextLength?: number;
  maxOutput?: number;
  images?: boolean;
  reasoning?: boolean;
  tools?: boolean;
  price?: Price;
  /**
   * How the model is told how hard to think, where its wire knows several ways (Anthropic, Gemini): a number of tokens, or a
   * level; `always` and `always-budget` cannot be kept from thinking. Absent: `always`, so that nothing is refused.
   */
  thinking?: 'budget' | 'always-budget' | 'level' | 'always';
  /** `false`: the model rejects temperature and its like, so they are left out. */
  sampling?: boolean;
}

/**
 * Differences between servers of the same wire, as named data. Nothing may ask for a provider's name or sniff an address.
 */
export interface Quirks {
  /** Model and `stream` are sent as these, whatever was chosen (DfeHub). */
  forceModel?: string;
  forceStream?: boolean;
  /** The server rejects or ignores `stream_options.include_usage`. */
  noUsageOption?: boolean;
  /** Name of the field that limits the answer's length. Default `max_tokens`. */
  maxTokensField?: 'max_tokens' | 'max_completion_tokens';
  /** How reasoning effort is asked for; absent means it cannot be. `thinking` is the own way of Anthropic, Gemini and Cohere. */
  reasoningEffort?: 'reasoning_effort' | 'reasoning.effort' | 'think' | 'thinking';
  /** Reasoning of earlier turns goes back to the server under this name. */
  echoReasoning?: 'reasoning_content' | 'reasoning' | 'reasoning_details';
  /** Deltas may repeat the whole text so far. */
  cumulativeDeltas?: boolean;
  /** Errors are read from `detail`/`message` texts with a waiting time in words ("try again in 5.289s"). */
  waitInWords?: boolean;
  /** Role of the system prompt. Default `system`. */
  systemRole?: 'system' | 'developer';
  /** Layout of the one prompt string (single-prompt): `C` labels Capitalised, `A` the older lower-case one. */
  promptLayout?: 'A' | 'C';
  /**
   * The server gives a model only so much room, in tokens, whatever the model could take: `usual` to begin with, and where
   * the wire can ask for more (Ollama's own), doubled up to `most` as a question needs it.
   */
  window?: { usual: number; most: number };
  /** Every request body carries these fields first. */
  body?: Readonly<Record<string, unknown>>;
  /** Sampling fields the server rejects. */
  noSampling?: readonly (keyof Sampling)[];
}

export interface Capabilities {
  stream: boolean;
  system: boolean;
  history: boolean;
  images: boolean;
  reasoning: boolean;
  tools: boolean;
  usage: boolean;
}

/** A value the user fills in besides address and key; `{name}` in `baseUrl`, `chatPath` or a header is replaced by it. */
export interface ProviderField {
  name: string;
  label: string;
  placeholder?: string;
  default?: string;
  required?: boolean;
}

export type ProviderGroup = 'local' | 'hosted' | 'gateway' | 'retired';

/** Who can answer. Pure data; every entry is `as const satisfies Provider`. */
export interface Provider {
  id: string;
  name: string;
  /** One line for the catalog. */
  description?: string;
  /** Where the wire begins. Empty when the user gives it. */
  baseUrl: string;
  auth: Auth;
  dialect?: DialectId;
  engine?: EngineId;
  models?: readonly ModelInfo[];
  defaultModel?: string;
  /** Path of the model list below `baseUrl`; absent means there is none. */
  modelsPath?: string;
  /** Path of the chat endpoint below `baseUrl`, instead of the dialect's own. */
  chatPath?: string;
  /** A pool: pick one, fail over to the next before the first content. */
  servers?: readonly string[];
  /** What the wire wants beyond content-type and accept. `{origin}` is the origin of the server in use. */
  headers?: Readonly<Record<string, string>>;
  quirks?: Quirks;
  /** `retired`: its operator shut it down. */
  status: 'live' | 'retired' | 'local';
  group?: ProviderGroup;
  capabilities: Capabilities;
  fields?: readonly ProviderField[];
  /** Put in front of the key if it is missing, such as NextChat's `nk-`. */
  keyPrefix?: string;
  /** A key is optional for servers that may or may not be protected. Default: needed unless `auth` is `none`. */
  keyOptional?: boolean;
  /** Where a user gets a key. */
  keyUrl?: string;
  /** Documentation page the facts come from. */
  docsUrl?: string;
  /** A `GET` of this path, with cookies, before the first request to each server (EasyChat). */
  session?: { path: string };
  /** The connection may send the browser's own cookies for the host, behind a switch (Aichat). */
  cookieSwitch?: boolean;
  /** Replaces the common retry policy: one try, then one more after each delay. */
  retry?: { delaysMs: readonly number[] };
  /** Milliseconds. */
  timeouts?: { firstByteMs?: number; idleMs?: number };
  /** Default sampling, sent unless the connection says otherwise. */
  sampling?: Readonly<Sampling>;
  /** The address is shown but never pre-filled, and saving it asks for confirmation of the host. */
  historicalUrl?: string;
  /** Path of the logo below `public/`. */
  logo?: string;
}

/** What the user set up. Its key lives elsewhere, bound to (connection id, origin). */
export interface Connection {
  id: string;
  provider: string;
  name: string;
  baseUrl: string;
  servers?: string[];
  model: string;
  /** Models the user starred or typed. */
  favourites?: string[];
  enabled: boolean;
  /** `false` asks for one JSON instead of a stream. */
  stream?: boolean;
  sampling?: Sampling;
  maxTokens?: number;
  reasoningEffort?: ReasoningEffort;
  /** Values of the provider's `fields`. */
  fields?: Record<string, string>;
  options?: ConnectionOptions;
}

export interface ConnectionOptions {
  /** Aichat: layout of the prompt string. */
  promptLayout?: 'A' | 'C';
  /** Aichat: send the browser's own cookies for this host. */
  sendCookies?: boolean;
  /** EasyChat: always this server instead of a random start. */
  server?: string;
  /** Ollama and others: a scoped rule that sends this server its own origin as `Origin`. */
  rewriteOrigin?: boolean;
  /** Plain http to a private address. */
  allowPrivateHttp?: boolean;
  /** Tried, in order, when this connection fails before the first content: connection ids. */
  fallbacks?: string[];
  /** Context length in tokens, where the server does not tell. */
  contextLength?: number;
  /** US dollars a month from which on answers carry a warning. */
  monthlyLimit?: number;
}

/** One unit of a stream: an SSE event (`event` absent unless named), an NDJSON line, or a whole JSON body. */
export interface Frame {
  data: string;
  event?: string;
  /** An SSE field that no specification knows, such as the `error:` of older llama.cpp builds. */
  field?: string;
}

/** One answer while it is read: frame in, events out, with nothing to wait for between the two. */
export interface Decoding {
  /** What one frame says. After a last event nothing more is taken, nor asked for. */
  take(frame: Frame): Iterable<ChatEvent>;
  /** The bytes are over: what was held back, and the last event where the wire's own marker may be left out. */
  end?(): Iterable<ChatEvent>;
  /** The answer is complete, only extras (usage) may follow: a few seconds more are waited for them. */
  readonly finished?: boolean;
}

export type Framing = 'sse' | 'ndjson' | 'json';

export interface WireRequest {
  /** Below the connection's base URL. */
  path: string;
  headers?: Record<string, string>;
  body: unknown;
}

/**
 * One wire format: three pure functions and data. It never sees the API key.
 * `decode` begins an answer, which gives what the frames say and, if they said so, exactly one last event; when the frames
 * end without the wire's terminal marker it gives none, and `stream.ts` ends the stream as interrupted.
 */
export interface Dialect {
  framing: Framing;
  request(chat: ChatRequest, provider: Provider, connection?: Connection): WireRequest;
  /** `chat` is the request that the frames answer, for what has to be bound to it (see `dialects/kept.ts`). */
  decode(provider: Provider, chat?: ChatRequest): Decoding;
  /** Finds the words (and, where the wire has them, `code`, `retryAfterMs`, a sharper `kind`) in an error body. */
  error(status: number, body: unknown): Partial<ChatError>;
  /** Reads one page of the model list. `next` is the query (`pageToken=…`) that asks for the page after it. */
  models?(body: unknown): { models: ModelInfo[]; next?: string };
}

export type EngineAvailability = 'available' | 'downloadable' | 'downloading' | 'unavailable';

/** Answers made on the device. `run` follows the same rule: exactly one last event. */
export interface Engine {
  availability(): Promise<EngineAvailability>;
  run(chat: ChatRequest, signal: AbortSignal): AsyncIterable<ChatEvent>;
}

/** Whether this provider cannot be used without a key. */
export const needsKey = (provider: Provider): boolean => provider.auth !== 'none' && provider.keyOptional !== true;
