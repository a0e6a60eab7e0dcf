/** What the server's own list said about a model, for the request that goes to it. */
import type { ModelEntry } from '../../core/protocol';
import type { ModelInfo, Provider } from '../../providers/contract';
import { listId, type ModelCache, type Target } from './models';

/**
 * The provider, with what its server told of this model: how much fits, whether it sees and thinks. A list is never fetched
 * for that. Where server and catalog differ the server is right about itself; what only the catalog knows stays.
 */
export async function informed(target: Target, model: string, lists: Pick<ModelCache, 'get'>): Promise<Provider> {
  const { provider } = target;
  const list = await lists.get(listId(target)).catch(() => undefined);
  const entry = list?.models.find(({ id }) => id === model);
  if (!entry) return provider;
  const others = provider.models ?? [];
  const info: ModelInfo = { ...others.find(({ id }) => id === model), ...toldBy(entry) };
  return { ...provider, models: [info, ...others.filter(({ id }) => id !== model)] };
}

/** A list comes from the disk, where an older version may have written it. */
function toldBy(entry: ModelEntry): ModelInfo {
  const info: ModelInfo = { id: entry.id };
  for (const name of ['contextLength', 'maxOutput'] as const) {
    const value = entry[name];
    if (typeof value === 'number' && value > 0) info[name] = value;
  }
  for (const name of ['images', 'reasoning', 'tools'] as const) {
    const value = entry[name];
    if (typeof value === 'boolean') info[name] = value;
  }
  return info;
}
