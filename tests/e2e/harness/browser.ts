/**
 * The built extension in a real Chromium, started by us and driven over its debugging port, so that a test can let go of it,
 * kill it, and start it again on the same profile.
 */
import type { ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, BrowserContext, Page } from 'playwright';
import { debuggingPort, ensureChromium, spawnChromium } from '../../../scripts/browsers.mjs';
import {
  addressOf,
  allowSite,
  clickAction,
  connectTo,
  extensionId,
  openSidePanel,
  panelsOf,
  until,
  untilListening,
} from '../../../scripts/drive.mjs';
import { buildFor } from './build';
import { openDisplay } from './display';
import type { Display } from './display';
import { watchFor, watchPage } from './trouble';
import type { Trouble } from './trouble';

export interface LaunchOptions {
  /** `native`: headed on a screen of its own, for permission prompts and context menus. Default: headless. */
  native?: boolean;
  /** A profile of an earlier browser, to start it again. Default: a fresh one, removed by `close`. */
  profile?: string;
  /** Names that lead to this machine, such as `page.test`. */
  hosts?: readonly string[];
  args?: readonly string[];
  /** The built extension. */
  extension?: string;
}

export class Gloss {
  readonly id: string;
  readonly trouble: Trouble = { errors: [], requests: [] };
  private connection: { browser: Browser; context: BrowserContext } | undefined;
  /** One for each real side panel, see `openSidePanel`. */
  private readonly more: Browser[] = [];

  private constructor(
    private readonly process: ChildProcess,
    readonly port: number,
    readonly profile: string,
    readonly display: Display | undefined,
    private readonly options: LaunchOptions,
    extension: string,
  ) {
    this.id = extensionId(extension);
  }

  static async launch(options: LaunchOptions = {}): Promise<Gloss> {
    const extension = options.extension ?? buildFor('chrome');
    const profile = options.profile ?? mkdtempSync(join(tmpdir(), 'gloss-profile-'));
    const display = options.native ? await openDisplay() : undefined;
    const process = spawnChromium({
      chromium: await ensureChromium(),
      profile,
      extension,
      headless: !display,
      args: [
        '--disable-gpu',
        '--window-size=1200,800',
        '--window-position=0,0',
        '--hide-crash-restore-bubble',
        ...(options.hosts
          ? [`--host-resolver-rules=${options.hosts.map((host) => `MAP ${host} 127.0.0.1`).join(',')}`]
          : []),
        ...(options.args ?? []),
      ],
      env: display ? { DISPLAY: display.name, WAYLAND_DISPLAY: '' } : {},
    });
    const gloss = new Gloss(process, await debuggingPort(profile), profile, display, options, extension);
    await gloss.attach();
    await untilListening(gloss.context, gloss.id);
    return gloss;
  }

  /** The address of one of the extension's pages. */
  url(path: string): string {
    return addressOf(this.id, path);
  }

  private get held(): { browser: Browser; context: BrowserContext } {
    if (!this.connection) throw new Error('the browser is on its own now: attach() first');
    return this.connection;
  }

  get context(): BrowserContext {
    return this.held.context;
  }

  private connect(): Promise<Browser> {
    return connectTo(this.port);
  }

  /** Takes hold of the browser. While held, its worker never goes to sleep. */
  async attach(): Promise<void> {
    const browser = await this.connect();
    const context = browser.contexts()[0];
    if (!context) throw new Error('the browser has no window');
    watchFor(context, this.trouble);
    this.connection = { browser, context };
  }

  /** Lets go: nothing is attached any more, and the worker lives or dies as it would for a user. */
  async detach(): Promise<void> {
    const held = this.connection ? [this.connection.browser] : [];
    await Promise.all([...held, ...this.more.splice(0)].map((browser) => browser.close()));
    this.connection = undefined;
  }

  /** An ordinary tab. */
  async openTab(url: string): Promise<Page> {
    const page = await this.context.newPage();
    await page.goto(url);
    return page;
  }

  openOptions(): Promise<Page> {
    return this.openTab(this.url('options.html'));
  }

  /** The panel's page in an ordinary tab, at the size of a side panel. */
  async openPanelTab(): Promise<Page> {
    const page = await this.context.newPage();
    await page.setViewportSize({ width: 360, height: 700 });
    await page.goto(this.url('sidepanel.html'));
    return page;
  }

  /** The same in a window of its own: a tab that is not in front draws nothing. */
  async openPanelWindow(): Promise<Page> {
    const before = new Set(this.panels());
    const session = await this.held.browser.newBrowserCDPSession();
    await session.send('Target.createTarget', {
      url: this.url('sidepanel.html'),
      newWindow: true,
      width: 400,
      height: 700,
    });
    await session.detach();
    return until('the window', () => this.panels().find((page) => !before.has(page)));
  }

