/** The Firefox build in a real Firefox, over WebDriver BiDi: Playwright cannot install add-ons there. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';
import type { Browser, Page } from 'puppeteer-core';
import { findFirefox } from '../../../scripts/browsers.mjs';
import { until } from '../../../scripts/drive.mjs';
import { buildFor } from './build';
import type { Display } from './display';

/** The extension's pages live at an address made of this; Firefox would otherwise draw a random one. */
export const uuid = '11111111-2222-4333-8444-555555555555';

interface Wire {
  send(method: string, params: object): Promise<{ result: unknown }>;
}

export interface FirefoxOptions {
  /** With windows, on this screen. Default: headless. */
  display?: Display;
  prefs?: Record<string, unknown>;
  /** Instead of `temporary`, which nothing updates, a test may install a build itself. */
  install?: 'temporary' | 'none';
  /** Names of their own that lead to this machine. */
  hosts?: readonly string[];
  /** The addresses of other extensions, by their ids. */
  others?: Readonly<Record<string, string>>;
}

/** The commands that the driver has no words of its own for. */
function wireOf(browser: Browser): Wire {
  const { connection } = browser as Browser & { connection?: Wire };
  if (!connection) throw new Error('this driver does not speak WebDriver BiDi');
  return connection;
}

export class GlossInFirefox {
  private constructor(
    readonly browser: Browser,
    /** The extension's id in its manifest. */
    readonly id: string,
  ) {}

  static async launch({
    display,
    prefs = {},
    install = 'temporary',
    hosts = [],
    others = {},
  }: FirefoxOptions = {}): Promise<GlossInFirefox> {
    const executablePath = findFirefox();
    if (!executablePath || !existsSync(executablePath))
      throw new Error('firefox-esr is needed, or another in GLOSS_FIREFOX');
    const folder = buildFor('firefox');
    const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as {
      browser_specific_settings: { gecko: { id: string } };
    };
    const { id } = manifest.browser_specific_settings.gecko;
    const browser = await puppeteer.launch({
      browser: 'firefox',
      headless: !display,
      ...(display
        ? { env: { ...process.env, DISPLAY: display.name, WAYLAND_DISPLAY: '' }, defaultViewport: null }
        : {}),
      executablePath,
      // From 153 on Firefox lets a driver into an extension's pages only with this.
      args: ['--remote-allow-system-access', ...(display ? ['--width=1280', '--height=900'] : [])],
      extraPrefsFirefox: {
        'extensions.webextensions.uuids': JSON.stringify({ [id]: uuid, ...others }),
        // permissions.request is answered with yes.
        'extensions.webextOptionalPermissionPrompts': false,
        'network.dns.localDomains': hosts.join(','),
        ...prefs,
      },
    });
    if (install === 'temporary') await browser.installExtension(folder);
    return new GlossInFirefox(browser, id);
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

  /** Evaluates in the browser's own window. */
  async inBrowser(expression: string): Promise<unknown> {
    const wire = wireOf(this.browser);
    const tree = (await wire.send('browsingContext.getTree', { 'moz:scope': 'chrome' })).result as {
      contexts: { context: string; url: string }[];
    };
    const window = tree.contexts.find(({ url }) => url === 'chrome://browser/content/browser.xhtml');
    if (!window) throw new Error('no browser window');
    const { result } = (await wire.send('script.evaluate', {
      // Values come back as text.
      expression: `Promise.resolve(${expression}).then((value) => JSON.stringify(value ?? null))`,
      target: { context: window.context },
      awaitPromise: true,
    })) as { result: { result?: { value: string }; exceptionDetails?: { text: string } } };
    if (result.exceptionDetails) throw new Error(result.exceptionDetails.text);
    return JSON.parse(result.result?.value ?? 'null');
  }

  close(): Promise<void> {
    return this.browser.close();
  }
}

/** By role and name, as the browser itself computes them. */
export const named = (page: Page, role: string, name: string) =>
  page.locator(`::-p-aria([role="${role}"][name="${name}"])`);

/** Adds a connection on the options page, as a user would. `answerPrompt` runs right after the click that may make the browser ask. */
export async function addConnection(
  options: Page,
  { baseUrl, key }: { baseUrl: string; key?: string },
  answerPrompt?: () => Promise<void>,
): Promise<void> {
  await named(options, 'button', 'Add provider').click();
  await options.locator('select').fill('custom');
  await named(options, 'textbox', 'Base URL').fill(baseUrl);
  // Firefox gives a password field a role of its own, whatever the page says.
  if (key !== undefined) await options.locator('input[type="password"]').fill(key);
  await named(options, 'combobox', 'Model').fill('test-model');
  await named(options, 'button', 'Save').click();
  await answerPrompt?.();
  await until('the connection to be stored', () =>
    options.evaluate(
      `browser.storage.local.get('connections').then((all) => (all.connections ?? []).some((one) => one.baseUrl === ${JSON.stringify(baseUrl)}))`,
    ),
  );
}
