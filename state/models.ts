/** Choosing who answers: every connection's models in one list that can be searched, favourites first. */
import { computed, createModel, signal, type ReadonlySignal } from '@preact/signals';
import type { ChatError } from '../core/chat';
import type { ConnectionDraft, ModelEntry, Send } from '../core/protocol';
import type { Connection, Provider } from '../providers/contract';

export interface ModelsDeps {
  send: Send;
  connections: ReadonlySignal<readonly Connection[]>;
  /** The catalog; loaded when it is first needed. */
  catalog(): Promise<readonly Provider[]>;
}

/** A model of a connection, as one line of the list. */
export interface Choice {
  connectionId: string;
  connection: string;
  model: string;
  /** As people call it. */
  name: string;
  favourite: boolean;
  /** Tokens. */
  contextLength?: number;
  images?: boolean;
  /** The reader typed it; no list names it. */
  typed?: boolean;
}

export interface ChoiceGroup {
  connectionId: string;
  name: string;
  state: 'loading' | 'ready' | 'failed';
  error?: ChatError;
  choices: Choice[];
}

export interface Listing {
  state: 'loading' | 'ready' | 'failed';
  models: readonly ModelEntry[];
  error?: ChatError;
}

/** Lines shown of one connection; a search finds the rest. */
const mostShown = 60;

/** Every word of the query occurs somewhere in the line. */
function matches(query: string, ...texts: string[]): boolean {
  const line = texts.join(' ').toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => line.includes(word));
}

const flag = (value: unknown): boolean | undefined => (typeof value === 'boolean' ? value : undefined);

function choiceOf(connection: Connection, { id, name, images, contextLength }: ModelEntry): Choice {
  const sees = flag(images);
  return {
    connectionId: connection.id,
    connection: connection.name,
    model: id,
    name: name ?? id,
    favourite: connection.favourites?.includes(id) === true,
    ...(sees === undefined ? {} : { images: sees }),
    ...(typeof contextLength === 'number' ? { contextLength } : {}),
  };
}

/** The lines of one connection: its favourites, the model it is set up with, then what the server offers. */
function choicesOf(connection: Connection, listed: readonly ModelEntry[]): Choice[] {
  const known = new Set<string>();
  const entries: ModelEntry[] = [];
  const favourites = (connection.favourites ?? []).map((id) => listed.find((entry) => entry.id === id) ?? { id });
  const own = listed.find((entry) => entry.id === connection.model) ?? { id: connection.model };
  for (const entry of [...favourites, own, ...listed]) {
    if (entry.id === '' || known.has(entry.id)) continue;
    known.add(entry.id);
    entries.push(entry);
  }
  return entries.map((entry) => choiceOf(connection, entry));
}

/**
 * Whether a model sees pictures: as the server's list says, else as the catalog says. `undefined` while nobody has said.
 */
export function seesPictures(
  connection: Pick<Connection, 'id' | 'provider'>,
  model: string,
  listings: ReadonlyMap<string, Listing>,
  providers: readonly Provider[],
): boolean | undefined {
  const listed = listings.get(connection.id)?.models.find(({ id }) => id === model);
  const provider = providers.find(({ id }) => id === connection.provider);
  const known = provider?.models?.find(({ id }) => id === model);
  return flag(listed?.['images']) ?? known?.images ?? provider?.capabilities.images;
}

export const ModelsModel = createModel(({ send, connections, catalog }: ModelsDeps) => {
  const query = signal('');
  const providers = signal<readonly Provider[]>([]);
  const listings = signal<ReadonlyMap<string, Listing>>(new Map());

  function list(id: string, listing: Listing) {
    listings.value = new Map(listings.peek()).set(id, listing);
  }

  async function fetchOne(connection: Connection, fresh: boolean): Promise<void> {
    const known = listings.peek().get(connection.id);
    if (known && (known.state === 'loading' || (known.state === 'ready' && !fresh))) return;
    list(connection.id, { state: 'loading', models: known?.models ?? [] });
    const draft: ConnectionDraft = { ...connection };
    const reply = await send('connection.models', { connection: draft, ...(fresh ? { fresh } : {}) });
    if (reply.ok) list(connection.id, { state: 'ready', models: reply.value.models });
    else list(connection.id, { state: 'failed', models: known?.models ?? [], error: reply.error });
  }

  const usable = computed(() => connections.value.filter(({ enabled }) => enabled));

  const groups = computed<ChoiceGroup[]>(() => {
    const wanted = query.value.trim();
    return usable.value.flatMap((connection) => {
      const listing = listings.value.get(connection.id);
      const all = choicesOf(connection, listing?.models ?? []);
      const found = wanted === '' ? all : all.filter((one) => matches(wanted, one.model, one.name, connection.name));
      if (wanted !== '' && found.length === 0) return [];
      const { state = 'loading', error } = listing ?? {};
      return [
        {
          connectionId: connection.id,
          name: connection.name,
          state,
          ...(error ? { error } : {}),
          choices: found.slice(0, mostShown),
        },
      ];
    });
  });

  /** What the reader typed, as a model of each connection, where no list has it. */
  const typed = computed<Choice[]>(() => {
    const model = query.value.trim();
    if (model === '' || /\s/.test(model)) return [];
    return usable.value
      .filter(({ id }) => !groups.value.some((group) => group.connectionId === id && group.choices.length > 0))
      .map((connection) => ({ ...choiceOf(connection, { id: model }), typed: true }));
  });

  return {
    query,
    groups,
    typed,
    listings,
    providers,

    search(words: string): void {
      query.value = words;
    },

    /** Fetches what has not been fetched, or everything again. */
    async fetch(fresh = false): Promise<void> {
      await Promise.all(usable.peek().map((connection) => fetchOne(connection, fresh)));
    },

    /** Stars a model, or takes the star away. */
    async toggleFavourite({ connectionId, model }: Pick<Choice, 'connectionId' | 'model'>): Promise<void> {
      const connection = connections.peek().find(({ id }) => id === connectionId);
      if (!connection) return;
      const starred = connection.favourites ?? [];
      const favourites = starred.includes(model) ? starred.filter((one) => one !== model) : [...starred, model];
      await send('connection.save', { connection: { ...connection, favourites } });
    },

    /** Reads the catalog, for what it knows about models. */
    async learn(): Promise<void> {
      if (providers.peek().length === 0) providers.value = await catalog();
    },
  };
});

export type Models = InstanceType<typeof ModelsModel>;
