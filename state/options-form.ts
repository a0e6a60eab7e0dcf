/** One connection being added or edited: what is typed, what is wrong with it, and the four things one can do with it. */
import { type ReadonlySignal, computed, createModel, signal } from '@preact/signals';
import type { Diagnosis, DiagnosisFix, KeyStatus, ModelEntry, Send } from '../core/protocol';
import type { Connection, Provider } from '../providers/contract';
import { type Draft, addressesOf, connectionOf, withField, withProvider } from './options-draft';
import { type FieldName, type Problems, problemsOf } from './options-problems';
import { modelToBeginWith } from './model-choice';
import { patternsOf } from './options-ledger';
import { readKey } from './options-key';
import type { SiteAccess } from './site-access';

export type Keeping = NonNullable<KeyStatus['keeping']>;

export interface FormDeps {
  send: Send;
  access: SiteAccess;
  catalog: readonly Provider[];
  /** What the browser has granted so far, kept up to date by the page. */
  granted: ReadonlySignal<readonly string[]>;
  /** The stored connections. */
  connections: ReadonlySignal<readonly Connection[]>;
}

/** How the last *Save* ended. */
export type Outcome =
  | { kind: 'saved'; keyCleared: boolean }
  /** The browser's question was answered with no; nothing was saved. */
  | { kind: 'refused'; hosts: string[] }
  | { kind: 'failed'; message: string };

export type ModelListing =
  | { state: 'none' }
  | { state: 'loading' }
  | { state: 'ready'; entries: ModelEntry[]; fetchedAt: number }
  | { state: 'failed'; message: string };

export type Trial =
  | { state: 'running' }
  | { state: 'done'; diagnosis: Diagnosis }
  | { state: 'failed'; message: string }
  /** The browser's question was answered with no. */
  | { state: 'refused'; hosts: string[] };

