import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, it } from 'vitest';
import { createDesk } from '../../entrypoints/sidepanel/desk';
import type { Draft } from '../../state/composer';
import { createDrafts } from '../../storage/drafts';

let database = 0;
let drafts: ReturnType<typeof createDrafts>;
beforeEach(() => {
  database += 1;
  drafts = createDrafts({ name: `desk-${database}` });
});

let time = 0;
const desk = (windowId: number, open: number[] = [windowId]) =>
  createDesk({
    drafts: async () => drafts,
    windowId: async () => windowId,
    openWindows: async () => open,
    now: () => (time += 1),
  });

const quote = { type: 'quote', id: 'q', text: 'Quoted', source: { title: 'T', url: 'https://x.example/' } } as const;
const draft: Draft = { text: 'Half a thought', quotes: [quote], pages: [], images: [] };

describe('what a window remembers', () => {
  it('its draft and its chat, each without writing over the other', async () => {
    const one = desk(1);
    await one.drafts.save(draft);
    await one.memory.save('chat');
    await one.drafts.save({ ...draft, text: 'More' });
    const again = desk(1);
    expect(await again.drafts.load()).toEqual({ ...draft, text: 'More' });
    expect(await again.memory.load()).toBe('chat');
  });

  it('an edit and what it set aside, until it is over', async () => {
    const editing = { messageId: 'm', parentId: null, aside: draft };
    const edited: Draft = { text: 'Other words', quotes: [], pages: [], images: [], editing };
    await desk(1).drafts.save(edited);
    expect(await desk(1).drafts.load()).toEqual(edited);
    await desk(1).drafts.save(draft);
    expect(await desk(1).drafts.load()).toEqual(draft);
  });

  it('nothing of another window that is still open', async () => {
    await desk(1).drafts.save(draft);
    const two = desk(2, [1, 2]);
    expect(await two.drafts.load()).toBeUndefined();
    expect(await two.memory.load()).toBeUndefined();
  });

  it('after a restart, what windows that are gone had: the newest first, each once', async () => {
    await desk(1).drafts.save({ ...draft, text: 'Older' });
    await desk(2, [1, 2]).drafts.save({ ...draft, text: 'Newest' });
    expect((await desk(30, [30, 31]).drafts.load())?.text).toBe('Newest');
    expect((await desk(31, [30, 31]).drafts.load())?.text).toBe('Older');
    expect(await desk(32, [30, 31, 32]).drafts.load()).toBeUndefined();
    expect((await desk(30, [30, 31]).drafts.load())?.text).toBe('Newest');
  });

  it('says when the store does not let it', async () => {
    const broken = createDesk({
      drafts: () => Promise.reject(new Error('blocked')),
      windowId: async () => 1,
      openWindows: async () => [1],
      now: () => 0,
    });
    await expect(broken.drafts.load()).rejects.toThrow('blocked');
    await expect(broken.drafts.save(draft)).rejects.toThrow('blocked');
  });
});
