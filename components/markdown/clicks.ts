import { element } from './drawing';
import { destination } from './link-safety';
import type { MarkdownOptions } from './view';

/**
 * Handles every click on a link or an image within `container`. Nothing in the text navigates by itself; an address that
 * is not what it seems is asked about first.
 */
export function followClicks(container: HTMLElement, { onLink, labels }: MarkdownOptions): { stop(): void } {
  const listening = new AbortController();
  let question: HTMLElement | undefined;

  const ask = (target: HTMLElement, url: URL, doubt: string) => {
    question?.remove();
    const say = doubt === 'other-host' ? labels.linkToOtherHost : labels.linkCarriesData;
    const asked = element('div', 'link-question');
    const close = () => {
      asked.remove();
      target.focus();
    };
    const open = answer(labels.open, () => {
      close();
      onLink(url.href);
    });
    const cancel = answer(labels.cancel, close);
    asked.role = 'alertdialog';
    asked.ariaLabel = say(destination(url));
    asked.append(element('p', '', say(destination(url))), element('p', 'address', url.href), open, cancel);
    asked.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') close();
    });
    blockOf(container, target).after(asked);
    question = asked;
    // The key that brought this up may come twice.
    cancel.focus();
  };

  const follow = (event: MouseEvent) => {
    const target = event.target instanceof Element ? event.target.closest<HTMLElement>('a[href], button.image') : null;
    if (!target || !container.contains(target)) return;
    event.preventDefault();
    // The middle button opens as the first does; the others belong to the browser's menu.
    if (event.button > 1) return;
    const address = target instanceof HTMLAnchorElement ? target.href : target.dataset.url;
    if (address === undefined) return;
    if (target.dataset.doubt === undefined) onLink(address);
    else ask(target, new URL(address), target.dataset.doubt);
  };

  container.addEventListener('click', follow, { signal: listening.signal });
  container.addEventListener('auxclick', follow, { signal: listening.signal });
  return { stop: () => listening.abort() };
}

function answer(label: string, act: () => void): HTMLButtonElement {
  const button = element('button', '', label);
  button.type = 'button';
  button.addEventListener('click', act);
  return button;
}

/** The block that holds `target`: a child of `container`, or of one of its parts. */
function blockOf(container: HTMLElement, target: HTMLElement): HTMLElement {
  let block = target;
  for (let above = block.parentElement; above && above !== container; above = above.parentElement) {
    if (above.parentElement === container && above.className === 'part') break;
    block = above;
  }
  return block;
}
