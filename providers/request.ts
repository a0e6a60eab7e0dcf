/** Provider and connection → where a request goes and what it carries. Used by answers, model lists and header rules alike. */
import { joinUrl } from '../core/address';
import type { ChatRequest, Sampling } from '../core/chat';
import type { Connection, Framing, Provider } from './contract';

/** Replaces `{name}` by the connection's value of that field. What nobody filled in stays, so that it can be seen. */
export function fill(template: string, provider: Provider, connection: Pick<Connection, 'fields'>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const field = provider.fields?.find((candidate) => candidate.name === name);
    return connection.fields?.[name] || (field?.default ?? whole);
  });
}

/** The same for an address: a value that could end the host's name and begin another one is not filled in. */
const fillAddress = (template: string, provider: Provider, connection: Pick<Connection, 'fields'>): string => {
  const plain = Object.entries(connection.fields ?? {}).filter(([, value]) => /^[\w.-]*$/.test(value));
  return fill(template, provider, { fields: Object.fromEntries(plain) });
};

/** The base addresses this connection may use, in the order of the list. One, or the pool. */
export function serversOf(
  provider: Provider,
  connection: Pick<Connection, 'baseUrl' | 'servers' | 'fields'>,
): string[] {
  const own = (connection.servers ?? []).map((server) => server.trim()).filter((server) => server !== '');
  if (own.length > 0) return own;
  const base = connection.baseUrl.trim();
  const pool = provider.servers ?? [];
  // A base URL that is not one of the pool's own is a server of the user's.
  if (base !== '' && !pool.some((server) => trimmed(server) === trimmed(base))) {
    return [fillAddress(base, provider, connection)];
  }
  return pool.length > 0
    ? [...pool]
    : [fillAddress(provider.baseUrl, provider, connection)].filter((server) => server !== '');
}

const trimmed = (address: string): string => address.replace(/\/+$/, '');

/**
 * The pool in the order in which it is asked: from the chosen server, or from a random one, round to the one before it.
 * @param random a number from 0 up to, not including, 1
 */
export function orderOf(servers: readonly string[], chosen: string | undefined, random: number): string[] {
  const named = chosen === undefined ? -1 : servers.findIndex((server) => trimmed(server) === trimmed(chosen));
  const start = named >= 0 ? named : Math.min(servers.length - 1, Math.floor(random * servers.length));
  return [...servers.slice(start), ...servers.slice(0, start)];
}

/** Full address of a path below a base address. */
export function urlOf(base: string, path: string, provider: Provider, connection: Pick<Connection, 'fields'>): string {
  return joinUrl(base, fill(path, provider, connection));
}

/** What a provider's entry forces or defaults, settled into the request, so that no wire has to ask twice. */
export function settled(chat: ChatRequest, provider: Provider, connection?: Connection): ChatRequest {
  const quirks = provider.quirks ?? {};
  const sampling: Sampling = { ...provider.sampling, ...connection?.sampling, ...chat.sampling };
  for (const name of quirks.noSampling ?? []) delete sampling[name];
  const { sampling: _given, maxTokens: _tokens, reasoningEffort: _effort, ...rest } = chat;
  const maxTokens = chat.maxTokens ?? connection?.maxTokens;
  const reasoningEffort = chat.reasoningEffort ?? connection?.reasoningEffort;
  return {
    ...rest,
    model: quirks.forceModel ?? (chat.model || connection?.model || provider.defaultModel || ''),
    stream:
      quirks.forceStream === true || (chat.stream && connection?.stream !== false && provider.capabilities.stream),
    ...(Object.keys(sampling).length > 0 ? { sampling } : {}),
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(reasoningEffort === undefined || quirks.reasoningEffort === undefined ? {} : { reasoningEffort }),
  };
}

const accepts: Readonly<Record<Framing, string>> = {
  sse: 'text/event-stream, application/json',
  ndjson: 'application/x-ndjson, application/json',
  json: 'application/json',
};

/**
 * Every header but the key's: names in lower case, `{origin}` and fields filled in. A browser sends some of them only by a
 * header rule (`Origin`, `Referer`, `DNT`) and ignores them here.
 */
export function headersOf(
  provider: Provider,
  connection: Pick<Connection, 'fields'>,
  url: string,
  more: { framing?: Framing; wire?: Readonly<Record<string, string>> } = {},
): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: accepts[more.framing ?? 'json'],
  };
  const origin = new URL(url).origin;
  for (const [name, value] of [...Object.entries(more.wire ?? {}), ...Object.entries(provider.headers ?? {})]) {
    headers[name.toLowerCase()] = fill(value.replaceAll('{origin}', origin), provider, connection);
  }
  return headers;
}

export type KeyHeader = { header?: readonly [string, string] } | { unusable: true };

/** The header that carries a key. A key with characters that no header can carry is unusable. */
export function keyHeader(provider: Provider, key: string | null | undefined): KeyHeader {
  const bare = key?.trim() ?? '';
  if (bare === '' || provider.auth === 'none') return {};
  if (!/^[\x21-\x7e]+$/.test(bare)) return { unusable: true };
  const prefix = provider.keyPrefix ?? '';
  const value = bare.startsWith(prefix) ? bare : prefix + bare;
  switch (provider.auth) {
    case 'bearer':
      return { header: ['authorization', `Bearer ${value}`] };
    case 'x-api-key':
    case 'x-goog-api-key':
    case 'api-key':
      return { header: [provider.auth, value] };
    default:
      return provider.auth satisfies never;
  }
}

/** How every request of Gloss is sent: no cookies, no referrer, no cache, and never after a redirect. */
export const carefully = {
  credentials: 'omit',
  redirect: 'manual',
  referrerPolicy: 'no-referrer',
  cache: 'no-store',
} as const satisfies RequestInit;
