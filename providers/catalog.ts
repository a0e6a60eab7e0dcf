/** Who can answer. A new provider of a known wire is one entry in one of these lists, and nothing else. */
import { gateways } from './catalog/gateways';
import { hosted } from './catalog/hosted';
import { local } from './catalog/local';
import { retired } from './catalog/retired';
import type { Provider } from './contract';

/** Every provider, in the order in which it is offered. */
export const catalog: readonly Provider[] = [...local, ...hosted, ...gateways, ...retired];

const byId: ReadonlyMap<string, Provider> = new Map(catalog.map((provider) => [provider.id, provider]));

/** The provider of a connection; `undefined` for one that a later version knew. */
export const providerById = (id: string): Provider | undefined => byId.get(id);
