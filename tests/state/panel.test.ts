import { describe, expect, it } from 'vitest';
import type { PageReading } from '../../core/protocol';
import type { Connection } from '../../providers/contract';
import { ChatModel } from '../../state/chat';
import { ComposerModel } from '../../state/composer';
import { PanelModel } from '../../state/panel';
import { passagesId, SettingsModel } from '../../state/settings';
import { defaultPreferences } from '../../storage/settings';
import { answerTo, chatRow, fakeBackground, fakeLine, fakeStore, question, refusal } from './fakes';

const connection = (id: string, over: Partial<Connection> = {}): Connection => ({
  id,
  provider: 'custom',
  name: id.toUpperCase(),
  baseUrl: 'http://localhost/v1',
  model: `${id}-own`,
  enabled: true,
  ...over,
});
const stored = <Value>(value: Value) => ({ getValue: async () => value, watch: () => () => undefined });

async function panelWith(connections: Connection[] = [], standard: string | null = null) {
  const line = fakeLine();
  const store = fakeStore();
  const background = fakeBackground({
    'chat.send': async ({ chatId, messageId, parts }) => {
      const chat = chatRow({ id: chatId, leafId: `${messageId}-a` });
      const asked = question(messageId, { chatId, parts });
      store.chats.set(chatId, chat);
      store.store(asked);
      const answer = answerTo(messageId, `${messageId}-a`, { chatId, state: 'complete' });
      store.store(answer);
      return { ok: true, value: { chat, question: asked, answer } };
    },
  });
  let ids = 0;
  const newId = () => `id-${++ids}`;
  const chat = new ChatModel({ send: background.send, line: line.line, reader: store.reader, newId, now: () => 0 });
  const composer = new ComposerModel({
    drafts: { load: async () => undefined, save: async () => undefined },
    newId,
    after: () => () => undefined,
  });
  const settings = new SettingsModel({
    preferences: stored(defaultPreferences),
    connections: stored(connections),
    defaultConnection: stored(standard),
    fallback: defaultPreferences,
  });
  await settings.follow();
  let remembered: string | undefined;
  const panel = new PanelModel({
    send: background.send,
    chat,
    composer,
    settings,
    memory: { load: async () => remembered, save: async (id) => void (remembered = id) },
    windowId: async () => 7,
    newId,
    fill: (prompt) => prompt.replace('{selection}', 'the quoted text'),
  });
  return { panel, chat, composer, store, background, line, remember: (id: string) => (remembered = id) };
}

const source = { title: 'A page', url: 'https://page.example/a', tabId: 3 };
const reading = (over: Partial<Extract<PageReading, { granted: true }>> = {}): PageReading => ({
  granted: true,
  text: 'Page text',
  ...source,
  hidden: 4,
  removed: 1,
  cut: 0,
  ...over,
});

describe('who answers', () => {
  it('is Passages when nothing is set up', async () => {
    const { panel } = await panelWith();
    expect(panel.answering.value).toMatchObject({ connectionId: passagesId, providerId: 'passages' });
    expect(panel.unequipped.value).toBe(true);
  });

  it('is the default, or the first that is on', async () => {
    const off = connection('off', { enabled: false });
    expect((await panelWith([off, connection('a'), connection('b')], 'b')).panel.answering.value.connectionId).toBe(
      'b',
    );
    expect((await panelWith([off, connection('a')], 'off')).panel.answering.value.connectionId).toBe('a');
  });

  it('is whom the chat uses, and a choice for a new chat goes with its first question', async () => {
    const { panel, chat, composer, background, store } = await panelWith([connection('a'), connection('b')], 'a');
    await panel.start();
    await panel.choose('b', 'other');
    expect(panel.answering.value).toMatchObject({ connectionId: 'b', model: 'other', connection: 'B' });
    expect(background.inputs('chat.use')).toEqual([]);
    composer.type('Hm?');
    await panel.submit();
    expect(background.inputs('chat.send')[0]).toMatchObject({ connectionId: 'b', model: 'other' });
    store.chats.set('old', chatRow({ id: 'old', connectionId: 'a', model: 'older' }));
    await panel.openChat('old');
    expect(panel.answering.value).toMatchObject({ connectionId: 'a', model: 'older' });
    await panel.choose('b', 'newer');
    expect(background.inputs('chat.use')).toEqual([{ chatId: 'old', connectionId: 'b', model: 'newer' }]);
    expect(chat.chat.value).toMatchObject({ connectionId: 'b', model: 'newer' });
  });

  it("is the default again when the chat's connection is gone", async () => {
    const { panel, store } = await panelWith([connection('a')], 'a');
    store.chats.set('old', chatRow({ id: 'old', connectionId: 'gone', model: 'x' }));
    await panel.openChat('old');
    expect(panel.answering.value).toMatchObject({ connectionId: 'a', model: 'a-own' });
  });
});

