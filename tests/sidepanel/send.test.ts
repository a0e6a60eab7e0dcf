import { describe, expect, it } from 'vitest';
import { createSend } from '../../entrypoints/sidepanel/send';

const noWait = async () => undefined;

describe('send', () => {
  it('sends type and input as one message and gives the reply as it is', async () => {
    const posted: unknown[] = [];
    const send = createSend(async (message) => {
      posted.push(message);
      return { ok: true, value: null };
    }, noWait);
    expect(await send('chat.stop', { run: 'r' })).toEqual({ ok: true, value: null });
    expect(posted).toEqual([{ type: 'chat.stop', run: 'r' }]);
  });

  it('says it again only when nobody was there to hear it', async () => {
    let calls = 0;
    const send = createSend(async () => {
      calls += 1;
      if (calls === 1) throw new Error('Could not establish connection. Receiving end does not exist.');
      return { ok: true, value: null };
    }, noWait);
    expect((await send('chat.stop', { run: 'r' })).ok).toBe(true);
    expect(calls).toBe(2);
  });

  it.each([
    ['the channel closed before the reply', async () => Promise.reject(new Error('The message channel closed.'))],
    ['there was no reply', async () => undefined],
    ['the reply is none', async () => ({ fine: true })],
  ])('%s: a refusal, once', async (_, post) => {
    let calls = 0;
    const send = createSend(async () => {
      calls += 1;
      return post();
    }, noWait);
    const reply = await send('chat.stop', { run: 'r' });
    expect(reply).toMatchObject({ ok: false, error: { kind: 'not-done' } });
    expect(calls).toBe(1);
  });
});
