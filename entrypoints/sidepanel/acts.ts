import { browser } from 'wxt/browser';
import { originPattern } from '../../core/address';
import type { Send } from '../../core/protocol';
import type { Browser } from '../../components/chat/context';
import { siteAccess } from '../options/access';

/** Addresses → patterns of the browser's permissions, each once. What is no address is left out. */
const patternsOf = (urls: readonly string[]): string[] => [
  ...new Set(urls.filter((url) => URL.canParse(url)).map((url) => originPattern(url))),
];

/** What the panel does with the browser. */
export function createActs(send: Send, files: Pick<Browser, 'exportChats' | 'saveMarkdown'>): Browser {
  return {
    openSettings(place) {
      // The browser finds an options page that is open already; an address with a place in it opens a new one.
      if (place === undefined) void browser.runtime.openOptionsPage();
      else void browser.tabs.create({ url: browser.runtime.getURL(`/options.html#${place}`) });
    },
    openLink: (url) => void send('link.open', { url }),
    showSource: (source) => void send('page.show', source),
    requestAccess: (urls) => siteAccess.request(patternsOf(urls)),
    returnAccess: (urls) => browser.permissions.remove({ origins: patternsOf(urls) }),
    ...files,
    async builtIn() {
      const { promptApi } = await import('../../providers/engines/prompt-api');
      return promptApi.availability();
    },
    async shortcut() {
      const commands = await browser.commands.getAll();
      return commands.find(({ name }) => name === '_execute_action')?.shortcut ?? '';
    },
  };
}
