import type { ChainLink, Chat } from '../../core/chat';
import type { Connection, Provider } from '../../providers/contract';

/** Who is asked. `provider` is missing when the catalog no longer knows it. */
export interface Target {
  connection: Connection;
  provider: Provider | undefined;
  model: string;
}

export interface Targets {
  /** What was chosen now, else what the chat uses, else the default, else any that is set up, else Passages. */
  resolve(wanted: { connectionId?: string; model?: string }, chat?: Chat): Promise<Target>;
  /** Whom to ask, in order, when this one fails before its first content: the chat's own chain, else the connection's. */
  fallbacks(target: Target, chat?: Pick<Chat, 'chain'>): Promise<Target[]>;
}

export interface TargetsWorld {
  connections(): Promise<Connection[]>;
  defaultConnection(): Promise<string | null>;
  providerById(id: string): Provider | undefined;
  /** Whether its server keeps failing, so that nothing is sent there by itself. */
  isResting?(connection: Connection, provider: Provider): boolean;
}

/** Quotes from the page, without a network or an AI: what answers when nothing is set up. */
export const passages: Connection = {
  id: 'passages',
  provider: 'passages',
  name: 'Passages',
  baseUrl: '',
  model: 'passages',
  enabled: true,
};

export function createTargets(world: TargetsWorld): Targets {
  const targetOf = (connection: Connection, model: string | undefined): Target => {
    const provider = world.providerById(connection.provider);
    const first = provider?.models?.[0];
    return { connection, provider, model: model || connection.model || (provider?.defaultModel ?? first?.id ?? '') };
  };
  return {
    async resolve(wanted, chat) {
      const all = [...(await world.connections()), passages];
      const byId = (id: string | null | undefined) => all.find((connection) => connection.id === id);
      const chosen = byId(wanted.connectionId);
      if (chosen) {
        const kept = chosen.id === chat?.connectionId ? chat.model : undefined;
        return targetOf(chosen, wanted.model ?? kept);
      }
      // A model belongs to its connection; where that is gone, so is the wish.
      const model = wanted.connectionId === undefined ? wanted.model : undefined;
      const used = byId(chat?.connectionId);
      if (used) return targetOf(used, model ?? chat?.model);
      const standard = byId(await world.defaultConnection());
      const usable = (connection: Connection) => connection.enabled && world.providerById(connection.provider);
      const answering = standard && usable(standard) ? standard : all.find(usable);
      return targetOf(answering ?? passages, model);
    },
    async fallbacks({ connection, model }, chat) {
      const all = await world.connections();
      const links: readonly Partial<ChainLink>[] =
        chat?.chain ?? (connection.options?.fallbacks ?? []).map((connectionId) => ({ connectionId }));
      const asked = new Set([`${connection.id} ${model}`]);
      return links.flatMap((link) => {
        const found = all.find((each) => each.id === link.connectionId && each.enabled);
        const next = found && targetOf(found, link.model);
        if (next?.provider && world.isResting?.(next.connection, next.provider)) return [];
        // Nobody is asked the same thing twice.
        if (!next || asked.has(`${next.connection.id} ${next.model}`)) return [];
        if (!chat?.chain && next.connection.id === connection.id) return [];
        asked.add(`${next.connection.id} ${next.model}`);
        return [next];
      });
    },
  };
}
