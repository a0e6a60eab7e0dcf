import { browser } from 'wxt/browser';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { itemsFor } from '../../entrypoints/background/menus';
import { openPanel } from '../../entrypoints/background/open-panel';

const words = { selection: 'Ask about selection', page: 'Ask about this page' };
const action = (id: string, name: string, prompt: string, menu = true) => ({ id, name, prompt, send: true, menu });

describe('the menu', () => {
  it('has one item for a selection and one for a page', () => {
    expect(itemsFor([], words)).toEqual([
      { id: 'ask-selection', title: 'Ask about selection', contexts: ['selection'] },
      { id: 'ask-page', title: 'Ask about this page', contexts: ['page'] },
    ]);
  });

  it('offers actions where what they speak of can be had', () => {
    const actions = [
      action('1', 'Sel', 'Do {selection}'),
      action('2', 'Page', 'Do {page}'),
      action('3', 'Both', 'Compare {selection} and {page}'),
      action('4', 'Any', 'Hello'),
      action('5', 'Not in the menu', 'Hello', false),
    ];
    expect(
      itemsFor(actions, words)
        .slice(2)
        .map(({ id, contexts }) => [id, contexts]),
    ).toEqual([
      ['action:1', ['selection']],
      ['action:2', ['page']],
      ['action:3', ['selection']],
      ['action:4', ['selection', 'page']],
    ]);
  });

  it('puts no page text into a title, and shows an ampersand as one', () => {
    const titles = itemsFor([action('1', 'R&D %s', 'x'), action('2', '  ', 'x')], words).slice(2);
    expect(titles.map(({ title }) => title)).toEqual(['R&&D % s', '…']);
  });
});

describe('opening the panel', () => {
  beforeEach(() => {
    Object.assign(browser, { sidePanel: undefined, sidebarAction: undefined });
    browser.tabs.query = vi.fn(async () => []);
    browser.windows.create = vi.fn(async () => undefined);
    browser.windows.update = vi.fn(async () => ({}) as never);
  });
  const settled = () => new Promise<void>((resolve) => setTimeout(resolve, 5));

  it('asks the browser before anything else has a turn', () => {
    const open = vi.fn(async () => undefined);
    Object.assign(browser, { sidePanel: { open } });
    openPanel(3);
    expect(open.mock.calls).toEqual([[{ windowId: 3 }]]);
  });

  it('opens the sidebar of Firefox', () => {
    const open = vi.fn(async () => undefined);
    Object.assign(browser, { sidebarAction: { open } });
    openPanel(3);
    expect(open).toHaveBeenCalledOnce();
  });

  it('opens a window that belongs to this one where there is neither, and no second one', async () => {
    openPanel(3);
    await settled();
    const options = vi.mocked(browser.windows.create).mock.calls[0]?.[0];
    expect(options).toMatchObject({ type: 'popup' });
    expect(String(options?.url)).toMatch(/\/sidepanel\.html\?beside=3$/);

    browser.tabs.query = vi.fn(async () => [{ windowId: 9 } as never]);
    openPanel(3);
    await settled();
    expect(browser.windows.create).toHaveBeenCalledOnce();
    expect(vi.mocked(browser.windows.update).mock.calls).toEqual([[9, { focused: true }]]);
  });

  it('opens a window where the browser has the interface but no panel', async () => {
    Object.assign(browser, { sidePanel: { open: () => Promise.reject(new Error('Side panels are not supported')) } });
    openPanel(3);
    await settled();
    expect(browser.windows.create).toHaveBeenCalledOnce();
  });

  it('puts up with a browser that saw no click', async () => {
    const error = new Error('`sidePanel.open()` may only be called in response to a user gesture.');
    Object.assign(browser, { sidePanel: { open: () => Promise.reject(error) } });
    openPanel(3);
    await settled();
    expect(browser.windows.create).not.toHaveBeenCalled();
  });
});
