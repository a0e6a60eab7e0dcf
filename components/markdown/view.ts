/** The words a view shows; given by the caller so that a view needs no catalogue of strings. */
export interface MarkdownLabels {
  copy: string;
  copied: string;
  copyFailed: string;
  wrap: string;
  download: string;
  /** Heads a fence that names no language. */
  code: string;
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

/** Makes a view of streamed Markdown inside `container`, which it owns until `dispose`. */
export function createMarkdownView(container: HTMLElement, _options: MarkdownOptions): MarkdownView {
  let wanted = '';
  let frame = 0;
  const show = () => {
    frame = 0;
    const blocks = wanted.split(/\n{2,}/).map((block) => {
      const paragraph = document.createElement('p');
      paragraph.textContent = block;
      return paragraph;
    });
    container.replaceChildren(...blocks);
  };
  return {
    update(text) {
      wanted = text;
      if (frame === 0) frame = requestAnimationFrame(show);
    },
    flush() {
      cancelAnimationFrame(frame);
      show();
    },
    dispose() {
      cancelAnimationFrame(frame);
      container.replaceChildren();
    },
  };
}
