/** A connection while it is typed: every field as text, so that nothing entered is ever lost, and what is wrong with it. */
import type { ReasoningEffort, Sampling } from '../core/chat';
import { type Address, judgeBaseUrl } from '../core/address';
import type { Connection, ConnectionOptions, Provider } from '../providers/contract';

export interface Draft {
  id: string;
  /** Empty until one is chosen. */
  provider: string;
  name: string;
  baseUrl: string;
  /** One address a line. */
  servers: string;
  model: string;
  enabled: boolean;
  favourites: string[];
  fields: Record<string, string>;
  stream: boolean;
  sampling: Record<keyof Sampling, string>;
  maxTokens: string;
  contextLength: string;
  monthlyLimit: string;
  reasoningEffort: ReasoningEffort | '';
  promptLayout: 'A' | 'C' | '';
  sendCookies: boolean;
  /** Empty: a random start. */
  server: string;
  rewriteOrigin: boolean;
  allowPrivateHttp: boolean;
  fallbacks: string[];
}

/** What each sampling value may be, in the order of the form. */
export const samplingRanges = {
  temperature: [0, 2],
  topP: [0, 1],
  presencePenalty: [-2, 2],
  frequencyPenalty: [-2, 2],
} as const satisfies Record<keyof Sampling, readonly [min: number, max: number]>;

export const samplingNames = Object.keys(samplingRanges) as (keyof Sampling)[];

const noSampling = { temperature: '', topP: '', presencePenalty: '', frequencyPenalty: '' };

export const emptyDraft = (id: string): Draft => ({
  id,
  provider: '',
  name: '',
  baseUrl: '',
  servers: '',
  model: '',
  enabled: true,
  favourites: [],
  fields: {},
  stream: true,
  sampling: { ...noSampling },
  maxTokens: '',
  contextLength: '',
  monthlyLimit: '',
  reasoningEffort: '',
  promptLayout: '',
  sendCookies: false,
  server: '',
  rewriteOrigin: false,
  allowPrivateHttp: false,
  fallbacks: [],
});

/** Puts the values of a provider's fields into an address; a field still empty keeps its braces. */
export const withFields = (template: string, fields: Readonly<Record<string, string>>): string =>
  template.replace(/\{(\w+)\}/g, (whole, name: string) => fields[name]?.trim() || whole);

/** The address a provider's entry proposes. A retired one proposes none: it is shown, not filled in. */
export const proposedUrl = (provider: Provider, fields: Readonly<Record<string, string>> = {}): string =>
  provider.status === 'retired' ? '' : withFields(provider.baseUrl, fields);

/** The servers a provider's entry proposes, one a line. */
const proposedServers = (provider: Provider): string =>
  provider.status === 'retired' ? '' : (provider.servers ?? []).join('\n');

/** Another provider is chosen: what the old one proposed gives way to the new one's proposals, what was typed stays. */
export function withProvider(draft: Draft, next: Provider, before?: Provider, taken: readonly string[] = []): Draft {
  const proposedBefore = before ? proposedUrl(before, draft.fields) : '';
  const namedBefore = draft.name === '' || (before !== undefined && isNameOf(draft.name, before.name));
  const fields = { ...draft.fields };
  for (const field of next.fields ?? []) fields[field.name] ??= field.default ?? '';
  return {
    ...draft,
    provider: next.id,
    fields,
    name: namedBefore ? freeName(next.name, taken) : draft.name,
    baseUrl: draft.baseUrl === proposedBefore ? proposedUrl(next, fields) : draft.baseUrl,
    servers: draft.servers === (before ? proposedServers(before) : '') ? proposedServers(next) : draft.servers,
    model: draft.model === (before?.defaultModel ?? '') ? (next.defaultModel ?? '') : draft.model,
  };
}

/** A field of the provider changes; the address follows as long as nobody has typed another. */
export function withField(draft: Draft, provider: Provider, name: string, value: string): Draft {
  const fields = { ...draft.fields, [name]: value };
  const followed = draft.baseUrl === proposedUrl(provider, draft.fields);
  return { ...draft, fields, baseUrl: followed ? proposedUrl(provider, fields) : draft.baseUrl };
}

const isNameOf = (name: string, base: string): boolean =>
  name === base || (name.startsWith(`${base} `) && /^\d+$/.test(name.slice(base.length + 1)));

function freeName(base: string, taken: readonly string[]): string {
  if (!taken.includes(base)) return base;
  let count = 2;
  while (taken.includes(`${base} ${count}`)) count += 1;
  return `${base} ${count}`;
}

