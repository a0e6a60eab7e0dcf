/**
 * Driving Gloss from outside: the acts that need the browser's own protocol, and the panel and options page by the names that
 * their users and their assistive technology know (docs/architecture.md). Shared by `npm start`, which shows the product, and
 * by the end-to-end tests, which examine it.
 */
import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';

/** @typedef {import('playwright').Browser} Browser */
/** @typedef {import('playwright').BrowserContext} BrowserContext */
/** @typedef {import('playwright').Page} Page */

/**
 * An unpacked extension's id: the first 16 bytes of its path's SHA-256, in the letters a to p.
 * @param {string} folder
 */
export function extensionId(folder) {
  const hash = createHash('sha256').update(realpathSync(folder)).digest('hex').slice(0, 32);
  return hash.replace(/./g, (digit) => String.fromCharCode(97 + Number.parseInt(digit, 16)));
}

/** @param {string} id @param {string} path */
export const addressOf = (id, path) => `chrome-extension://${id}/${path}`;

/**
 * Waits until a look gives something, and says what it waited for when it does not come.
 * @template Value
 * @param {string} what
 * @param {() => Value | Promise<Value>} look
 * @param {number} [seconds]
 * @returns {Promise<NonNullable<Exclude<Value, false>>>}
 */
export async function until(what, look, seconds = 30) {
  for (const end = Date.now() + seconds * 1000; ;) {
    const value = await look();
    if (value) return /** @type {NonNullable<Exclude<Value, false>>} */ (value);
    if (Date.now() > end) throw new Error(`waited ${seconds} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/**
 * Connects to a browser by its debugging port. A connection made while a page or worker is being replaced may never become
 * whole; a second one then does.
 * @param {number} port
 * @returns {Promise<Browser>}
 */
export async function connectTo(port) {
  const { chromium } = await import('playwright');
  for (let more = 2; ; more -= 1) {
    try {
      return await chromium.connectOverCDP(`http://127.0.0.1:${port}`, { timeout: 30_000 });
    } catch (error) {
      if (more === 0) throw error;
    }
  }
}

/**
 * Everything the browser has: pages, workers, and the tabs that hold pages.
 * @param {Browser} browser
 */
export async function targetsOf(browser) {
  const session = await browser.newBrowserCDPSession();
  const { targetInfos } = await session.send('Target.getTargets', { filter: [{}] });
  await session.detach();
  return targetInfos;
}

/**
 * Tells the browser that this extension may have access to sites of a pattern. `permissions.request` then answers yes at
 * once, as if its prompt had been accepted; the access itself still begins with the request.
 * @param {BrowserContext} context
 * @param {string} id
 * @param {string} pattern
 */
export async function allowSite(context, id, pattern) {
  const page = await context.newPage();
  await page.goto(`chrome://extensions/?id=${id}`);
  await page.evaluate(`chrome.developerPrivate.addHostPermission(${JSON.stringify(id)}, ${JSON.stringify(pattern)})`);
  await page.close();
}

/**
 * Clicks the toolbar button while this page is in front, with all that a user's click grants.
 * @param {Browser} browser
 * @param {string} id
 * @param {Page} page
 */
export async function clickAction(browser, id, page) {
  await page.bringToFront();
  // A page's tab is a target of its own beside the page's; the two are told apart by their address alone.
  const tabs = (await targetsOf(browser)).filter((target) => target.type === 'tab' && target.url === page.url());
  const [tab] = tabs;
  if (!tab || tabs.length > 1)
    throw new Error(`${tabs.length} tabs show ${page.url()}; give the page an address of its own`);
  const session = await browser.newBrowserCDPSession();
  const send = /** @type {(method: string, params: object) => Promise<unknown>} */ (session.send.bind(session));
  await send('Extensions.triggerAction', { id, targetId: tab.targetId });
  await session.detach();
}

/**
 * Waits until the extension's worker hears the toolbar button. It is listed before its script has run, and a click that nobody
 * listens for yet is lost.
 * @param {BrowserContext} context
 * @param {string} id
 */
export const untilListening = (context, id) =>
  until('the extension', () =>
    context
      .serviceWorkers()
      .find((worker) => worker.url().startsWith(addressOf(id, '')))
      ?.evaluate('Boolean(globalThis.chrome?.action?.onClicked.hasListeners())'),
  );

