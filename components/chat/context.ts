/** What every view of the panel may use. Made once by the entry point, which is the only place that knows the browser. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Signal } from '@preact/signals';
import type { Chat } from '../../core/chat';
import type { Send } from '../../core/protocol';
import type { EngineAvailability } from '../../providers/contract';
import type { ChatReader } from '../../storage/chats';
import type { ChatOnShow } from '../../state/chat';
import type { Composer } from '../../state/composer';
import type { Find } from '../../state/find';
import type { Models } from '../../state/models';
import type { Panel } from '../../state/panel';
import type { Settings } from '../../state/settings';

/** Acts that need the browser. */
export interface Browser {
  /** Opens the options page; `place` is the part of its address after `#`. */
  openSettings(place?: string): void;
  /** Opens a link of an answer in a tab, after the background has checked it. */
  openLink(url: string): void;
  /** Goes to the place in a page that a quote came from. */
  showSource(source: { url: string; text: string; tabId?: number }): void;
  /** Asks for access to these addresses. Call it first in a click, before anything is awaited. */
  requestAccess(urls: readonly string[]): Promise<boolean>;
  /** Gives it back. */
  returnAccess(urls: readonly string[]): Promise<boolean>;
  /** Saves all chats as a file. */
  exportChats(): Promise<void>;
  /** Saves the branch a chat was left on as a file of Markdown. */
  saveMarkdown(chat: Chat): Promise<void>;
  /** Whether this browser has a model of its own, ready or to be downloaded. */
  builtIn(): Promise<EngineAvailability>;
  /** The shortcut that opens the panel, as the browser writes it; empty if there is none. */
  shortcut(): Promise<string>;
}

export interface Gloss {
  panel: Panel;
  chat: ChatOnShow;
  composer: Composer;
  settings: Settings;
  models: Models;
  find: Find;
  send: Send;
  reader: ChatReader;
  browser: Browser;
  /** Epoch milliseconds. */
  now(): number;
  /** Rises when the composer should take the keys. */
  focus: Signal<number>;
  /** Rises when the reader asked for something that appears at the end of the chat. */
  jump: Signal<number>;
  /** Pictures let fall onto the panel; the composer takes them. */
  droppedFiles: Signal<readonly File[]>;
  /** Set while the list of models is open. */
  pickingModel: Signal<boolean>;
}

export const GlossContext = createContext<Gloss | null>(null);

export function useGloss(): Gloss {
  const gloss = useContext(GlossContext);
  if (!gloss) throw new Error('Rendered outside of the panel.');
  return gloss;
}
