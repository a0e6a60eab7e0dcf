import type { AnswerMessage, Chat, ChatEvent, Message, UserMessage } from '../../core/chat';
import { failureOf } from '../../storage/failure';
import type { Ask } from './ask';
import { errorOf, Refused } from './commands';
import { withFallbacks } from './fallbacks';
import { startRun, type Run, type RunAudience, type RunWorld } from './run';
import type { Target, Targets } from './targets';

/** A deleted chat can be taken back for this long, in milliseconds. */
export const undoFor = 30_000;

export interface RunsWorld extends Omit<RunWorld, 'panels'> {
  panels: RunAudience & {
    started(chatId: string, run: string): void;
    changed(chatId: string): void;
  };
  ask: Ask;
  targets: Targets;
  /** An answer is over, and stored or given up. */
  onAnswered?(answer: AnswerMessage): void;
  /** Called whenever nothing is being answered any more. */
  onIdle?(): void;
}

/** What is stored and asked in one go. `messages` is what the provider gets to see, the question last. */
export interface Asking {
  chat: Chat;
  question: UserMessage | null;
  answer: AnswerMessage;
  target: Target;
  messages: readonly Message[];
}

/** All answers being made. */
export interface Runs {
  /** Answers of an earlier worker have been closed and old deletions carried out, or that has been tried. */
  ready(): Promise<void>;
  /** Does things to one chat one after the other. */
  inTurn<Value>(chatId: string, work: () => Promise<Value>): Promise<Value>;
  /** Throws `Refused` unless the chat's last answer is over and stored. */
  makeRoom(chatId: string): Promise<void>;
  /** Stores, then asks. Throws `Refused` if it cannot be stored; then nothing was asked. */
  start(asking: Asking): Promise<void>;
  stop(run: string): void;
  retryNow(run: string): void;
  /** Stops what the chat is answering and waits until that is stored. */
  stopChat(chatId: string): Promise<void>;
  stopAll(): Promise<void>;
  /** Runs a panel can watch: those being made, and those over but not stored yet. */
  live(chatId: string): Run[];
  active(): number;
}

export function createRuns(world: RunsWorld): Runs {
  const { store, panels, clock } = world;
  const live = new Map<string, Run>();
  const turns = new Map<string, Promise<unknown>>();
  let swept: Promise<void> | undefined;

  const report = (error: unknown) => {
    const { kind, message } = failureOf(error);
    world.onStorage({ kind, message });
  };

  async function sweep(): Promise<void> {
    try {
      const [closed] = await Promise.all([store.sweep(new Set(live.keys())), store.purge(clock.now() - undoFor)]);
      for (const chatId of closed) panels.changed(chatId);
    } catch (error) {
      // The next command tries again.
      swept = undefined;
      report(error);
    }
  }

  function adopt(run: Run): void {
    live.set(run.id, run);
    void run.settled.then(async () => {
      if (await run.save()) live.delete(run.id);
      world.onAnswered?.(run.answer);
      if (active() === 0) world.onIdle?.();
    });
  }

  const ofChat = (chatId: string) => [...live.values()].filter((run) => run.chatId === chatId);
  const active = () => [...live.values()].filter((run) => !run.over).length;

  async function settle(run: Run): Promise<boolean> {
    const stored = await run.save();
    if (stored) live.delete(run.id);
    return stored;
  }

  return {
    ready: () => (swept ??= sweep()),
    async inTurn(chatId, work) {
      const before = turns.get(chatId);
      const turn = (async () => {
        await before?.catch(() => undefined);
        return work();
      })();
      turns.set(chatId, turn);
      try {
        return await turn;
      } finally {
        if (turns.get(chatId) === turn) turns.delete(chatId);
      }
    },
    async makeRoom(chatId) {
      for (const run of ofChat(chatId)) {
        if (!run.over) {
          throw new Refused({
            kind: 'busy',
            message: 'This chat is still being answered. Stop the answer or wait for it.',
          });
        }
        if (!(await settle(run))) {
          throw new Refused({ kind: 'not-stored', message: 'The last answer of this chat could not be stored yet.' });
        }
      }
    },
    async start({ chat, question, answer, target, messages }) {
      let fresh: boolean;
      try {
        fresh = await store.ask(chat, question, answer);
      } catch (error) {
        // It may have been stored after all; if so, the next sweep gives it an end.
        swept = undefined;
        report(error);
        throw new Refused(errorOf(failureOf(error)));
      }
      if (!fresh) throw new Refused({ kind: 'not-done', message: 'A message with this id exists already.' });
      world.onStorage(null);
      const events = (control: Parameters<Ask>[2]): AsyncIterable<ChatEvent> =>
        withFallbacks(
          target,
          () => world.targets.fallbacks(target, chat),
          (each) => world.ask(each, messages, control),
        );
      panels.started(chat.id, answer.id);
      adopt(startRun(world, answer, events));
    },
    stop: (run) => live.get(run)?.stop(),
    retryNow: (run) => live.get(run)?.retryNow(),
    async stopChat(chatId) {
      for (const run of ofChat(chatId)) {
        run.stop();
        await settle(run);
      }
    },
    async stopAll() {
      for (const run of live.values()) run.stop();
      for (const run of live.values()) await settle(run);
      live.clear();
    },
    live: ofChat,
    active,
  };
}
