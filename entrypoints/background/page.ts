/** Reading a tab, and going to a place in one. */
import { browser } from 'wxt/browser';
import { pageCap, prepared } from '../../core/attachment';
import { pageText, type PageMarks } from '../../core/page-text';
import type { PageReading } from '../../core/protocol';
import { addressOfText, isSameDocument, placeIn } from '../../core/text-fragment';
import { Refused, type CommandTable } from './commands';
import { findPlace } from './find-place';
import { openTab } from './new-tab';
import { readSelection, type Selection } from './selection';

/** What `entrypoints/read-page.ts` becomes. Its value is what `readPage` says. */
const reader = '/read-page.js';

/** A page that does not answer at all, in milliseconds. */
const patience = 20_000;

const isWeb = (url: string | undefined): boolean => url !== undefined && /^(https?|file):/.test(url);

/** The visible text of a tab. Never rejects: what stands in the way is the result. */
export async function readTab(tabId: number, url: string | undefined): Promise<PageReading> {
  // A page that went on while it was read is read once more; the grant stays within a site.
  for (let tries = 0; tries < 2; tries += 1) {
    let marks: PageMarks | undefined;
    try {
      marks = await inTime(
        browser.scripting
          .executeScript<[], PageMarks>({ target: { tabId }, files: [reader] })
          .then(([done]) => done?.result),
      );
    } catch (error) {
      const refusal = refusalFor(error, url);
      if (refusal) return refusal;
      continue;
    }
    if (marks && !marks.moved) return readingOf(marks, tabId);
  }
  return { granted: false, reason: 'restricted' };
}

function readingOf(marks: PageMarks, tabId: number): PageReading {
  // The browser's own viewer stands where the page would be.
  if (marks.contentType === 'application/pdf') return { granted: false, reason: 'restricted' };
  const { text, cut, removed } = prepared(pageText(marks.marks), pageCap);
  return {
    granted: true,
    text,
    title: prepared(marks.title, 500).text,
    url: marks.url.slice(0, 10_000),
    tabId,
    hidden: marks.hidden,
    removed,
    cut: cut + marks.left,
  };
}

/** The browser only says in words why it does not let us in. Undefined: the page went away in the middle. */
function refusalFor(error: unknown, url: string | undefined): PageReading | undefined {
  const words = String(error);
  if (/frame .*(removed|not found)|no frame|navigat|tab was closed/i.test(words)) return undefined;
  const isAsked = /must request permission|missing host permission/i.test(words);
  if (!isAsked || (url !== undefined && !isWeb(url))) return { granted: false, reason: 'restricted' };
  const host = url !== undefined && URL.canParse(url) ? new URL(url).host : '';
  return { granted: false, reason: 'no-grant', ...(host === '' ? {} : { host }) };
}

function inTime<Value>(work: Promise<Value>): Promise<Value | undefined> {
  return Promise.race([work, new Promise<undefined>((resolve) => setTimeout(resolve, patience, undefined))]);
}

/** What is marked in one frame of a tab, or in all that may be read. */
export async function selectionsIn(tabId: number, frameId?: number): Promise<Selection[]> {
  const target = frameId === undefined ? { tabId, allFrames: true } : { tabId, frameIds: [frameId] };
  const results = await browser.scripting.executeScript({ target, func: readSelection });
  return results.flatMap(({ result }) => (result ? [result] : []));
}

/** The address may lead anywhere on the web or to a mail program, and nowhere else. */
function checked(url: string): string {
  const address = URL.canParse(url) ? new URL(url) : undefined;
  if (address && /^(https?|mailto):$/.test(address.protocol)) return address.href;
  throw new Refused({ kind: 'not-done', message: 'Gloss opens web and mail addresses only.' });
}

/** Goes to the tab if it still shows this document: only then is its address known to us. */
async function goToTab(tabId: number, url: string): Promise<boolean> {
  const tab = await browser.tabs.get(tabId).catch(() => undefined);
  if (!tab?.url || !isSameDocument(tab.url, url)) return false;
  await browser.tabs.update(tabId, { active: true });
  if (tab.windowId !== undefined) await browser.windows.update(tab.windowId, { focused: true }).catch(() => undefined);
  return true;
}

/**
 * Marks the place in a tab that we may read. An address with the place would not do in a page that is open: the browser
 * follows it only when a page loads or its own reader clicks.
 */
async function mark(tabId: number, start: string, end = ''): Promise<void> {
  await browser.scripting
    .executeScript({ target: { tabId }, func: findPlace, args: [start, end] })
    .catch(() => undefined);
}

async function show(url: string, text: string, tabId: number | undefined): Promise<void> {
  if (!isWeb(url)) throw new Refused({ kind: 'not-done', message: 'This quote has no address to go to.' });
  if (tabId !== undefined && (await goToTab(tabId, url))) await mark(tabId, text);
  else await openTab(addressOfText(url, text) ?? url);
}

/** A link to a place in a page that is open in a tab goes there; every other opens a new tab. */
async function open(url: string): Promise<void> {
  const place = placeIn(url);
  if (place) {
    for (const { id, url: shown } of await browser.tabs.query({})) {
      // Only tabs that we may read have an address here.
      if (id === undefined || !shown || !isSameDocument(shown, url) || !(await goToTab(id, url))) continue;
      return mark(id, place.start, place.end);
    }
  }
  await openTab(url);
}

export const pageCommands: Pick<CommandTable, 'page.read' | 'page.show' | 'link.open'> = {
  async 'page.read'({ windowId }) {
    const [tab] = await browser.tabs.query({ active: true, windowId });
    return tab?.id === undefined ? { granted: false, reason: 'restricted' } : readTab(tab.id, tab.url);
  },
  async 'page.show'({ url, text, tabId }) {
    await show(url, text, tabId);
    return null;
  },
  async 'link.open'({ url }) {
    await open(checked(url));
    return null;
  },
};
