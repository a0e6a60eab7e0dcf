import { describe, expect, it } from 'vitest';
import { textOf } from '../../core/fold';
import { ChatModel, type ChatOnShow } from '../../state/chat';
import { isAlive } from '../../state/replay';
import {
  answerTo,
  chatRow,
  endStretch,
  fakeBackground,
  fakeLine,
  fakeStore,
  question,
  refusal,
  settle,
  textStretch,
} from './fakes';

function panel({ now = (): number => 0 } = {}) {
  const line = fakeLine();
  const store = fakeStore();
  const background = fakeBackground();
  let ids = 0;
  const chat = new ChatModel({
    send: background.send,
    line: line.line,
    reader: store.reader,
    newId: () => `new-${++ids}`,
    now,
  });
  chat.connect();
  return { line, store, background, chat };
}

const text = (chat: ChatOnShow, id: string) => {
  const message = chat.message(id)?.value;
  return message ? textOf(message.parts) : undefined;
};
const onShow = (chat: ChatOnShow) => chat.turns.value.map(({ id }) => id).join(' ');

/** A stored chat with one question and an answer whose beginning is in the journal. */
function halfAnswered() {
  const world = panel();
  world.store.chats.set('chat', chatRow({ leafId: 'a' }));
  world.store.store(question('q'));
  world.store.store(answerTo('q', 'a'));
  world.store.rows.push(textStretch('a', 1, 'One ', 'two '), textStretch('a', 3, 'three '));
  return world;
}

