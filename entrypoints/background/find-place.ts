/**
 * Finds a text in a page, brings it into view and marks it, as if the reader had just selected it. It is injected with
 * `scripting.executeScript`, so it uses nothing from outside of itself. White space and case do not count: the text may have
 * been taken over several lines. With `end`, `wanted` is how it begins and `end` how it ends. Answers whether it was found.
 */
export async function findPlace(wanted: string, end: string): Promise<boolean> {
  const squeeze = (text: string) => text.replace(/[\s\u00AD]+/g, '').toLowerCase();
  const needle = squeeze(wanted);
  if (needle === '') return false;
  const sliceMs = 12;
  let sliceStart = performance.now();

  const texts: { node: Text; start: number }[] = [];
  let all = '';
  const roots: Node[] = [document.body];
  for (let root = roots.shift(); root; root = roots.shift()) {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.nodeType === Node.TEXT_NODE) {
        const parent = node.parentElement;
        if (parent && /^(script|style|noscript|template|textarea)$/.test(parent.localName)) continue;
        if (parent && !parent.checkVisibility()) continue;
        const piece = squeeze((node as Text).data);
        if (piece !== '') texts.push({ node: node as Text, start: all.length });
        all += piece;
      } else if ((node as Element).shadowRoot) roots.push((node as Element).shadowRoot as ShadowRoot);
      if (performance.now() - sliceStart >= sliceMs) {
        await new Promise<void>((resolve) => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => {
            port1.close();
            resolve();
          };
          port2.postMessage(null);
        });
        sliceStart = performance.now();
      }
    }
  }

  const at = all.indexOf(needle);
  if (at < 0) return false;
  /** The node and the offset of a character of the squeezed text. */
  const placeOf = (position: number): { node: Text; offset: number } | undefined => {
    const entry = texts.findLast(({ start }) => start <= position);
    if (!entry) return undefined;
    let left = position - entry.start;
    for (let offset = 0; offset < entry.node.length; offset += 1) {
      if (squeeze(entry.node.data[offset] ?? '') === '') continue;
      if (left === 0) return { node: entry.node, offset };
      left -= 1;
    }
    return undefined;
  };
  const first = placeOf(at);
  const ending = squeeze(end);
  const endAt = ending === '' ? -1 : all.indexOf(ending, at + needle.length);
  const last = placeOf((endAt < 0 ? at + needle.length : endAt + ending.length) - 1);
  if (!first || !last) return false;
  const ancestors: Element[] = [];
  for (let one = first.node.parentElement; one; one = one.parentElement) ancestors.push(one);
  for (const one of ancestors) if (one.localName === 'details') one.setAttribute('open', '');
  // The element around the text may be as long as the page, so the text itself is brought into the middle.
  const range = document.createRange();
  range.setStart(first.node, first.offset);
  range.setEnd(first.node, first.offset + 1);
  for (const one of ancestors) {
    const isBox = one !== document.scrollingElement && one !== document.body && one.scrollHeight > one.clientHeight;
    if (!isBox || !/auto|scroll/.test(getComputedStyle(one).overflowY)) continue;
    one.scrollTop += range.getBoundingClientRect().top - one.getBoundingClientRect().top - one.clientHeight / 2;
  }
  scrollBy({ top: range.getBoundingClientRect().top - innerHeight / 2, behavior: 'instant' });
  getSelection()?.setBaseAndExtent(first.node, first.offset, last.node, last.offset + 1);
  return true;
}
