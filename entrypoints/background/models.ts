/** Which models a server offers: asked with the key that is saved or typed, page by page, and kept for a while. */
import { judgeBaseUrl } from '../../core/address';
import type { ChatError } from '../../core/chat';
import type { ModelEntry, ModelList } from '../../core/protocol';
import { redact } from '../../core/redact';
import type { Connection, ModelInfo, Provider } from '../../providers/contract';
import { dialects } from '../../providers/dialects/index';
import { kindOfStatus, readError } from '../../providers/errors';
import type { Fetch } from '../../providers/exchange';
import { carefully, headersOf, keyHeader, serversOf, urlOf } from '../../providers/request';
import type { KeyStore } from '../../storage/keys';
import { Refused, type CommandTable } from './commands';
import type { Headers } from './headers';
import { connectionOf } from './schemas';

export interface Target {
  connection: Connection;
  provider: Provider;
}

export interface ModelsWorld {
  fetch: Fetch;
  providerById(id: string): Provider | undefined;
  /** Whether the browser lets us reach these patterns. */
  hasAccess(patterns: string[]): Promise<boolean>;
  keys: Pick<KeyStore, 'keyFor'>;
  headers: Pick<Headers, 'ensureRules'>;
  cache: ModelCache;
  /** Epoch milliseconds. */
  now(): number;
  /** Milliseconds one answer may take. */
  patienceMs?: number;
}

/** Lists fetched earlier, by what they were asked with. */
export interface ModelCache {
  get(id: string): Promise<ModelList | undefined>;
  set(id: string, list: ModelList): Promise<void>;
}

/** A list younger than this is not fetched again unless somebody asks for it; milliseconds. */
const freshFor = 24 * 60 * 60 * 1000;
const usualPatience = 15_000;
/** More pages or models than this are somebody else's mistake. */
const mostPages = 20;
const mostModels = 5000;
/** Bytes of one page of a list. OpenRouter's whole list is about one megabyte. */
const longestPage = 16 * 1024 * 1024;

export function createModelCommands(world: ModelsWorld): Pick<CommandTable, 'connection.models'> {
  return {
    async 'connection.models'({ connection: draft, key, fresh }) {
      const target = targetOf(world, connectionOf(draft));
      const id = listId(target);
      const known = await world.cache.get(id);
      if (known && fresh !== true && key === undefined && world.now() - known.fetchedAt < freshFor) return known;
      const models = await listModels(world, target, key);
      const list: ModelList = { models: models.map((model): ModelEntry => ({ ...model })), fetchedAt: world.now() };
      // What a typed key may see is not kept before that key is.
      if (key === undefined) await world.cache.set(id, list);
      return list;
    },
  };
}

/** The connection's provider; a connection that a later version wrote has none. */
export function targetOf(world: Pick<ModelsWorld, 'providerById'>, connection: Connection): Target {
  const provider = world.providerById(connection.provider);
  if (!provider) throw refused('not-set-up', `Gloss does not know the provider ${connection.provider}.`);
  return { connection, provider };
}

/** What a list is kept under. */
export const listId = ({ connection, provider }: Target): string =>
  JSON.stringify([connection.id, provider.id, serversOf(provider, connection)[0] ?? '']);

const refused = (kind: ChatError['kind'], message: string, more: Partial<ChatError> = {}): Refused =>
  new Refused({ kind, message, ...more });

/**
 * Every model the server lists, in its order; the catalog's own where there is no list to fetch.
 * @param typedKey a key that is not saved; otherwise the saved one goes, to its own origin alone
 * @throws Refused with the server's words
 */
export async function listModels(world: ModelsWorld, target: Target, typedKey?: string): Promise<ModelInfo[]> {
  const { connection, provider } = target;
  const parse = provider.dialect === undefined ? undefined : dialects[provider.dialect]?.models;
  if (provider.modelsPath === undefined || !parse) return [...(provider.models ?? [])];
  const server = serverOf(target);
  if (!(await world.hasAccess([server.pattern]))) {
    throw refused('site-access', `The browser does not let Gloss reach ${new URL(server.url).host}.`, {
      origin: server.origin,
    });
  }
  await world.headers.ensureRules(connection, provider);
  const key = typedKey ?? (await savedKey(world, connection, server.origin));
  const header = keyHeader(provider, key);
  if ('unusable' in header) throw refused('auth', 'The key has characters that no header can carry.');

  const models = new Map<string, ModelInfo>();
  let url = urlOf(server.url, provider.modelsPath, provider, connection);
  for (let page = 0; page < mostPages && models.size < mostModels; page += 1) {
    const { 'content-type': _none, ...headers } = headersOf(provider, connection, url);
    if (header.header) headers[header.header[0]] = header.header[1];
    const body = await getJson(world, url, headers, [key]);
    const { models: found, next } = parse(body);
    if (found.length === 0 && page === 0 && !looksLikeList(body)) {
      throw refused('not-an-api', 'The answer is not a list of models.', { origin: server.origin });
    }
    for (const model of found) {
      // A server may say the key back where a name should be; lists are stored and shown.
      if (models.size < mostModels && !models.has(model.id) && isUsable(model, key)) models.set(model.id, model);
    }
    const following = next === undefined ? undefined : nextPage(url, next);
    // A link to somewhere else is not followed: the key would go along.
    if (following === undefined || following === url || new URL(following).origin !== server.origin) break;
    url = following;
  }
  return [...models.values()];
}