describe('opening a chat in mid-answer', () => {
  it('shows row and journal, watches from there, and goes on without a gap or a word twice', async () => {
    const { chat, line } = halfAnswered();
    line.connect();
    await chat.open('chat');
    expect(text(chat, 'a')).toBe('One two three ');
    expect(line.lastWatch()).toEqual({ type: 'watch', chatId: 'chat', have: { a: 3 } });
    line.say({ type: 'watching', chatId: 'chat', runs: ['a'] });
    line.say({ type: 'events', chatId: 'chat', ...textStretch('a', 3, 'three ') });
    line.say({ type: 'events', chatId: 'chat', ...textStretch('a', 4, 'four') });
    expect(text(chat, 'a')).toBe('One two three four');
    expect(chat.running.value).toBe('a');
    line.say({ type: 'events', chatId: 'chat', ...endStretch('a', 5) });
    line.say({ type: 'ended', chatId: 'chat', run: 'a', to: 5 });
    expect(chat.running.value).toBeNull();
    expect(chat.message('a')?.value).toMatchObject({ state: 'complete', finish: { reason: 'stop' } });
  });

  it('shows the same as a panel that was there from the start', async () => {
    const { chat, line } = halfAnswered();
    const other = panel();
    other.store.chats.set('chat', chatRow({ leafId: 'a' }));
    other.store.store(question('q'));
    other.store.store(answerTo('q', 'a'));
    for (const world of [{ chat, line }, other]) {
      world.line.connect();
      await world.chat.open('chat');
      world.line.say({ type: 'watching', chatId: 'chat', runs: ['a'] });
    }
    for (const stretch of [
      textStretch('a', 1, 'One ', 'two '),
      textStretch('a', 3, 'three '),
      textStretch('a', 4, 'four'),
    ]) {
      line.say({ type: 'events', chatId: 'chat', ...stretch });
      other.line.say({ type: 'events', chatId: 'chat', ...stretch });
    }
    expect(chat.message('a')?.value).toEqual(other.chat.message('a')?.value);
  });

  it('believes the row until the background has said what runs, then calls an orphan interrupted', async () => {
    const { chat, line } = halfAnswered();
    line.connect();
    await chat.open('chat');
    expect(chat.running.value).toBe('a');
    line.say({ type: 'watching', chatId: 'chat', runs: [] });
    await settle();
    expect(chat.running.value).toBeNull();
    expect(text(chat, 'a')).toBe('One two three ');
    const message = chat.message('a')?.value;
    expect(message && isAlive(message, chat.alive.value)).toBe(false);
  });

  it('takes the last form from the store when the run ended while nobody listened', async () => {
    const { chat, line, store } = halfAnswered();
    line.connect();
    await chat.open('chat');
    const whole = answerTo('q', 'a', { state: 'complete', parts: [{ type: 'text', text: 'One two three four five' }] });
    store.store(whole);
    store.rows.length = 0;
    line.say({ type: 'watching', chatId: 'chat', runs: [] });
    await settle();
    expect(chat.message('a')?.value).toEqual(whole);
  });

  it('heals a gap from the journal and asks again from what it has', async () => {
    const { chat, line, store } = halfAnswered();
    line.connect();
    await chat.open('chat');
    line.say({ type: 'watching', chatId: 'chat', runs: ['a'] });
    // The row begins before and ends after what is known: it cannot be cut, so the journal is read from its start.
    store.rows.splice(1, 1, textStretch('a', 3, 'three ', 'four ', 'five '));
    line.say({ type: 'events', chatId: 'chat', ...textStretch('a', 6, 'six') });
    await settle();
    expect(text(chat, 'a')).toBe('One two three four five ');
    expect(line.lastWatch()).toEqual({ type: 'watch', chatId: 'chat', have: { a: 5 } });
    line.say({ type: 'watching', chatId: 'chat', runs: ['a'] });
    line.say({ type: 'events', chatId: 'chat', ...textStretch('a', 6, 'six') });
    expect(text(chat, 'a')).toBe('One two three four five six');
  });

  it('does not read in circles when numbers stay missing', async () => {
    let time = 0;
    const world = panel({ now: () => time });
    world.store.chats.set('chat', chatRow({ leafId: 'a' }));
    world.store.store(question('q'));
    world.store.store(answerTo('q', 'a'));
    world.line.connect();
    await world.chat.open('chat');
    const watches = () => world.line.posted.filter((message) => message.type === 'watch').length;
    const before = watches();
    for (let round = 0; round < 20; round += 1) {
      world.line.say({ type: 'watching', chatId: 'chat', runs: ['a'] });
      world.line.say({ type: 'events', chatId: 'chat', ...textStretch('a', 10 + round, 'x') });
      await settle();
    }
    expect(watches() - before).toBe(1);
    time = 5_000;
    world.line.say({ type: 'events', chatId: 'chat', ...textStretch('a', 40, 'x') });
    await settle();
    expect(watches() - before).toBe(2);
  });
});

describe('the worker dies', () => {
  it('says nothing until the line is back, then watches from what it has', async () => {
    const { chat, line } = halfAnswered();
    line.connect();
    await chat.open('chat');
    line.say({ type: 'watching', chatId: 'chat', runs: ['a'] });
    line.say({ type: 'events', chatId: 'chat', ...textStretch('a', 4, 'four') });
    line.drop();
    expect(chat.lineState.value).toBe('lost');
    expect(chat.running.value).toBe('a');
    line.connect();
    expect(line.lastWatch()).toEqual({ type: 'watch', chatId: 'chat', have: { a: 4 } });
    line.say({ type: 'watching', chatId: 'chat', runs: [] });
    await settle();
    expect(chat.lineState.value).toBe('live');
    expect(chat.running.value).toBeNull();
    expect(text(chat, 'a')).toBe('One two three four');
  });
});

