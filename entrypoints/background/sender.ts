import type { Page } from './commands';

/** As much of `runtime.MessageSender` as the decision needs. */
export interface Sender {
  id?: string | undefined;
  origin?: string | undefined;
  url?: string | undefined;
  frameId?: number | undefined;
}

/** Who we are: the extension's id, and its origin without a slash at the end. */
export interface Own {
  id: string;
  origin: string;
}

const pages: Readonly<Record<string, Page>> = { '/sidepanel.html': 'panel', '/options.html': 'options' };

/**
 * The one place that decides who speaks. Only the top frame of our own two pages is somebody. `sender.id` alone would not do:
 * a script in a web page's renderer bears it too, and `sender.tab` is set for our options page in a tab. Strings are
 * compared as the browser gives them, because `URL.origin` of an extension address is "null" in places.
 */
export function classifySender(sender: Sender, own: Own): Page | null {
  if (sender.id !== own.id || sender.origin !== own.origin || sender.url === undefined) return null;
  if (sender.frameId !== undefined && sender.frameId !== 0) return null;
  if (!sender.url.startsWith(`${own.origin}/`)) return null;
  const path = sender.url.slice(own.origin.length).split(/[?#]/, 1)[0] ?? '';
  return Object.hasOwn(pages, path) ? (pages[path] ?? null) : null;
}

/** Tokens for messages: so many at once, so many more a second. */
export interface Rate {
  take(): boolean;
}

export function createRate(now: () => number, atOnce: number, perSecond: number): Rate {
  let tokens = atOnce;
  let last = now();
  return {
    take() {
      const at = now();
      // A clock that was set back gives nothing and takes nothing.
      tokens = Math.min(atOnce, tokens + (Math.max(0, at - last) / 1_000) * perSecond);
      last = at;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
