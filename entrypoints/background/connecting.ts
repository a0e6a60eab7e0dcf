/** Model lists, tests and the look for local servers, put together with what the browser has for them. */
import { browser } from 'wxt/browser';
import { catalog, providerById } from '../../providers/catalog';
import type { Fetch } from '../../providers/exchange';
import type { KeyStore } from '../../storage/keys';
import { modelLists } from '../../storage/model-lists';
import { connections } from '../../storage/settings';
import type { CommandTable } from './commands';
import { engines } from './engines';
import { createDoctor } from './doctor';
import { createFindLocal } from './find-local';
import type { Headers } from './headers';
import { createModelCommands } from './models';

export type ConnectingCommands = Pick<
  CommandTable,
  'connection.test' | 'connection.models' | 'connection.doctor' | 'connection.findLocal'
>;

export interface ConnectingWorld {
  fetch: Fetch;
  keys: KeyStore;
  headers: Headers;
  now(): number;
}

export function createConnectingCommands({ fetch, keys, headers, now }: ConnectingWorld): ConnectingCommands {
  const world = {
    fetch,
    keys,
    headers,
    now,
    providerById,
    cache: modelLists,
    hasAccess: (origins: string[]) => browser.permissions.contains({ origins }),
  };
  return {
    ...createModelCommands(world),
    ...createFindLocal({ ...world, catalog }),
    ...createDoctor({
      ...world,
      connections: () => connections.getValue(),
      async settleHeaders() {
        const stored = await connections.getValue();
        await headers.keepOnly(
          stored.flatMap((connection) => {
            const provider = providerById(connection.provider);
            return provider ? [{ connection, provider }] : [];
          }),
        );
      },
      online: () => navigator.onLine,
      localNetwork,
      engineAvailability: async (engine) => (await engines[engine]?.availability()) ?? 'unavailable',
    }),
  };
}

/** Chrome's permissions for the local network, by their names since 142 and since 145. Other browsers know none of them. */
async function localNetwork(): Promise<'granted' | 'denied' | 'unknown'> {
  let known: 'granted' | 'unknown' = 'unknown';
  for (const name of ['local-network', 'loopback-network', 'local-network-access']) {
    try {
      const { state } = await navigator.permissions.query({ name } as PermissionDescriptor);
      if (state === 'denied') return 'denied';
      known = 'granted';
    } catch {
      // A name this browser does not know.
    }
  }
  return known;
}
