/**
 * What takes minutes in real time, with nothing attached to the browser: long silences that end well, a silence without end,
 * and comments that keep the connection alive while nothing is said.
 */
import { afterAll, test } from 'vitest';
import { answerToEnd, answers, ask } from '../../scripts/drive.mjs';
import { done, pause, piece, RawServer, streamHead, type Doing } from '../e2e/harness/raw';
import { report, rowsOf, type Cost } from '../e2e/harness/faults';
import { Session } from '../e2e/harness/session';
import { connectTo } from './connect';

/** A server on the user’s own machine is given ten minutes of silence, any other five (`providers/alarms.ts`). */
const minute = 60_000;

interface Stall {
  number: number;
  name: string;
  doing: Doing;
  /** Until the connection is over, at most. */
  minutes: number;
  says: string | RegExp;
}

const stalls: readonly Stall[] = [
  {
    number: 23,
    name: 'silence of two minutes, then it goes on',
    doing: async (socket) => {
      socket.write(streamHead + piece('Before. '));
      await pause(2 * minute);
      socket.end(piece('After.') + done);
    },
    minutes: 4,
    says: 'Before. After.',
  },
  {
    number: 24,
    name: 'silence without end is given up after ten minutes, with its text',
    doing: (socket) => void socket.write(streamHead + piece('Never ended.')),
    minutes: 12,
    says: /Never ended\.[^]*interrupted/,
  },
  {
    number: 24,
    name: 'comments alone are life, but no progress',
    doing: async (socket) => {
      socket.write(streamHead + piece('Only pings.'));
      for (let at = 0; at < 80 && !socket.destroyed; at += 1) {
        await pause(10_000);
        if (!socket.destroyed) socket.write(': ping\n\n');
      }
    },
    minutes: 12,
    says: /Only pings\.[^]*interrupted/,
  },
];

const costs: Cost[] = [];
afterAll(() => report('tests/long/stalls.test.ts', costs));

test.concurrent.for(stalls)('$number: $name', { timeout: 15 * minute }, async (stall, { expect }) => {
  const { number, name, doing, minutes, says } = stall;
  const session = await Session.start();
  const raw = await RawServer.start();
  try {
    await connectTo(session.gloss, raw);
    const panel = await session.freshPanel();
    const over = new Promise<void>((resolve) =>
      raw.next((socket) => {
        socket.on('close', () => resolve());
        return doing(socket);
      }),
    );
    await ask(panel, 'Take your time');
    await expect.poll(() => raw.chats.length).toBe(1);
    await session.gloss.detach();
    await Promise.race([over, pause(minutes * minute)]);
    await session.gloss.attach();
    const [again] = session.gloss.panels();
    if (!again) throw new Error('the panel is gone');
    await answerToEnd(again);
    await expect.poll(() => answers(again).last().innerText()).toMatch(says);
    const stored = JSON.stringify(await rowsOf(again, 'messages'));
    const kept = says instanceof RegExp ? (says.source.split('\\.')[0] ?? '') : says;
    costs.push({
      number,
      name,
      times: 1,
      lost: stored.includes(kept) ? 0 : kept.length,
      duplicates: raw.chats.length - 1,
    });
    expect(raw.chats).toHaveLength(1);
  } finally {
    await session.close();
    await raw.close();
  }
});
