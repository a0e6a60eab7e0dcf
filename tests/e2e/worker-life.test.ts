/**
 * Chrome ends an idle worker after 30 s, and a stream does not count as being busy. In real time, and with nothing attached to
 * the browser, because a debugger would keep the worker alive.
 */
import { test } from 'vitest';
import { answerToEnd, answers, ask, until } from '../../scripts/drive.mjs';
import { Session } from './harness/session';
import type { Script } from './harness/upstream';

const silence = 70_000;

// Tests that run side by side have an `expect` of their own.
test.concurrent.for<[string, Script]>([
  ['before the first byte', { pieces: ['After a long silence.'], silenceMs: silence }],
  ['in the middle', { pieces: ['After a long', ' silence.'], holdAfter: 1 }],
])('70 s of silence %s do not end an answer', { timeout: silence + 60_000 }, async ([, script], { expect }) => {
  const session = await Session.start();
  try {
    const panel = await session.freshPanel();
    const held = session.upstream.next(script);
    await ask(panel, 'Take your time');
    const request = await session.upstream.chat(1);
    await session.gloss.detach();
    const release = setTimeout(() => held.release(), silence);
    expect(await request.over, 'the worker lived to take the whole answer').toBe(true);
    clearTimeout(release);
    await session.gloss.attach();
    const [again] = session.gloss.panels();
    if (!again) throw new Error('the panel is gone');
    await answerToEnd(again);
    const shown = () => answers(again).last().innerText();
    await until('the whole answer in the panel', async () => (await shown()).includes('After a long silence.'));
    expect(session.upstream.chats).toHaveLength(1);
  } finally {
    await session.close();
  }
});
