/**
 * What takes minutes in real time, with nothing attached to the browser: long silences that end well, a silence without end,
 * and comments that keep the connection alive while nothing is said.
 */
import { test } from 'vitest';
import { answerToEnd, answers, ask, storedConnections } from '../../scripts/drive.mjs';
import { done, pause, piece, RawServer, streamHead, type Doing } from '../e2e/harness/raw';
import { Session, setUpConnection } from '../e2e/harness/session';
import { makeDefault } from '../e2e/harness/gateways';

const minute = 60_000;

interface Stall {
  name: string;
  doing: Doing;
  /** Until the connection is over, at most. */
  minutes: number;
  says: string | RegExp;
}

const stalls: readonly Stall[] = [
  {
    name: '23: silence of two minutes, then it goes on',
    doing: async (socket) => {
      socket.write(streamHead + piece('Before. '));
      await pause(2 * minute);
      socket.end(piece('After.') + done);
    },
    minutes: 4,
    says: 'Before. After.',
  },
  {
    name: '24: silence without end is given up after five minutes, with its text',
    doing: (socket) => void socket.write(streamHead + piece('Never ended.')),
    minutes: 8,
    says: /Never ended\.[^]*interrupted/,
  },
  {
    name: '24: comments alone are life, but no progress',
    doing: async (socket) => {
      socket.write(streamHead + piece('Only pings.'));
      for (let at = 0; at < 60 && !socket.destroyed; at += 1) {
        await pause(10_000);
        if (!socket.destroyed) socket.write(': ping\n\n');
      }
    },
    minutes: 8,
    says: /Only pings\.[^]*interrupted/,
  },
];

test.concurrent.for(stalls)('$name', { timeout: 12 * minute }, async ({ doing, minutes, says }, { expect }) => {
  const session = await Session.start();
  const raw = await RawServer.start();
  try {
    await setUpConnection(session.gloss, { baseUrl: raw.baseUrl, model: 'raw-model', key: 'long-key-1234567890' });
    const options = await session.gloss.openOptions();
    const added = (await storedConnections(options)).find((one) => one.baseUrl === raw.baseUrl);
    await makeDefault(options, added?.id ?? '');
    await options.close();
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
    expect(raw.chats).toHaveLength(1);
  } finally {
    await session.close();
    await raw.close();
  }
});
