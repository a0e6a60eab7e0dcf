/** The right-click menu and what its items and the shortcuts do. The listeners are in `clicks.ts`. */
import { i18n } from '#i18n';
import { browser } from 'wxt/browser';
import type { Action } from '../../storage/settings';
import { preferences } from '../../storage/settings';
import type { CommandTable } from './commands';
import { placeOf } from './clicks';
import { createDelivery, type Clicked } from './delivery';
import { createPost } from './mail';
import { readTab, selectionsIn } from './page';

type Context = 'selection' | 'page';

interface Item {
  id: string;
  title: string;
  contexts: [Context, ...Context[]];
}

const askSelection = 'ask-selection';
const askPage = 'ask-page';
const ofAction = 'action:';

/** The items of the menu. Where there is more than one, the browser itself puts them into a submenu named after Gloss. */
export function itemsFor(actions: readonly Action[], words: { selection: string; page: string }): Item[] {
  const own = actions
    .filter(({ menu }) => menu)
    .map(({ id, name, prompt }): Item => {
      const contexts: Context[] = [
        ...(prompt.includes('{page}') && !prompt.includes('{selection}') ? [] : ['selection' as const]),
        ...(prompt.includes('{selection}') ? [] : ['page' as const]),
      ];
      return { id: ofAction + id, title: plainTitle(name), contexts: [contexts[0] ?? 'page', ...contexts.slice(1)] };
    });
  return [
    { id: askSelection, title: words.selection, contexts: ['selection'] },
    { id: askPage, title: words.page, contexts: ['page'] },
    ...own,
  ];
}

/** In a title `&` marks a key and `%s` stands for what is selected: page text does not belong there. */
const plainTitle = (name: string): string => name.replaceAll('&', '&&').replaceAll('%s', '% s').trim() || '…';

/** One rebuilding after the other, or the second would find items of the first. */
let building: Promise<void> = Promise.resolve();

/** Makes the menu's items anew. The browser keeps them while the worker sleeps. */
export function buildMenu(): Promise<void> {
  building = building
    .catch(() => undefined)
    .then(async () => {
      const { actions } = await preferences.getValue();
      await browser.contextMenus.removeAll();
      const items = itemsFor(actions, { selection: i18n.t('menus.askSelection'), page: i18n.t('menus.askPage') });
      for (const item of items) await new Promise<void>((resolve) => browser.contextMenus.create(item, resolve));
    });
  return building;
}

/** What follows a click that has opened a panel: the selection or page is read and laid into the panel's mailbox. */
export interface Menus {
  /** @param item the id of a menu's item, or the name of a command */
  chosen(item: string, clicked: Clicked): Promise<void>;
}

export function createMenus(): Menus {
  const post = createPost({
    now: () => Date.now(),
    set: (key, mail) => browser.storage.session.set({ [key]: mail }),
    remove: (key) => browser.storage.session.remove(key),
    onRemoved: (call) =>
      browser.storage.session.onChanged.addListener((changes) => {
        if (Object.values(changes).some(({ newValue }) => newValue === undefined)) call();
      }),
  });
  const delivery = createDelivery({
    post,
    newId: () => crypto.randomUUID(),
    async activeTab(windowId) {
      const [tab] = await browser.tabs.query({
        active: true,
        ...(windowId === undefined ? { lastFocusedWindow: true } : { windowId }),
      });
      return tab && placeOf(tab);
    },
    selections: selectionsIn,
    readTab,
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  });

  return {
    async chosen(item, clicked) {
      if (item === askSelection) return delivery.selection(clicked);
      if (item === askPage) return delivery.page(clicked);
      const { actions } = await preferences.getValue();
      const action = actions.find(({ id }) => ofAction + id === item);
      return action && delivery.action(clicked, action);
    },
  };
}

export const menuCommands: Pick<CommandTable, 'actions.changed'> = {
  async 'actions.changed'() {
    await buildMenu();
    return null;
  },
};
