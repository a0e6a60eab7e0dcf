/**
 * Chrome's built-in model, by the Prompt API (`LanguageModel`). The interface is looked for, never assumed: other browsers
 * have none, and Chrome has it without a model on devices that are too weak. Facts: the specification
 * (webmachinelearning.github.io/prompt-api) and developer.chrome.com/docs/ai/prompt-api.
 */
import type { ChatError, ChatEvent, ChatRequest, ErrorKind, Turn } from '../../core/chat';
import { answerText, questionText } from '../../core/prompt';
import type { Engine, EngineAvailability } from '../contract';
import { isFields } from '../errors';
import { createGrowth } from './growth';

export const promptApi: Engine = { availability: () => availability(), run };

/** The part of the browser's interface that is used here. */
interface LanguageModel {
  availability(options?: Expected): Promise<string>;
  create(options?: CreateOptions): Promise<Session>;
  /** Only in extensions. */
  params?(): Promise<{ defaultTopK: number; maxTemperature: number } | null>;
}

interface Expected {
  expectedInputs?: { type: 'text' | 'image' }[];
}

interface CreateOptions extends Expected {
  initialPrompts?: Prompt[];
  temperature?: number;
  topK?: number;
  signal?: AbortSignal;
  monitor?(monitor: EventTarget): void;
}

interface Session {
  promptStreaming(input: Prompt[], options?: { signal?: AbortSignal }): ReadableStream<unknown>;
  measureContextUsage?(input: Prompt[]): Promise<number>;
  contextUsage?: number;
  contextWindow?: number;
  destroy(): void;
}

interface Prompt {
  role: 'system' | 'user' | 'assistant';
  content: string | ({ type: 'text'; value: string } | { type: 'image'; value: Blob })[];
}

function languageModel(): LanguageModel | undefined {
  const found: unknown = Reflect.get(globalThis, 'LanguageModel');
  return isLanguageModel(found) ? found : undefined;
}

const isLanguageModel = (value: unknown): value is LanguageModel =>
  (typeof value === 'function' || isFields(value)) &&
  typeof Reflect.get(Object(value), 'create') === 'function' &&
  typeof Reflect.get(Object(value), 'availability') === 'function';

const states: readonly string[] = ['available', 'downloadable', 'downloading', 'unavailable'];
const isState = (state: string): state is EngineAvailability => states.includes(state);

async function availability(options?: Expected): Promise<EngineAvailability> {
  const model = languageModel();
  if (!model) return 'unavailable';
  try {
    const state = await model.availability(options);
    return isState(state) ? state : 'unavailable';
  } catch {
    // Asked in a place or for a thing that the browser does not know: not available, which is all anyone wants to hear.
    return 'unavailable';
  }
}

/**
 * Lets the browser download its model. Has to be called straight from a click in a page, since the browser starts a
 * download only then.
 * @param onProgress called with a number from 0 to 1
 * @throws Error with the browser's own words
 */
export async function downloadModel(onProgress: (done: number) => void, signal?: AbortSignal): Promise<void> {
  const model = languageModel();
  if (!model) throw new Error('This browser has no built-in model.');
  const session = await model.create({
    ...(signal ? { signal } : {}),
    monitor(monitor) {
      monitor.addEventListener('downloadprogress', (event) => onProgress(doneOf(event)));
    },
  });
  session.destroy();
}

/** A part of one; older browsers count bytes. */
function doneOf(event: Event): number {
  const [loaded, total] = [Number(Reflect.get(event, 'loaded')), Number(Reflect.get(event, 'total'))];
  const done = total > 1 ? loaded / total : loaded;
  return Number.isFinite(done) ? Math.min(Math.max(done, 0), 1) : 0;
}

async function* run(chat: ChatRequest, signal: AbortSignal): AsyncGenerator<ChatEvent> {
  let session: Session | undefined;
  try {
    const model = languageModel();
    const state = await availability();
    if (!model || state !== 'available') return yield notThere(state);
    const { turns, images, left } = await withImagesIfSeen(chat.turns);
    if (left > 0) yield { type: 'notice', notice: { kind: 'part-left-out', part: 'image', count: left } };
    const prompt = turns.slice(-1).map((turn) => promptOf(turn, chat.fence));
    const opened = await open(model, chat, turns.slice(0, -1), prompt, images, signal);
    session = opened.session;
    if (opened.left > 0) yield { type: 'notice', notice: { kind: 'turns-left-out', turns: opened.left } };
    yield* spoken(session.promptStreaming(prompt, { signal }));
    yield { type: 'end', finish: { reason: 'stop' } };
  } catch (thrown) {
    yield errorOf(thrown, signal);
  } finally {
    session?.destroy();
  }
}

async function withImagesIfSeen(turns: readonly Turn[]): Promise<{ turns: Turn[]; images: boolean; left: number }> {
  const count = turns
    .flatMap((turn) => (turn.role === 'user' ? turn.parts : []))
    .filter((part) => part.type === 'image').length;
  const images = count > 0 && (await availability(inputs(true))) === 'available';
  if (count === 0 || images) return { turns: [...turns], images, left: 0 };
  const kept = turns.map((turn): Turn =>
    turn.role === 'user' ? { role: 'user', parts: turn.parts.filter((part) => part.type !== 'image') } : turn,
  );
  return { turns: kept, images, left: count };
}

