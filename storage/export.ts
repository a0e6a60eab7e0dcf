/** Everything the user has, as one JSON file: chats, connections, preferences. Keys are never in it. */
import type { Chat, Message } from '../core/chat';
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
    for (const chat of chats) all.push({ chat, messages: await reader.messages(chat.id) });
    before = next;
  } while (before);
  return all;
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
