/** What a key means in the composer. Pure, so that every input method can be tried without one. */

export interface KeyPress {
  key: string;
  /** Legacy code; 229 while an input method is composing. */
  keyCode: number;
  isComposing: boolean;
  shiftKey: boolean;
  altKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
}

/** Milliseconds after a composition during which Enter still belongs to it: Safari ends the composition first, then sends the key. */
const afterComposition = 30;

/**
 * Whether this key sends. Enter in the middle of a composition chooses a candidate; some input methods report that only by
 * `keyCode` 229. `sinceComposition`: milliseconds since the last composition ended.
 */
export function sends(press: KeyPress, sendWith: 'enter' | 'mod-enter', sinceComposition = Infinity): boolean {
  if (press.key !== 'Enter' || press.isComposing || press.keyCode === 229) return false;
  if (sinceComposition < afterComposition || press.shiftKey || press.altKey) return false;
  const mod = press.ctrlKey || press.metaKey;
  return sendWith === 'enter' || mod;
}

/** Whether this key asks for the last question back. */
export function recalls(press: KeyPress, text: string): boolean {
  const plain = !press.shiftKey && !press.altKey && !press.ctrlKey && !press.metaKey;
  return press.key === 'ArrowUp' && plain && !press.isComposing && press.keyCode !== 229 && text === '';
}
