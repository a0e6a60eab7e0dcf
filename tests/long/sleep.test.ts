/** 16: the machine sleeps in mid-answer. All processes of the browser stand still for minutes, with nothing attached to it. */
import { afterAll, test } from 'vitest';
import { answerToEnd, answers, ask, until } from '../../scripts/drive.mjs';
import { report, rowsOf, type Cost } from '../e2e/harness/faults';
import { done, pause, piece, RawServer, streamHead } from '../e2e/harness/raw';
import { Session } from '../e2e/harness/session';
import { connectTo } from './connect';

const minute = 60_000;

interface Sleep {
  name: string;
  minutes: number;
  /** What the server does with the connection meanwhile. */
  meanwhile: 'hangs up' | 'goes on';
  says: RegExp;
}

const sleeps: readonly Sleep[] = [
  { name: 'the server hangs up', minutes: 6, meanwhile: 'hangs up', says: /Before\.[^]*interrupted/ },
  { name: 'the server goes on', minutes: 2, meanwhile: 'goes on', says: /Before\. Meanwhile\. After\./ },
];
const costs: Cost[] = [];
afterAll(() => report('tests/long/sleep.test.ts', costs));

test.concurrent.for(sleeps)('16: sleep, and $name', { timeout: 12 * minute }, async (sleep, { expect }) => {
  const session = await Session.start();
  const raw = await RawServer.start();
  try {
    await connectTo(session.gloss, raw);
    const panel = await session.freshPanel();
    let wake = (): void => undefined;
    const awake = new Promise<void>((resolve) => (wake = resolve));
    raw.next(async (socket) => {
      socket.write(streamHead + piece('Before. '));
      await pause(5_000);
      if (sleep.meanwhile === 'hangs up') socket.end();
      else socket.write(piece('Meanwhile. '));
      await awake;
      if (!socket.destroyed) socket.end(piece('After.') + done);
    });
    await ask(panel, 'Sleep over it');
    await expect.poll(() => answers(panel).last().innerText()).toContain('Before.');
    await expect.poll(async () => JSON.stringify(await rowsOf(panel, 'journal'))).toContain('Before.');
    await session.gloss.detach();
    session.gloss.freeze();
    await pause(sleep.minutes * minute);
    session.gloss.thaw();
    const start = performance.now();
    wake();
    await session.gloss.attach();
    const again = await until('the panel', () => session.gloss.panels()[0]);
    await answerToEnd(again);
    await expect.poll(() => answers(again).last().innerText()).toMatch(sleep.says);
    const took = performance.now() - start;
    const stored = JSON.stringify(await rowsOf(again, 'messages'));
    costs.push({
      number: 16,
      name: `the machine sleeps for ${sleep.minutes} minutes, and ${sleep.name}`,
      times: 1,
      lost: stored.includes('Before.') ? 0 : 'Before.'.length,
      duplicates: raw.chats.length - 1,
      until: took,
    });
    // Nothing is asked again by itself, now or a little later.
    await pause(15_000);
    expect(raw.chats).toHaveLength(1);
    await ask(again, 'Good morning');
    await expect.poll(() => answers(again).last().innerText()).toContain('A plain answer.');
  } finally {
    await session.close();
    await raw.close();
  }
});