const inputs = (images: boolean): Expected => (images ? { expectedInputs: [{ type: 'text' }, { type: 'image' }] } : {});

/** A session with as many of the earlier turns as its window holds beside the question. */
async function open(
  model: LanguageModel,
  chat: ChatRequest,
  earlier: readonly Turn[],
  prompt: Prompt[],
  images: boolean,
  signal: AbortSignal,
): Promise<{ session: Session; left: number }> {
  const sampling = await samplingOf(model, chat);
  // The instructions are taken at the first place only.
  const system: Prompt[] = chat.system ? [{ role: 'system', content: chat.system }] : [];
  for (let left = 0; ; left = left === 0 ? 2 : left * 2) {
    const turns = earlier.slice(left);
    // Doubling, because a device may take seconds for each session.
    const last = turns.length === 0;
    try {
      const session = await model.create({
        initialPrompts: [...system, ...turns.map((turn) => promptOf(turn, chat.fence))],
        ...inputs(images),
        ...sampling,
        signal,
      });
      if (last || (await fits(session, prompt))) return { session, left: Math.min(left, earlier.length) };
      session.destroy();
    } catch (thrown) {
      if (last || nameOf(thrown) !== 'QuotaExceededError') throw thrown;
    }
  }
}

async function fits(session: Session, prompt: Prompt[]): Promise<boolean> {
  const { contextUsage, contextWindow } = session;
  if (contextUsage === undefined || contextWindow === undefined) return true;
  const asked = (await session.measureContextUsage?.(prompt)) ?? 0;
  return contextUsage + asked <= contextWindow;
}

/** The interface takes temperature and topK together or not at all. */
async function samplingOf(model: LanguageModel, chat: ChatRequest): Promise<{ temperature?: number; topK?: number }> {
  const temperature = chat.sampling?.temperature;
  if (temperature === undefined || !model.params) return {};
  const known = await model.params();
  return known ? { temperature: Math.min(temperature, known.maxTemperature), topK: known.defaultTopK } : {};
}

function promptOf(turn: Turn, fence: string | undefined): Prompt {
  if (turn.role === 'assistant') return { role: 'assistant', content: answerText(turn.parts) };
  const text = questionText(turn.parts, fence);
  const images = turn.parts.flatMap((part) => (part.type === 'image' ? [part] : []));
  if (images.length === 0) return { role: 'user', content: text };
  return {
    role: 'user',
    content: [
      ...images.map((image) => ({ type: 'image', value: blobOf(image.data, image.mediaType) }) as const),
      { type: 'text', value: text },
    ],
  };
}

function blobOf(base64: string, type: string): Blob {
  return new Blob([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], { type });
}

async function* spoken(stream: ReadableStream<unknown>): AsyncGenerator<ChatEvent> {
  const reader = stream.getReader();
  const growth = createGrowth();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      // With thoughts, pieces are objects that say what they are.
      if (isFields(value) && value.type === 'thought') yield { type: 'reasoning-delta', text: wordsOf(value) };
      else yield* said(growth.take(wordsOf(value)));
    }
    yield* said(growth.flush());
  } finally {
    reader.releaseLock();
    void stream.cancel().catch(() => undefined);
  }
}

const wordsOf = (value: unknown): string => {
  if (typeof value === 'string') return value;
  return isFields(value) && typeof value.value === 'string' ? value.value : '';
};

const said = (text: string): ChatEvent[] => (text === '' ? [] : [{ type: 'text-delta', text }]);

const failed = (kind: ErrorKind, message: string, code?: string): ChatEvent => {
  const error: ChatError = { kind, message, ...(code === undefined ? {} : { code }) };
  return { type: 'error', error };
};

/** An honest word where there is no model (yet). */
function notThere(state: EngineAvailability): ChatEvent {
  const words: Record<EngineAvailability, string> = {
    available: 'The browser did not let its model be used.',
    downloadable: 'The browser has not downloaded its model yet. The settings of this connection start the download.',
    downloading: 'The browser is still downloading its model.',
    unavailable: 'This browser has no built-in model, or this device is not strong enough for it.',
  };
  return failed('not-set-up', words[state], `built-in-${state}`);
}

const nameOf = (thrown: unknown): string => (isFields(thrown) && typeof thrown.name === 'string' ? thrown.name : '');

const kinds: ReadonlyMap<string, ErrorKind> = new Map([
  ['QuotaExceededError', 'too-long'],
  ['NotSupportedError', 'bad-request'],
  ['TypeError', 'bad-request'],
  // The browser's own filter withheld the answer.
  ['NotReadableError', 'blocked-content'],
]);

function errorOf(thrown: unknown, signal: AbortSignal): ChatEvent {
  const name = nameOf(thrown);
  if (signal.aborted || name === 'AbortError') return failed('aborted', '');
  // A session may only be made by a click as long as the model is not there.
  if (name === 'NotAllowedError') return notThere('downloadable');
  const message = isFields(thrown) && typeof thrown.message === 'string' ? thrown.message : String(thrown);
  return failed(kinds.get(name) ?? 'server', message, name === '' ? undefined : name);
}
