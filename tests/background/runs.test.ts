import { beforeEach, describe, expect, it } from 'vitest';
import { withFallbacks } from '../../entrypoints/background/fallbacks';
import { longestTyped } from '../../entrypoints/background/asking';
import { answerOf, connection, createWorld, say, settle, textOf, type Worker, type World } from './world';

let world: World;
let worker: Worker;

beforeEach(() => {
  world = createWorld();
  worker = world.start();
});

const send = (more: object = {}) =>
  worker.run('chat.send', {
    chatId: 'chat',
    messageId: 'question',
    parentId: null,
    parts: say('Why is the sky blue?'),
    ...more,
  });

const call = (place = 0) => {
  const found = world.upstream.calls[place];
  if (!found) throw new Error(`There was no request ${place + 1}`);
  return found;
};

describe('a question', () => {
  it('is stored before the request leaves, and answered', async () => {
    let storedFirst = false;
    const ask = world.upstream.ask.bind(world.upstream);
    world.upstream.ask = (...asked) => {
      void world.reader.messages('chat').then((messages) => (storedFirst = messages.length === 2));
      return ask(...asked);
    };
    const { chat, question, answer } = await send();
    await settle();
    expect(storedFirst).toBe(true);
    expect(chat).toMatchObject({ id: 'chat', title: 'Why is the sky blue?', leafId: answer.id, nextOrder: 2 });
    expect(question).toMatchObject({ order: 0, parentId: null });
    expect(answer).toMatchObject({
      order: 1,
      parentId: 'question',
      state: 'pending',
      model: 'model-one',
      provider: 'Connection one',
    });

    call().text('Rayleigh ');
    call().text('scattering.');
    call().end();
    await settle();
    const stored = await answerOf(world.reader, 'chat', answer.id);
    expect(stored).toMatchObject({ state: 'complete', finish: { reason: 'stop' } });
    expect(textOf(stored)).toBe('Rayleigh scattering.');
    expect(await world.reader.journal(answer.id)).toEqual([]);
    expect(worker.runs.active()).toBe(0);
    expect(worker.idle).toBe(1);
  });

  it('sent twice with one id is asked once', async () => {
    const [first, second] = await Promise.all([send(), send()]);
    expect(second.answer.id).toBe(first.answer.id);
    call().end();
    await settle();
    const third = await send();
    expect(third.answer.id).toBe(first.answer.id);
    await settle();
    expect(world.upstream.calls).toHaveLength(1);
    expect(await world.reader.messages('chat')).toHaveLength(2);
  });

  it('is refused while another one of its chat is answered, and leaves nothing behind', async () => {
    const [first, second] = await Promise.allSettled([send(), send({ messageId: 'second' })]);
    expect(first.status).toBe('fulfilled');
    expect(second).toMatchObject({ status: 'rejected', reason: { error: { kind: 'busy' } } });
    expect(await world.reader.messages('chat')).toHaveLength(2);
    // Another chat is free.
    await worker.run('chat.send', { chatId: 'other', messageId: 'other', parentId: null, parts: say('And you?') });
    await settle();
    expect(world.upstream.calls).toHaveLength(2);
  });

  it('sees the branch it follows, not its siblings', async () => {
    const { answer } = await send();
    call().text('One.');
    call().end();
    await settle();
    await worker.run('chat.regenerate', { chatId: 'chat', answerId: answer.id, newAnswerId: 'again' });
    await settle();
    call(1).text('Two.');
    call(1).end();
    await settle();
    await send({ messageId: 'next', parentId: 'again', parts: say('Go on.') });
    await settle();
    expect(call(2).messages.map((message) => message.id)).toEqual(['question', 'again', 'next']);
    const messages = await world.reader.messages('chat');
    expect(messages.map(({ order }) => order)).toEqual([0, 1, 2, 3, 4]);
    expect(textOf(await answerOf(world.reader, 'chat', answer.id))).toBe('One.');
  });

  it('names the chat if it is the first, also when it is edited, until the user does', async () => {
    const title = async () => (await world.reader.chat('chat'))?.title;
    const finish = async () => {
      world.upstream.calls.at(-1)?.end();
      await settle();
    };
    const { answer } = await send();
    await finish();
    await send({ messageId: 'second', parentId: answer.id, parts: say('Another thing') });
    await finish();
    expect(await title()).toBe('Why is the sky blue?');
    await send({ messageId: 'edited', parts: say('Why is the sea blue?') });
    await finish();
    expect(await title()).toBe('Why is the sea blue?');
    await worker.run('chat.rename', { chatId: 'chat', title: 'Mine' });
    await send({ messageId: 'again', parts: say('Why is grass green?') });
    expect(await title()).toBe('Mine');
  });

  it('can be looked at before it is sent: the same is chosen, and nothing is stored or asked', async () => {
    const page = (id: string, text: string) => ({
      type: 'page' as const,
      id,
      text,
      source: { title: 'A page', url: 'https://page.example/' },
      hidden: 0,
      removed: 0,
    });
    const text = Array.from({ length: 9000 }, (_, place) => `Paragraph ${place} of words.`).join('\n\n');
    const parts = [page('long', text), page('short', 'All of it.'), ...say('Why?')];
    const { notices } = await worker.run('chat.preview', { chatId: 'chat', parentId: null, parts });
    expect(notices).toMatchObject([{ kind: 'passages-chosen', pages: [{ id: 'long' }] }]);
    expect(await world.reader.messages('chat')).toEqual([]);
    expect(await world.reader.chat('chat')).toBeUndefined();
    expect(world.upstream.calls).toEqual([]);
    // With what came before in its branch, and not with what stands beside it.
    const first = await send({ parts: [page('first', text), ...say('One?')] });
    call().text('Yes.');
    call().end();
    await settle();
    const look = (parentId: string | null) =>
      worker.run('chat.preview', { chatId: 'chat', parentId, parts: say('Two?') });
    expect((await look(first.answer.id)).notices).toMatchObject([{ pages: [{ id: 'first' }] }]);
    expect((await look(null)).notices).toEqual([]);
  });

  it('is refused with words where more is typed than goes at once, and goes where it is just as much', async () => {
    const typed = (length: number) => ({ type: 'text' as const, text: 'x'.repeat(length) });
    await expect(send({ parts: [typed(longestTyped + 1)] })).rejects.toMatchObject({
      error: { kind: 'not-done', message: expect.stringContaining('1,000,001 characters; 1,000,000 go at once') },
    });
    expect(world.upstream.calls).toEqual([]);
    expect(await world.reader.messages('chat')).toEqual([]);
    await send({ parts: [typed(longestTyped)] });
    await settle();
    expect(world.upstream.calls[0]?.messages.at(-1)?.parts).toEqual([typed(longestTyped)]);
  });

  it('in a deleted chat is refused', async () => {
    await send();
    call().end();
    await settle();
    await worker.run('chat.delete', { chatId: 'chat' });
    await expect(send({ messageId: 'second' })).rejects.toMatchObject({ error: { kind: 'not-done' } });
  });
});

