/** What no test wants to see: errors in a console, broken policies, and requests by our pages. */
import type { BrowserContext, Page } from 'playwright';

export interface Trouble {
  /** Exceptions and console errors of the extension's pages; a broken content security policy is one of them. */
  errors: string[];
  /** Requests of the extension's pages to anything but the extension itself. */
  requests: string[];
}

const isOurs = (url: string): boolean => url.startsWith('chrome-extension://');

/** Starts to collect. */
export function watchFor(context: BrowserContext, trouble: Trouble): void {
  const watch = (page: Page) => {
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
  };
  context.pages().forEach(watch);
  context.on('page', watch);
}
