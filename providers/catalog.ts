/** Who can answer. A new provider of a known wire is one entry in one of these lists, and nothing else. */
import { clouds } from './catalog/clouds';
import { gateways } from './catalog/gateways';
import { hosted } from './catalog/hosted';
import { local } from './catalog/local';
import { openServices } from './catalog/open-services';
import { retired } from './catalog/retired';
import { localApps, ownGateways } from './catalog/self-hosted';
import type { Provider } from './contract';

/** Every provider, in the order in which it is offered. */
export const catalog: readonly Provider[] = [
  ...local,
  ...localApps,
  ...hosted,
  ...gateways,
  ...clouds,
  ...openServices,
  ...ownGateways,
  ...retired,
];

const byId: ReadonlyMap<string, Provider> = new Map(catalog.map((provider) => [provider.id, provider]));

/** The provider of a connection; `undefined` for one that a later version knew. */
export const providerById = (id: string): Provider | undefined => byId.get(id);
