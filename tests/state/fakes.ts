/** The world around the panel's models: a line, a store and a background, all in memory and in the test's hands. */
import type { AnswerMessage, Chat, ChatError, Message, UserMessage } from '../../core/chat';
import type {
  CommandInput,
  CommandName,
  CommandOutput,
  FromPanel,
  Line,
  Reply,
  Send,
  Stretch,
  ToPanel,
} from '../../core/protocol';
import type { HistoryCursor, SearchHit } from '../../storage/chats';

export function fakeLine() {
  let handlers: Parameters<Line['listen']>[0] | undefined;
  const posted: FromPanel[] = [];
  const line: Line = {
    post: (message) => void posted.push(message),
    listen(given) {
      handlers = given;
      return () => (handlers = undefined);
    },
  };
  return {
    line,
    posted,
    say: (message: ToPanel) => handlers?.onMessage(message),
    connect: () => handlers?.onConnect(),
    drop: () => handlers?.onDrop(),
    lastWatch: () => posted.findLast((message) => message.type === 'watch'),
  };
}

export function fakeStore() {
  const chats = new Map<string, Chat>();
  const messages: Message[] = [];
  const rows: Stretch[] = [];
  let broken: Error | undefined;
  const check = () => {
    if (broken) throw broken;
  };
  return {
    chats,
    messages,
    rows,
    breakWith: (error: Error | undefined) => (broken = error),
    /** Replaces a stored message. */
    store(message: Message) {
      const at = messages.findIndex(({ id }) => id === message.id);
      if (at < 0) messages.push(message);
      else messages[at] = message;
    },
    reader: {
      async chat(id: string) {
        check();
        return chats.get(id);
      },
      async messages(chatId: string) {
        check();
        return messages.filter((message) => message.chatId === chatId);
      },
      async journal(run: string, after = 0) {
        check();
        return rows.filter((row) => row.run === run && row.from > after);
      },
      async history({ limit, before }: { limit: number; before?: HistoryCursor }) {
        check();
        const all = [...chats.values()]
          .filter((chat) => chat.deletedAt === undefined)
          .sort((one, other) => other.updatedAt - one.updatedAt || (one.id < other.id ? 1 : -1));
        const start = before ? all.findIndex((chat) => chat.id === before.id) + 1 : 0;
        const page = all.slice(start, start + limit);
        const last = page.at(-1);
        const more = last !== undefined && start + limit < all.length;
        return { chats: page, ...(more ? { next: { updatedAt: last.updatedAt, id: last.id } } : {}) };
      },
      async *search(query: string, signal: AbortSignal): AsyncGenerator<SearchHit> {
        for (const chat of chats.values()) {
          await Promise.resolve();
          if (signal.aborted) return;
          const start = chat.title.toLowerCase().indexOf(query.toLowerCase());
          if (start >= 0) yield { chat, snippet: chat.title, start, length: query.length };
        }
      },
      async prepareSearch() {},
      async count() {
        return chats.size;
      },
    },
  };
}

type Answers = { [Name in CommandName]?: (input: CommandInput<Name>) => Promise<Reply<CommandOutput<Name>>> };

/** A background that answers from a table and keeps what it was asked. */
export function fakeBackground(answers: Answers = {}) {
  const asked: { [Name in CommandName]: { name: Name; input: CommandInput<Name> } }[CommandName][] = [];
  const send: Send = async (name, input) => {
    asked.push({ name, input } as (typeof asked)[number]);
    const answer = answers[name] as ((given: typeof input) => Promise<Reply<CommandOutput<typeof name>>>) | undefined;
    return answer ? answer(input) : { ok: true, value: null as CommandOutput<typeof name> };
  };
  return {
    send,
    answers,
    asked,
    inputs: <Name extends CommandName>(name: Name) =>
      asked.filter((one) => one.name === name).map((one) => one.input as CommandInput<Name>),
  };
}

export const refusal = (error: Partial<ChatError> = {}): { ok: false; error: ChatError } => ({
  ok: false,
  error: { kind: 'not-done', message: 'No.', ...error },
});

export const chatRow = (chat: Partial<Chat> = {}): Chat => ({
  id: 'chat',
  title: 'A chat',
  titled: false,
  createdAt: 1_000,
  updatedAt: 1_000,
  leafId: null,
  nextOrder: 0,
  ...chat,
});

export const question = (id: string, message: Partial<UserMessage> = {}): UserMessage => ({
  id,
  chatId: 'chat',
  role: 'user',
  parentId: null,
  order: 0,
  createdAt: 1_000,
  parts: [{ type: 'text', text: `Question ${id}` }],
  ...message,
});

export const answerTo = (parentId: string, id: string, message: Partial<AnswerMessage> = {}): AnswerMessage => ({
  id,
  chatId: 'chat',
  role: 'assistant',
  parentId,
  order: 1,
  createdAt: 1_001,
  parts: [],
  state: 'pending',
  connectionId: 'c',
  providerId: 'custom',
  provider: 'Custom',
  model: 'm',
  startedAt: 1_001,
  ...message,
});

export const textStretch = (run: string, from: number, ...texts: string[]): Stretch => ({
  run,
  from,
  to: from + texts.length - 1,
  at: 2_000 + from,
  events: texts.map((text) => ({ type: 'text-delta', text })),
});

export const endStretch = (run: string, from: number): Stretch => ({
  run,
  from,
  to: from,
  at: 3_000,
  events: [{ type: 'end', finish: { reason: 'stop' } }],
});

/** Lets everything that waits for a resolved promise happen. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}
