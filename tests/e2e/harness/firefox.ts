/** The Firefox build in a real Firefox, over WebDriver BiDi: Playwright cannot install add-ons there. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';
import type { Browser, Page } from 'puppeteer-core';
import { findFirefox } from '../../../scripts/browsers.mjs';
import { until } from '../../../scripts/drive.mjs';
import { buildFor } from './build';

/** The extension's pages live at an address made of this; Firefox would otherwise draw a random one. */
const uuid = '11111111-2222-4333-8444-555555555555';

export class GlossInFirefox {
  private constructor(readonly browser: Browser) {}

  static async launch(): Promise<GlossInFirefox> {
    const executablePath = findFirefox();
    if (!executablePath || !existsSync(executablePath))
      throw new Error('firefox-esr is needed, or another in GLOSS_FIREFOX');
    const folder = buildFor('firefox');
    const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as {
      browser_specific_settings: { gecko: { id: string } };
    };
    const browser = await puppeteer.launch({
      browser: 'firefox',
      headless: true,
      executablePath,
      // From 153 on Firefox lets a driver into an extension's pages only with this.
      args: ['--remote-allow-system-access'],
      extraPrefsFirefox: {
        'extensions.webextensions.uuids': JSON.stringify({ [manifest.browser_specific_settings.gecko.id]: uuid }),
        // permissions.request is answered with yes.
        'extensions.webextOptionalPermissionPrompts': false,
      },
    });
    await browser.installExtension(folder);
    return new GlossInFirefox(browser);
  }

  /** One of the extension's pages in a tab. */
  async open(path: string): Promise<Page> {
    const page = await this.browser.newPage();
    // Navigation to an extension's page changes the process and never reports back, so it is not awaited.
    page.goto(`moz-extension://${uuid}/${path}`).catch(() => undefined);
    await until(`${path} to load in Firefox`, () =>
      page
        .evaluate(() => document.readyState === 'complete' && location.protocol === 'moz-extension:')
        .catch(() => false),
    );
    return page;
  }

  close(): Promise<void> {
    return this.browser.close();
  }
}
