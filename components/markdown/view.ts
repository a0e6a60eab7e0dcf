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
/**
 * Milliseconds between two drawings of growing text. Laying out and painting a few letters costs about as much as doing it
 * for a line, so what is drawn at every second frame costs half, and nobody reads the difference.
 */
const betweenDrawings = 32;

/** Makes a view of streamed Markdown inside `container`, which it owns until `dispose`. */
export function createMarkdownView(container: HTMLElement, options: MarkdownOptions): MarkdownView {
  const follow = followClicks(container, options);
  /** None once everything is drawn and no more is to come: a finished text needs nothing but its elements. */
  let growing: GrowingDocument | undefined = new GrowingDocument(container, options);
  /** Where text that went on after its end is drawn anew, until it has come as far as what shows. */
  let unseen: HTMLElement | undefined;
  let text = '';
  const extended = new Extension();
  let done = false;
  let frame = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let drawnAt = 0;

  const step = (budget: number) => {
    if (!growing) return;
    const until = performance.now() + budget;
    let all = growing.advance(text, done);
    while (!all && performance.now() < until) all = growing.advance(text, done);
    drawnAt = performance.now();
    if (!all) return nextFrame();
    if (unseen) growing.moveTo(container);
    unseen = undefined;
    if (done) growing = undefined;
  };
  const nextFrame = () => {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      step(frameBudget);
    });
  };
  const later = (milliseconds: number) => {
    timer ??= setTimeout(() => {
      timer = undefined;
      if (frame === 0) step(frameBudget);
    }, milliseconds);
  };
  const stopWaiting = () => {
    if (frame !== 0) cancelAnimationFrame(frame);
    frame = 0;
    clearTimeout(timer);
    timer = undefined;
  };

  return {
    update(next, nextDone) {
      if (next === text && nextDone === done) return;
      if (!extended.by(text, next, nextDone)) {
        container.replaceChildren();
        unseen = undefined;
        growing = new GrowingDocument(container, options);
      } else if (!growing) {
        unseen = document.createElement('div');
        growing = new GrowingDocument(unseen, options);
      }
      text = next;
      done = nextDone;
      const wait = betweenDrawings - (performance.now() - drawnAt);
      // The end shows at once, together with whatever says that it is the end.
      if (done) {
        stopWaiting();
        step(frameBudget);
      } else if (frame === 0 && wait <= 0) step(frameBudget);
      else if (frame === 0) later(wait);
    },
    flush() {
      stopWaiting();
      step(Number.POSITIVE_INFINITY);
    },
    dispose() {
      stopWaiting();
      follow.stop();
      container.replaceChildren();
    },
  };
}

/** Tells text that goes on from text that is another. */
class Extension {
  private compared = 0;

  /**
   * Whether `next` starts with `former`. Comparing all of it in every frame would cost more than drawing what is new, so
   * between whole comparisons, made as the text grows by a quarter and at its end, only both ends of `former` are compared.
   */
  by(former: string, next: string, done: boolean): boolean {
    if (next.length < former.length) return false;
    const ends = 64;
    if (next.slice(0, ends).slice(0, former.length) !== former.slice(0, ends)) return false;
    if (next.slice(Math.max(0, former.length - ends), former.length) !== former.slice(-ends)) return false;
    if (!done && former.length >= this.compared && former.length < this.compared * 1.25) return true;
    this.compared = former.length;
    return next.slice(0, former.length) === former;
  }
}
