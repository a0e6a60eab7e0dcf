/** Every site Gloss may reach, why, when it last did, and how to take that back. */
import { type ReadonlySignal, computed, createModel, signal } from '@preact/signals';
import { judgeBaseUrl } from '../core/address';
import type { Connection } from '../providers/contract';
import type { SiteAccess } from './site-access';

export interface LedgerRow {
  pattern: string;
  /** Host as shown; `null` for a grant of all sites, which the user can only have made in the browser itself. */
  host: string | null;
  scheme: string;
  /** Names of the connections that need it. */
  connections: string[];
  /** Epoch milliseconds. */
  lastUsed?: number;
  granted: boolean;
}

/** The hosts a stored connection talks to, as the browser's patterns. An address that is not in order has none. */
export function patternsOf(connection: Connection): string[] {
  const urls = connection.servers && connection.servers.length > 0 ? connection.servers : [connection.baseUrl];
  const allowPrivateHttp = connection.options?.allowPrivateHttp === true;
  const judged = urls.map((url) => judgeBaseUrl(url, { allowPrivateHttp }));
  return [...new Set(judged.flatMap((one) => (one.ok ? [one.pattern] : [])))];
}

/** Rows for what is granted, and for what a connection needs and the browser does not grant. */
export function ledgerRows(
  granted: readonly string[],
  connections: readonly Connection[],
  /** Origin → epoch milliseconds. */
  used: Readonly<Record<string, number>>,
): LedgerRow[] {
  const wanted = new Map<string, string[]>();
  for (const connection of connections) {
    for (const pattern of patternsOf(connection)) {
      wanted.set(pattern, [...(wanted.get(pattern) ?? []), connection.name]);
    }
  }
  const rows = [...new Set([...granted, ...wanted.keys()])].map((pattern): LedgerRow => {
    const [scheme = '', rest = ''] = pattern.split('://');
    const host = rest.replace(/\/.*$/, '');
    const lastUsed = Object.entries(used)
      .filter(
        ([origin]) => URL.canParse(origin) && `${new URL(origin).protocol}//${new URL(origin).hostname}/*` === pattern,
      )
      .reduce((latest, [, at]) => Math.max(latest, at), 0);
    return {
      pattern,
      scheme,
      host: host.includes('*') && !host.startsWith('*.') ? null : host,
      connections: wanted.get(pattern) ?? [],
      granted: granted.includes(pattern),
      ...(lastUsed > 0 ? { lastUsed } : {}),
    };
  });
  return rows.toSorted((a, b) => (a.host ?? '').localeCompare(b.host ?? '') || a.scheme.localeCompare(b.scheme));
}

export interface LedgerDeps {
  access: SiteAccess;
  connections: ReadonlySignal<readonly Connection[]>;
  /** Origin → epoch milliseconds. */
  used: ReadonlySignal<Readonly<Record<string, number>>>;
}

export const Ledger = createModel((deps: LedgerDeps) => {
  const granted = signal<readonly string[]>([]);
  const refused = signal<string | null>(null);

  async function refresh(): Promise<void> {
    granted.value = await deps.access.all();
  }

  return {
    granted,
    /** The pattern whose *Revoke* or *Allow* the browser did not carry out. */
    refused,
    rows: computed(() => ledgerRows(granted.value, deps.connections.value, deps.used.value)),
    refresh,
    async revoke(pattern: string): Promise<void> {
      refused.value = null;
      // Sites an administrator has set cannot be given back.
      const done = await deps.access.remove([pattern]).catch(() => false);
      await refresh();
      if (!done && granted.value.includes(pattern)) refused.value = pattern;
    },
    /** From a click. */
    async allow(pattern: string): Promise<void> {
      const answer = deps.access.request([pattern]);
      refused.value = null;
      const given = await answer.catch(() => false);
      await refresh();
      if (!given) refused.value = pattern;
    },
  };
});
export type Ledger = InstanceType<typeof Ledger>;