/**
 * All open panels, in the side or in tabs.
 * @param {BrowserContext} context
 * @param {string} id
 */
export const panelsOf = (context, id) =>
  context.pages().filter((page) => page.url().startsWith(addressOf(id, 'sidepanel.html')));

/**
 * Clicks the toolbar button and gives the real side panel that opens. It never shows up in a connection that was there before
 * it (it becomes a page only after it was made), so it gets one of its own.
 * @param {Browser} browser
 * @param {string} id
 * @param {Page} beside
 * @param {() => Promise<Browser>} connect makes one more connection to the same browser
 */
export async function openSidePanel(browser, id, beside, connect) {
  const isPanel = (target) => target.type === 'page' && target.url.startsWith(addressOf(id, 'sidepanel.html'));
  const panelIds = async () => (await targetsOf(browser)).filter(isPanel).map((target) => target.targetId);
  const before = new Set(await panelIds());
  await clickAction(browser, id, beside);
  const targetId = await until('the side panel to open', async () =>
    (await panelIds()).find((one) => !before.has(one)),
  );
  const connection = await connect();
  for (const panel of panelsOf(connection.contexts()[0], id)) {
    const session = await panel.context().newCDPSession(panel);
    const { targetInfo } = await session.send('Target.getTargetInfo');
    await session.detach();
    if (targetInfo.targetId !== targetId) continue;
    await panel.waitForLoadState();
    return panel;
  }
  throw new Error('the side panel opened and went away');
}

/**
 * Adds a provider on the options page, as a user would. The browser must have been told to allow the site, or somebody must
 * answer its prompt.
 * @param {Page} options
 * @param {{ baseUrl: string, model?: string, key?: string, name?: string, provider?: string, fields?: Record<string, string> }}
 *   connection `fields` are the provider's own, by their labels
 * @param {() => Promise<void>} [answerPrompt] runs right after the click that makes the browser ask
 */
export async function addProvider(options, { baseUrl, model, key, name, provider, fields = {} }, answerPrompt) {
  await options.getByRole('button', { name: 'Add provider' }).first().click();
  await options.getByRole('combobox', { name: 'Provider' }).selectOption(provider ?? 'custom');
  await options.getByRole('textbox', { name: 'Base URL' }).fill(baseUrl);
  for (const [label, value] of Object.entries(fields)) await options.getByRole('textbox', { name: label }).fill(value);
  if (key !== undefined) await options.getByLabel('API key').fill(key);
  if (name !== undefined) await options.getByRole('textbox', { name: 'Name' }).fill(name);
  if (model !== undefined) await modelField(options).fill(model);
  await options.getByRole('button', { name: 'Save' }).click();
  await answerPrompt?.();
}

/**
 * The connections that are stored, as a page of the extension sees them.
 * @param {Page} page
 * @returns {Promise<{ id: string, name: string, baseUrl: string, model: string }[]>}
 */
export const storedConnections = (page) =>
  page.evaluate('chrome.storage.local.get("connections").then((all) => all.connections ?? [])');

/**
 * The model's field: a list to choose from where the server gave one, a text box otherwise.
 * @param {Page} page
 */
export const modelField = (page) =>
  page
    .getByRole('combobox', { name: 'Model' })
    .or(page.getByRole('textbox', { name: 'Model' }))
    .first();

/**
 * Begins a new chat. An answer that failed may offer that, too; the first button is the panel's own.
 * @param {Page} panel
 */
export async function newChat(panel) {
  await panel.getByRole('button', { name: 'New chat', exact: true }).first().click();
  await until('an empty chat', async () => (await answers(panel).count()) === 0);
}

/**
 * Writes a question and sends it.
 * @param {Page} panel
 * @param {string} question
 */
export async function ask(panel, question) {
  await panel.getByRole('textbox', { name: 'Message' }).fill(question);
  await panel.getByRole('button', { name: 'Send', exact: true }).click();
}

/** @param {Page} panel */
export const questions = (panel) => panel.getByRole('article', { name: 'You' });

/** @param {Page} panel */
export const answers = (panel) => panel.getByRole('article', { name: 'Answer' });

/**
 * Resolves when no answer is being made any more.
 * @param {Page} panel
 * @param {number} [timeout] milliseconds
 */
export const answerToEnd = (panel, timeout = 60_000) =>
  panel.getByRole('button', { name: 'Stop', exact: true }).waitFor({ state: 'hidden', timeout });