describe('panels', () => {
  it('get the first event at once and then one message a frame, without gaps', async () => {
    const { answer } = await send();
    const panel = await worker.open('chat');
    const events = () => panel.heard.filter((message) => message.type === 'events').length;
    call().text('a');
    await settle();
    expect(events()).toBe(1);
    for (const letter of 'bcdef') call().text(letter);
    await settle();
    expect(events()).toBe(1);
    await world.clock.advance(16);
    expect(events()).toBe(2);
    expect(panel.text(answer.id)).toBe('abcdef');
    expect(panel.heard.findLast((message) => message.type === 'events')).toMatchObject({
      from: 2,
      to: 6,
      events: [{ type: 'text-delta', text: 'bcdef' }],
    });
    // After a pause the next word goes at once again.
    await world.clock.advance(1_000);
    call().text('g');
    await settle();
    expect(panel.text(answer.id)).toBe('abcdefg');
  });

  it('that open late, twice, or again see the same', async () => {
    const { answer } = await send();
    const first = await worker.open('chat');
    for (let round = 0; round < 40; round += 1) {
      call().text(`${round} `);
      await world.clock.advance(round % 3 === 0 ? 100 : 7);
      if (round === 20) {
        first.close();
        first.last.clear();
      }
    }
    const second = await worker.open('chat');
    const third = await worker.open('chat');
    call().text('last');
    await world.clock.advance(20);
    const whole = `${Array.from({ length: 40 }, (_, round) => `${round} `).join('')}last`;
    expect(second.text(answer.id)).toBe(whole);
    expect(third.text(answer.id)).toBe(whole);
    // A line that broke in the middle of a row goes on where it stopped.
    const again = await worker.open();
    again.answers.set(answer.id, answer);
    for (let have = 0; have <= 41; have += 1) {
      again.last.set(answer.id, have);
      again.answers.set(answer.id, answer);
      again.say({ type: 'watch', chatId: 'chat', have: { [answer.id]: have } });
      await settle();
      const seen = Array.from({ length: have }, (_, round) => (round === 40 ? 'last' : `${round} `)).join('');
      expect(seen + again.text(answer.id)).toBe(whole);
    }
  });

  it('that close do not stop the answer', async () => {
    const { answer } = await send();
    const panel = await worker.open('chat');
    panel.close();
    call().text('Still here.');
    call().end();
    await settle();
    expect(textOf(await answerOf(world.reader, 'chat', answer.id))).toBe('Still here.');
    expect(worker.panels.count()).toBe(0);
  });

  it('never get half a letter', async () => {
    const { answer } = await send();
    const panel = await worker.open('chat');
    for (const unit of '😀 and 👩‍🚀!'.split('')) {
      call().text(unit);
      await world.clock.advance(20);
      expect(panel.text(answer.id).isWellFormed()).toBe(true);
    }
    call().end();
    await settle();
    expect(textOf(await answerOf(world.reader, 'chat', answer.id))).toBe('😀 and 👩‍🚀!');
  });
});

