/** Marks what *Find* found in the drawn text, through highlights of the browser: no element is touched, so no selection is lost. */
import type { Match } from '../../state/find';

const all = 'gloss-find';
const now = 'gloss-find-now';
/** Ranges painted at once. */
const mostMarks = 2_000;
/** Frames to wait until a message that was far away is drawn. */
const patience = 30;

export function clearMarks(): void {
  CSS.highlights?.delete(all);
  CSS.highlights?.delete(now);
}

const elementOf = (id: string): Element | null => document.querySelector(`[data-message="${CSS.escape(id)}"]`);

/** Marks every occurrence in these messages, and brings the current one into view. */
export function mark(messages: readonly string[], words: string, current: Match | null): void {
  clearMarks();
  if (words === '' || !CSS.highlights) return;
  const wanted = new Set(messages);
  // Only what is drawn is looked at: asking for each of thousands of messages by its name walks the page as often.
  const ranges = [...document.querySelectorAll('[data-message]')].flatMap((element) =>
    wanted.has(element.getAttribute('data-message') ?? '') ? rangesIn(element, words) : [],
  );
  CSS.highlights.set(all, new Highlight(...ranges.slice(0, mostMarks)));
  if (current) show(current, words, patience);
}

/** The message may have to be drawn first, and its text after it. */
function show(match: Match, words: string, frames: number): void {
  const element = elementOf(match.id);
  const found = element ? rangesIn(element, words) : [];
  const range = found[Math.min(match.nth, found.length - 1)];
  if (range) {
    const highlight = new Highlight(range);
    highlight.priority = 1;
    CSS.highlights.set(now, highlight);
    scrollTo(range);
  } else if (frames > 0) requestAnimationFrame(() => show(match, words, frames - 1));
  else element?.scrollIntoView({ block: 'center' });
}

function scrollTo(range: Range): void {
  const place = range.startContainer.parentElement;
  const { top, bottom } = range.getBoundingClientRect();
  const scroller = place?.closest('[role="log"]');
  const view = scroller?.getBoundingClientRect();
  if (!scroller || !view) return;
  if (top >= view.top + 40 && bottom <= view.bottom - 40) return;
  scroller.scrollTop += (top + bottom) / 2 - (view.top + view.bottom) / 2;
}

/** The occurrences in the drawn text, across elements. Buttons and other words of ours do not count. */
function rangesIn(element: Element, words: string): Range[] {
  const nodes: Text[] = [];
  const starts: number[] = [];
  let text = '';
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT, (node) =>
    node.parentElement?.closest('button, figcaption, [role="status"], [data-own]')
      ? NodeFilter.FILTER_REJECT
      : NodeFilter.FILTER_ACCEPT,
  );
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!(node instanceof Text)) continue;
    nodes.push(node);
    starts.push(text.length);
    text += node.data;
  }
  const ranges: Range[] = [];
  const wanted = words.toLowerCase();
  const lower = text.toLowerCase();
  // Lower case may be longer than the text, in a few letters of a few languages; then places would be off.
  if (lower.length !== text.length) return ranges;
  let index = 0;
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, at + wanted.length)) {
    while (index + 1 < starts.length && (starts[index + 1] ?? Infinity) <= at) index += 1;
    let last = index;
    const end = at + wanted.length;
    while (last + 1 < starts.length && (starts[last + 1] ?? Infinity) < end) last += 1;
    const [from, to] = [nodes[index], nodes[last]];
    if (!from || !to) continue;
    const range = new Range();
    range.setStart(from, at - (starts[index] ?? 0));
    range.setEnd(to, end - (starts[last] ?? 0));
    ranges.push(range);
  }
  return ranges;
}
