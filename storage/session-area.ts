import { browser } from 'wxt/browser';
import type { SessionArea } from './key-store';

/** `storage.session`: in memory, gone when the browser closes, out of reach of content scripts. */
export const sessionArea: SessionArea = {
  get: async (name) => (await browser.storage.session.get(name))[name],
  set: (name, value) => browser.storage.session.set({ [name]: value }),
  remove: (names) => browser.storage.session.remove(names),
  names: async () => Object.keys(await browser.storage.session.get(null)),
};