describe('the journal', () => {
  it('is never more than a second behind, has no gaps, and is written at most twice a second', async () => {
    const { answer } = await send();
    const writes: number[] = [];
    world.seam = (operation, phase) => {
      if (operation === 'journal' && phase === 'begin') writes.push(world.clock.now());
    };
    let sent = '';
    for (let round = 0; round < 100; round += 1) {
      call().text(`${round} `);
      sent += `${round} `;
      await world.clock.advance(50);
      const rows = await world.reader.journal(answer.id);
      let next = 1;
      let text = '';
      for (const row of rows) {
        expect(row.from).toBe(next);
        next = row.to + 1;
        for (const event of row.events) if (event.type === 'text-delta') text += event.text;
      }
      expect(sent.startsWith(text)).toBe(true);
      expect(round + 1 - (next - 1)).toBeLessThanOrEqual(1_000 / 50);
    }
    for (const [place, at] of writes.entries()) {
      const before = writes[place - 1];
      if (before !== undefined) expect(at - before).toBeGreaterThanOrEqual(500);
    }
    expect(writes.length).toBeGreaterThan(8);
  });

  it('has one write in flight', async () => {
    await send();
    let open = 0;
    let most = 0;
    let release = (): void => undefined;
    world.seam = (operation, phase) => {
      if (operation !== 'journal') return;
      open += phase === 'begin' ? 1 : phase === 'done' ? -1 : 0;
      most = Math.max(most, open);
      if (phase === 'begin') return new Promise<void>((resolve) => (release = resolve));
    };
    for (let round = 0; round < 60; round += 1) {
      call().text('x');
      await world.clock.advance(50);
      if (round % 25 === 24) release();
    }
    expect(most).toBe(1);
  });
});

describe('a worker that dies', () => {
  it('leaves an interrupted answer with its text, at most a second behind', async () => {
    const { answer } = await send();
    for (let round = 0; round < 60; round += 1) {
      call().text(`${round} `);
      await world.clock.advance(50);
    }
    worker.kill();
    call().text('to nobody');
    worker = world.start();
    const panel = await worker.open('chat');
    const stored = await answerOf(world.reader, 'chat', answer.id);
    expect(stored).toMatchObject({ state: 'interrupted', error: { kind: 'interrupted' } });
    const whole = Array.from({ length: 60 }, (_, round) => `${round} `).join('');
    expect(whole.startsWith(textOf(stored))).toBe(true);
    expect(textOf(stored).split(' ').length).toBeGreaterThan(40);
    expect(panel.heard).toContainEqual({ type: 'watching', chatId: 'chat', runs: [] });
    expect(world.upstream.calls).toHaveLength(1);
    expect(await world.reader.journal(answer.id)).toEqual([]);
  });

  it('cannot write into what its successor has closed', async () => {
    const { answer } = await send();
    call().text('a');
    await settle();
    // The successor starts while the old one still runs.
    const next = world.start();
    await next.runs.ready();
    call().text('b');
    await world.clock.advance(2_000);
    call().end();
    await settle();
    expect(await answerOf(world.reader, 'chat', answer.id)).toMatchObject({ state: 'interrupted' });
    expect(await world.reader.journal(answer.id)).toEqual([]);
  });
});

