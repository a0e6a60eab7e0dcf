/**
 * Finds out why a connection does not answer, by trying: one real question of one token, and where that fails, whatever
 * tells the causes apart. A list of models is not enough: Ollama gives it to anybody and refuses the question.
 */
import { judgeBaseUrl } from '../../core/address';
import type { ChatError } from '../../core/chat';
import type { Diagnosis, DiagnosisCause, ModelEntry } from '../../core/protocol';
import { redact } from '../../core/redact';
import { serviceOfKey } from '../../providers/catalog/key-shapes';
import type { Connection, EngineAvailability, EngineId, ModelInfo } from '../../providers/contract';
import { serversOf } from '../../providers/request';
import { nearestNames } from '../../state/model-choice';
import { Refused, type CommandTable } from './commands';
import { type ModelsWorld, type Target, listModels, savedKey, targetOf } from './models';
import { connectionOf } from './schemas';
import { type Probe, likelyBases, probe } from './probe';

export interface DoctorWorld extends ModelsWorld {
  /** Every stored connection. */
  connections(): Promise<Connection[]>;
  /** Header rules that only the test needed go again. */
  settleHeaders(): Promise<void>;
  /** What the browser believes; `true` proves nothing. */
  online(): boolean;
  /** Whether the browser has closed the way into the local network for us. */
  localNetwork(): Promise<'granted' | 'denied' | 'unknown'>;
  engineAvailability(engine: EngineId): Promise<EngineAvailability>;
  /** Milliseconds until the first byte of the test's answer. */
  testPatienceMs?: number;
}

type Usable = Extract<ReturnType<typeof judgeBaseUrl>, { ok: true }>;

/** What is known about the case while it is looked into. */
interface Case {
  world: DoctorWorld;
  target: Target;
  server: Usable;
  host: string;
  key: string | undefined;
  models(): Promise<ModelInfo[] | ChatError>;
}

export function createDoctor(world: DoctorWorld): Pick<CommandTable, 'connection.test' | 'connection.doctor'> {
  return {
    async 'connection.test'({ connection, key }) {
      return diagnose(world, targetOf(world, connectionOf(connection)), key);
    },
    async 'connection.doctor'({ id, model }) {
      const connection = (await world.connections()).find((one) => one.id === id);
      if (!connection) return found('unknown', '');
      return diagnose(world, targetOf(world, model === undefined ? connection : { ...connection, model }));
    },
  };
}

const found = (cause: DiagnosisCause, subject: string, more: Partial<Diagnosis> = {}): Diagnosis => ({
  ok: false,
  cause,
  ...(subject === '' ? {} : { subject }),
  ...more,
});

/** @param typedKey a key that is not saved; otherwise the saved one is used, at its own origin alone */
export async function diagnose(world: DoctorWorld, target: Target, typedKey?: string): Promise<Diagnosis> {
  const { connection, provider } = target;
  if (provider.engine !== undefined) {
    const availability = await world.engineAvailability(provider.engine);
    return availability === 'available' ? { ok: true } : found('unavailable', provider.name);
  }
  const allowPrivateHttp = connection.options?.allowPrivateHttp === true;
  const judged = serversOf(provider, connection).map((server) => judgeBaseUrl(server, { allowPrivateHttp }));
  const [server] = judged;
  if (!server?.ok || judged.some((one) => !one.ok))
    return found('bad-address', serversOf(provider, connection)[0] ?? '');
  const host = new URL(server.url).host;
  const patterns = [...new Set(judged.flatMap((one) => (one.ok ? [one.pattern] : [])))];
  if (!(await world.hasAccess(patterns))) {
    return found('site-access', host, { fix: { kind: 'site-access', origins: patterns } });
  }
  try {
    await world.headers.ensureRules(connection, provider);
    const key = typedKey ?? (await savedKey(world, connection, server.origin));
    return await examine({ world, target, server, host, key, models: once(() => tryList(world, target, key)) });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return found(error.error.code === 'locked' ? 'key-missing' : 'unknown', host, { detail: error.error.message });
  } finally {
    await world.settleHeaders();
  }
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => (made ??= make());
}

async function tryList(world: DoctorWorld, target: Target, key: string | undefined): Promise<ModelInfo[] | ChatError> {
  try {
    return await listModels(world, target, key);
  } catch (error) {
    return error instanceof Refused ? error.error : { kind: 'server', message: String(error) };
  }
}