describe('which chat', () => {
  it('is the one this window showed last', async () => {
    const { panel, chat, store, remember } = await panelWith();
    store.chats.set('last', chatRow({ id: 'last', title: 'Last' }));
    remember('last');
    await panel.start();
    expect(chat.chat.value?.title).toBe('Last');
  });

  it.each(['gone', 'deleted'])('is a new one when that is %s', async (how) => {
    const { panel, chat, store, remember } = await panelWith();
    if (how === 'deleted') store.chats.set('last', chatRow({ id: 'last', deletedAt: 1 }));
    remember('last');
    await panel.start();
    expect(chat.chatId.value).not.toBe('last');
  });

  it('is the new one that was asked for before that was known', async () => {
    const { panel, chat, store, remember } = await panelWith();
    store.chats.set('last', chatRow({ id: 'last', title: 'Last' }));
    remember('last');
    const starting = panel.start();
    panel.newChat();
    const fresh = chat.chatId.peek();
    await starting;
    expect(chat.chatId.value).toBe(fresh);
  });

  it('stays with a chat that only cannot be read at the moment', async () => {
    const { panel, chat, store, remember } = await panelWith();
    remember('last');
    store.breakWith(new Error('blocked'));
    await panel.start();
    expect(chat.chatId.value).toBe('last');
    expect(chat.unreadable.value).toBe('blocked');
  });
});

describe('asking', () => {
  it('not while an answer is being made; the text waits', async () => {
    const { panel, chat, composer, background, store, line } = await panelWith();
    store.chats.set('c', chatRow({ id: 'c', leafId: 'a' }));
    store.store(question('q', { chatId: 'c' }));
    store.store(answerTo('q', 'a', { chatId: 'c' }));
    chat.connect();
    line.connect();
    await panel.openChat('c');
    composer.type('And?');
    expect(await panel.submit()).toBe(false);
    expect(background.inputs('chat.send')).toEqual([]);
    expect(composer.text.value).toBe('And?');
  });

  it('the last question comes back to be edited', async () => {
    const { panel, composer, store } = await panelWith();
    store.chats.set('c', chatRow({ id: 'c', leafId: 'a' }));
    store.store(question('q', { chatId: 'c' }));
    store.store(answerTo('q', 'a', { chatId: 'c', state: 'complete' }));
    await panel.openChat('c');
    expect(panel.editLast()).toBe(true);
    expect(composer.text.value).toBe('Question q');
    panel.newChat();
    expect(panel.editLast()).toBe(false);
  });
});

describe('the page', () => {
  it('comes as a chip with what was left out of it', async () => {
    const { panel, composer, background } = await panelWith();
    background.answers['page.read'] = async () => ({ ok: true, value: reading({ cut: 9 }) });
    await panel.addPage();
    expect(background.inputs('page.read')).toEqual([{ windowId: 7 }]);
    expect(composer.pages.value).toEqual([
      { type: 'page', id: expect.any(String), text: 'Page text', source, hidden: 4, removed: 1, cut: 9 },
    ]);
  });

  it.each([
    ['without a grant', { granted: false, reason: 'no-grant', host: 'page.example' } as const, { reason: 'no-grant' }],
    ['of the browser itself', { granted: false, reason: 'restricted' } as const, { reason: 'restricted' }],
    ['without text', reading({ text: ' \n' }), { empty: true, host: 'page.example' }],
  ])('%s: says so and adds nothing', async (_, value, refused) => {
    const { panel, composer, background } = await panelWith();
    background.answers['page.read'] = async () => ({ ok: true, value });
    await panel.addPage();
    expect(composer.pages.value).toEqual([]);
    expect(panel.refusedPage.value).toMatchObject(refused);
    panel.dismissPage();
    expect(panel.refusedPage.value).toBeNull();
  });

  it('a refused command is said, too', async () => {
    const { panel, chat, background } = await panelWith();
    background.answers['page.read'] = async () => refusal({ message: 'No tab.' });
    await panel.addPage();
    expect(chat.failure.value?.message).toBe('No tab.');
    expect(panel.readingPage.value).toBe(false);
  });
});

describe('mail', () => {
  const quote = { text: 'Quoted', source, cut: 0, removed: 2 };
  const mail = { id: 'm', windowId: 7, at: 1 };

  it('a quote becomes a chip; a later reading of it changes that chip', async () => {
    const { panel, composer } = await panelWith();
    panel.view.value = 'history';
    panel.takeMail({ ...mail, quote });
    panel.takeMail({ ...mail, at: 2, quote: { ...quote, text: 'Quoted\nin lines' } });
    expect(composer.quotes.value).toEqual([{ type: 'quote', id: 'm', text: 'Quoted\nin lines', source, removed: 2 }]);
    expect(panel.view.value).toBe('chat');
  });

  it('an action asks at once in an empty composer', async () => {
    const { panel, background, composer } = await panelWith();
    panel.takeMail({ ...mail, quote, action: { prompt: 'Explain {selection}', send: true } });
    await Promise.resolve();
    expect(background.inputs('chat.send')[0]?.parts).toMatchObject([
      { type: 'quote', text: 'Quoted' },
      { type: 'text', text: 'Explain the quoted text' },
    ]);
    expect(composer.quotes.value.length).toBeLessThanOrEqual(1);
  });

  it('an action never sends what the reader was writing', async () => {
    const { panel, background, composer } = await panelWith();
    composer.type('Half a thought');
    panel.takeMail({ ...mail, action: { prompt: 'Explain', send: true } });
    expect(composer.text.value).toBe('Half a thought\nExplain');
    expect(background.inputs('chat.send')).toEqual([]);
  });

  it('an action to be edited first waits in the composer', async () => {
    const { panel, background, composer } = await panelWith();
    panel.takeMail({ ...mail, quote, action: { prompt: 'Explain', send: false } });
    expect(composer.text.value).toBe('Explain');
    expect(background.inputs('chat.send')).toEqual([]);
  });
});
