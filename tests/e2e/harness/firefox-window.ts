/**
 * Firefox with its windows, on a screen: the real sidebar, the menu that a right click opens, the question about a site. What
 * Firefox draws itself is looked at through the driver's access to the browser's own document; every click and key comes from
 * the screen, as a user's would.
 */
import type { Page } from 'puppeteer-core';
import { until } from '../../../scripts/drive.mjs';
import { openDisplay } from './display';
import type { Display } from './display';
import { GlossInFirefox, type FirefoxOptions } from './firefox';

interface Place {
  x: number;
  y: number;
}

export class FirefoxWindow {
  private constructor(
    readonly gloss: GlossInFirefox,
    readonly display: Display,
    /** The settings, in a tab behind: pages of an extension see each other, so this one sees the sidebar. */
    readonly options: Page,
    /** The tab in front. */
    readonly page: Page,
  ) {}

  static async open(options: Omit<FirefoxOptions, 'display'> = {}): Promise<FirefoxWindow> {
    const display = await openDisplay();
    try {
      const gloss = await GlossInFirefox.launch({ ...options, display });
      const [page] = await gloss.browser.pages();
      if (!page) throw new Error('no tab');
      const settings = await gloss.open('options.html');
      await display.focus('firefox');
      await page.bringToFront();
      return new FirefoxWindow(gloss, display, settings, page);
    } catch (error) {
      display.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.gloss.close();
    this.display.close();
  }

  /** Evaluates in the browser's own window. */
  inBrowser(expression: string): Promise<unknown> {
    return this.gloss.inBrowser(expression);
  }

  /** Where the middle of an element is on the screen; undefined while there is none. */
  private placeOf(element: string): Promise<Place | null> {
    return this.inBrowser(`(() => {
      const element = ${element};
      const box = element?.getBoundingClientRect();
      return box?.width > 0 ? { x: element.screenX + box.width / 2, y: element.screenY + box.height / 2 } : null;
    })()`) as Promise<Place | null>;
  }

  /** Right-clicks a place of the page and takes our item of that name from the menu. */
  async choose(at: Place, label: string): Promise<void> {
    const menu = `document.getElementById('contentAreaContextMenu')`;
    const item = `[...${menu}.querySelectorAll('menuitem')].find((one) => one.id.startsWith('gloss_') && one.label === ${JSON.stringify(label)})`;
    await until(
      'the menu to open',
      async () => {
        await this.display.click(at.x, at.y, 3);
        return until('it', async () => (await this.inBrowser(`${menu}.state`)) === 'open', 5).catch(() => false);
      },
      20,
    );
    const place = await until(`"${label}" in the menu`, () => this.placeOf(item), 5);
    await this.display.click(place.x, place.y);
    await until('the menu to close', async () => (await this.inBrowser(`${menu}.state`)) === 'closed', 10);
  }

  /** Marks an element of a page or a frame. Where it is on the screen. */
  async mark(look: string, frame: Pick<Page, 'evaluate'> = this.page): Promise<Place> {
    return (await frame.evaluate(`(() => {
      const element = document.querySelector(${JSON.stringify(look)});
      if (element.select) { element.focus(); element.select(); } else getSelection().selectAllChildren(element);
      const { x, y } = element.getBoundingClientRect();
      return { x: mozInnerScreenX + x + 20, y: mozInnerScreenY + y + 8 };
    })()`)) as Place;
  }

  /** Marks an element and asks about it by the menu. */
  async askAbout(look: string, frame?: Pick<Page, 'evaluate'>): Promise<void> {
    await this.choose(await this.mark(look, frame), 'Ask about selection');
  }

  /** Says yes to the browser's question about a site. The words it asked with. */
  async allow(): Promise<string> {
    const prompt = `document.querySelector('#notification-popup popupnotification')`;
    await until('the question', async () => (await this.inBrowser('PopupNotifications.isPanelOpen')) === true);
    const words = await this.inBrowser(`${prompt}.textContent`);
    await until('the question to be answered', async () => {
      const place = await this.placeOf(`${prompt}?.button`);
      if (!place) return true;
      await this.display.click(place.x, place.y);
      return until('it', async () => (await this.inBrowser('PopupNotifications.isPanelOpen')) === false, 2).catch(
        () => false,
      );
    });
    return String(words);
  }

  /** Clicks Gloss's button on the toolbar. */
  async clickButton(): Promise<void> {
    const place = await until("Gloss's button on the toolbar", () =>
      this.placeOf(
        `document.querySelector('#nav-bar .unified-extensions-item-action-button[id^="gloss_"], #nav-bar [data-extensionid=${JSON.stringify(this.gloss.id)}]')`,
      ),
    );
    await this.display.click(place.x, place.y);
  }

  async isSidebarOpen(): Promise<boolean> {
    return (await this.inBrowser('SidebarController.isOpen')) === true;
  }

  async closeSidebar(): Promise<void> {
    await this.inBrowser('SidebarController.hide()');
    await until('the sidebar to close', async () => !(await this.isSidebarOpen()));
    await until('its page to go', async () => (await this.sidebar('true').catch(() => null)) === null);
  }

  /** Firefox ends a quiet background after half a minute; this does so now. */
  async endBackground(): Promise<void> {
    const extension = `WebExtensionPolicy.getByID(${JSON.stringify(this.gloss.id)}).extension`;
    await this.inBrowser(`${extension}.terminateBackground({ disableResetIdleForTest: true }).then(() => null)`);
    await until(
      'the background to end',
      async () => (await this.inBrowser(`${extension}.backgroundState`)) === 'stopped',
    );
  }

  /** Evaluates an expression over the sidebar's `window` and `document`; null while there is no sidebar. */
  sidebar(expression: string): Promise<unknown> {
    return this.options.evaluate(
      `(() => {
        const [window] = browser.extension.getViews({ type: 'sidebar' });
        const document = window?.document;
        return document ? (${expression}) ?? null : null;
      })()`,
    );
  }

  /** The texts of all elements of the sidebar that match. */
  async texts(look: string): Promise<string[]> {
    const found = await this.sidebar(
      `[...document.querySelectorAll(${JSON.stringify(look)})].map(({ textContent }) => textContent)`,
    );
    return (found ?? []) as string[];
  }

  /** Clicks an element of the sidebar, once it has come to rest. */
  async clickInSidebar(look: string): Promise<void> {
    const find = `(() => {
      const element = document.querySelector(${JSON.stringify(look)});
      element?.scrollIntoView({ block: 'nearest' });
      const box = element?.getBoundingClientRect();
      return box?.width > 0 && !element.disabled
        ? { x: window.mozInnerScreenX + box.x + box.width / 2, y: window.mozInnerScreenY + box.y + box.height / 2 }
        : null;
    })()`;
    let last = '';
    const { x, y } = (await until(`${look} in the sidebar`, async () => {
      const place = await this.sidebar(find);
      const isStill = JSON.stringify(place) === last;
      last = JSON.stringify(place);
      return isStill && place;
    })) as Place;
    await this.display.click(x, y);
  }
}
