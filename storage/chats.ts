import type { AnswerMessage, Chat, Message, UserMessage } from '../core/chat';
import type { Stretch } from '../core/protocol';
import type { Connection } from '../providers/contract';
import type { Preferences } from './settings';

/** Where one page of the history list ends; give it back to get the next. */
export interface HistoryCursor {
  updatedAt: number;
  id: string;
}

export interface SearchHit {
  chat: Chat;
  /** Absent when the title matched. */
  messageId?: string;
  /** The words around the match; `start` and `length` mark it within `snippet`, in UTF-16 units. */
  snippet: string;
  start: number;
  length: number;
}

/**
 * What one import brought, and with it the note that makes it whole: chats live in one store, connections and preferences in
 * another, and no transaction spans both.
 */
export interface ImportRecord {
  id: string;
  /** Epoch milliseconds. */
  at: number;
  /** The import is not whole yet, or is being taken back. A worker that finds such a record takes it back. */
  open?: true;
  /** As they came; a chat that has grown since is the user's own. */
  chats: { id: string; nextOrder: number }[];
  connections: Connection[];
  /** Absent where the file changed none. */
  preferences?: { before: Preferences; after: Preferences };
}

/** What pages may do: read. */
export interface ChatReader {
  chat(id: string): Promise<Chat | undefined>;
  /** All messages of a chat, every branch, in `order`. Answers that are still made lack what the journal holds. */
  messages(chatId: string): Promise<Message[]>;
  /** A run's rows after `after`, in order. */
  journal(run: string, after?: number): Promise<Stretch[]>;
  /** Newest first, deleted ones left out. */
  history(options: { limit: number; before?: HistoryCursor }): Promise<{ chats: Chat[]; next?: HistoryCursor }>;
  /** Titles first, then texts, newest chat first; yields in slices so that nothing blocks. */
  search(query: string, signal: AbortSignal): AsyncIterable<SearchHit>;
  /** Reads what a search looks through before anybody searches; the first search then answers as soon as the next. */
  prepareSearch(): Promise<void>;
  count(): Promise<number>;
}

/** What the background may do besides. Every promise resolves when the transaction is complete. */
export interface ChatWriter extends ChatReader {
  /** Question, answer to come and chat in one strict transaction. Returns false, writing nothing, if the question's id is known. */
  ask(chat: Chat, question: UserMessage | null, answer: AnswerMessage): Promise<boolean>;
  /** One row, relaxed; never rewrites what is there. */
  appendJournal(stretch: Stretch): Promise<void>;
  /** The answer in its last form and its journal rows gone, in one strict transaction. */
  finish(answer: AnswerMessage, chat?: Partial<Chat>): Promise<void>;
  patchChat(id: string, patch: Partial<Chat>): Promise<Chat | undefined>;
  /** Takes a deletion back, as long as the rows are there. */
  undelete(id: string): Promise<Chat | undefined>;
  /** Removes chats deleted before `before` (epoch milliseconds), with messages and journals, and records of imports a day older. */
  purge(before: number): Promise<void>;
  /** Answers that say `pending` or `streaming` and whose run is not alive become `interrupted`, with what the journal holds. */
  sweep(alive: ReadonlySet<string>): Promise<string[]>;
  /** All or nothing. With `record` it can be taken back. */
  insert(chats: { chat: Chat; messages: Message[] }[], record?: ImportRecord): Promise<void>;
  imported(id: string): Promise<ImportRecord | undefined>;
  /** Imports that are not whole. */
  openImports(): Promise<ImportRecord[]>;
  noteImport(record: ImportRecord): Promise<void>;
  /** Removes the chats of an import, as far as they are still there and have not grown, and its record. */
  takeBack(id: string): Promise<void>;
  remove(chatIds: string[]): Promise<void>;
  clear(): Promise<void>;
}