describe('asking', () => {
  const reply = (chat: ChatOnShow) => ({
    ok: true as const,
    value: {
      chat: chatRow({ id: chat.chatId.value, leafId: 'a' }),
      question: question('q', { chatId: chat.chatId.value }),
      answer: answerTo('q', 'a', { chatId: chat.chatId.value }),
    },
  });

  it('shows question and answer from the reply, with what the line brought before it', async () => {
    const { chat, line, background } = panel();
    chat.begin();
    line.connect();
    line.say({ type: 'watching', chatId: chat.chatId.value, runs: [] });
    background.answers['chat.send'] = async () => {
      line.say({ type: 'started', chatId: chat.chatId.value, run: 'a' });
      line.say({ type: 'events', chatId: chat.chatId.value, ...textStretch('a', 1, 'Early ') });
      return reply(chat);
    };
    const asked = await chat.ask({ messageId: 'q', parts: [{ type: 'text', text: 'Hm?' }] });
    line.say({ type: 'events', chatId: chat.chatId.value, ...textStretch('a', 2, 'late') });
    expect(asked.ok).toBe(true);
    expect(onShow(chat)).toBe('q a');
    expect(text(chat, 'a')).toBe('Early late');
    expect(chat.running.value).toBe('a');
  });

  it('follows the end of the branch on show, or the parent of a question that is asked again', async () => {
    const { chat, background, line } = halfAnswered();
    line.connect();
    await chat.open('chat');
    background.answers['chat.send'] = async () => refusal();
    await chat.ask({ messageId: 'q2', parts: [] });
    await chat.ask({ messageId: 'q3', parts: [], parentId: null });
    expect(background.inputs('chat.send').map(({ parentId }) => parentId)).toEqual(['a', null]);
  });

  it('keeps everything as it was when it is refused, and says why', async () => {
    const { chat, background } = panel();
    chat.begin();
    background.answers['chat.send'] = async () => refusal({ kind: 'not-stored', message: 'disk full' });
    expect((await chat.ask({ messageId: 'q', parts: [] })).ok).toBe(false);
    expect(onShow(chat)).toBe('');
    expect(chat.failure.value).toMatchObject({ kind: 'not-stored' });
  });

  it('finds its question in the store when the worker died before it could reply', async () => {
    const { chat, background, store } = panel();
    chat.begin();
    const chatId = chat.chatId.value;
    background.answers['chat.send'] = async () => {
      store.chats.set(chatId, chatRow({ id: chatId, leafId: 'a' }));
      store.store(question('q', { chatId }));
      store.store(answerTo('q', 'a', { chatId }));
      return refusal({ message: 'The message channel closed.' });
    };
    expect((await chat.ask({ messageId: 'q', parts: [] })).ok).toBe(true);
    expect(onShow(chat)).toBe('q a');
    expect(chat.failure.value).toBeNull();
  });

  it('another panel asks: this one shows it too', async () => {
    const { chat, line, store } = halfAnswered();
    store.store(answerTo('q', 'a', { state: 'complete', parts: [{ type: 'text', text: 'Done.' }] }));
    line.connect();
    await chat.open('chat');
    line.say({ type: 'watching', chatId: 'chat', runs: [] });
    store.store(question('q2', { parentId: 'a', order: 2 }));
    store.store(answerTo('q2', 'a2', { order: 3 }));
    store.chats.set('chat', chatRow({ leafId: 'a2' }));
    line.say({ type: 'started', chatId: 'chat', run: 'a2' });
    line.say({ type: 'events', chatId: 'chat', ...textStretch('a2', 1, 'Hello') });
    await settle();
    expect(onShow(chat)).toBe('q a q2 a2');
    expect(text(chat, 'a2')).toBe('Hello');
    expect(chat.running.value).toBe('a2');
  });
});