  /** All open panels, in the side or in tabs. */
  panels(): Page[] {
    return panelsOf(this.context, this.id);
  }

  /** Clicks the toolbar button while this page is in front, as a user would, and gives the real side panel that opens. */
  async openPanel(beside: Page): Promise<Page> {
    const panel = await openSidePanel(this.held.browser, this.id, beside, async () => {
      const browser = await this.connect();
      this.more.push(browser);
      return browser;
    });
    watchPage(panel, this.trouble);
    return panel;
  }

  /** The toolbar button, with all that a user's click grants. */
  clickAction(beside: Page): Promise<void> {
    return clickAction(this.held.browser, this.id, beside);
  }

  /** Without a screen: `permissions.request` for this pattern then answers yes at once. */
  allow(pattern: string): Promise<void> {
    return allowSite(this.context, this.id, pattern);
  }

  /** Ends the worker, as the browser would. Its ports drop at once. */
  async stopWorker(): Promise<void> {
    const page = this.context.pages().find((one) => one.url().startsWith(this.url('')));
    if (!page) throw new Error('open a page of the extension first');
    const session = await this.context.newCDPSession(page);
    await session.send('ServiceWorker.enable');
    await session.send('ServiceWorker.stopAllWorkers');
    await session.detach();
  }

  /** The page's process dies, as it does when it runs out of memory. */
  async crash(page: Page): Promise<void> {
    const session = await this.context.newCDPSession(page);
    await Promise.race([session.send('Page.crash').catch(() => undefined), sleep(2000)]);
  }

  /** Acts on the browser's own page of extensions. */
  private async manage(script: string): Promise<void> {
    const page = await this.context.newPage();
    await page.goto(`chrome://extensions/?id=${this.id}`);
    await page.evaluate(script);
    await page.close();
  }

  /** Switches the extension off, which ends everything of it at once, and on again. */
  async switchOffAndOn(): Promise<void> {
    const set = (on: boolean) => `chrome.management.setEnabled(${JSON.stringify(this.id)}, ${on})`;
    await this.manage(set(false));
    await until('the extension to be gone', () => this.panels().length === 0);
    await this.manage(set(true));
    // The worker that is going away may still be asked, for a moment.
    await until('the extension to be there again', () => untilListening(this.context, this.id).catch(() => false));
  }

  /** No network for anything in the browser, the worker's requests included. */
  setOffline(offline: boolean): Promise<void> {
    return this.context.setOffline(offline);
  }

  /** Everything of the browser stands still, as on a machine that sleeps, until `thaw`. */
  freeze(): void {
    this.signal('SIGSTOP');
  }

  thaw(): void {
    this.signal('SIGCONT');
  }

  private signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    if (this.process.pid !== undefined) process.kill(-this.process.pid, signal);
  }

  /** A profile as it would be found if everything stopped in this moment. The caller removes it. */
  snapshot(): string {
    const copy = mkdtempSync(join(tmpdir(), 'gloss-snapshot-'));
    this.freeze();
    try {
      cpSync(this.profile, copy, {
        recursive: true,
        filter: (path) => !/\/(Singleton\w+|DevToolsActivePort)$/.test(path),
      });
    } finally {
      this.thaw();
    }
    return copy;
  }

  /** Ends the browser, as a user would or without a word, keeps its profile, and starts it again. */
  async restart(how: 'quit' | 'kill' = 'quit'): Promise<Gloss> {
    await this.end(how === 'kill' ? 'SIGKILL' : 'SIGTERM');
    return Gloss.launch({ ...this.options, profile: this.profile });
  }

  async close(): Promise<void> {
    await this.end('SIGKILL');
    for (let tries = 0; existsSync(this.profile) && tries < 20; tries += 1) {
      try {
        rmSync(this.profile, { recursive: true, force: true });
      } catch {
        // A child of the browser is still writing.
        await sleep(100);
      }
    }
  }

  private async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const { pid } = this.process;
    const gone = new Promise<void>((resolve) => {
      if (this.process.exitCode !== null || this.process.signalCode !== null) resolve();
      else this.process.once('exit', () => resolve());
    });
    await this.detach().catch(() => undefined);
    if (pid !== undefined) {
      try {
        process.kill(-pid, signal);
      } catch {
        // Already gone.
      }
    }
    const ended = await Promise.race([gone.then(() => true), sleep(10_000).then(() => false)]);
    if (!ended && pid !== undefined) process.kill(-pid, 'SIGKILL');
    this.display?.close();
  }
}
