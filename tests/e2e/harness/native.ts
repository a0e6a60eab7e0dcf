/**
 * What the browser draws outside of its pages, answered with the keyboard. Needs `Gloss.launch({ native: true })`.
 * Nothing tells when a prompt or a menu is there: it is painted into the window it belongs to. So these wait a while, press,
 * and look whether that did it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Locator, Page } from 'playwright';
import { until } from '../../../scripts/drive.mjs';
import type { Gloss } from './browser';

/** A prompt that has just come takes no keys for half a second, so that nobody agrees by accident. */
const settle = 1500;

async function pressUntil(
  gloss: Gloss,
  keys: readonly string[],
  what: string,
  done: () => Promise<boolean>,
): Promise<void> {
  if (!gloss.display) throw new Error('launch with native: true');
  for (let tries = 1; ; tries += 1) {
    await sleep(settle);
    if (await done()) return;
    await gloss.display.press(...keys);
    try {
      await until(what, done, 4);
      return;
    } catch (error) {
      if (tries === 3) throw error;
    }
  }
}

/** Answers the browser's question about a site. `done` looks for what follows from the answer. */
export function answerPrompt(gloss: Gloss, answer: 'allow' | 'refuse', done: () => Promise<boolean>): Promise<void> {
  const keys = answer === 'allow' ? ['Tab', 'Return'] : ['Escape'];
  return pressUntil(gloss, keys, `the prompt to be answered (${answer})`, done);
}

/** Right-clicks a selected text and takes an item of the native menu, counted from the bottom (1 is the browser's *Inspect*). */
export async function chooseFromMenu(
  gloss: Gloss,
  page: Page,
  text: Locator,
  done: () => Promise<boolean>,
  fromBottom = 2,
): Promise<void> {
  await text.selectText();
  const box = await text.boundingBox();
  if (!box) throw new Error('the text is not to be seen');
  await page.mouse.click(box.x + Math.min(20, box.width / 2), box.y + box.height / 2, { button: 'right' });
  const keys = [...Array.from({ length: fromBottom }, () => 'Up'), 'Return'];
  await pressUntil(gloss, keys, 'the menu item to act', done);
}
