import { browser } from 'wxt/browser';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { PageMarks } from '../../core/page-text';
import { Refused } from '../../entrypoints/background/commands';
import { pageCommands, readTab } from '../../entrypoints/background/page';

const marks: PageMarks = {
  marks: ['Some\u200B text', 2, 'more'],
  title: 'T\u202E',
  url: 'https://a.example/x',
  contentType: 'text/html',
  hidden: 5,
  left: 2,
  moved: false,
  pauses: 0,
  longestMs: 0,
};
const inject = vi.fn<(injection: unknown) => Promise<unknown[]>>();
const answers = (...results: (PageMarks | undefined)[]) => {
  for (const result of results) inject.mockResolvedValueOnce([{ result }]);
};
const context = { sender: 'panel' as const };

beforeEach(() => {
  inject.mockReset();
  Object.assign(browser, { scripting: { executeScript: inject } });
});

describe('reading a tab', () => {
  it('makes text of the marks, cleans and counts', async () => {
    answers(marks);
    expect(await readTab(7, marks.url)).toEqual({
      granted: true,
      text: 'Some text\n\nmore',
      title: 'T',
      url: marks.url,
      tabId: 7,
      hidden: 5,
      removed: 1,
      cut: 2,
    });
  });

  it('reads once more when the page went on, or went away, and then gives up', async () => {
    answers({ ...marks, moved: true }, marks);
    expect(await readTab(7, undefined)).toMatchObject({ granted: true });
    inject.mockRejectedValueOnce(new Error('Frame with ID 0 was removed.'));
    answers(marks);
    expect(await readTab(7, undefined)).toMatchObject({ granted: true });
    answers({ ...marks, moved: true }, undefined);
    expect(await readTab(7, undefined)).toEqual({ granted: false, reason: 'restricted' });
  });

  it.each([
    [
      'Cannot access contents of the page. Extension manifest must request permission to access the respective host.',
      undefined,
      { reason: 'no-grant' },
    ],
    ['Missing host permission for the tab', undefined, { reason: 'no-grant' }],
    [
      'Cannot access contents of url "https://b.example/". Extension manifest must request permission to access this host.',
      'https://b.example/',
      { reason: 'no-grant', host: 'b.example' },
    ],
    ['Cannot access a chrome:// URL', undefined, { reason: 'restricted' }],
    ['Missing host permission for the tab', 'about:addons', { reason: 'restricted' }],
    ['The extensions gallery cannot be scripted.', undefined, { reason: 'restricted' }],
  ])('“%s” (%s)', async (message, url, refusal) => {
    inject.mockRejectedValueOnce(new Error(message));
    expect(await readTab(7, url)).toEqual({ granted: false, ...refusal });
  });

  it('does not take the viewer of a PDF for a page', async () => {
    answers({ ...marks, contentType: 'application/pdf' });
    expect(await readTab(7, undefined)).toEqual({ granted: false, reason: 'restricted' });
  });

  it('reads the tab in front of the window', async () => {
    browser.tabs.query = vi.fn(async () => [{ id: 9, url: marks.url } as never]);
    answers(marks);
    expect(await pageCommands['page.read']({ windowId: 3 }, context)).toMatchObject({ granted: true, tabId: 9 });
    expect(vi.mocked(browser.tabs.query).mock.calls).toEqual([[{ active: true, windowId: 3 }]]);
    browser.tabs.query = vi.fn(async () => []);
    expect(await pageCommands['page.read']({ windowId: 3 }, context)).toEqual({ granted: false, reason: 'restricted' });
  });
});

describe('going to places', () => {
  const create = vi.fn(async () => ({}) as never);
  const update = vi.fn(async () => ({}) as never);
  beforeEach(() => {
    create.mockReset().mockResolvedValue({} as never);
    update.mockReset().mockResolvedValue({} as never);
    browser.tabs.create = create;
    browser.tabs.update = update;
    browser.tabs.query = vi.fn(async () => []);
    browser.windows.update = vi.fn(async () => ({}) as never);
    inject.mockResolvedValue([{ result: true }]);
  });
  const tabShows = (url: string | undefined) => {
    const tab = { id: 7, windowId: 2, url } as never;
    browser.tabs.get = vi.fn(async () => tab);
    browser.tabs.query = vi.fn(async () => [{ id: 5 } as never, tab]);
  };

  it('shows a quote in its own tab while that shows the page', async () => {
    tabShows('https://a.example/x#part');
    await pageCommands['page.show']({ url: 'https://a.example/x', text: 'words', tabId: 7 }, context);
    expect(update.mock.calls).toEqual([[7, { active: true }]]);
    expect(vi.mocked(browser.windows.update).mock.calls).toEqual([[2, { focused: true }]]);
    expect(inject.mock.calls[0]?.[0]).toMatchObject({ target: { tabId: 7 }, args: ['words', ''] });
    expect(create).not.toHaveBeenCalled();
  });

  it.each([
    ['it shows another page', 'https://a.example/y'],
    ['its address is not ours to see any more', undefined],
  ])('opens a new tab at the place when %s', async (_, url) => {
    tabShows(url);
    await pageCommands['page.show']({ url: 'https://a.example/x', text: 'words', tabId: 7 }, context);
    expect(create.mock.calls).toEqual([[{ url: 'https://a.example/x#:~:text=words' }]]);
    expect(update).not.toHaveBeenCalled();
  });

  it('opens a new tab when the old one is closed, or was never known', async () => {
    browser.tabs.get = vi.fn(async () => Promise.reject(new Error('No tab with id: 7.')));
    await pageCommands['page.show']({ url: 'https://a.example/x', text: 'words', tabId: 7 }, context);
    await pageCommands['page.show']({ url: 'https://a.example/x', text: '…' }, context);
    expect(create.mock.calls).toEqual([
      [{ url: 'https://a.example/x#:~:text=words' }],
      [{ url: 'https://a.example/x' }],
    ]);
  });

  it('follows a link to a place in a tab that shows the page, and every other link into a new tab', async () => {
    tabShows('https://a.example/x');
    await pageCommands['link.open']({ url: 'https://a.example/x#:~:text=one,two' }, context);
    expect(inject.mock.calls[0]?.[0]).toMatchObject({ args: ['one', 'two'] });
    expect(create).not.toHaveBeenCalled();
    await pageCommands['link.open']({ url: 'https://a.example/x#part' }, context);
    await pageCommands['link.open']({ url: 'https://b.example/#:~:text=one' }, context);
    expect(create.mock.calls).toEqual([
      [{ url: 'https://a.example/x#part' }],
      [{ url: 'https://b.example/#:~:text=one' }],
    ]);
  });

  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'chrome://settings',
    'blob:https://a.example/1',
    'about:blank',
    'view-source:https://a.example',
    'not an address',
    '',
  ])('opens nothing for %j', async (url) => {
    await expect(pageCommands['link.open']({ url }, context)).rejects.toBeInstanceOf(Refused);
    expect(create).not.toHaveBeenCalled();
  });

  it.each(['https://a.example/', 'http://a.example/', 'mailto:a@b.example'])('opens %s', async (url) => {
    await pageCommands['link.open']({ url }, context);
    expect(create.mock.calls).toEqual([[{ url }]]);
  });

  it('shows no quote of a page that is not of the web', async () => {
    await expect(pageCommands['page.show']({ url: 'chrome://settings', text: 'x' }, context)).rejects.toBeInstanceOf(
      Refused,
    );
  });
});