describe('stopping', () => {
  it('keeps the text, drops what comes late, and makes room at once', async () => {
    const { answer } = await send();
    call().text('Half');
    await settle();
    await worker.run('chat.stop', { run: answer.id });
    expect(call().control.signal.aborted).toBe(true);
    call().text(' a word too late');
    call().end();
    await worker.run('chat.regenerate', { chatId: 'chat', answerId: answer.id, newAnswerId: 'again' });
    await settle();
    const stored = await answerOf(world.reader, 'chat', answer.id);
    expect(stored).toMatchObject({ state: 'stopped', error: { kind: 'aborted' } });
    expect(textOf(stored)).toBe('Half');
    expect(world.upstream.calls).toHaveLength(2);
  });

  it('and asking again twenty times makes twenty versions, each asked once', async () => {
    const { answer } = await send();
    let last = answer.id;
    for (let round = 0; round < 20; round += 1) {
      await worker.run('chat.stop', { run: last });
      const next = `version-${round}`;
      await worker.run('chat.regenerate', { chatId: 'chat', answerId: last, newAnswerId: next });
      last = next;
    }
    await settle();
    expect(world.upstream.calls).toHaveLength(21);
    const states = (await world.reader.messages('chat')).flatMap((each) =>
      each.role === 'assistant' ? [each.state] : [],
    );
    expect(states).toEqual([...Array.from({ length: 20 }, () => 'stopped'), 'pending']);
  });

  it('a deleted chat stops its answer; undo brings back what there was', async () => {
    const { answer } = await send();
    call().text('Half');
    await worker.run('chat.delete', { chatId: 'chat' });
    expect(call().control.signal.aborted).toBe(true);
    expect((await world.reader.history({ limit: 10 })).chats).toEqual([]);
    await worker.run('chat.undelete', { chatId: 'chat' });
    expect((await world.reader.history({ limit: 10 })).chats).toHaveLength(1);
    expect(await answerOf(world.reader, 'chat', answer.id)).toMatchObject({ state: 'stopped' });
    await worker.run('chat.delete', { chatId: 'chat' });
    await world.clock.advance(32_000);
    expect(await world.reader.messages('chat')).toEqual([]);
    await expect(worker.run('chat.undelete', { chatId: 'chat' })).rejects.toMatchObject({
      error: { kind: 'not-done' },
    });
  });
});

