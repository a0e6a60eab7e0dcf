import { i18n } from '#i18n';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { effect, type ReadonlySignal } from '@preact/signals';
import { createMarkdownView, type MarkdownLabels, type MarkdownView } from './view';
import './markdown.css';

interface MarkdownProps {
  /** Markdown source; a signal updates the view without rendering this component again. */
  text: string | ReadonlySignal<string>;
  /** No more text will come. */
  done: boolean | ReadonlySignal<boolean>;
  /** Called with a checked URL when the reader opens a link. */
  onLink(url: string): void;
}

function labels(): MarkdownLabels {
  return {
    copy: i18n.t('markdown.copy'),
    copied: i18n.t('markdown.copied'),
    copyFailed: i18n.t('markdown.copyFailed'),
    wrap: i18n.t('markdown.wrap'),
    download: i18n.t('markdown.download'),
    code: i18n.t('markdown.code'),
    done: i18n.t('markdown.done'),
    notDone: i18n.t('markdown.notDone'),
    renderAnyway: i18n.t('markdown.renderAnyway'),
    tooLarge: i18n.t('markdown.tooLarge'),
    image: (host) => i18n.t('markdown.image', [host]),
    linkToOtherHost: (host) => i18n.t('markdown.linkToOtherHost', [host]),
    linkCarriesData: (host) => i18n.t('markdown.linkCarriesData', [host]),
    open: i18n.t('markdown.open'),
    cancel: i18n.t('markdown.cancel'),
  };
}

/** Markdown that may still be growing. Everything under its element is drawn by the view, outside the virtual DOM. */
export function Markdown({ text, done, onLink }: MarkdownProps) {
  const container = useRef<HTMLDivElement>(null);
  const view = useRef<MarkdownView>(null);
  const open = useRef(onLink);
  open.current = onLink;

  // In the same moment as everything else that is drawn: buttons and usage never stand beside a text that is not there yet.
  useLayoutEffect(() => {
    if (!container.current) return;
    const made = createMarkdownView(container.current, { onLink: (url) => open.current(url), labels: labels() });
    view.current = made;
    return () => {
      view.current = null;
      made.dispose();
    };
  }, []);

  useLayoutEffect(
    () =>
      effect(() => {
        view.current?.update(
          typeof text === 'string' ? text : text.value,
          typeof done === 'boolean' ? done : done.value,
        );
      }),
    [text, done],
  );

  return <div ref={container} class="markdown" />;
}

export default Markdown;