/** A longer name could not be chosen (`schemas.ts`), and nobody could read it. */
const longestName = 300;

const isUsable = (model: ModelInfo, key: string | undefined): boolean =>
  model.id.length <= longestName && (model.name?.length ?? 0) <= longestName && !holds(model, key);

const holds = (model: ModelInfo, key: string | undefined): boolean =>
  key !== undefined && key.trim() !== '' && JSON.stringify(model).includes(JSON.stringify(key.trim()).slice(1, -1));

/** The server a list is asked from: the chosen one of a pool, else the first. */
export function serverOf({ connection, provider }: Target): Extract<ReturnType<typeof judgeBaseUrl>, { ok: true }> {
  const servers = serversOf(provider, connection);
  const chosen = connection.options?.server;
  const typed = chosen !== undefined && servers.includes(chosen) ? chosen : (servers[0] ?? '');
  const judged = judgeBaseUrl(typed, { allowPrivateHttp: connection.options?.allowPrivateHttp === true });
  if (!judged.ok) throw refused('not-set-up', 'The base URL cannot be used.', { code: judged.reason });
  return judged;
}

/**
 * The saved key, if it is bound to this origin.
 * @throws Refused while it is behind a passphrase that has not been given
 */
export async function savedKey(
  world: Pick<ModelsWorld, 'keys'>,
  connection: Connection,
  origin: string,
): Promise<string | undefined> {
  const answer = await world.keys.keyFor(connection.id, origin);
  if (answer.state === 'locked') {
    throw refused('not-set-up', 'The key is behind the passphrase, which has not been given yet.', { code: 'locked' });
  }
  return answer.state === 'ready' ? answer.key : undefined;
}

/** `next` is a whole address, a path, or parameters that take the place of those of the same name. */
function nextPage(url: string, next: string): string | undefined {
  if (/^(?:https?:|\/)/i.test(next)) return URL.canParse(next, url) ? new URL(next, url).href : undefined;
  const following = new URL(url);
  for (const [name, value] of new URLSearchParams(next)) following.searchParams.set(name, value);
  return following.href;
}

const looksLikeList = (body: unknown): boolean =>
  Array.isArray(body) ||
  (typeof body === 'object' &&
    body !== null &&
    ['data', 'models', 'result'].some((name) => Array.isArray((body as Record<string, unknown>)[name])));

async function getJson(
  world: ModelsWorld,
  url: string,
  headers: Record<string, string>,
  keys: (string | undefined)[],
): Promise<unknown> {
  const { origin, host } = new URL(url);
  const at = { origin };
  const signal = AbortSignal.timeout(world.patienceMs ?? usualPatience);
  let response: Response;
  let text: string;
  try {
    response = await world.fetch(url, { ...carefully, method: 'GET', headers, signal });
    text = await readText(response);
  } catch {
    if (signal.aborted) throw refused('timeout', `${host} did not answer in time.`, at);
    throw refused('network', `Nothing answers at ${host}.`, at);
  }
  if (
    response.type === 'opaqueredirect' ||
    response.status === 0 ||
    (response.status >= 300 && response.status < 400)
  ) {
    throw refused('redirect', `${host} sends the request on to another address.`, at);
  }
  const page = /^\uFEFF?\s*</.test(text);
  const body = page ? undefined : parsed(text);
  if (!response.ok) {
    const said = page ? undefined : readError(body ?? text).message;
    const words = redact(said ?? `${host} answered with ${response.status}.`, keys).slice(0, 500);
    throw refused(kindOfStatus(response.status), words, { ...at, status: response.status });
  }
  if (body === undefined) {
    throw refused('not-an-api', page ? `${host} answered with a web page.` : 'The answer is not JSON.', at);
  }
  return body;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function readText(response: Response): Promise<string> {
  if (!response.body) return '';
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      bytes += value.byteLength;
      if (bytes > longestPage) throw new Error('too large');
      text += decoder.decode(value, { stream: true });
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}
