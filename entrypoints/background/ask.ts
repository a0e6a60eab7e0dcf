import { judgeBaseUrl } from '../../core/address';
import type { ChatError, ChatEvent, ChatRequest, Message } from '../../core/chat';
import { buildRequest, newFence, type ChoosePassages } from '../../core/prompt';
import { needsKey, type Connection, type Provider } from '../../providers/contract';
import { serversOf } from '../../providers/request';
import { mostRoom } from '../../providers/window';
import type { KeyAnswer } from '../../storage/keys';
import { informed } from './known-models';
import type { ModelCache } from './models';
import type { RunControl } from './run';
import type { Target } from './targets';

/** What asking needs from the world. */
export interface AskWorld extends BuildWorld {
  /** Events of one question to one connection; exactly one last event. */
  stream(
    target: { provider: Provider; connection: Connection },
    chat: ChatRequest,
    control: RunControl & { key: string | null },
  ): AsyncIterable<ChatEvent>;
  /** Whether the browser lets us reach this match pattern now. */
  allowed(pattern: string): Promise<boolean>;
  keyFor(connectionId: string, origin: string): Promise<KeyAnswer>;
  /** Puts the header rules in place that this connection needs. */
  ensureRules(connection: Connection, provider: Provider): Promise<void>;
  /** What this month cost, where that is over the user's limit. */
  overLimit?(connection: Connection): Promise<{ spent: number; limit: number } | null>;
}

/** What building a request needs from the world. */
export interface BuildWorld {
  /** The user's own words that go along with every question. */
  instructions(): Promise<string>;
  /** The code that picks passages of a page; asked for only where there is a page. */
  choose?(): Promise<ChoosePassages>;
  /** What servers told of their models earlier. */
  modelLists?: Pick<ModelCache, 'get'>;
}

/** The one way a request is made, whether it is sent or only shown: the request, and the provider as its server describes it. */
export type Build = (
  target: Target & { provider: Provider },
  messages: readonly Message[],
) => Promise<{ chat: ChatRequest; provider: Provider }>;

export function createBuild(world: BuildWorld): Build {
  return async ({ connection, provider, model }, messages) => {
    // Lists are kept by the connection as it is stored, not by what of its pool can be reached now.
    const [told, system, choose] = await Promise.all([
      world.modelLists ? informed({ provider, connection }, model, world.modelLists) : provider,
      world.instructions(),
      messages.some(({ parts }) => parts.some(({ type }) => type === 'page')) ? world.choose?.() : undefined,
    ]);
    const contextLength = mostRoom(told, connection, model);
    const chat = buildRequest({
      messages,
      system,
      connection,
      provider: told,
      model,
      fence: newFence(),
      ...(contextLength === undefined ? {} : { contextLength }),
      ...(choose ? { choose } : {}),
    });
    return { chat, provider: told };
  };
}

export type Ask = (target: Target, messages: readonly Message[], control: RunControl) => AsyncIterable<ChatEvent>;

/** Checks that a connection can be asked at all, then asks it. What is missing becomes the answer's error. */
export function createAsk(world: AskWorld): Ask {
  const build = createBuild(world);
  return async function* ask(target, messages, control) {
    const ready = await prepare(world, target);
    if ('error' in ready) {
      yield { type: 'error', error: ready.error };
      return;
    }
    const { connection, key } = ready;
    const { chat, provider } = await build({ ...target, provider: ready.provider }, messages);
    const over = await world.overLimit?.(connection);
    if (over) yield { type: 'notice', notice: { kind: 'over-limit', connection: connection.name, ...over } };
    yield* world.stream({ provider, connection }, chat, { ...control, key });
  };
}

type Ready = { provider: Provider; connection: Connection; key: string | null };

const missing = (code: string, message: string, origin?: string): { error: ChatError } => ({
  error: { kind: 'not-set-up', code, message, ...(origin === undefined ? {} : { origin }) },
});

/** `code` of a `not-set-up` error says what is missing: provider, disabled, address, model, key or locked. */
async function prepare(world: AskWorld, target: Target): Promise<Ready | { error: ChatError }> {
  const { connection, provider, model } = target;
  if (!provider) return missing('provider', `Gloss does not know the provider ${connection.provider}.`);
  if (!connection.enabled) return missing('disabled', `${connection.name} is switched off.`);
  if (provider.engine) return { provider, connection, key: null };
  if (!model && needsModel(provider)) return missing('model', `${connection.name} has no model.`);

  const allowPrivateHttp = connection.options?.allowPrivateHttp === true;
  const judged = serversOf(provider, connection).map((server) => ({
    server,
    ...judgeBaseUrl(server, { allowPrivateHttp }),
  }));
  const addresses = judged.filter((each) => each.ok);
  const first = addresses[0];
  if (!first)
    return missing(
      'address',
      judged.length > 0 ? `The address of ${connection.name} is not usable.` : `${connection.name} has no address.`,
    );

  let key: string | null = null;
  let servers = addresses;
  // Asked side by side: each goes to another process, and the question waits for all of them.
  const [answer, allowed] = await Promise.all([
    provider.auth === 'none' ? null : world.keyFor(connection.id, first.origin),
    Promise.all(addresses.map(({ pattern }) => world.allowed(pattern))),
  ]);
  if (answer) {
    if (answer.state === 'locked') return missing('locked', '', first.origin);
    if (answer.state === 'ready') key = answer.key;
    else if (needsKey(provider)) return missing('key', `${connection.name} has no key.`, first.origin);
    // A key is for one origin; a server elsewhere never gets it.
    if (key !== null) servers = addresses.filter((each) => each.origin === first.origin);
  }

  const reachable = servers.filter((each) => allowed[addresses.indexOf(each)]).map(({ server }) => server);
  if (reachable.length === 0) {
    return { error: { kind: 'site-access', message: '', origin: first.origin } };
  }
  const asked = reachable.length < judged.length ? { ...connection, servers: reachable } : connection;
  await world.ensureRules(asked, provider);
  return { provider, connection: asked, key };
}

/** A wire without a field for the model, or a server that has only one, needs none. */
function needsModel(provider: Provider): boolean {
  return provider.quirks?.forceModel === undefined && provider.dialect !== 'single-prompt';
}