async function examine(sick: Case): Promise<Diagnosis> {
  const { world, target } = sick;
  const { connection, provider } = target;
  const model = provider.quirks?.forceModel ?? connection.model;
  if (model === '' && provider.defaultModel === undefined && provider.dialect !== 'single-prompt') {
    const list = await sick.models();
    // Without a model there is nothing to ask; if the server cannot even list them, that is what is wrong.
    if (!Array.isArray(list) && list.kind !== 'model-not-found') return explain(sick, { ms: 0, error: list });
    return missingModel(Array.isArray(list) ? list : []);
  }
  const first = await probe(world, target, sick.key, world.testPatienceMs);
  if (!first.error) {
    const list = await sick.models();
    return {
      ok: true,
      ms: Math.max(1, Math.round(first.ms)),
      ...(Array.isArray(list) ? { models: entries(list) } : {}),
    };
  }
  return explain(sick, { ...first, error: first.error });
}

const entries = (models: readonly ModelInfo[]): ModelEntry[] => models.map((model) => ({ ...model }));

function missingModel(models: readonly ModelInfo[]): Diagnosis {
  const first = models[0]?.id;
  return found('model-missing', '', {
    ...(first === undefined ? {} : { fix: { kind: 'model', model: first } }),
    suggestions: models.slice(0, 3).map(({ id }) => id),
    models: entries(models),
  });
}

async function explain(sick: Case, failed: Probe & { error: ChatError }): Promise<Diagnosis> {
  const { host } = sick;
  const { error } = failed;
  const said: Partial<Diagnosis> = {
    ...(error.message === '' ? {} : { detail: redact(error.message, [sick.key]).slice(0, 500) }),
    ...(error.status === undefined ? {} : { status: error.status }),
  };
  switch (error.kind) {
    case 'network':
      return unreachable(sick);
    case 'timeout':
      return slow(sick, said);
    case 'redirect':
      return found('redirect', host, said);
    case 'auth':
      return refusedKey(sick, error, said);
    case 'permission':
      return forbidden(sick, error, said);
    case 'origin-refused':
      return refusedOrigin(sick, said);
    case 'quota':
      return found('no-quota', host, said);
    case 'rate-limit':
      return found('rate-limited', host, said);
    case 'overloaded':
      return found(isLoading(error) ? 'cold-load' : 'server-error', host, said);
    case 'model-not-found':
      return namesModel(error) ? unknownModel(sick, said) : wrongPath(sick, failed, said);
    case 'interrupted':
      // Headers came and then nothing: the server works on it.
      return error.code === undefined ? wrongPath(sick, failed, said) : slow(sick, said);
    case 'not-an-api':
    case 'empty':
      return wrongPath(sick, failed, said);
    case 'server':
      return error.status === undefined || error.status < 500
        ? wrongPath(sick, failed, said)
        : found(isLoading(error) ? 'cold-load' : 'server-error', host, said);
    case 'not-set-up':
      return found(causeOfSetup[error.code ?? ''] ?? 'unknown', host, said);
    case 'bad-request':
    case 'too-long':
    case 'blocked-content':
    case 'aborted':
    case 'site-access':
    case 'busy':
    case 'not-stored':
    case 'not-done':
      return found('unknown', host, said);
    default:
      return error.kind satisfies never;
  }
}

const causeOfSetup: Readonly<Record<string, DiagnosisCause>> = {
  address: 'bad-address',
  model: 'model-missing',
  key: 'key-missing',
  'key-origin': 'key-missing',
  dialect: 'unavailable',
  engine: 'unavailable',
};

/** llama.cpp and others answer 503 while the weights are read from disk. */
const isLoading = (error: ChatError): boolean => /\bloading\b|warming up|starting up/i.test(error.message);

/** A 404 is about the model only if it says so; a wrong path is a 404 too. */
const namesModel = (error: ChatError): boolean =>
  /\bmodel|deployment\b/i.test(`${error.message} ${error.code ?? ''}`) && !/unexpected endpoint/i.test(error.message);

