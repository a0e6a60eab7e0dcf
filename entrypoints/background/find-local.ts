/** Which model servers run on this machine: every address of this machine in the catalog, asked at the same time. */
import { judgeBaseUrl } from '../../core/address';
import type { CommandOutput, ModelEntry } from '../../core/protocol';
import type { Connection, Provider } from '../../providers/contract';
import { Refused, type CommandTable } from './commands';
import { type ModelsWorld, listModels } from './models';

type Found = CommandOutput<'connection.findLocal'>['found'][number];

export interface FindLocalWorld extends ModelsWorld {
  catalog: readonly Provider[];
}

/** A server on this machine answers at once or not at all; milliseconds. */
const patienceMs = 2500;

/**
 * The servers the catalog knows on this machine, one for each port; the first entry of a port speaks for it. The ports are
 * those of the entries' base URLs: Ollama 11434, LM Studio 1234, llama.cpp 8080, vLLM 8000, KoboldCpp 5001, Jan 1337,
 * LiteLLM 4000, Open WebUI 3000.
 */
export function localPlaces(catalog: readonly Provider[]): Provider[] {
  const ports = new Set<string>();
  return catalog.filter((provider) => {
    const judged = judgeBaseUrl(provider.baseUrl);
    if (!judged.ok || !judged.loopback || provider.status === 'retired') return false;
    const { port } = new URL(judged.url);
    if (ports.has(port)) return false;
    ports.add(port);
    return true;
  });
}

export function createFindLocal(world: FindLocalWorld): Pick<CommandTable, 'connection.findLocal'> {
  return {
    async 'connection.findLocal'() {
      const places = localPlaces(world.catalog);
      const found = await Promise.all(places.map((provider) => ask(world, provider)));
      return { found: found.filter((one) => one !== null) };
    },
  };
}

/** A server that answers, with its models; one that wants a key answers too, with none. `null`: nothing of the kind. */
async function ask(world: FindLocalWorld, provider: Provider): Promise<Found | null> {
  const { id, baseUrl } = provider;
  const connection: Connection = { id: `find:${id}`, provider: id, name: id, baseUrl, model: '', enabled: true };
  try {
    const models = await listModels({ ...world, patienceMs }, { connection, provider });
    return { provider: id, baseUrl, models: models.map((model): ModelEntry => ({ ...model })) };
  } catch (error) {
    const wantsKey = error instanceof Refused && (error.error.kind === 'auth' || error.error.kind === 'permission');
    return wantsKey ? { provider: id, baseUrl, models: [] } : null;
  }
}
