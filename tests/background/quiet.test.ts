/** 12: an update that arrives in mid-answer waits for the answer, and for the reader. */
import { expect, it } from 'vitest';
import { createQuiet } from '../../entrypoints/background/quiet';
import { createWorld, say, settle } from './world';

it('waits until the answer is stored and the panel is closed, and then acts once', async () => {
  const world = createWorld();
  const worker = world.start();
  await worker.runs.ready();
  const quiet = createQuiet(() => worker.runs.active() === 0 && worker.panels.count() === 0);
  let updates = 0;
  const panel = await worker.open();
  await worker.run('chat.send', { chatId: 'chat', messageId: 'question', parentId: null, parts: say('Why?') });
  await settle();

  quiet.when(() => (updates += 1));
  expect(updates).toBe(0);
  panel.close();
  quiet.check();
  expect(updates).toBe(0);
  world.upstream.calls[0]?.text('Because.');
  world.upstream.calls[0]?.end();
  await settle();
  expect(worker.idle).toBe(1);
  quiet.check();
  expect(updates).toBe(1);
  const [, answer] = await world.reader.messages('chat');
  expect(answer).toMatchObject({ state: 'complete', parts: [{ text: 'Because.' }] });

  quiet.check();
  expect(updates).toBe(1);
  quiet.when(() => (updates += 1));
  expect(updates).toBe(2);
});
