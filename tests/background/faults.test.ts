import { afterAll, describe, expect, it } from 'vitest';
import { Refused } from '../../entrypoints/background/commands';
import { openChats } from '../../storage/chat-database';
import { StorageFailure } from '../../storage/failure';
import { report, type Cost } from '../e2e/harness/faults';
import { createWorld, say, settle, textOf, type World } from './world';

/** The whole life of one answer; every step may be cut off by a failing or dying storage. */
async function life(world: World): Promise<{ refused: unknown; accepted: boolean }> {
  const worker = world.start();
  // A dead worker never answers, so nothing here may wait for it.
  void worker.runs.ready();
  await settle();
  const panel = await worker.open();
  let refused: unknown = null;
  let accepted = false;
  worker
    .run('chat.send', { chatId: 'chat', messageId: 'question', parentId: null, parts: say('Why?') })
    .then(() => (accepted = true))
    .catch((error: unknown) => (refused = error));
  await settle();
  const call = world.upstream.calls[0];
  if (call) {
    panel.say({ type: 'watch', chatId: 'chat', have: {} });
    for (const word of ['One ', 'two ', 'three ', 'four.']) {
      call.text(word);
      await world.clock.advance(600);
    }
    call.end();
    // Long enough for every try to store it, not so long that they are given up.
    await world.clock.advance(20_000);
  }
  await settle();
  worker.kill();
  return { refused, accepted };
}

const whole = 'One two three four.';

async function rows(world: World) {
  const database = openChats({ name: world.database });
  return database.read('all', ['chats', 'messages', 'journal', 'live'], async (transaction) => ({
    chats: await transaction.objectStore('chats').getAll(),
    messages: await transaction.objectStore('messages').getAll(),
    journal: await transaction.objectStore('journal').getAll(),
    live: await transaction.objectStore('live').getAll(),
  }));
}

/** What the faults of one test came to. */
let tally = { times: 0, lost: 0, duplicates: 0 };
const costs: Cost[] = [];
afterAll(() => report('tests/background/faults.test.ts', costs));

/** What must hold after any fault, once a next worker has started. */
async function check(
  world: World,
  { refused, accepted }: Awaited<ReturnType<typeof life>>,
  n: number,
): Promise<string> {
  world.seam = undefined;
  const next = world.start();
  await next.runs.ready();
  await settle();
  const { chats, messages, journal, live } = await rows(world);
  const at = `fault ${n}`;
  expect(journal, at).toEqual([]);
  expect(live, at).toEqual([]);
  expect(world.upstream.calls.length, at).toBeLessThanOrEqual(1);
  const question = messages.find((message) => message.role === 'user');
  tally.times += 1;
  tally.duplicates += Math.max(0, world.upstream.calls.length - 1);
  // What was accepted, or asked, has to be there.
  if (!question && (accepted || world.upstream.calls.length > 0)) tally.lost += 'Why?'.length;
  const answer = messages.find((message) => message.role === 'assistant');
  // Never asked without the question on disk; never half of question, answer and chat.
  if (world.upstream.calls.length > 0) expect(question, at).toBeDefined();
  expect([chats.length, messages.length], at).toEqual(question ? [1, 2] : [0, 0]);
  if (!question || answer?.role !== 'assistant') return 'nothing';
  if (refused === null) expect(question.parts, at).toEqual(say('Why?'));
  expect(['complete', 'interrupted'], at).toContain(answer.state);
  if (answer.state === 'complete') expect(textOf(answer), at).toBe(whole);
  else expect(whole.startsWith(textOf(answer)), at).toBe(true);
  return answer.state;
}

/** The same life with a fault at the n-th point, for n = 1, 2, 3 … until a life has fewer points than that. */
async function everyPoint(
  fault: (n: number, world: World) => { seam: World['seam']; reached(): boolean },
): Promise<Set<string>> {
  const ends = new Set<string>();
  tally = { times: 0, lost: 0, duplicates: 0 };
  for (let n = 1; ; n += 1) {
    const world = createWorld();
    const { seam, reached } = fault(n, world);
    world.seam = seam;
    const end = await life(world);
    const { refused } = end;
    if (refused !== null) expect(refused, `fault ${n}`).toBeInstanceOf(Refused);
    ends.add(await check(world, end, n));
    if (!reached()) return ends;
    expect(n).toBeLessThan(500);
  }
}

describe('a storage', () => {
  it('that fails once, at any point, loses nothing that was accepted', async () => {
    const ends = await everyPoint((n) => {
      let count = 0;
      return {
        reached: () => count >= n,
        seam: () => {
          count += 1;
          if (count === n) throw new StorageFailure('quota', 'The disk is full.');
        },
      };
    });
    expect(ends).toEqual(new Set(['nothing', 'interrupted', 'complete']));
    costs.push({ number: 35, name: 'the n-th storage operation fails once, for every n', ...tally });
  });

  it('that fails from any point on, for good, leaves a state one can act on', async () => {
    const ends = await everyPoint((n) => {
      let count = 0;
      return {
        reached: () => count >= n,
        seam: () => {
          count += 1;
          if (count >= n) throw new StorageFailure('quota', 'The disk is full.');
        },
      };
    });
    expect(ends).toEqual(new Set(['nothing', 'interrupted', 'complete']));
    costs.push({ number: 35, name: 'every storage operation from the n-th on fails, for every n', ...tally });
  });

  it('whose worker dies at any point is closed by the next worker', async () => {
    const ends = await everyPoint((n, world) => {
      let count = 0;
      return {
        reached: () => count >= n,
        seam: () => {
          count += 1;
          if (count < n) return;
          world.worker?.kill();
          return new Promise<void>(() => undefined);
        },
      };
    });
    expect(ends).toEqual(new Set(['nothing', 'interrupted', 'complete']));
    costs.push({ number: 3, name: 'and 4: the worker dies at the n-th storage operation, for every n', ...tally });
  });
});

