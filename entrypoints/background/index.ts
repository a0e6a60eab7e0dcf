import { browser } from 'wxt/browser';
import { defineBackground } from 'wxt/utils/define-background';
import { panelPort } from '../../core/protocol';
import { registerClicks } from './clicks';
import { errorOf } from './commands';
import { createGate } from './gate';
import { later } from './later';
import { classifySender, type Sender } from './sender';

/** After so many milliseconds a worker that nobody has asked anything closes what an earlier one left open. */
const unasked = 100;

// What stands here is read at every start: listeners and who may speak. Everything else is read when it is needed.
// The browser wakes the worker only for listeners that are registered before this function returns.
export default defineBackground({
  main() {
    const menus = later(() => import('./menus'));
    const clicks = later(async () => (await menus()).createMenus());
    registerClicks({ menus: clicks, buildMenu: async () => (await menus()).buildMenu() });

    const background = later(async () => {
      const { createBackground } = await import('./compose');
      const created = createBackground();
      void created.ready();
      return created;
    });
    const gate = createGate(() => Date.now());
    const own = { id: browser.runtime.id, origin: browser.runtime.getURL('/').slice(0, -1) };
    const classify = (sender: Sender | undefined) => (sender ? classifySender(sender, own) : null);

    browser.runtime.onMessage.addListener((message: unknown, sender, reply: (value: unknown) => void) => {
      const page = classify(sender);
      if (!page) return false;
      const name = gate(message, page);
      if (typeof name !== 'string') {
        reply(name);
        return false;
      }
      background()
        .then((each) => each.hear(name, message, page))
        .then(reply, (error: unknown) => reply({ ok: false, error: errorOf(error) }));
      // Keeps the channel open for the reply; understood by every browser, with and without the polyfill.
      return true;
    });

    browser.runtime.onConnect.addListener((port) => {
      if (port.name !== panelPort || classify(port.sender) !== 'panel') return port.disconnect();
      // Nothing waits here for anything but code, so the port has its listener before its first message is a task of its own.
      background().then(
        (each) => each.connect(port),
        () => port.disconnect(),
      );
    });

    // Firefox would put an update in place at once, in the middle of an answer. Chrome waits by itself.
    if (import.meta.env.FIREFOX) {
      browser.runtime.onUpdateAvailable.addListener(
        () => void background().then((each) => each.whenQuiet(() => browser.runtime.reload())),
      );
    }

    setTimeout(() => void background().catch(() => undefined), unasked);
  },
});
