/** Staying at the end of a chat that grows, for as long as the reader is there and no longer. */
import { useEffect, useRef } from 'preact/hooks';
import { useSignal, type ReadonlySignal } from '@preact/signals';

/** Pixels from the end that still count as being there. */
const slack = 48;

export interface StickyEnd {
  readonly atEnd: ReadonlySignal<boolean>;
  toEnd(): void;
  /** Call with the scrolling element and what grows in it. */
  attach(scroller: HTMLElement, content: HTMLElement): () => void;
}

/** Nothing may move under a selection. */
function isSelecting(scroller: HTMLElement): boolean {
  const selection = document.getSelection();
  return selection !== null && !selection.isCollapsed && scroller.contains(selection.anchorNode);
}

export function useStickyEnd(): StickyEnd {
  const atEnd = useSignal(true);
  const element = useRef<HTMLElement | null>(null);
  const self = useRef<StickyEnd | null>(null);
  const stuck = useRef(true);

  self.current ??= {
    atEnd,
    toEnd() {
      stuck.current = true;
      atEnd.value = true;
      const scroller = element.current;
      if (scroller) scroller.scrollTop = scroller.scrollHeight;
    },
    attach(scroller, content) {
      element.current = scroller;
      let before = scroller.scrollTop;
      const isAtEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight <= slack;
      const onScroll = () => {
        const now = isAtEnd();
        // Only going up lets go: more text can arrive between our own scrolling and the event that reports it.
        if (now) stuck.current = true;
        else if (scroller.scrollTop < before - 1) stuck.current = false;
        before = scroller.scrollTop;
        atEnd.value = now || stuck.current;
      };
      const onGrowth = () => {
        if (stuck.current && !isSelecting(scroller)) scroller.scrollTop = scroller.scrollHeight;
        else if (!isAtEnd()) {
          stuck.current = false;
          atEnd.value = false;
        }
      };
      const growth = new ResizeObserver(onGrowth);
      growth.observe(content);
      growth.observe(scroller);
      scroller.addEventListener('scroll', onScroll, { passive: true });
      return () => {
        growth.disconnect();
        scroller.removeEventListener('scroll', onScroll);
      };
    },
  };
  useEffect(() => () => (element.current = null), []);
  return self.current;
}
