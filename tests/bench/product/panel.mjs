/** Acts in the panel that several targets share. */
import { newChat } from '../../../scripts/drive.mjs';

/** What the bench's server is asked; see server.mjs. */
export const question = (kind, more = {}) => `bench ${JSON.stringify({ kind, ...more })}`;

/** `before` runs in the page ahead of its own scripts. */
export async function freshPanel(stage, before) {
  const panel = await stage.open(stage.panel, before);
  await panel.getByRole('textbox', { name: 'Message' }).waitFor();
  await panel.getByRole('button', { name: 'History', exact: true }).waitFor();
  await newChat(panel);
  return panel;
}

export async function openSeeded(panel, title) {
  await panel.getByRole('button', { name: 'History', exact: true }).click();
  const list = panel.getByRole('region', { name: 'History' });
  await list.locator('[data-row]').filter({ hasText: title }).first().click();
  await panel.locator('[data-message]').last().waitFor();
}

/** Waits in the page until a text is there and painted; epoch milliseconds. */
export function paintedText(wanted) {
  return new Promise((resolve) => {
    const look = () => {
      const text = document.querySelector('[role="log"]')?.textContent ?? '';
      const [found, stamp] = new RegExp(wanted).exec(text) ?? [];
      if (found === undefined) return;
      watcher.disconnect();
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve({ at: performance.timeOrigin + performance.now(), stamp: Number(stamp) });
        port2.postMessage(null);
      });
    };
    const watcher = new MutationObserver(look);
    watcher.observe(document.body, { subtree: true, childList: true, characterData: true });
    look();
  });
}

/**
 * Asks with keys, and looks for the end with one look at one attribute. A driver's own way through roles and texts walks the
 * whole document each time, on the thread that is measured: below a megabyte of chat that is more than the answer takes.
 */
export async function askLightly(panel, text) {
  await panel.evaluate(() => document.querySelector('textarea').focus());
  await panel.keyboard.insertText(text);
  await panel.keyboard.press('Enter');
}

export async function endLightly(panel, timeout) {
  const busy = (wanted) => wanted === (document.querySelector('article[aria-busy="true"]') !== null);
  await panel.waitForFunction(busy, true, { polling: 50 });
  await panel.waitForFunction(busy, false, { polling: 500, timeout });
}
