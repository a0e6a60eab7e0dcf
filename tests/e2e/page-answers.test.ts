/** With nothing set up: the page comes into the panel, Passages answers about it, and everything leads back to its place. */
import type { Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { answerToEnd, answers, ask, newChat } from '../../scripts/drive.mjs';
import { Gloss } from './harness/browser';
import { openSite, siteNames } from './harness/site';
import type { Site } from './harness/site';

const gap = '<div style="height:3000px"></div>';
const guide = `<!doctype html><title>Bread (a guide)</title><h1>Bread</h1><p>Knead the dough for ten minutes.</p>${gap}
<h2>Salt</h2><p>Two percent of the flour's weight is a good amount of salt.</p>${gap}<h2>Oven</h2><p>Bake it at 230 degrees.</p>`;

let gloss: Gloss;
let site: Site;
let page: Page;
let panel: Page;

beforeAll(async () => {
  site = await openSite({
    '/bread': { body: guide },
    '/empty': { body: '<!doctype html><title>Empty</title><canvas></canvas>' },
    '/cake': { body: '<!doctype html><title>Cake</title><p>Cake needs sugar.</p>' },
  });
  gloss = await Gloss.launch({ hosts: siteNames });
  page = await gloss.openTab(site.url('/bread'));
  panel = await gloss.openPanel(page);
}, 120_000);
afterAll(async () => {
  await gloss?.close();
  await site?.close();
});
afterEach(() => expect([...gloss.trouble.errors.splice(0), ...gloss.trouble.requests.splice(0)]).toEqual([]));

const chip = () => panel.getByRole('group', { name: 'Page' });
const addPage = () => panel.getByRole('button', { name: 'Add this page' }).click();
async function askAndWait(question: string): Promise<void> {
  const before = await answers(panel).count();
  await ask(panel, question);
  await expect.poll(() => answers(panel).count()).toBe(before + 1);
  await answerToEnd(panel);
  await expect.poll(() => answers(panel).last().innerText()).toContain('Passages is not an AI');
}
const scrolled = (tab: Page): Promise<number> => tab.evaluate(() => scrollY);
/** The newest tab on this path. */
const tabAt = async (path: string): Promise<Page> => {
  await expect.poll(() => gloss.context.pages().some((one) => new URL(one.url()).pathname === path)).toBe(true);
  const found = gloss.context.pages().findLast((one) => new URL(one.url()).pathname === path);
  if (!found) throw new Error(`no tab shows ${path}`);
  return found;
};

describe('a page in the panel', () => {
  it('without one, Passages says what it is and how to add a model', async () => {
    await askAndWait('What is the capital of France?');
    const answer = await answers(panel).last().innerText();
    expect(answer).toContain('Passages is not an AI');
    expect(answer).toContain('Add provider');
    await newChat(panel);
  });

  it('is added after a click on the toolbar button, whole', async () => {
    await addPage();
    await expect.poll(() => chip().count()).toBe(1);
    expect(await chip().innerText()).toContain('Bread (a guide)');
    await chip().getByRole('button', { name: 'Preview' }).click();
    expect(await chip().locator('pre').textContent()).toBe(
      "# Bread\n\nKnead the dough for ten minutes.\n\n## Salt\n\nTwo percent of the flour's weight is a good amount of salt.\n\n## Oven\n\nBake it at 230 degrees.",
    );
  });

  it('is quoted by Passages, and the link leads to the place in the same tab', async () => {
    await askAndWait('How much salt?');
    const answer = answers(panel).last();
    await expect.poll(() => answer.innerText()).toContain("Two percent of the flour's weight");
    expect(await answer.innerText()).toContain('Passages is not an AI');
    expect(await answer.innerText()).not.toContain('Knead');
    const tabs = gloss.context.pages().length;
    expect(await scrolled(page)).toBe(0);
    await answer.getByRole('link', { name: 'Show in page' }).click();
    await expect.poll(() => scrolled(page)).toBeGreaterThan(2000);
    expect(gloss.context.pages()).toHaveLength(tabs);
    // A second click leads there again.
    await page.evaluate(() => scrollTo(0, 0));
    await answer.getByRole('link', { name: 'Show in page' }).click();
    await expect.poll(() => scrolled(page)).toBeGreaterThan(2000);
    await newChat(panel);
  });

  it('opens in a new tab, at its place, when its own tab has gone on', async () => {
    await gloss.clickAction(page);
    await addPage();
    await expect.poll(() => chip().count()).toBe(1);
    await askAndWait('Which degrees?');
    await page.goto(site.url('/cake', siteNames[1]));
    await answers(panel).last().getByRole('link', { name: 'Show in page' }).click();
    const fresh = await tabAt('/bread');
    expect(fresh).not.toBe(page);
    await expect.poll(() => scrolled(fresh)).toBeGreaterThan(4000);
    await fresh.close();
    await newChat(panel);
  });

  it('without a grant the panel says how to give one, and the button gives it', async () => {
    await page.bringToFront();
    await addPage();
    await expect.poll(() => panel.locator('body').innerText()).toContain('To add this page, let Gloss see it once');
    await gloss.clickAction(page);
    await addPage();
    await expect.poll(() => chip().innerText()).toContain('Cake');
    await chip().getByRole('button', { name: 'Remove page' }).click();
  });

  it('of the browser itself, and one without text, get a word of their own', async () => {
    await page.goto('chrome://version');
    await gloss.clickAction(page);
    await addPage();
    await expect.poll(() => panel.locator('body').innerText()).toContain('No extension may read');
    await page.goto(site.url('/empty'));
    await gloss.clickAction(page);
    await addPage();
    await expect.poll(() => panel.locator('body').innerText()).toContain('There is no text to read');
  });

  it('a quote leads to its place in the tab it came from, though that is behind another', async () => {
    await page.goto(site.url('/bread'));
    await gloss.clickAction(page);
    const worker = gloss.context.serviceWorkers()[0];
    await worker?.evaluate(`chrome.tabs.query({ active: true, lastFocusedWindow: true }).then(([tab]) =>
      chrome.contextMenus.onClicked.dispatch({ menuItemId: 'ask-selection', selectionText: "flour's weight is a good", frameId: 0, pageUrl: tab.url }, tab))`);
    const quote = panel.getByRole('group', { name: 'Quote' });
    await expect.poll(() => quote.count()).toBe(1);
    const other = await gloss.openTab(site.url('/cake'));
    await quote.getByRole('button', { name: /Bread/ }).click();
    await expect.poll(() => scrolled(page)).toBeGreaterThan(2000);
    await expect.poll(() => page.evaluate(() => String(getSelection()))).toBe("flour's weight is a good");
    await expect.poll(() => page.evaluate(() => document.visibilityState)).toBe('visible');
    await other.close();
  });
});
