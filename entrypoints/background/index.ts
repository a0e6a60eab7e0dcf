import { browser } from 'wxt/browser';
import { defineBackground } from 'wxt/utils/define-background';
import { panelPort } from '../../core/protocol';
import { createBackground } from './compose';
import { registerMenus } from './menus';
import { classifySender, type Sender } from './sender';

// One classic script: what the pages share with it is not split off into files that the worker would have to fetch one by one.
// The browser wakes the worker only for listeners that are registered before this function returns.
export default defineBackground({
  main() {
    registerMenus();
    const background = createBackground();
    const own = { id: browser.runtime.id, origin: browser.runtime.getURL('/').slice(0, -1) };
    const classify = (sender: Sender | undefined) => (sender ? classifySender(sender, own) : null);

    browser.runtime.onMessage.addListener((message: unknown, sender, reply: (value: unknown) => void) => {
      const page = classify(sender);
      if (!page) return false;
      void background.hear(message, page).then(reply);
      // Keeps the channel open for the reply; understood by every browser, with and without the polyfill.
      return true;
    });

    browser.runtime.onConnect.addListener((port) => {
      if (port.name === panelPort && classify(port.sender) === 'panel') background.connect(port);
      else port.disconnect();
    });

    // Firefox would put an update in place at once, in the middle of an answer. Chrome waits by itself.
    if (import.meta.env.FIREFOX) {
      browser.runtime.onUpdateAvailable.addListener(() => background.whenQuiet(() => browser.runtime.reload()));
    }

    // Preferences and connections are for our own pages; Firefox keeps them so by itself.
    void browser.storage.local.setAccessLevel?.({ accessLevel: 'TRUSTED_CONTEXTS' });
    void background.ready();
  },
});
