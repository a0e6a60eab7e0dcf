/** The chat on show: its tree, its runs, and what can be done with it. */
import { computed, createModel, signal } from '@preact/signals';
import type { AnswerMessage, ChainLink, Chat, ChatError, Message, UserPart } from '../core/chat';
import type {
  CommandInput,
  CommandName,
  CommandOutput,
  Line,
  Reply,
  Send,
  StorageTrouble,
  ToPanel,
} from '../core/protocol';
import type { ChatReader } from '../storage/chats';
import { createFollower } from './follow';
import { isAlive, isOpen } from './replay';
import { createRows } from './rows';
import { branchTo, newestLeaf, newestLeafOfAll, versionsOf, type Versions } from './tree';

export interface ChatDeps {
  send: Send;
  line: Line;
  reader: Pick<ChatReader, 'chat' | 'messages' | 'journal'>;
  newId(): string;
  /** Epoch milliseconds. */
  now(): number;
}

/** Who should answer; both absent means the default connection and its model. */
export interface Answerer {
  connectionId?: string;
  model?: string;
}

export interface Asking extends Answerer {
  chain?: ChainLink[];
  messageId: string;
  parts: UserPart[];
  /** The message the question follows; absent means the end of the branch on show. */
  parentId?: string | null;
}

/** `lost`: the worker was ended, and the line is on its way back. */
export type LineState = 'connecting' | 'live' | 'lost';

/** One message of the branch on show. */
export interface Turn {
  id: string;
  role: Message['role'];
  versions: Versions;
}

