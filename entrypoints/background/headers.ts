/**
 * Headers that `fetch` may not set (`Origin`, `Referer`, `DNT`), set by rules of the browser for our own requests alone.
 * Session rules: they are gone with the browser, so they are looked after before every request.
 */
import { judgeBaseUrl } from '../../core/address';
import { createQueue } from '../../core/queue';
import type { Connection, Provider } from '../../providers/contract';
import { fill, serversOf } from '../../providers/request';

/** As much of a declarativeNetRequest rule as we make. */
export interface HeaderRule {
  id: number;
  priority: number;
  action: {
    type: 'modifyHeaders';
    requestHeaders: { header: string; operation: 'set'; value: string }[];
  };
  condition: { initiatorDomains: string[]; urlFilter: string; resourceTypes: ['xmlhttprequest'] };
}

/** `declarativeNetRequest`'s session rules, or in tests a list. */
export interface RuleBook {
  rules(): Promise<{ id: number; condition: { urlFilter?: string | undefined }; action: unknown }[]>;
  update(change: { removeRuleIds: number[]; addRules: HeaderRule[] }): Promise<void>;
}

export interface Headers {
  /** Resolves when the rules this connection needs are in place. */
  ensureRules(connection: Connection, provider: Provider): Promise<void>;
  /** Removes the rules of all servers that none of these connections uses. */
  keepOnly(connections: readonly { connection: Connection; provider: Provider }[]): Promise<void>;
  clear(): Promise<void>;
}

/** The only names we change by rule; every other header goes with `fetch`. */
const byRule = new Set(['origin', 'referer', 'dnt']);

/** @param ownHost host of the extension's own origin, so that no page's request is ever touched */
export function createHeaders(book: RuleBook, ownHost: string): Headers {
  // One change at a time: two of them could take the same free number.
  const inTurn = createQueue();

  return {
    ensureRules: (connection, provider) =>
      inTurn(async () => {
        const wanted = rulesOf(connection, provider, ownHost);
        const there = await book.rules();
        const taken = new Set(there.map((rule) => rule.id));
        const removeRuleIds: number[] = [];
        const addRules: HeaderRule[] = [];
        for (const { filter, rule } of wanted) {
          // A rule is known by the server it is for; its number means nothing.
          const old = there.find((each) => each.condition.urlFilter === filter);
          if (old && (rule === null || !sameAction(old.action, rule.action))) removeRuleIds.push(old.id);
          if (rule === null || (old && sameAction(old.action, rule.action))) continue;
          const id = old?.id ?? firstFree(taken);
          taken.add(id);
          addRules.push({ id, ...rule });
        }
        if (removeRuleIds.length + addRules.length > 0) await book.update({ removeRuleIds, addRules });
      }),
    keepOnly: (connections) =>
      inTurn(async () => {
        const used = new Set(
          connections.flatMap(({ connection, provider }) =>
            rulesOf(connection, provider, ownHost).flatMap(({ filter, rule }) => (rule ? [filter] : [])),
          ),
        );
        const there = await book.rules();
        const removeRuleIds = there.filter((rule) => !used.has(rule.condition.urlFilter ?? '')).map((rule) => rule.id);
        if (removeRuleIds.length > 0) await book.update({ removeRuleIds, addRules: [] });
      }),
    clear: () =>
      inTurn(async () => {
        const there = await book.rules();
        if (there.length > 0) await book.update({ removeRuleIds: there.map((rule) => rule.id), addRules: [] });
      }),
  };
}

/** What one server needs; `rule` is null where nothing has to be set, so that an old rule goes. */
export interface ServerRule {
  filter: string;
  rule: Omit<HeaderRule, 'id'> | null;
}

export function rulesOf(connection: Connection, provider: Provider, ownHost: string): ServerRule[] {
  const allowPrivateHttp = connection.options?.allowPrivateHttp === true;
  return serversOf(provider, connection).flatMap((server): ServerRule[] => {
    const judged = judgeBaseUrl(server, { allowPrivateHttp });
    if (!judged.ok) return [];
    const filter = `|${judged.origin}/`;
    const requestHeaders = headersFor(connection, provider, judged.origin);
    if (requestHeaders.length === 0) return [{ filter, rule: null }];
    const condition = {
      initiatorDomains: [ownHost],
      urlFilter: filter,
      resourceTypes: ['xmlhttprequest'] as ['xmlhttprequest'],
    };
    return [{ filter, rule: { priority: 1, action: { type: 'modifyHeaders', requestHeaders }, condition } }];
  });
}

function headersFor(
  connection: Connection,
  provider: Provider,
  origin: string,
): HeaderRule['action']['requestHeaders'] {
  const named = Object.entries(provider.headers ?? {}).flatMap(([name, value]): [string, string][] =>
    byRule.has(name.toLowerCase())
      ? [[name.toLowerCase(), fill(value.replaceAll('{origin}', origin), provider, connection)]]
      : [],
  );
  const values = new Map(named);
  // Servers such as Ollama refuse an extension's origin and take their own.
  if (connection.options?.rewriteOrigin) values.set('origin', origin);
  return [...values].map(([header, value]) => ({ header, operation: 'set', value }));
}

/** Browsers add fields of their own to what they give back, so only what we set is compared. */
function sameAction(action: unknown, wanted: HeaderRule['action']): boolean {
  if (typeof action !== 'object' || action === null || !('requestHeaders' in action)) return false;
  const { requestHeaders } = action;
  if (!Array.isArray(requestHeaders) || requestHeaders.length !== wanted.requestHeaders.length) return false;
  return wanted.requestHeaders.every(({ header, value }) =>
    requestHeaders.some(
      (each: { header?: unknown; value?: unknown }) => each.header === header && each.value === value,
    ),
  );
}

function firstFree(taken: ReadonlySet<number>): number {
  let id = 1;
  while (taken.has(id)) id += 1;
  return id;
}
