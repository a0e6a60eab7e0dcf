/** A world for the background in which time, the wire and death are in the test's hand. Storage is real. */
import 'fake-indexeddb/auto';
import type { AnswerMessage, ChatEvent, Message } from '../../core/chat';
import { fold } from '../../core/fold';
import type {
  CommandInput,
  CommandName,
  CommandOutput,
  FromPanel,
  StorageTrouble,
  Stretch,
  ToPanel,
} from '../../core/protocol';
import { createBuild } from '../../entrypoints/background/ask';
import { createChatCommands, type ChatCommands } from '../../entrypoints/background/chat-commands';
import type { Clock } from '../../entrypoints/background/clock';
import { errorOf, Refused } from '../../entrypoints/background/commands';
import { createKeepAlive } from '../../entrypoints/background/keep-alive';
import { createPanels, type PanelPort, type Panels } from '../../entrypoints/background/panels';
import { createRuns, type Runs } from '../../entrypoints/background/runs';
import type { RunControl } from '../../entrypoints/background/run';
import { createTargets, type Target } from '../../entrypoints/background/targets';
import type { Connection, Provider } from '../../providers/contract';
import { openChats } from '../../storage/chat-database';
import { createChatReader } from '../../storage/chat-reader';
import { createChatWriter } from '../../storage/chat-writer';
import type { ChatReader, ChatWriter } from '../../storage/chats';
import type { Seam } from '../../storage/database';

export interface HandClock extends Clock {
  /** Lets this much time pass, timer by timer, with everything that follows from each. */
  advance(ms: number): Promise<void>;
  pending(): number;
}

/** Lets everything happen that can happen without time passing. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 60; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

export function createHandClock(start = 1_000_000): HandClock {
  let now = start;
  let order = 0;
  const timers = new Map<number, { at: number; call: () => void }>();
  const next = (until: number) => {
    const due = [...timers].filter(([, timer]) => timer.at <= until);
    return due.toSorted(([one, a], [two, b]) => a.at - b.at || one - two)[0];
  };
  return {
    now: () => now,
    after(ms, call) {
      const id = (order += 1);
      timers.set(id, { at: now + ms, call });
      return () => timers.delete(id);
    },
    async advance(ms) {
      await settle();
      const until = now + ms;
      for (let due = next(until); due; due = next(until)) {
        const [id, timer] = due;
        timers.delete(id);
        now = Math.max(now, timer.at);
        timer.call();
        await settle();
      }
      now = until;
    },
    pending: () => timers.size,
  };
}

/** One request as it arrived at the provider, and what the provider says to it. */
export interface Call {
  target: Target;
  messages: readonly Message[];
  control: RunControl;
  say(...events: ChatEvent[]): void;
  text(text: string): void;
  end(): void;
  fail(error?: Partial<Extract<ChatEvent, { type: 'error' }>['error']>): void;
  throws(error: Error): void;
}

export interface Upstream {
  calls: Call[];
  ask(target: Target, messages: readonly Message[], control: RunControl): AsyncIterable<ChatEvent>;
}

export function createUpstream(): Upstream {
  const calls: Call[] = [];
  return {
    calls,
    ask(target, messages, control) {
      const said: (ChatEvent | Error)[] = [];
      let wake = (): void => undefined;
      const say = (...events: (ChatEvent | Error)[]) => {
        said.push(...events);
        wake();
      };
      calls.push({
        target,
        messages,
        control,
        say,
        text: (text) => say({ type: 'text-delta', text }),
        end: () => say({ type: 'end', finish: { reason: 'stop' } }),
        fail: (error) => say({ type: 'error', error: { kind: 'server', message: '', ...error } }),
        throws: (error) => say(error),
      });
      return (async function* () {
        for (;;) {
          const event = said.shift();
          if (event instanceof Error) throw event;
          if (event) {
            yield event;
            if (event.type === 'end' || event.type === 'error') return;
          } else await new Promise<void>((resolve) => (wake = resolve));
        }
      })();
    },
  };
}

/** A panel as the background sees it, which checks what it is told while it listens. */
export class Panel {
  heard: ToPanel[] = [];
  answers = new Map<string, AnswerMessage>();
  last = new Map<string, number>();
  private listeners: ((message: unknown) => void)[] = [];
  private leavers: (() => void)[] = [];

  constructor(readonly reader: ChatReader) {}

  port: PanelPort = {
    postMessage: (message) => {
      // Chrome sends JSON, so what does not survive it must not be relied on.
      this.hear(JSON.parse(JSON.stringify(message)) as ToPanel);
    },
    onMessage: { addListener: (call) => this.listeners.push(call) },
    onDisconnect: { addListener: (call) => this.leavers.push(call) },
    disconnect: () => undefined,
  };

  say(message: FromPanel): void {
    for (const listener of this.listeners) listener(message);
  }

  close(): void {
    for (const leave of this.leavers) leave();
  }

  /** As a real panel does: rows first, then the line from there on. */
  async watch(chatId: string): Promise<void> {
    for (const message of await this.reader.messages(chatId)) {
      if (message.role !== 'assistant' || (message.state !== 'pending' && message.state !== 'streaming')) continue;
      this.answers.set(message.id, message);
      this.last.set(message.id, 0);
      for (const row of await this.reader.journal(message.id)) this.grow(row);
    }
    this.say({ type: 'watch', chatId, have: Object.fromEntries(this.last) });
    await settle();
  }

  text(run: string): string {
    const parts = this.answers.get(run)?.parts ?? [];
    return parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
  }

  private hear(message: ToPanel): void {
    this.heard.push(message);
    if (message.type === 'events') this.grow(message);
  }

