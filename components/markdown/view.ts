import { GrowingDocument } from './growing-document';
import { followClicks } from './clicks';

/** The words a view shows; given by the caller so that a view needs no catalogue of strings. */
export interface MarkdownLabels {
  copy: string;
  copied: string;
  copyFailed: string;
  wrap: string;
  download: string;
  /** Heads a fence that names no language. */
  code: string;
  /** Name the box of a task. */
  done: string;
  notDone: string;
  renderAnyway: string;
  tooLarge: string;
  image(host: string): string;
  linkToOtherHost(host: string): string;
  linkCarriesData(host: string): string;
  open: string;
  cancel: string;
}

export interface MarkdownOptions {
  /** Called with a checked absolute URL (https, http or mailto) after the reader chose to open it. The view never navigates. */
  onLink(url: string): void;
  labels: MarkdownLabels;
}

export interface MarkdownView {
  /**
   * Shows `text`. Text that extends the former text costs only what is new, and at most once a frame; other text starts afresh.
   * `done` closes whatever was still open.
   */
  update(text: string, done: boolean): void;
  /** Shows everything given so far, now, without waiting for a frame. */
  flush(): void;
  dispose(): void;
}

/** Milliseconds one frame may spend on text that waits; the rest goes into the next frames. */
const frameBudget = 8;

/** Makes a view of streamed Markdown inside `container`, which it owns until `dispose`. */
export function createMarkdownView(container: HTMLElement, options: MarkdownOptions): MarkdownView {
  const follow = followClicks(container, options);
  let document = new GrowingDocument(container, options);
  let text = '';
  let done = false;
  let frame = 0;

  const step = (budget: number) => {
    const until = performance.now() + budget;
    while (!document.advance(text, done)) {
      if (performance.now() >= until) return schedule();
    }
  };
  const schedule = () => {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      step(frameBudget);
    });
  };
  const stopFrame = () => {
    cancelAnimationFrame(frame);
    frame = 0;
  };

  return {
    update(next, nextDone) {
      if (next === text && nextDone === done) return;
      const first = text === '';
      if (document.complete || !next.startsWith(text)) {
        container.replaceChildren();
        document = new GrowingDocument(container, options);
      }
      text = next;
      done = nextDone;
      // Text that is there from the start shows at once, without an empty frame before it.
      if (first && done) step(frameBudget);
      else schedule();
    },
    flush() {
      stopFrame();
      step(Number.POSITIVE_INFINITY);
    },
    dispose() {
      stopFrame();
      follow.stop();
      container.replaceChildren();
    },
  };
}
