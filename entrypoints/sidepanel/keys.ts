let over = new AbortController();

/**
 * Calls once the reader's keys come into a panel that does not have them. Firefox leaves the keyboard in the page when its
 * sidebar opens, and an extension cannot take it; the reader's own keys (Shift+F6) lead to the first button. Who comes with
 * a click is left where it was made.
 */
export function whenKeysCome(call: () => void): void {
  over.abort();
  if (document.hasFocus()) return;
  over = new AbortController();
  const { signal } = over;
  const end = () => over.abort();
  addEventListener('pointerdown', end, { capture: true, signal });
  // The browser puts the focus somewhere only after this event.
  addEventListener('focus', () => void (end(), setTimeout(call)), { signal });
}
