/** The catalog as it is offered: in groups, searched by words, the shut-down ones apart. */
import type { Provider, ProviderGroup } from '../providers/contract';

/** In the order in which they are offered. */
export const groups = ['local', 'hosted', 'gateway', 'retired'] as const satisfies readonly ProviderGroup[];

/** The catalog's entries by group, in the catalog's order; empty groups are left out, entries without a group too. */
export function byGroup(catalog: readonly Provider[]): { group: ProviderGroup; providers: Provider[] }[] {
  return groups
    .map((group) => ({ group, providers: catalog.filter((provider) => provider.group === group) }))
    .filter(({ providers }) => providers.length > 0);
}

/** Entries that belong to no group and stand before them all: any server, by its address. */
export const ungrouped = (catalog: readonly Provider[]): Provider[] =>
  catalog.filter((provider) => provider.group === undefined);

/** Entries whose name, description or address holds every word. */
export function searchCatalog(catalog: readonly Provider[], typed: string): Provider[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return catalog.filter((provider) => {
    const text = `${provider.name} ${provider.id} ${provider.description ?? ''} ${provider.baseUrl}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
