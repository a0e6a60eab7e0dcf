/** From a file's text back to rows: checked, with ids of its own, and nothing written yet. */
import type { AnswerMessage, ChainLink, Message } from '../core/chat';
import type { Connection } from '../providers/contract';
import type { ExportedChat } from './export';
import type { Preferences } from './settings';

/** What a file brings, ready to be stored. */
export interface Import {
  chats: ExportedChat[];
  connections: Connection[];
  preferences: Preferences | null;
}

/** Names that would reach into JavaScript's own objects. */
const forbidden = new Set(['__proto__', 'constructor', 'prototype']);
const deepest = 60;

/** Whether parsed JSON is free of forbidden names and not nested without end. Looks without recursion. */
export function isHarmless(value: unknown): boolean {
  const waiting: [value: unknown, depth: number][] = [[value, 0]];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [current, depth] = next;
    if (typeof current !== 'object' || current === null) continue;
    if (depth > deepest) return false;
    for (const name of Object.keys(current)) if (forbidden.has(name)) return false;
    for (const inner of Object.values(current))
      if (typeof inner === 'object' && inner !== null) waiting.push([inner, depth + 1]);
  }
  return true;
}

/**
 * Gives everything new ids, so that nothing that is there can be overwritten. Connections come switched off and without a
 * key; one that is there already is used instead of a copy.
 */
export function renewed(found: Import, existing: readonly Connection[], newId: () => string): Import {
  // Passages is the same everywhere.
  const ids = new Map([['passages', 'passages']]);
  const connections: Connection[] = [];
  for (const connection of found.connections) {
    const twin = existing.find((each) => sameButId(each, connection));
    const id = twin?.id ?? newId();
    ids.set(connection.id, id);
    if (!twin) connections.push({ ...connection, id, enabled: false });
  }
  const linked = connections.map((connection) => withFallbacks(connection, ids));
  return {
    chats: found.chats.map((chat) => renewChat(chat, ids, newId)),
    connections: linked,
    preferences: found.preferences && {
      ...found.preferences,
      actions: found.preferences.actions.map((action) => ({ ...action, id: newId() })),
    },
  };
}

function sameButId(one: Connection, other: Connection): boolean {
  const bare = ({ id: _id, enabled: _enabled, favourites: _favourites, options, ...rest }: Connection) => {
    const { fallbacks: _fallbacks, ...kept } = options ?? {};
    return stable({ ...rest, options: kept });
  };
  return bare(one) === bare(other);
}

/** JSON with sorted names, for comparing. */
function stable(value: unknown): string {
  return JSON.stringify(value, (_name, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

function withFallbacks(connection: Connection, ids: ReadonlyMap<string, string>): Connection {
  const fallbacks = connection.options?.fallbacks?.flatMap((id) => ids.get(id) ?? []);
  return fallbacks ? { ...connection, options: { ...connection.options, fallbacks } } : connection;
}

function renewChat(
  { chat, messages }: ExportedChat,
  connections: ReadonlyMap<string, string>,
  newId: () => string,
): ExportedChat {
  const ids = new Map(messages.map((message) => [message.id, newId()]));
  const idOf = (id: string | null) => (id === null ? null : (ids.get(id) ?? null));
  const chatId = newId();
  const { connectionId, model, chain, ...rest } = chat;
  const mapped = connectionId === undefined ? undefined : connections.get(connectionId);
  return {
    chat: {
      ...rest,
      id: chatId,
      leafId: idOf(chat.leafId),
      ...(mapped === undefined ? {} : { connectionId: mapped }),
      ...(mapped === undefined || model === undefined ? {} : { model }),
      ...(chain ? { chain: chain.flatMap((link) => linked(link, connections)) } : {}),
    },
    messages: messages.map((message): Message => {
      const base = { id: ids.get(message.id) ?? newId(), chatId, parentId: idOf(message.parentId) };
      if (message.role === 'user') return { ...message, ...base };
      return settled({
        ...message,
        ...base,
        connectionId: connections.get(message.connectionId) ?? message.connectionId,
      });
    }),
  };
}

function linked(link: ChainLink, connections: ReadonlyMap<string, string>): ChainLink[] {
  const connectionId = connections.get(link.connectionId);
  return connectionId === undefined ? [] : [{ ...link, connectionId }];
}

/** Nobody makes an answer that comes from a file. */
function settled(answer: AnswerMessage): AnswerMessage {
  if (answer.state !== 'pending' && answer.state !== 'streaming') return answer;
  return { ...answer, state: 'interrupted', error: { kind: 'interrupted', message: '' }, endedAt: answer.startedAt };
}

/** What is wrong with a chat that fits the schema, and where, in a few words; `null` if nothing is. */
export function faultOf({ chat, messages }: ExportedChat): string | null {
  const orders = new Map<string, number>();
  let last = -1;
  for (const [place, message] of messages.entries()) {
    const at = `messages[${place}]`;
    if (orders.has(message.id)) return `${at} has the id of an earlier message`;
    if (message.order <= last) return `${at}.order is not higher than the one before`;
    last = message.order;
    const parent = message.parentId === null ? -1 : orders.get(message.parentId);
    // A parent stands before its child, so there can be no circle.
    if (parent === undefined) return `${at}.parentId names no earlier message`;
    orders.set(message.id, message.order);
  }
  if (chat.leafId !== null && !orders.has(chat.leafId)) return 'chat.leafId names no message';
  if (chat.nextOrder <= last) return 'chat.nextOrder is not higher than the last message';
  return null;
}

/** Settings from a file fill what was never set; what the user has set stays. */
export function mergePreferences(mine: Preferences, theirs: Preferences, initial: Preferences): Preferences {
  const merged = { ...mine };
  for (const name of Object.keys(initial) as (keyof Preferences)[]) {
    if (name !== 'actions' && mine[name] === initial[name]) Object.assign(merged, { [name]: theirs[name] });
  }
  const known = new Set(mine.actions.map((action) => `${action.name}\n${action.prompt}`));
  const added = theirs.actions.filter((action) => !known.has(`${action.name}\n${action.prompt}`));
  return { ...merged, actions: [...mine.actions, ...added] };
}

/** What the merge changed, counted as the user sees it: settings, and actions added. */
export function countChanges(before: Preferences, after: Preferences): number {
  const names = (Object.keys(after) as (keyof Preferences)[]).filter((name) => name !== 'actions');
  return (
    names.filter((name) => before[name] !== after[name]).length +
    Math.max(0, after.actions.length - before.actions.length)
  );
}

/** Preferences as they are now, without what an import changed; what the user has changed since stays. */
export function withoutImport(
  now: Preferences,
  { before, after }: { before: Preferences; after: Preferences },
): Preferences {
  const restored = { ...now };
  for (const name of Object.keys(after) as (keyof Preferences)[]) {
    if (name !== 'actions' && now[name] === after[name]) Object.assign(restored, { [name]: before[name] });
  }
  const kept = new Set(before.actions.map(({ id }) => id));
  const brought = new Map(after.actions.filter(({ id }) => !kept.has(id)).map((action) => [action.id, stable(action)]));
  return { ...restored, actions: now.actions.filter((action) => brought.get(action.id) !== stable(action)) };
}

/** Whether two rows say the same, whatever the order of their names. */
export const isSame = (one: unknown, other: unknown): boolean => stable(one) === stable(other);
