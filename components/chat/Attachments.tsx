/** Quotes, pages and pictures as they stand in a question that has been asked. */
import { i18n } from '#i18n';
import { useEffect, useState } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { FileText } from 'lucide';
import { asSent } from '../../core/attachment';
import type { ImagePart, PagePart, QuotePart } from '../../core/chat';
import { Icon } from '../ui/Icon';
import { lazily } from '../ui/lazily';
import { hostOf, visible } from '../ui/visible';
import { useGloss } from './context';
import { pageFacts } from './page-facts';
import styles from './Attachments.module.css';

const SentPage = lazily(() => import('./SentPage').then((module) => module.SentPage));

/** Longer quotes are folded until they are asked for; UTF-16 units. */
const foldedFrom = 280;

/** Where a quote is from, as a button that goes there. */
export function SourceLink({ source, text }: { source: QuotePart['source']; text: string }) {
  const { browser } = useGloss();
  const host = hostOf(source.url);
  const words = [visible(source.title), host].filter((part) => part !== '').join(' · ');
  if (!/^https?:/.test(source.url)) return <small class={styles.source}>{words}</small>;
  const { url, tabId } = source;
  return (
    <button
      type="button"
      class={styles.source}
      title={`${i18n.t('panel.quote.show')}: ${url}`}
      onClick={() => browser.showSource({ url, text, ...(tabId === undefined ? {} : { tabId }) })}
    >
      <bdi>{words}</bdi>
    </button>
  );
}

export function SourcedQuote({ quote }: { quote: QuotePart }) {
  const open = useSignal(false);
  const long = quote.text.length > foldedFrom;
  const { cut = 0, removed = 0 } = quote;
  return (
    <figure class={styles.figure}>
      <blockquote class={`${styles.quote} ${long && !open.value ? styles.folded : ''}`} dir="auto">
        {asSent(open.value ? quote.text : quote.text.slice(0, 2 * foldedFrom))}
      </blockquote>
      <figcaption class={styles.caption}>
        <SourceLink source={quote.source} text={quote.text} />
        {long ? (
          <button
            type="button"
            class={styles.more}
            aria-expanded={open.value}
            onClick={() => (open.value = !open.value)}
          >
            {open.value ? i18n.t('panel.quote.fold') : i18n.t('panel.quote.expand')}
          </button>
        ) : null}
        {cut > 0 ? <small>{i18n.t('panel.quote.cut', [cut.toLocaleString()])}</small> : null}
        {removed > 0 ? <small>{i18n.t('panel.quote.removed', [removed.toLocaleString()])}</small> : null}
      </figcaption>
    </figure>
  );
}

/** A page in a question. `question` is the question's id. */
export function AskedPage({ page, question }: { page: PagePart; question: string }) {
  const open = useSignal(false);
  return (
    <>
      <div class={styles.page}>
        <Icon icon={FileText} size={15} />
        <span class={styles.pageTitle}>
          <bdi>{visible(page.source.title)}</bdi>
          <small>{pageFacts(page).join(' · ')}</small>
          <button
            type="button"
            class={styles.more}
            aria-expanded={open.value}
            onClick={() => (open.value = !open.value)}
          >
            {i18n.t('panel.sent.show')}
          </button>
        </span>
      </div>
      {open.value ? <SentPage page={page} question={question} /> : null}
    </>
  );
}

/** What a server or a file calls base64 may be anything; `null` if it is none. */
function bytesOf(data: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}

/** A picture from base64, through an address of its own: an attribute of megabytes would be slow, and a `data:` SVG could say too much. */
export function Picture({ image, alt }: { image: ImagePart; alt: string }) {
  const [url, put] = useState<string>();
  const shown = /^image\/(png|jpeg|webp|gif)$/.test(image.mediaType);
  useEffect(() => {
    const bytes = shown ? bytesOf(image.data) : null;
    if (!bytes) return;
    const made = URL.createObjectURL(new Blob([bytes], { type: image.mediaType }));
    put(made);
    return () => URL.revokeObjectURL(made);
  }, [image]);
  if (!shown) return null;
  const size = image.width && image.height ? { width: image.width, height: image.height } : {};
  return <img class={styles.picture} src={url} alt={image.name ?? alt} {...size} draggable={false} />;
}