  private grow({ run, from, to, at, events }: Stretch): void {
    const last = this.last.get(run) ?? 0;
    if (from !== last + 1 || to < from) throw new Error(`A gap or a repetition: had ${last}, got ${from}–${to}`);
    this.last.set(run, to);
    const answer = this.answers.get(run);
    if (answer)
      this.answers.set(
        run,
        events.reduce((grown, event) => fold(grown, event, at), answer),
      );
  }
}

export const connection = (id: string, more: Partial<Connection> = {}): Connection => ({
  id,
  provider: 'custom',
  name: `Connection ${id}`,
  baseUrl: 'https://api.example/v1',
  model: `model-${id}`,
  enabled: true,
  ...more,
});

export const provider: Provider = {
  id: 'custom',
  name: 'Custom',
  baseUrl: '',
  auth: 'bearer',
  dialect: 'openai-chat',
  status: 'live',
  capabilities: { stream: true, system: true, history: true, images: true, reasoning: true, tools: false, usage: true },
};

export const passagesProvider: Provider = {
  ...provider,
  id: 'passages',
  name: 'Passages',
  auth: 'none',
  engine: 'passages',
};

export interface Worker {
  boot: string;
  runs: Runs;
  panels: Panels;
  store: ChatWriter;
  commands: ChatCommands;
  trouble: (StorageTrouble | null)[];
  pings: number;
  idle: number;
  /** Ends it as the browser does: at once, in the middle of whatever it does. */
  kill(): void;
  open(chatId?: string): Promise<Panel>;
  run<Name extends keyof ChatCommands & CommandName>(
    name: Name,
    input: CommandInput<Name>,
  ): Promise<CommandOutput<Name>>;
}

export interface World {
  clock: HandClock;
  upstream: Upstream;
  connections: Connection[];
  standard: string | null;
  database: string;
  /** Fails or kills at the n-th point; see `Seam`. */
  seam: Seam | undefined;
  reader: ChatReader;
  /** The worker that runs now. */
  worker: Worker | undefined;
  start(): Worker;
}

let databases = 0;

export function createWorld(): World {
  const clock = createHandClock();
  let boots = 0;
  let ids = 0;
  const database = `chats-${(databases += 1)}`;
  const world: World = {
    clock,
    upstream: createUpstream(),
    connections: [connection('one')],
    standard: 'one',
    database,
    seam: undefined,
    reader: createChatReader(openChats({ name: database })),
    worker: undefined,
    start,
  };

  function start(): Worker {
    const boot = `boot-${(boots += 1)}`;
    let dead = false;
    const grave = new Promise<void>(() => undefined);
    const seam: Seam = (operation, phase) => (dead ? grave : world.seam?.(operation, phase));
    const store = createChatWriter(boot, openChats({ name: database, owner: true, seam, wait: async () => undefined }));
    const mortal: Clock = {
      now: () => clock.now(),
      after: (ms, call) => clock.after(ms, () => dead || call()),
    };
    const worker: Worker = {
      boot,
      store,
      trouble: [],
      pings: 0,
      idle: 0,
      kill() {
        dead = true;
      },
      async open(chatId) {
        const panel = new Panel(world.reader);
        const { postMessage } = panel.port;
        panel.port.postMessage = (message) => {
          if (!dead) postMessage(message);
        };
        worker.panels.connect(panel.port);
        if (chatId !== undefined) await panel.watch(chatId);
        return panel;
      },
      run: async (name, input) => {
        const handler = worker.commands[name] as (
          input: CommandInput<typeof name>,
          context: { sender: 'panel' },
        ) => Promise<CommandOutput<typeof name>>;
        try {
          return await handler(input, { sender: 'panel' });
        } catch (error) {
          throw new Refused(errorOf(error));
        }
      },
      runs: undefined as never,
      panels: undefined as never,
      commands: undefined as never,
    };
    worker.panels = createPanels({
      ready: () => worker.runs.ready(),
      live: (chatId) => worker.runs.live(chatId),
      parse: (message) => message as FromPanel,
    });
    const targets = createTargets({
      connections: async () => world.connections,
      defaultConnection: async () => world.standard,
      providerById: (id) => [provider, passagesProvider].find((each) => each.id === id),
    });
    worker.runs = createRuns({
      store,
      clock: mortal,
      keepAlive: createKeepAlive(() => (worker.pings += 1), mortal),
      panels: worker.panels,
      onStorage(trouble) {
        worker.trouble.push(trouble);
        worker.panels.storage(trouble);
      },
      ask: (...asked) => (dead ? (async function* () {})() : mortalEvents(world.upstream.ask(...asked), () => dead)),
      targets,
      onIdle: () => (worker.idle += 1),
    });
    worker.commands = createChatCommands({
      store,
      runs: worker.runs,
      targets,
      build: createBuild({ instructions: async () => '' }),
      clock: mortal,
      newId: () => `answer-${(ids += 1)}`,
      changed: (chatId) => worker.panels.changed(chatId),
    });
    world.worker = worker;
    return worker;
  }

  return world;
}

/** What a dead worker's socket says to nobody. */
async function* mortalEvents(events: AsyncIterable<ChatEvent>, dead: () => boolean): AsyncGenerator<ChatEvent> {
  for await (const event of events) {
    if (dead()) await new Promise(() => undefined);
    yield event;
  }
}

export const say = (text: string) => [{ type: 'text' as const, text }];

export async function answerOf(reader: ChatReader, chatId: string, id: string): Promise<AnswerMessage> {
  const message = (await reader.messages(chatId)).find((each) => each.id === id);
  if (message?.role !== 'assistant') throw new Error(`No answer ${id}`);
  return message;
}

export const textOf = (answer: AnswerMessage): string =>
  answer.parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
