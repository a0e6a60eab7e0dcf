export interface Selection {
  text: string;
  /** The frame has the keyboard, and no frame inside of it has. */
  isActive: boolean;
}

/**
 * What is marked in a frame, with its line breaks: on the page, in a field, inside of open shadow roots. It is injected with
 * `scripting.executeScript`, so it uses nothing from outside of itself. Passwords are never read.
 */
export function readSelection(): Selection {
  let active = document.activeElement;
  const roots: ShadowRoot[] = [];
  while (active?.shadowRoot) {
    roots.push(active.shadowRoot);
    active = active.shadowRoot.activeElement;
  }
  const isActive = document.hasFocus() && !/^i?frame$/i.test(active?.localName ?? '');
  const isField =
    active?.localName === 'textarea' ||
    (active?.localName === 'input' && (active as HTMLInputElement).type !== 'password');
  if (isField) {
    const { value, selectionStart, selectionEnd } = active as HTMLInputElement | HTMLTextAreaElement;
    // Fields for numbers and dates say nothing about their selection.
    if (selectionStart !== null && selectionEnd !== null && selectionEnd > selectionStart)
      return { text: value.slice(selectionStart, selectionEnd), isActive };
  }
  const selection = getSelection();
  const text = selection?.toString() ?? '';
  if (text !== '') return { text, isActive };
  // Chrome gives shadow roots a selection of their own.
  for (const root of roots.toReversed()) {
    const inside =
      (root as ShadowRoot & { getSelection?: () => globalThis.Selection | null }).getSelection?.()?.toString() ?? '';
    if (inside !== '') return { text: inside, isActive };
  }
  return { text: '', isActive };
}