export const ConnectionForm = createModel((deps: FormDeps, start: Draft, isNew: boolean) => {
  const draft = signal(start);
  const key = signal('');
  const keyStatus = signal<KeyStatus>({ present: false });
  /** `null`: as it is kept now. */
  const keepingChoice = signal<Keeping | null>(null);
  const touched = signal<ReadonlySet<FieldName>>(new Set());
  const attempted = signal(false);
  const stored = signal(!isNew);
  const saving = signal(false);
  const outcome = signal<Outcome | null>(null);
  const trial = signal<Trial | null>(null);
  const models = signal<ModelListing>({ state: 'none' });
  /** Hosts of a retired provider that somebody else may own by now; saving waits for a second click. */
  const confirming = signal<string[]>([]);
  /** Granted for a test or a model list only; given back on leaving unless a stored connection needs it. */
  const lent = new Set<string>();
  /** Answers that belong to an earlier state of the form are dropped. */
  let trialNumber = 0;
  let listNumber = 0;

  const provider = computed(() => deps.catalog.find((one) => one.id === draft.value.provider));
  const addresses = computed(() => addressesOf(draft.value, provider.value));
  const patterns = computed(() => [...new Set(addresses.value.map((address) => address.pattern))]);
  const hosts = computed(() => [...new Set(addresses.value.map((address) => new URL(address.url).host))]);
  const keyReading = computed(() => readKey(key.value));
  /** A stored key goes to its own origin and nowhere else. */
  const keySaved = computed(() => {
    const status = keyStatus.value;
    if (!status.present) return false;
    return status.origin === undefined || addresses.value.length === 0 || status.origin === addresses.value[0]?.origin;
  });
  const keeping = computed<Keeping>(() => keepingChoice.value ?? keyStatus.value.keeping ?? 'device');
  const problems = computed(() => problemsOf(draft.value, key.value, provider.value, keySaved.value));
  const ready = computed(() => Object.keys(problems.value).length === 0);
  /** What may be shown at a field by now: not before it was left once, or *Save* was pressed. */
  const shownProblems = computed<Problems>(() => {
    const all = problems.value;
    if (attempted.value) return all;
    return Object.fromEntries(Object.entries(all).filter(([name]) => touched.value.has(name as FieldName)));
  });
  const reachable = computed(() => patterns.value.every((pattern) => deps.granted.value.includes(pattern)));

  const others = (): Connection[] => deps.connections.value.filter((one) => one.id !== draft.value.id);

  /** Asks the browser for this form's hosts. Called before anything else in a click's handler: later, the browser refuses. */
  function ask(onlyForNow: boolean): Promise<boolean> {
    const wanted = patterns.value;
    const before = deps.granted.value;
    if (wanted.length === 0) return Promise.resolve(true);
    const answer = deps.access.request(wanted);
    if (onlyForNow) for (const pattern of wanted) if (!before.includes(pattern)) lent.add(pattern);
    return answer.catch(() => false);
  }

  /** What was found no longer holds once something is typed. */
  function forgetTrial(): void {
    trial.value = null;
    trialNumber += 1;
  }

  function update(patch: Partial<Draft>): void {
    const before = addresses.value.map((address) => address.url).join(' ');
    draft.value = { ...draft.value, ...patch };
    outcome.value = null;
    confirming.value = [];
    forgetTrial();
    if (addresses.value.map((address) => address.url).join(' ') !== before) {
      if (models.value.state !== 'none') models.value = { state: 'none' };
      listNumber += 1;
    }
  }

  const input = (): { connection: { id: string; provider: string }; key?: string } => ({
    connection: { ...connectionOf(draft.value, provider.value) },
    ...(keyReading.value.key === '' ? {} : { key: keyReading.value.key }),
  });

  async function refreshKey(): Promise<void> {
    if (!stored.value) return;
    const reply = await deps.send('key.status', { id: draft.value.id });
    if (reply.ok) keyStatus.value = reply.value;
  }

  async function store(access: Promise<boolean>): Promise<void> {
    saving.value = true;
    outcome.value = null;
    try {
      if (!(await access)) {
        outcome.value = { kind: 'refused', hosts: hosts.value };
        return;
      }
      const typed = keyReading.value.key;
      const kept = typed !== '' || (keyStatus.value.present && keepingChoice.value !== null);
      const reply = await deps.send('connection.save', { ...input(), ...(kept ? { keeping: keeping.value } : {}) });
      if (!reply.ok) {
        outcome.value = { kind: 'failed', message: reply.error.message };
        return;
      }
      stored.value = true;
      forgetTrial();
      key.value = '';
      keepingChoice.value = null;
      attempted.value = false;
      touched.value = new Set();
      for (const pattern of patterns.value) lent.delete(pattern);
      outcome.value = { kind: 'saved', keyCleared: reply.value.keyCleared && typed === '' };
      await refreshKey();
    } finally {
      saving.value = false;
    }
  }

  /** Nobody named a model: takes one from the server's list, if it gives one, and stores that. */
  async function storeWithSomeModel(access: Promise<boolean>): Promise<void> {
    saving.value = true;
    await list(access, true);
    saving.value = false;
    const listed = models.value;
    if (!(await access)) outcome.value = { kind: 'refused', hosts: hosts.value };
    const model = listed.state === 'ready' ? modelToBeginWith(listed.entries) : undefined;
    if (model === undefined) {
      attempted.value = true;
      return;
    }
    update({ model });
    await store(Promise.resolve(true));
  }

  function historicalHosts(): string[] {
    const entry = provider.value;
    if (entry?.status !== 'retired') return [];
    const known = [entry.historicalUrl ?? '', entry.baseUrl, ...(entry.servers ?? [])].filter((url) =>
      URL.canParse(url),
    );
    const names = new Set(known.map((url) => new URL(url).hostname));
    return hosts.value.filter((host) => names.has(host.replace(/:\d+$/, '')));
  }

  async function diagnose(access: Promise<boolean>): Promise<void> {
    trialNumber += 1;
    const mine = trialNumber;
    trial.value = { state: 'running' };
    let next: Trial;
    if (!(await access)) next = { state: 'refused', hosts: hosts.value };
    else {
      const reply = await deps.send('connection.test', input());
      next = reply.ok ? { state: 'done', diagnosis: reply.value } : { state: 'failed', message: reply.error.message };
    }
    if (mine !== trialNumber) return;
    trial.value = next;
    const found = next.state === 'done' ? (next.diagnosis.models ?? []) : [];
    if (found.length > 0) models.value = { state: 'ready', entries: found, fetchedAt: Date.now() };
  }

  async function list(access: Promise<boolean>, fresh: boolean): Promise<void> {
    listNumber += 1;
    const mine = listNumber;
    models.value = { state: 'loading' };
    let next: ModelListing;
    if (!(await access)) next = { state: 'failed', message: '' };
    else {
      const reply = await deps.send('connection.models', { ...input(), fresh });
      next = reply.ok
        ? { state: 'ready', entries: reply.value.models, fetchedAt: reply.value.fetchedAt }
        : { state: 'failed', message: reply.error.message };
    }
    if (mine === listNumber) models.value = next;
  }

  return {
    draft,
    key,
    keyStatus,
    keyReading,
    keySaved,
    keeping,
    provider,
    hosts,
    problems: shownProblems,
    ready,
    reachable,
    stored,
    saving,
    outcome,
    trial,
    models,
    confirming,
    update,
    refreshKey,

    chooseProvider(id: string): void {
      const next = deps.catalog.find((one) => one.id === id);
      if (!next) return;
      update(
        withProvider(
          draft.value,
          next,
          provider.value,
          others().map((one) => one.name),
        ),
      );
    },
    setField(name: string, value: string): void {
      if (provider.value) update(withField(draft.value, provider.value, name, value));
    },
    setKey(typed: string): void {
      key.value = typed;
      outcome.value = null;
      forgetTrial();
    },
    setKeeping(choice: Keeping): void {
      keepingChoice.value = choice;
    },
    touch(name: FieldName): void {
      if (!touched.value.has(name)) touched.value = new Set([...touched.value, name]);
    },
    toggleFavourite(id: string): void {
      const { favourites } = draft.value;
      update({ favourites: favourites.includes(id) ? favourites.filter((one) => one !== id) : [...favourites, id] });
    },

    /** From a click. Resolves when it is stored, refused or failed; `outcome` says which. */
    save(confirmed = false): Promise<void> {
      const { model: noModel, ...others } = problems.value;
      if (noModel && Object.keys(others).length === 0 && provider.value?.modelsPath !== undefined) {
        return storeWithSomeModel(ask(false));
      }
      if (!ready.value) {
        attempted.value = true;
        return Promise.resolve();
      }
      const risky = historicalHosts();
      if (risky.length > 0 && !confirmed) {
        confirming.value = risky;
        return Promise.resolve();
      }
      confirming.value = [];
      return store(ask(false));
    },
    /** From a click. Sends one short question with what is in the form, saved or not. */
    test(): Promise<void> {
      const { model: _model, ...rest } = problems.value;
      if (Object.keys(rest).length > 0) {
        attempted.value = true;
        return Promise.resolve();
      }
      return diagnose(ask(true));
    },
    /** From a click. */
    fetchModels(): Promise<void> {
      if (addresses.value.length === 0) {
        touched.value = new Set([...touched.value, 'baseUrl', 'servers']);
        return Promise.resolve();
      }
      return list(ask(true), true);
    },
    /** On focus: fetches only where nothing has to be asked. */
    offerModels(): Promise<void> {
      const possible = reachable.value && addresses.value.length > 0 && provider.value?.modelsPath !== undefined;
      if (!possible || models.value.state !== 'none' || (!keySaved.value && problems.value.key))
        return Promise.resolve();
      return list(Promise.resolve(true), false);
    },
    /** From a click: does what the doctor proposes and tries again. */
    mend(fix: DiagnosisFix): Promise<void> {
      switch (fix.kind) {
        case 'base-url':
          update({ baseUrl: fix.baseUrl });
          return diagnose(ask(true));
        case 'model':
          update({ model: fix.model });
          return diagnose(ask(true));
        case 'rewrite-origin':
          update({ rewriteOrigin: true });
          return diagnose(ask(true));
        case 'site-access':
          return diagnose(deps.access.request(fix.origins).catch(() => false));
        case 'open':
          return Promise.resolve();
        default:
          return fix satisfies never;
      }
    },
    /** Removes the stored key; what is typed elsewhere in the form stays unsaved. */
    async removeKey(): Promise<void> {
      const connection = deps.connections.value.find((one) => one.id === draft.value.id);
      if (!connection) return;
      const reply = await deps.send('connection.save', { connection: { ...connection }, key: null });
      if (!reply.ok) outcome.value = { kind: 'failed', message: reply.error.message };
      await refreshKey();
    },
    /** Gives back access that was only lent to a test. */
    async leave(): Promise<void> {
      forgetTrial();
      listNumber += 1;
      const used = new Set(deps.connections.value.flatMap((one) => patternsOf(one)));
      const unused = [...lent].filter((pattern) => !used.has(pattern));
      lent.clear();
      if (unused.length > 0) await deps.access.remove(unused);
    },
  };
});
export type ConnectionForm = InstanceType<typeof ConnectionForm>;
