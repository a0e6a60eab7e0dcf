/**
 * 8: everything stops in one moment. While an answer is written, all processes of the browser are frozen at a random moment and
 * its profile is copied; a new browser must open each copy and find the question, and the answer as far as it was shown a
 * second before. What a disk does with bytes that the system has already given it cannot be tried here.
 */
import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { answers, ask, questions } from '../../scripts/drive.mjs';
import { Gloss } from '../e2e/harness/browser';
import { report, rowsOf } from '../e2e/harness/faults';
import { pause } from '../e2e/harness/raw';
import { Session } from '../e2e/harness/session';

const moments = 6;

test('8: whatever is on the disk at any moment opens, and holds what was shown', { timeout: 600_000 }, async () => {
  const session = await Session.start();
  const copies: { profile: string; shown: string; before: number }[] = [];
  const words = Array.from({ length: 120 }, (_, place) => `word${place} `);
  try {
    const panel = await session.freshPanel();
    session.upstream.next({ pieces: words, paceMs: 150 });
    await ask(panel, 'Until the lights go out');
    const text = () => answers(panel).last().innerText();
    await expect.poll(text).toContain('word1');
    for (let at = 0; at < moments; at += 1) {
      // What was shown a second before the moment must be in the copy.
      const shown = (await text()).match(/word\d+/g)?.join(' ') ?? '';
      await pause(1_000 + Math.random() * 600);
      copies.push({ profile: session.gloss.snapshot(), shown, before: session.upstream.chats.length });
    }
    await session.gloss.detach();

    let lost = 0;
    let duplicates = 0;
    let longest = 0;
    for (const { profile, shown } of copies) {
      const asked = session.upstream.chats.length;
      const start = performance.now();
      const gloss = await Gloss.launch({ profile });
      try {
        const again = await gloss.openPanelTab();
        await again.getByRole('button', { name: 'History' }).click();
        await again.getByRole('button', { name: 'Until the lights' }).first().click();
        await expect.poll(() => questions(again).last().innerText()).toContain('Until the lights go out');
        const alert = answers(again).last().getByRole('alert');
        await expect.poll(() => alert.innerText().catch(() => '')).toContain('interrupted');
        longest = Math.max(longest, performance.now() - start);
        const kept = (await answers(again).last().innerText()).match(/word\d+/g)?.join(' ') ?? '';
        const stored = JSON.stringify(await rowsOf(again, 'messages'));
        if (!kept.startsWith(shown) || !stored.includes(shown)) lost += shown.length;
        expect(kept.startsWith(shown), `kept “${kept.slice(-40)}”, shown “${shown.slice(-40)}”`).toBe(true);
        expect(
          words
            .map((word) => word.trim())
            .join(' ')
            .startsWith(kept),
        ).toBe(true);
        await pause(1_000);
        duplicates += session.upstream.chats.length - asked;
        expect(session.upstream.chats.length).toBe(asked);
      } finally {
        await gloss.close();
      }
    }
    report('tests/long/power.test.ts', [
      {
        number: 8,
        name: 'everything stops at a random moment',
        times: copies.length,
        lost,
        duplicates,
        until: longest,
      },
    ]);
  } finally {
    for (const { profile } of copies) rmSync(profile, { recursive: true, force: true });
    await session.close();
  }
});
