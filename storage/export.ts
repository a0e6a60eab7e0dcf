/** Everything the user has, as one JSON file: chats, connections, preferences. Keys are never in it. */
import type { AnswerMessage, Chat, Message } from '../core/chat';
import { fold } from '../core/fold';
import type { Connection } from '../providers/contract';
import type { ChatReader } from './chats';
import type { Preferences } from './settings';

export const exportFormat = 'gloss-export';
export const exportVersion = 1;

/** One chat with all its branches. */
export interface ExportedChat {
  chat: Chat;
  messages: Message[];
}

export interface ExportFile {
  format: typeof exportFormat;
  version: typeof exportVersion;
  /** Epoch milliseconds. */
  exportedAt: number;
  preferences: Preferences;
  connections: Connection[];
  chats: ExportedChat[];
}

/** The file's text. Deleted chats stay out, and so does what only means something in this browser (numbers of tabs). */
export function exportData(data: Omit<ExportFile, 'format' | 'version'>): string {
  const file: ExportFile = {
    format: exportFormat,
    version: exportVersion,
    exportedAt: data.exportedAt,
    preferences: data.preferences,
    connections: data.connections,
    chats: data.chats.filter(({ chat }) => chat.deletedAt === undefined).map(portable),
  };
  return JSON.stringify(file, null, 1);
}

/** Reads what `exportData` needs, newest chat first, a page at a time. */
export async function collectChats(reader: ChatReader): Promise<ExportedChat[]> {
  const all: ExportedChat[] = [];
  let before: Parameters<ChatReader['history']>[0]['before'];
  do {
    const { chats, next } = await reader.history({ limit: 100, ...(before ? { before } : {}) });
    for (const chat of chats) all.push(await chatWithJournal(reader, chat));
    before = next;
  } while (before);
  return all;
}

/** A chat with everything that is on disk of it: answers still being made have their words in the journal. */
export async function chatWithJournal(reader: ChatReader, chat: Chat): Promise<ExportedChat> {
  const messages: Message[] = [];
  for (const message of await reader.messages(chat.id)) {
    messages.push(isOpen(message) ? grown(message, await reader.journal(message.id)) : message);
  }
  return { chat, messages };
}

const isOpen = (message: Message): message is AnswerMessage =>
  message.role === 'assistant' && (message.state === 'pending' || message.state === 'streaming');

const grown = (answer: AnswerMessage, rows: Awaited<ReturnType<ChatReader['journal']>>): AnswerMessage =>
  rows.reduce((whole, { events, at }) => events.reduce((each, event) => fold(each, event, at), whole), answer);

/** What a panel shows goes into the export where the store does not have it: the disk may be full, or broken. */
export function withShown(chats: ExportedChat[], chat: Chat | null, shown: readonly Message[]): ExportedChat[] {
  if (!chat || chat.deletedAt !== undefined) return chats;
  const stored = chats.find((each) => each.chat.id === chat.id);
  const messages = new Map(stored?.messages.map((message) => [message.id, message]));
  for (const message of shown) {
    const known = messages.get(message.id);
    if (!known || isOpen(known)) messages.set(message.id, message);
  }
  const whole: ExportedChat = {
    chat: stored?.chat ?? chat,
    messages: [...messages.values()].toSorted((one, other) => one.order - other.order),
  };
  return stored ? chats.map((each) => (each === stored ? whole : each)) : [whole, ...chats];
}

function portable({ chat, messages }: ExportedChat): ExportedChat {
  return {
    chat,
    messages: messages.map((message) => {
      if (message.role !== 'user') return message;
      const parts = message.parts.map((part) => {
        if (part.type !== 'quote' && part.type !== 'page') return part;
        const { title, url } = part.source;
        return { ...part, source: { title, url } };
      });
      return { ...message, parts };
    }),
  };
}
