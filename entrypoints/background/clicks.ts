/** Every listener that opens a panel: the toolbar button, the right-click menu, the shortcuts. */
import { browser } from 'wxt/browser';
import type { Clicked, Place } from './delivery';
import type { Menus } from './menus';
import { openPanel } from './open-panel';

export interface ClicksWorld {
  /** What the menu does, once its code has been read. */
  menus(): Promise<Menus>;
  buildMenu(): Promise<void>;
}

/** Called while the worker starts, without waiting for anything. The panel opens first: nothing may come before it. */
export function registerClicks({ menus, buildMenu }: ClicksWorld): void {
  const chosen = async (item: string, clicked: Clicked) => (await menus()).chosen(item, clicked);

  browser.action.onClicked.addListener((tab) => openPanel(windowOf(tab)));

  browser.contextMenus.onClicked.addListener((info, tab) => {
    openPanel(windowOf(tab));
    const clicked: Clicked = {
      place: tab && placeOf(tab),
      ...(info.selectionText === undefined ? {} : { selectionText: info.selectionText }),
      ...(info.frameId === undefined ? {} : { frameId: info.frameId }),
      ...(info.pageUrl === undefined ? {} : { pageUrl: info.pageUrl }),
    };
    void chosen(String(info.menuItemId), clicked);
  });

  browser.commands.onCommand.addListener((command, tab) => {
    openPanel(windowOf(tab));
    void chosen(command, { place: tab && placeOf(tab) });
  });

  browser.runtime.onInstalled.addListener(() => void buildMenu());
}

/** Without a window of its own a click belongs to the one in front. */
const windowOf = (tab: { windowId?: number } | undefined): number =>
  tab?.windowId !== undefined && tab.windowId >= 0 ? tab.windowId : browser.windows.WINDOW_ID_CURRENT;

export function placeOf({
  id,
  windowId,
  url,
  title,
}: {
  id?: number | undefined;
  windowId?: number;
  url?: string | undefined;
  title?: string | undefined;
}): Place {
  return {
    ...(id === undefined ? {} : { tabId: id }),
    ...(windowId === undefined ? {} : { windowId }),
    ...(url === undefined ? {} : { url }),
    ...(title === undefined ? {} : { title }),
  };
}
