import type { AnswerMessage, AnswerPart, ChainLink, Chat, Message, UserMessage } from '../../core/chat';
import type { CommandInput, CommandOutput } from '../../core/protocol';
import type { ChatWriter } from '../../storage/chats';
import type { Build } from './ask';
import { Refused } from './commands';
import type { Runs } from './runs';
import type { Target, Targets } from './targets';
import { titleOf } from './title';

export interface AskingWorld {
  store: ChatWriter;
  runs: Runs;
  targets: Targets;
  build: Build;
  now(): number;
  newId(): string;
}

/** What goes to the provider so that it finishes a sentence of its own. */
const goOn = 'Continue exactly where you stopped. Do not repeat anything that is already there.';

/** Characters of what is typed in one question; about 250,000 tokens. */
export const longestTyped = 1_000_000;

/** Host names kept with an answer; more would be noise. */
const mostHosts = 20;

interface Opened {
  chat: Chat | undefined;
  messages: Message[];
}

const refuse = (message: string): never => {
  throw new Refused({ kind: 'not-done', message });
};

/** Sends, asks again and goes on: the three ways an answer begins. Each call with the same id does its work once. */
export function createAsking(world: AskingWorld) {
  const { store, runs, targets } = world;

  /**
   * The chat and all its messages, once nothing of it is being answered. What was done already is found even while
   * something is. Read after the room was made: the last answer may have been stored in its last form only then.
   */
  async function open<Done>(chatId: string, doneAlready: (found: Opened) => Done | undefined): Promise<Opened | Done> {
    let busy: unknown;
    try {
      await runs.makeRoom(chatId);
    } catch (error) {
      busy = error;
    }
    const [chat, messages] = await Promise.all([store.chat(chatId), store.messages(chatId)]);
    if (chat?.deletedAt !== undefined) refuse('This chat has been deleted. Undo that, or start a new one.');
    const done = doneAlready({ chat, messages });
    if (done) return done;
    if (busy) throw busy;
    return { chat, messages };
  }

  function answerTo(question: UserMessage, chat: Chat, target: Target, branch: Message[], id: string): AnswerMessage {
    const { connection, model } = target;
    const hosts = hostsOf(branch);
    return {
      id,
      chatId: chat.id,
      parentId: question.id,
      order: chat.nextOrder,
      createdAt: world.now(),
      role: 'assistant',
      parts: [],
      state: 'pending',
      connectionId: connection.id,
      providerId: connection.provider,
      provider: connection.name,
      model,
      startedAt: world.now(),
      ...(hosts.length > 0 ? { sourceHosts: hosts } : {}),
    };
  }

  /** The chat as it stands once this answer is its newest message. */
  const grown = (chat: Chat, answer: AnswerMessage): Chat => ({
    ...chat,
    leafId: answer.id,
    nextOrder: answer.order + 1,
    updatedAt: world.now(),
  });

  async function send(input: CommandInput<'chat.send'>): Promise<CommandOutput<'chat.send'>> {
    const { chatId, messageId, parentId, parts } = input;
    const typed = parts.reduce((sum, part) => sum + (part.type === 'text' ? part.text.length : 0), 0);
    if (typed > longestTyped) {
      const [length, most] = [typed, longestTyped].map((number) => number.toLocaleString('en'));
      refuse(
        `The message has ${length} characters; ${most} go at once. Nothing was sent. Shorten it, or send it in parts.`,
      );
    }
    const opened = await open(chatId, ({ chat, messages }) => {
      const question = messages.find((message) => message.id === messageId);
      if (!question) return undefined;
      const answer = messages.find((message) => message.parentId === messageId);
      if (!chat || question.role !== 'user' || answer?.role !== 'assistant') return refuse('This id is taken.');
      return { chat, question, answer };
    });
    if ('answer' in opened) return opened;
    const { chat: known, messages } = opened;
    if (parentId !== null && !messages.some((message) => message.id === parentId)) {
      refuse('The message this one follows is not in the chat.');
    }
    const target = await targets.resolve(input, known);
    const now = world.now();
    const begun: Chat = known ?? {
      id: chatId,
      title: '',
      titled: false,
      createdAt: now,
      updatedAt: now,
      leafId: null,
      nextOrder: 0,
    };
    const question: UserMessage = {
      id: messageId,
      chatId,
      parentId,
      order: begun.nextOrder,
      createdAt: now,
      role: 'user',
      parts,
    };
    // The first question names the chat, also when it is edited, until the user does.
    const title = parentId === null && !begun.titled ? titleOf(parts) : begun.title;
    const named = { ...begun, title, nextOrder: begun.nextOrder + 1, ...choice(input, target) };
    const branch = [...branchTo(messages, parentId), question];
    const answer = answerTo(question, named, target, branch, world.newId());
    const chat = grown(named, answer);
    await runs.start({ chat, question, answer, target, messages: branch });
    return { chat, question, answer };
  }

  async function again(
    input: CommandInput<'chat.regenerate'>,
    how: 'anew' | 'further',
  ): Promise<CommandOutput<'chat.regenerate'>> {
    const { chatId, answerId, newAnswerId } = input;
    const opened = await open(chatId, ({ chat, messages }) => {
      const answer = messages.find((message) => message.id === newAnswerId);
      if (!answer) return undefined;
      return chat && answer.role === 'assistant' ? { chat, answer } : refuse('This id is taken.');
    });
    if ('answer' in opened) return opened;
    const { chat: known, messages } = opened;
    const old = messages.find((message) => message.id === answerId);
    const question = messages.find((message) => message.id === old?.parentId);
    if (!known || old?.role !== 'assistant' || question?.role !== 'user') return refuse('This answer does not exist.');
    const parts = how === 'further' ? contentOf(old) : [];
    const target = await targets.resolve(
      how === 'further' ? { connectionId: old.connectionId, model: old.model } : input,
      known,
    );
    const branch = branchTo(messages, question.id);
    const blank = answerTo(question, known, target, branch, newAnswerId);
    const answer: AnswerMessage = { ...blank, parts };
    const chat = { ...grown(known, answer), ...choice(input, target) };
    const asked = parts.length > 0 ? [...branch, answer, continuation(answer)] : branch;
    await runs.start({ chat, question: null, answer, target, messages: asked });
    return { chat, answer };
  }

  /** What would be left out of this question, and what of its pages would go along. Nothing is stored or sent. */
  async function preview(input: CommandInput<'chat.preview'>): Promise<CommandOutput<'chat.preview'>> {
    const { chatId, parentId, parts } = input;
    const [chat, messages] = await Promise.all([store.chat(chatId), store.messages(chatId)]);
    const target = await targets.resolve(input, chat);
    const { provider } = target;
    if (!provider) return { notices: [] };
    const question: UserMessage = { id: 'preview', chatId, parentId, order: 0, createdAt: 0, role: 'user', parts };
    const { chat: request } = await world.build({ ...target, provider }, [...branchTo(messages, parentId), question]);
    return { notices: [...(request.notices ?? [])] };
  }

  return {
    preview,
    send: (input: CommandInput<'chat.send'>) => runs.inTurn(input.chatId, () => send(input)),
    regenerate: (input: CommandInput<'chat.regenerate'>) => runs.inTurn(input.chatId, () => again(input, 'anew')),
    goOn: (input: CommandInput<'chat.continue'>) => runs.inTurn(input.chatId, () => again(input, 'further')),
  };
}