describe('going on', () => {
  it('begins with the old parts, opaque ones too, and asks for the rest', async () => {
    const { answer } = await send();
    const opaque = { type: 'opaque' as const, wire: 'anthropic-messages', value: { signature: 'x' } };
    call().say(opaque);
    call().text('The sky is');
    call().fail({ kind: 'interrupted' });
    await settle();
    await worker.run('chat.continue', { chatId: 'chat', answerId: answer.id, newAnswerId: 'more' });
    await settle();
    const asked = call(1).messages;
    expect(asked.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    expect(asked[1]?.parts).toEqual([opaque, { type: 'text', text: 'The sky is' }]);
    call(1).text(' blue.');
    call(1).end();
    await settle();
    const more = await answerOf(world.reader, 'chat', 'more');
    expect(more).toMatchObject({ state: 'complete', parentId: 'question' });
    expect(more.parts).toEqual([opaque, { type: 'text', text: 'The sky is blue.' }]);
    expect(more.error).toBeUndefined();
    expect(textOf(await answerOf(world.reader, 'chat', answer.id))).toBe('The sky is');
  });
});

describe('who answers', () => {
  it('is the next connection when the first fails before it has said anything', async () => {
    world.connections = [
      connection('one', { options: { fallbacks: ['two', 'three'] } }),
      connection('two', { enabled: false }),
      connection('three'),
    ];
    const { answer } = await send();
    await settle();
    call().fail({ kind: 'overloaded' });
    await settle();
    expect(call(1).target.connection.id).toBe('three');
    call(1).text('Here.');
    call(1).end();
    await settle();
    const stored = await answerOf(world.reader, 'chat', answer.id);
    expect(stored).toMatchObject({
      state: 'complete',
      connectionId: 'three',
      provider: 'Connection three',
      model: 'model-three',
    });
    expect(stored.parts[0]).toMatchObject({ type: 'notice', notice: { kind: 'fallback', reason: 'overloaded' } });
  });

  it('stays the one who has begun', async () => {
    world.connections = [connection('one', { options: { fallbacks: ['two'] } }), connection('two')];
    const { answer } = await send();
    call().text('I was');
    call().fail({ kind: 'network' });
    await settle();
    expect(world.upstream.calls).toHaveLength(1);
    expect(await answerOf(world.reader, 'chat', answer.id)).toMatchObject({ state: 'error', connectionId: 'one' });
  });

  it('is nobody else once the user has stopped', async () => {
    const asked: string[] = [];
    const events = withFallbacks(
      { connection: connection('one'), provider: undefined, model: 'm' },
      async () => [{ connection: connection('two'), provider: undefined, model: 'm' }],
      async function* ({ connection: { id } }) {
        asked.push(id);
        yield { type: 'error', error: { kind: 'aborted', message: '' } };
      },
    );
    const seen: string[] = [];
    for await (const event of events) seen.push(event.type);
    expect([asked, seen]).toEqual([['one'], ['error']]);
  });

  it('is Passages when nothing is set up', async () => {
    world.connections = [connection('one', { enabled: false })];
    world.standard = null;
    const { answer, chat } = await send();
    expect(answer).toMatchObject({ connectionId: 'passages', providerId: 'passages', provider: 'Passages' });
    expect(chat.connectionId).toBeUndefined();
  });

  it('is what was chosen with the question, and the chat remembers', async () => {
    world.connections = [connection('one'), connection('two')];
    const { chat } = await send({ connectionId: 'two', model: 'special' });
    expect(chat).toMatchObject({ connectionId: 'two', model: 'special' });
    call().end();
    await settle();
    await send({ messageId: 'next', parentId: 'answer-1' });
    await settle();
    expect(call(1).target).toMatchObject({ connection: { id: 'two' }, model: 'special' });
  });
});

describe('an answer that misbehaves', () => {
  it('is cut at the cap, kept, and says so; nothing is asked again', async () => {
    const { answer } = await send();
    // Not twice the same: what only repeats itself is ended much sooner.
    const numbers = Array.from({ length: 120_000 }, (_, number) => number).join(' ');
    for (let round = 0; round < 5; round += 1) call().text(numbers.slice(0, 500_000));
    await settle();
    const stored = await answerOf(world.reader, 'chat', answer.id);
    expect(stored).toMatchObject({ state: 'complete', finish: { reason: 'length' } });
    expect(textOf(stored)).toHaveLength(2_000_000);
    expect(stored.parts).toContainEqual({ type: 'notice', notice: { kind: 'answer-cut', characters: 2_000_000 } });
    expect(call().control.signal.aborted).toBe(true);
    expect(world.upstream.calls).toHaveLength(1);
  });

  it('that throws ends as an error, its text kept', async () => {
    const { answer } = await send();
    call().text('So far');
    call().throws(new Error('a fault of ours'));
    await settle();
    const stored = await answerOf(world.reader, 'chat', answer.id);
    expect(stored).toMatchObject({ state: 'error', error: { kind: 'not-done' } });
    expect(textOf(stored)).toBe('So far');
  });
});

describe('keep-alive', () => {
  it('pings every 20 s while anything is answered, and not a moment longer', async () => {
    await send();
    expect(worker.pings).toBe(1);
    await world.clock.advance(61_000);
    expect(worker.pings).toBe(4);
    call().end();
    await settle();
    await world.clock.advance(100_000);
    expect(worker.pings).toBe(4);
    expect(world.clock.pending()).toBe(0);
  });

  it('wait before a retry ends when asked', async () => {
    const { answer } = await send();
    let woken = false;
    void call()
      .control.sleep(60_000)
      .then(() => (woken = true));
    await settle();
    await worker.run('chat.retryNow', { run: answer.id });
    await settle();
    expect(woken).toBe(true);
  });
});