/** Nothing came back at all. A browser does not tell why, so it is worked out from what else is known. */
async function unreachable({ world, server, host }: Case): Promise<Diagnosis> {
  const near = server.loopback || server.private;
  if (!world.online() && !server.loopback) return found('offline', host);
  if (near && (await world.localNetwork()) === 'denied') return found('local-network', host);
  const open = { fix: { kind: 'open' as const, url: server.url } };
  // Certificates of the user's own making are the rule nearby and rare elsewhere.
  if (server.url.startsWith('https:')) return found(near ? 'certificate' : 'nothing-listening', host, open);
  return found('nothing-listening', host);
}

/** No byte in time. A server that lists its models is there, and busy reading one from disk. */
async function slow(sick: Case, said: Partial<Diagnosis>): Promise<Diagnosis> {
  const list = await sick.models();
  return found(Array.isArray(list) ? 'cold-load' : 'server-error', sick.host, said);
}

function refusedKey({ target, host, key, world }: Case, error: ChatError, said: Partial<Diagnosis>): Diagnosis {
  const { provider } = target;
  const get = provider.keyUrl === undefined ? {} : { fix: { kind: 'open' as const, url: provider.keyUrl } };
  if (key === undefined || key === '' || error.code === 'key') return found('key-missing', host, { ...said, ...get });
  const service = serviceOfKey(key);
  if (service !== undefined && service !== provider.id) {
    return found('key-for-other-service', world.providerById(service)?.name ?? service, said);
  }
  return found('key-refused', host, { ...said, ...get });
}

/** 403 with words: about the origin, about the key, or about what this key may do. */
function forbidden(sick: Case, error: ChatError, said: Partial<Diagnosis>): Diagnosis {
  if (/\borigin|\bcors\b|host not allowed/i.test(error.message)) return refusedOrigin(sick, said);
  return refusedKey(sick, error, said);
}

function refusedOrigin({ target, server, host, key }: Case, said: Partial<Diagnosis>): Diagnosis {
  // Elsewhere an empty 403 is a firewall or a key; only a server nearby looks at who asks.
  const near = server.loopback || server.private || target.provider.status === 'local';
  if (!near) return found(key === undefined ? 'key-missing' : 'key-refused', host, said);
  const already = target.connection.options?.rewriteOrigin === true;
  const { detail: _empty, ...rest } = said;
  return found('origin-refused', host, { ...rest, ...(already ? {} : { fix: { kind: 'rewrite-origin' } }) });
}

async function unknownModel(sick: Case, said: Partial<Diagnosis>): Promise<Diagnosis> {
  const list = await sick.models();
  const names = Array.isArray(list) ? list.map(({ id }) => id) : [];
  const wanted = sick.target.connection.model;
  const near = nearestNames(wanted, names);
  const [best] = near;
  return found('model-unknown', wanted, {
    ...said,
    ...(best === undefined ? {} : { fix: { kind: 'model', model: best } }),
    suggestions: near.length > 0 ? near : names.slice(0, 3),
    ...(Array.isArray(list) ? { models: entries(list) } : {}),
  });
}

/** Something answers, but not with a chat: looks for the API at the paths where it usually is, on the same server. */
async function wrongPath(sick: Case, failed: Probe, said: Partial<Diagnosis>): Promise<Diagnosis> {
  const { world, target, server, host, key } = sick;
  for (const { baseUrl, twice } of likelyBases(server.url)) {
    const { servers: _pool, ...one } = target.connection;
    const there = await probe(world, { ...target, connection: { ...one, baseUrl } }, key, world.patienceMs);
    if (!there.error || speaksApi(there.error)) {
      return found(twice ? 'path-twice' : 'path-missing', baseUrl, { fix: { kind: 'base-url', baseUrl } });
    }
  }
  if (failed.error?.kind === 'model-not-found') {
    const list = await sick.models();
    if (Array.isArray(list) && list.length > 0) return unknownModel(sick, said);
  }
  if (failed.page) return found('web-page', host, said);
  return found('not-an-api', host, said);
}

/** A refusal in the wire's own words: the path is right, something else is not. */
function speaksApi(error: ChatError): boolean {
  switch (error.kind) {
    case 'auth':
    case 'quota':
    case 'rate-limit':
    case 'too-long':
      return true;
    case 'permission':
    case 'bad-request':
      return error.message !== '';
    case 'model-not-found':
      return namesModel(error);
    default:
      return false;
  }
}
