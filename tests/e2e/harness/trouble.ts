/** What no test wants to see: errors in a console, broken policies, and requests by our pages. */
import type { BrowserContext, Page } from 'playwright';

export interface Trouble {
  /** Exceptions and console errors of the extension's pages; a broken content security policy is one of them. */
  errors: string[];
  /** Requests of the extension's pages to anything but the extension itself. */
  requests: string[];
}

const isOurs = (url: string): boolean => url.startsWith('chrome-extension://');

/** Collects from every page of a browser, and from those still to come. */
export function watchFor(context: BrowserContext, trouble: Trouble): void {
  for (const page of context.pages()) watchPage(page, trouble);
  context.on('page', (page) => watchPage(page, trouble));
}

/** Collects from one page. What its console said before is said again to whoever begins to listen. */
export function watchPage(page: Page, trouble: Trouble): void {
  page.on('console', (message) => {
    if (message.type() === 'error' && isOurs(page.url())) trouble.errors.push(`${page.url()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => {
    if (isOurs(page.url())) trouble.errors.push(`${page.url()}: ${error.stack ?? error.message}`);
  });
  page.on('request', (request) => {
    const url = request.url();
    if (isOurs(page.url()) && !isOurs(url) && !/^(data|blob|about):/.test(url)) trouble.requests.push(url);
  });
}