/** A choice made with the question is kept for the chat. */
function choice(
  { connectionId, chain }: { connectionId?: string; chain?: ChainLink[] },
  { connection, model }: Target,
): Partial<Chat> {
  return {
    ...(connectionId === connection.id ? { connectionId: connection.id, model } : {}),
    ...(chain ? { chain } : {}),
  };
}

/** The messages from the start of the chat to this one. */
function branchTo(messages: readonly Message[], leafId: string | null): Message[] {
  const byId = new Map(messages.map((message) => [message.id, message]));
  const branch: Message[] = [];
  for (let id = leafId; id !== null;) {
    const message = byId.get(id);
    if (!message) break;
    branch.push(message);
    // Takes out what it has used, so that a circle in damaged data ends.
    byId.delete(id);
    id = message.parentId;
  }
  return branch.toReversed();
}

/** What an answer said so far. Its notices belong to the old attempt. */
const contentOf = (answer: AnswerMessage): AnswerPart[] => answer.parts.filter((part) => part.type !== 'notice');

function continuation(answer: AnswerMessage): UserMessage {
  const { chatId, order, createdAt } = answer;
  return {
    id: `${answer.id}-continue`,
    chatId,
    parentId: answer.id,
    order,
    createdAt,
    role: 'user',
    parts: [{ type: 'text', text: goOn }],
  };
}

/** Sites whose words are part of what is sent. */
function hostsOf(branch: readonly Message[]): string[] {
  const hosts = new Set<string>();
  for (const message of branch) {
    for (const part of message.parts) {
      if (part.type !== 'quote' && part.type !== 'page') continue;
      if (URL.canParse(part.source.url)) hosts.add(new URL(part.source.url).host);
    }
  }
  hosts.delete('');
  return [...hosts].slice(0, mostHosts);
}
