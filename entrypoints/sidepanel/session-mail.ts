import { browser } from 'wxt/browser';
import type { MailStore } from './mailbox';

/** The mailbox in `storage.session`. */
export const sessionMail: MailStore = {
  all: () => browser.storage.session.get(null),
  remove: (key) => browser.storage.session.remove(key),
  watch(changed) {
    const listener = (changes: Record<string, { newValue?: unknown }>, area: string) => {
      if (area !== 'session') return;
      const written = Object.keys(changes).filter((key) => changes[key]?.newValue !== undefined);
      if (written.length > 0) changed(written);
    };
    browser.storage.onChanged.addListener(listener);
    return () => browser.storage.onChanged.removeListener(listener);
  },
};
