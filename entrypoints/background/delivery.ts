/** From a click or a key on the page to an entry in the mailbox. */
import { prepared, quoteCap } from '../../core/attachment';
import type { Mail, PageReading } from '../../core/protocol';
import type { Action } from '../../storage/settings';
import type { Post } from './mail';
import type { Selection } from './selection';

/** The tab of a click. The address and the title are there only where the browser granted access. */
export interface Place {
  tabId?: number;
  windowId?: number;
  url?: string;
  title?: string;
}

export interface Clicked {
  /** Absent where the browser does not say where the click was. */
  place: Place | undefined;
  /** The browser's own words for what is marked; line breaks may be spaces. */
  selectionText?: string;
  frameId?: number;
  /** Of the page on top, where the browser says it. */
  pageUrl?: string;
}

export interface DeliveryWorld {
  post: Post;
  newId(): string;
  /** The tab in front of the window, or of the last window in use. */
  activeTab(windowId: number | undefined): Promise<Place | undefined>;
  /** What is marked in one frame, or in every frame that may be read. Rejects where none may be. */
  selections(tabId: number, frameId?: number): Promise<Selection[]>;
  readTab(tabId: number, url: string | undefined): Promise<PageReading>;
  wait(ms: number): Promise<void>;
}

/**
 * How long a busy page is waited for, in milliseconds. A selection lies in the mailbox already, so its refinement may come
 * late; an action waits for it.
 */
const patience = { selection: 15_000, action: 2000 };

export interface Delivery {
  selection(clicked: Clicked): Promise<void>;
  page(clicked: Clicked): Promise<void>;
  action(clicked: Clicked, action: Action): Promise<void>;
}

export function createDelivery(world: DeliveryWorld): Delivery {
  const { post } = world;

  /** A click in a PDF may come from a tab that does not exist; then it is the one in front. */
  async function placeOf({ place, pageUrl }: Clicked): Promise<Place & { windowId: number }> {
    const isReal = place?.tabId !== undefined && place.tabId >= 0;
    const windowId = place?.windowId !== undefined && place.windowId >= 0 ? place.windowId : undefined;
    const found = isReal ? place : await world.activeTab(windowId).catch(() => undefined);
    const url = pageUrl ?? found?.url;
    return { ...found, windowId: windowId ?? found?.windowId ?? -1, ...(url === undefined ? {} : { url }) };
  }

  async function inTime<Value>(work: Promise<Value>, ms: number): Promise<Value | undefined> {
    return Promise.race([work.catch(() => undefined), world.wait(ms).then(() => undefined)]);
  }

  /** The same text with its line breaks, if the page still shows it. A page may have changed what is marked. */
  async function refined(
    { selectionText = '', frameId }: Clicked,
    { tabId }: Place,
    ms: number,
  ): Promise<string | undefined> {
    if (tabId === undefined) return undefined;
    const all = (await inTime(world.selections(tabId, frameId), ms)) ?? [];
    if (selectionText === '')
      return (all.find(({ text, isActive }) => isActive && text !== '') ?? all.find(({ text }) => text !== ''))?.text;
    const squeezed = selectionText.replace(/\s+/g, '');
    return all.find(({ text }) => text.replace(/\s+/g, '').startsWith(squeezed))?.text;
  }

  function quoteOf(raw: string, { url = '', title = '', tabId }: Place): NonNullable<Mail['quote']> {
    const { text, cut, removed } = prepared(raw, quoteCap);
    const source = {
      title: prepared(title, 500).text,
      url: url.slice(0, 10_000),
      ...(tabId === undefined ? {} : { tabId }),
    };
    return { text, source, cut, removed };
  }

  async function read({ tabId, url }: Place): Promise<PageReading> {
    if (tabId === undefined) return { granted: false, reason: 'no-grant' };
    return world.readTab(tabId, url);
  }

  return {
    async selection(clicked) {
      const place = await placeOf(clicked);
      const entry = { id: world.newId(), windowId: place.windowId };
      const { selectionText = '' } = clicked;
      if (selectionText.trim() !== '') await post.leave({ ...entry, quote: quoteOf(selectionText, place) });
      const better = await refined(clicked, place, patience.selection);
      if (better !== undefined && better.trim() !== '' && better !== selectionText)
        await post.leave({ ...entry, quote: quoteOf(better, place) });
    },

    async page(clicked) {
      const place = await placeOf(clicked);
      await post.leave({ id: world.newId(), windowId: place.windowId, page: await read(place) });
    },

    /** What it needs goes in one entry: an action that asks at once must not ask before it is complete. */
    async action(clicked, { prompt, send }) {
      const place = await placeOf(clicked);
      const { selectionText = '' } = clicked;
      const wantsPage = prompt.includes('{page}') || (selectionText === '' && !prompt.includes('{selection}'));
      const text = selectionText === '' ? '' : ((await refined(clicked, place, patience.action)) ?? selectionText);
      const page = wantsPage ? await read(place) : undefined;
      const isComplete = !page || (page.granted && page.text.trim() !== '');
      await post.leave({
        id: world.newId(),
        windowId: place.windowId,
        ...(text.trim() === '' ? {} : { quote: quoteOf(text, place) }),
        ...(page ? { page } : {}),
        action: { prompt, send: send && isComplete },
      });
    },
  };
}