describe('a full disk', () => {
  it('still shows the answer, says so, and stores it when there is room again', async () => {
    const world = createWorld();
    const worker = world.start();
    const panel = await worker.open();
    const { answer } = await worker.run('chat.send', {
      chatId: 'chat',
      messageId: 'question',
      parentId: null,
      parts: say('Why?'),
    });
    panel.answers.set(answer.id, answer);
    panel.say({ type: 'watch', chatId: 'chat', have: {} });
    await settle();
    let full = true;
    world.seam = () => {
      if (full) throw new StorageFailure('quota', 'The disk is full.');
    };
    const call = world.upstream.calls[0];
    for (const word of ['One ', 'two ', 'three ']) {
      call?.text(word);
      await world.clock.advance(700);
    }
    call?.text('four.');
    call?.end();
    await world.clock.advance(50);
    expect(panel.text(answer.id)).toBe(whole);
    expect(panel.answers.get(answer.id)?.state).toBe('complete');
    expect(panel.heard).toContainEqual({
      type: 'storage-trouble',
      trouble: { kind: 'quota', message: 'The disk is full.' },
    });
    expect(panel.heard.some((message) => message.type === 'ended')).toBe(false);
    // A panel that opens now is told, and sees the answer too.
    const late = await worker.open();
    late.answers.set(answer.id, answer);
    late.say({ type: 'watch', chatId: 'chat', have: {} });
    await settle();
    expect(late.heard[0]).toMatchObject({ type: 'storage-trouble' });
    expect(late.text(answer.id)).toBe(whole);
    // The next question of this chat would be lost, so it is not taken.
    const next = { chatId: 'chat', messageId: 'next', parentId: answer.id, parts: say('And?') };
    await expect(worker.run('chat.send', next)).rejects.toMatchObject({ error: { kind: 'not-stored' } });

    full = false;
    await world.clock.advance(10_000);
    expect(panel.heard).toContainEqual({ type: 'ended', chatId: 'chat', run: answer.id, to: 5 });
    expect(panel.heard).toContainEqual({ type: 'storage-trouble', trouble: null });
    const { messages, live } = await rows(world);
    expect(messages.find((message) => message.id === answer.id)).toMatchObject({ state: 'complete' });
    expect(live).toEqual([]);
    await expect(worker.run('chat.send', next)).resolves.toBeDefined();
  });

  it('takes no next question until the last answer is stored, so that no answer is missing from what is sent', async () => {
    const world = createWorld();
    const worker = world.start();
    const { answer } = await worker.run('chat.send', {
      chatId: 'chat',
      messageId: 'question',
      parentId: null,
      parts: say('Why?'),
    });
    let full = true;
    world.seam = (operation) => {
      if (full && operation === 'finish') throw new StorageFailure('quota', 'The disk is full.');
    };
    world.upstream.calls[0]?.text('Because.');
    world.upstream.calls[0]?.end();
    await settle();
    const next = { chatId: 'chat', messageId: 'next', parentId: answer.id, parts: say('And?') };
    await expect(worker.run('chat.send', next)).rejects.toMatchObject({ error: { kind: 'not-stored' } });
    full = false;
    await worker.run('chat.send', next);
    await settle();
    expect(world.upstream.calls[1]?.messages[1]).toMatchObject({ state: 'complete', parts: [{ text: 'Because.' }] });
  });

  it('that took a question without saying so gives it an end one can act on, and asks nobody', async () => {
    const world = createWorld();
    const worker = world.start();
    await worker.runs.ready();
    let fail = true;
    world.seam = (operation, phase) => {
      if (fail && operation === 'ask' && phase === 'done') throw new StorageFailure('failed', 'No word came back.');
    };
    const question = { chatId: 'chat', messageId: 'question', parentId: null, parts: say('Why?') };
    await expect(worker.run('chat.send', question)).rejects.toMatchObject({ error: { kind: 'not-stored' } });
    fail = false;
    const { answer } = await worker.run('chat.send', question);
    expect(answer).toMatchObject({ state: 'interrupted' });
    expect(world.upstream.calls).toEqual([]);
    expect((await rows(world)).messages).toHaveLength(2);
  });

  it('refuses a question it cannot keep, and asks nobody', async () => {
    const world = createWorld();
    const worker = world.start();
    await worker.runs.ready();
    world.seam = (operation) => {
      if (operation === 'ask') throw new StorageFailure('quota', 'The disk is full.');
    };
    const sending = worker.run('chat.send', {
      chatId: 'chat',
      messageId: 'question',
      parentId: null,
      parts: say('Why?'),
    });
    await expect(sending).rejects.toMatchObject({ error: { kind: 'not-stored' } });
    expect(world.upstream.calls).toEqual([]);
    expect((await rows(world)).messages).toEqual([]);
  });
});