export const ChatModel = createModel(({ send, line, reader, newId, now }: ChatDeps) => {
  const chatId = signal(newId());
  const chat = signal<Chat | null>(null);
  const leafId = signal<string | null>(null);
  const loading = signal(false);
  const lineState = signal<LineState>('connecting');
  const trouble = signal<StorageTrouble | null>(null);
  /** Why the last command was not done. */
  const failure = signal<ChatError | null>(null);
  /** The chat could not be read; its own words. */
  const unreadable = signal<string | null>(null);

  const rows = createRows();
  const follower = createFollower({ line, reader, rows, now, reload: () => void reload() });

  const turns = computed<Turn[]>(() => {
    const tree = rows.tree.value;
    return branchTo(tree, leafId.value).map(({ id, role }) => ({
      id,
      role,
      versions: versionsOf(tree, id, isWorthShowing),
    }));
  });
  const running = computed(() => {
    const last = turns.value.at(-1);
    const message = last && rows.message(last.id)?.value;
    return message && isAlive(message, follower.alive.value) ? message.id : null;
  });

  /** A command that selects a branch is on its way; the store's older choice must not turn the view back. */
  let selecting = 0;
  /** Rises when another chat comes on show, so that late readings of the one before are dropped. */
  let showing = 0;
  let reading: Promise<void> | null = null;
  let readAgain = false;
  /** The chat on show was opened and has not been read yet; once it has, its runs are followed. */
  let unfollowed = false;

  /** An answer that failed before its first word is not worth turning to. */
  function isWorthShowing(id: string): boolean {
    const message = rows.peek(id);
    if (message?.role !== 'assistant' || message.state !== 'error') return true;
    return message.parts.some((part) => part.type !== 'notice');
  }

  function show(id: string) {
    showing += 1;
    rows.clear();
    follower.clear();
    chatId.value = id;
    chat.value = null;
    leafId.value = null;
    failure.value = null;
    unreadable.value = null;
    readAgain = false;
    unfollowed = false;
    reading = null;
  }

  async function read(turn: number): Promise<void> {
    const id = chatId.peek();
    const [row, messages] = await Promise.all([reader.chat(id), reader.messages(id)]);
    if (turn !== showing) return;
    const finished: Message[] = [];
    const open: AnswerMessage[] = [];
    for (const message of messages) {
      const known = rows.peek(message.id);
      if (known && !(isOpen(known) && !isOpen(message))) continue;
      if (isOpen(message)) open.push(message);
      else finished.push(message);
    }
    rows.put(finished);
    adopt(row ?? null);
    await follower.take(open);
    if (turn !== showing) return;
    adopt(row ?? null);
    if (unfollowed) follower.watch(id);
    unfollowed = false;
  }

  function adopt(row: Chat | null) {
    chat.value = row;
    if (selecting > 0 && leafId.peek() !== null) return;
    const places = rows.tree.peek().places;
    if (row?.leafId && places.has(row.leafId)) leafId.value = row.leafId;
    else if (leafId.peek() === null) leafId.value = newestLeafOfAll(rows.tree.peek());
  }

  /** Reads what changed. Calls while it reads are answered by one more reading, not by one each. */
  function reload(): Promise<void> {
    if (reading) {
      readAgain = true;
      return reading;
    }
    const turn = showing;
    const attempt = (async () => {
      do {
        readAgain = false;
        let failed: string | null = null;
        try {
          await read(turn);
        } catch (error) {
          failed = error instanceof Error ? error.message : String(error);
        }
        if (turn !== showing) return;
        unreadable.value = failed;
      } while (readAgain);
      reading = null;
      loading.value = false;
    })();
    reading = attempt;
    return attempt;
  }

  function onMessage(message: ToPanel): void {
    if (message.type === 'storage-trouble') {
      trouble.value = message.trouble;
      // What could not be opened has been set aside by now.
      if (unreadable.peek() !== null) void reload();
    } else if (message.chatId !== chatId.peek()) return;
    else if (message.type === 'changed') void reload();
    else follower.onMessage(message);
  }

  async function command<Name extends CommandName>(
    name: Name,
    input: CommandInput<Name>,
  ): Promise<Reply<CommandOutput<Name>>> {
    const reply = await send(name, input);
    failure.value = reply.ok ? null : reply.error;
    return reply;
  }

  /** Rows that a reply brought, without a reading in between. */
  async function takeReply(row: Chat, messages: Message[], answer: AnswerMessage) {
    if (row.id !== chatId.peek()) return;
    rows.put(messages);
    await follower.take([answer], { fresh: true });
    chat.value = row;
    leafId.value = answer.id;
  }

  return {
    chatId,
    chat,
    leafId,
    loading,
    lineState,
    trouble,
    failure,
    unreadable,
    /** The branch on show, from first to last. */
    turns,
    /** Runs that are alive; `null` while nobody has said. */
    alive: follower.alive,
    /** The answer being made at the end of the branch. */
    running,

    /** Listens to the line; call once. The result ends it. */
    connect(): () => void {
      return line.listen({
        onMessage,
        onConnect() {
          lineState.value = 'live';
          if (!reading) follower.watch(chatId.peek());
        },
        onDrop() {
          lineState.value = 'lost';
          follower.lost();
        },
      });
    },

    message: (id: string) => rows.message(id),
    /** Every answer of this chat, with the versions that are not on show. */
    answers: () => rows.answers(),

    /** Shows a stored chat, at its end. */
    async open(id: string): Promise<void> {
      show(id);
      loading.value = true;
      unfollowed = true;
      await reload();
    },

    /** A new chat. It has no row until its first question is stored. */
    begin(): void {
      show(newId());
      follower.watch(chatId.peek());
    },

    /** Reads again what could not be read. */
    async readAgain(): Promise<void> {
      loading.value = true;
      await reload();
    },

    /** Stores the question and asks. Nothing here changes unless the reply is good. */
    async ask({ parentId, ...question }: Asking): Promise<Reply<CommandOutput<'chat.send'>>> {
      const id = chatId.peek();
      const reply = await command('chat.send', {
        chatId: id,
        parentId: parentId === undefined ? leafId.peek() : parentId,
        ...question,
      });
      if (reply.ok) {
        await takeReply(reply.value.chat, [reply.value.question], reply.value.answer);
        return reply;
      }
      // The worker may have died between storing and replying: then the question is there, and asking again would double it.
      const stored = (await reader.messages(id).catch(() => [])).find((message) => message.id === question.messageId);
      if (stored?.role !== 'user' || id !== chatId.peek()) return reply;
      await reload();
      failure.value = null;
      const row = await reader.chat(id);
      const answer = rows.tree.peek().children.get(stored.id)?.at(-1);
      const answered = answer && rows.peek(answer.id);
      if (!row || answered?.role !== 'assistant') return reply;
      leafId.value = answered.id;
      return { ok: true, value: { chat: row, question: stored, answer: answered } };
    },

    /** One more answer to the same question. */
    async regenerate(answerId: string, answerer: Answerer = {}): Promise<boolean> {
      const input = { chatId: chatId.peek(), answerId, newAnswerId: newId(), ...answerer };
      const reply = await command('chat.regenerate', input);
      if (reply.ok) await takeReply(reply.value.chat, [], reply.value.answer);
      return reply.ok;
    },

    /** Goes on from the text there is. */
    async goOn(answerId: string): Promise<boolean> {
      const reply = await command('chat.continue', { chatId: chatId.peek(), answerId, newAnswerId: newId() });
      if (reply.ok) await takeReply(reply.value.chat, [], reply.value.answer);
      return reply.ok;
    },

    async stop(): Promise<void> {
      const run = running.peek();
      if (run !== null) await command('chat.stop', { run });
    },

    async retryNow(run: string): Promise<void> {
      await command('chat.retryNow', { run });
    },

    /** Turns to another version of a message and shows the newest branch through it. */
    async turnTo(id: string): Promise<void> {
      const leaf = newestLeaf(rows.tree.peek(), id);
      leafId.value = leaf;
      selecting += 1;
      try {
        await command('chat.select', { chatId: chatId.peek(), leafId: leaf });
      } finally {
        selecting -= 1;
      }
    },

    /** Who answers in this chat from now on. A chat without a row is told with its first question. */
    async use(connectionId: string, model: string, chain?: ChainLink[]): Promise<void> {
      const row = chat.peek();
      if (!row) return;
      const used = { connectionId, model, ...(chain ? { chain } : {}) };
      chat.value = { ...row, ...used };
      await command('chat.use', { chatId: row.id, ...used });
    },

    async rename(title: string): Promise<void> {
      const row = chat.peek();
      if (!row || title.trim() === '') return;
      chat.value = { ...row, title: title.trim(), titled: true };
      await command('chat.rename', { chatId: row.id, title: title.trim() });
    },

    dismissFailure(): void {
      failure.value = null;
    },
  };
});

export type ChatOnShow = InstanceType<typeof ChatModel>;
