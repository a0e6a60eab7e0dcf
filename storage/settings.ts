/** Preferences and connections: versioned items with defaults and migrations, in `storage.local`. Keys are never here. */
import { storage } from 'wxt/utils/storage';
import type { SpendingBook } from '../core/spending';
import type { Connection } from '../providers/contract';

/** An action of the user's own. The prompt may hold `{selection}`, `{page}` and `{language}`. */
export interface Action {
  id: string;
  name: string;
  prompt: string;
  /** Send at once, or put into the composer to edit first. */
  send: boolean;
  /** Also an item of the right-click menu. */
  menu: boolean;
}

/** Written by the page that edits them. */
export interface Preferences {
  /** Goes along as the system prompt. */
  instructions: string;
  theme: 'system' | 'light' | 'dark';
  textSize: 'small' | 'medium' | 'large';
  sendWith: 'enter' | 'mod-enter';
  /** For *Translate to …*; a BCP 47 tag. Empty means the browser's own language. */
  language: string;
  actions: Action[];
}

export const defaultPreferences: Preferences = {
  instructions: '',
  theme: 'system',
  textSize: 'medium',
  sendWith: 'enter',
  language: '',
  actions: [],
};

/** Written by the options page and, for what it edits, the panel. */
export const preferences = storage.defineItem<Preferences>('local:preferences', {
  version: 1,
  fallback: defaultPreferences,
});

/** What the user set up, in the order it is shown. Written by the background alone. */
export const connections = storage.defineItem<Connection[]>('local:connections', { version: 1, fallback: [] });

/** The connection new chats use. Written by the background alone. */
export const defaultConnection = storage.defineItem<string | null>('local:defaultConnection', {
  version: 1,
  fallback: null,
});

/** What answers came to, by month and connection. Written by the background alone. */
export const spending = storage.defineItem<SpendingBook>('local:spending', { version: 1, fallback: {} });

/** When each origin was last asked, in epoch milliseconds. Written by the background alone. */
export const lastUsed = storage.defineItem<Record<string, number>>('local:lastUsed', { version: 1, fallback: {} });