/** A stored connection as text. */
export function draftOf(connection: Connection): Draft {
  const { options = {}, sampling = {}, servers = [] } = connection;
  const text = (value: number | undefined): string => (value === undefined ? '' : String(value));
  return {
    id: connection.id,
    provider: connection.provider,
    name: connection.name,
    // Several servers stand in their list alone.
    baseUrl: servers.length > 0 ? '' : connection.baseUrl,
    servers: servers.join('\n'),
    model: connection.model,
    enabled: connection.enabled,
    favourites: [...(connection.favourites ?? [])],
    fields: { ...connection.fields },
    stream: connection.stream !== false,
    sampling: {
      temperature: text(sampling.temperature),
      topP: text(sampling.topP),
      presencePenalty: text(sampling.presencePenalty),
      frequencyPenalty: text(sampling.frequencyPenalty),
    },
    maxTokens: text(connection.maxTokens),
    contextLength: text(options.contextLength),
    monthlyLimit: text(options.monthlyLimit),
    reasoningEffort: connection.reasoningEffort ?? '',
    promptLayout: options.promptLayout ?? '',
    sendCookies: options.sendCookies ?? false,
    server: options.server ?? '',
    rewriteOrigin: options.rewriteOrigin ?? false,
    allowPrivateHttp: options.allowPrivateHttp ?? false,
    fallbacks: [...(options.fallbacks ?? [])],
  };
}

/** The draft as it is stored. Values that are empty or not numbers are left out, so it is also good for a test. */
export function connectionOf(draft: Draft, provider: Provider | undefined): Connection {
  const servers = typedAddresses(draft, provider).map((line) => urlOf(line, draft.allowPrivateHttp));
  const sampling: Sampling = {};
  for (const name of samplingNames) {
    const [min, max] = samplingRanges[name];
    const value = numberIn(draft.sampling[name], min, max);
    if (typeof value === 'number') sampling[name] = value;
  }
  const maxTokens = numberIn(draft.maxTokens, 1, 10_000_000);
  const contextLength = numberIn(draft.contextLength, 1, 100_000_000);
  const monthlyLimit = numberIn(draft.monthlyLimit, 0, 1_000_000);
  const options: ConnectionOptions = {
    ...(draft.promptLayout === '' ? {} : { promptLayout: draft.promptLayout }),
    ...(draft.sendCookies ? { sendCookies: true } : {}),
    ...(draft.server === '' ? {} : { server: draft.server }),
    ...(draft.rewriteOrigin ? { rewriteOrigin: true } : {}),
    ...(draft.allowPrivateHttp ? { allowPrivateHttp: true } : {}),
    ...(draft.fallbacks.length > 0 ? { fallbacks: draft.fallbacks } : {}),
    ...(typeof contextLength === 'number' ? { contextLength } : {}),
    ...(typeof monthlyLimit === 'number' ? { monthlyLimit } : {}),
  };
  const fields = Object.fromEntries(
    (provider?.fields ?? []).map(({ name }) => [name, draft.fields[name]?.trim() ?? '']),
  );
  return {
    id: draft.id,
    provider: draft.provider,
    name: draft.name.trim() || (provider?.name ?? draft.provider),
    baseUrl: servers[0] ?? '',
    ...(serverLines(draft.servers).length > 0 && provider?.servers !== undefined ? { servers } : {}),
    model: draft.model.trim(),
    ...(draft.favourites.length > 0 ? { favourites: draft.favourites } : {}),
    enabled: draft.enabled,
    ...(draft.stream ? {} : { stream: false }),
    ...(Object.keys(sampling).length > 0 ? { sampling } : {}),
    ...(typeof maxTokens === 'number' ? { maxTokens } : {}),
    ...(draft.reasoningEffort === '' ? {} : { reasoningEffort: draft.reasoningEffort }),
    ...(Object.keys(fields).length > 0 ? { fields } : {}),
    ...(Object.keys(options).length > 0 ? { options } : {}),
  };
}

function urlOf(typed: string, allowPrivateHttp: boolean): string {
  const judged = judgeBaseUrl(typed, { allowPrivateHttp });
  return judged.ok ? judged.url : typed.trim();
}

export const serverLines = (text: string): string[] =>
  text
    .split(/[\n,]/)
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** A number within its range, `undefined` for an empty field, `null` for anything else. A comma counts as the point. */
export function numberIn(text: string, min: number, max: number): number | undefined | null {
  const bare = text.trim().replace(',', '.');
  if (bare === '') return undefined;
  const value = Number(bare);
  return Number.isFinite(value) && value >= min && value <= max ? value : null;
}

/** Whether the address still holds the braces of a field; the URL parser would take them for part of a name. */
export const isUnfilled = (draft: Draft, provider: Provider): boolean =>
  (provider.fields ?? []).some((field) => draft.baseUrl.includes(`{${field.name}}`));

/** What stands in the address fields: one address, and for a pool its list behind it. */
function typedAddresses(draft: Draft, provider: Provider | undefined): string[] {
  const list = provider?.servers === undefined ? [] : serverLines(draft.servers);
  const first = draft.baseUrl.trim();
  return first === '' || list.includes(first) ? list : [first, ...list];
}

/** The addresses a connection talks to; empty for an engine on this device, or while one of them is not in order. */
export function addressesOf(draft: Draft, provider: Provider | undefined): Address[] {
  if (!provider || provider.engine !== undefined || isUnfilled(draft, provider)) return [];
  const judged = typedAddresses(draft, provider).map((one) =>
    judgeBaseUrl(one, { allowPrivateHttp: draft.allowPrivateHttp }),
  );
  return judged.every((one) => one.ok) ? judged : [];
}

/** Whether this provider wants a model to be named at all. */
export const wantsModel = (provider: Provider): boolean =>
  provider.engine === undefined && provider.quirks?.forceModel === undefined && provider.dialect !== 'single-prompt';