describe('versions', () => {
  function twoVersions() {
    const world = panel();
    world.store.chats.set('chat', chatRow({ leafId: 'b' }));
    world.store.store(question('q'));
    world.store.store(answerTo('q', 'a', { order: 1, state: 'complete' }));
    world.store.store(answerTo('q', 'b', { order: 2, state: 'complete' }));
    return world;
  }

  it('turns to another version at once and tells the background', async () => {
    const { chat, background } = twoVersions();
    await chat.open('chat');
    expect(chat.turns.value[1]?.versions).toEqual({ index: 1, count: 2, previous: 'a' });
    await chat.turnTo('a');
    expect(onShow(chat)).toBe('q a');
    expect(background.inputs('chat.select')).toEqual([{ chatId: 'chat', leafId: 'a' }]);
  });

  it('is not turned back by a reading that began before the choice was stored', async () => {
    const { chat, background, line } = twoVersions();
    await chat.open('chat');
    background.answers['chat.select'] = async () => {
      line.say({ type: 'changed', chatId: 'chat' });
      await settle();
      return { ok: true, value: null };
    };
    await chat.turnTo('a');
    expect(onShow(chat)).toBe('q a');
  });

  it('a new answer to the same question comes on show, the old one stays', async () => {
    const { chat, background, line } = twoVersions();
    await chat.open('chat');
    line.connect();
    line.say({ type: 'watching', chatId: 'chat', runs: [] });
    background.answers['chat.regenerate'] = async ({ newAnswerId }) => ({
      ok: true,
      value: { chat: chatRow({ leafId: newAnswerId }), answer: answerTo('q', newAnswerId, { order: 3 }) },
    });
    await chat.regenerate('b', { model: 'other' });
    expect(chat.turns.value[1]?.versions).toMatchObject({ index: 2, count: 3, previous: 'b' });
    expect(background.inputs('chat.regenerate')[0]).toMatchObject({ answerId: 'b', model: 'other' });
  });

  it('does not offer answers that failed before their first word', async () => {
    const { chat, store } = twoVersions();
    store.store(answerTo('q', 'a', { order: 1, state: 'error', error: { kind: 'network', message: '' } }));
    await chat.open('chat');
    expect(chat.turns.value[1]?.versions).toEqual({ index: 0, count: 1 });
  });
});

describe('changing chats', () => {
  it('drops a reading that comes late', async () => {
    const { chat, store } = halfAnswered();
    store.chats.set('other', chatRow({ id: 'other', title: 'Other', leafId: 'o' }));
    store.store(question('o', { chatId: 'other' }));
    const first = chat.open('chat');
    const second = chat.open('other');
    await Promise.all([first, second]);
    expect(chat.chat.value?.title).toBe('Other');
    expect(onShow(chat)).toBe('o');
    expect(chat.message('q')).toBeUndefined();
  });

  it('ignores what is said about other chats', async () => {
    const { chat, line } = halfAnswered();
    line.connect();
    await chat.open('chat');
    line.say({ type: 'watching', chatId: 'other', runs: [] });
    line.say({ type: 'events', chatId: 'other', ...textStretch('a', 4, 'x') });
    expect(text(chat, 'a')).toBe('One two three ');
    expect(chat.alive.value).toBeNull();
  });

  it('is read again when something of it changes while a reading fails, and when its store is there again', async () => {
    const { chat, store, line } = panel();
    store.chats.set('chat', chatRow());
    store.store(question('q', { chatId: 'chat' }));
    store.breakWith(new Error('damaged'));
    const opening = chat.open('chat');
    line.connect();
    line.say({ type: 'changed', chatId: 'chat' });
    store.breakWith(undefined);
    await opening;
    await settle();
    expect(chat.unreadable.value).toBeNull();
    expect(onShow(chat)).toBe('q');
    expect(line.lastWatch()).toMatchObject({ chatId: 'chat' });

    store.breakWith(new Error('damaged'));
    await chat.open('chat');
    expect(chat.unreadable.value).toBe('damaged');
    store.breakWith(undefined);
    line.say({ type: 'storage-trouble', trouble: { kind: 'corrupt', message: '' } });
    await settle();
    expect(chat.unreadable.value).toBeNull();
  });

  it('says when a chat cannot be read, and reads it when asked again', async () => {
    const { chat, store } = halfAnswered();
    store.breakWith(new Error('blocked'));
    await chat.open('chat');
    expect(chat.unreadable.value).toBe('blocked');
    expect(chat.loading.value).toBe(false);
    store.breakWith(undefined);
    await chat.readAgain();
    expect(chat.unreadable.value).toBeNull();
    expect(onShow(chat)).toBe('q a');
  });
});
