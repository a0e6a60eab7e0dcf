import { i18n } from '#i18n';
import { useEffect, useId, useRef } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { FileText, X } from 'lucide';
import { asSent, sentPageCap } from '../../core/attachment';
import type { ImagePart, PagePart, QuotePart } from '../../core/chat';
import { Picture, SourceLink } from '../chat/Attachments';
import { useGloss } from '../chat/context';
import { pageFacts } from '../chat/page-facts';
import { Icon } from '../ui/Icon';
import { IconButton } from '../ui/IconButton';
import { lazily } from '../ui/lazily';
import { hostOf, visible } from '../ui/visible';
import styles from './Composer.module.css';

const PagePreview = lazily(() => import('./PagePreview').then((module) => module.PagePreview));

/** Shorter quotes are shown whole; UTF-16 units. */
const foldedFrom = 160;

/** What goes along with the question: quotes, pages, pictures. */
export function Chips() {
  const { composer } = useGloss();
  const [quotes, pages, images] = [composer.quotes.value, composer.pages.value, composer.images.value];
  const count = quotes.length + pages.length + images.length;
  const list = useRef<HTMLDivElement>(null);
  // What has just come in is what the reader looks for.
  useEffect(() => {
    if (list.current) list.current.scrollTop = list.current.scrollHeight;
  }, [count]);
  if (count === 0) return null;
  return (
    <div ref={list} class={styles.chips}>
      {quotes.map((quote) => (
        <QuoteChip key={quote.id} quote={quote} />
      ))}
      {pages.map((page) => (
        <PageChip key={page.id} page={page} />
      ))}
      {images.length > 0 ? (
        <div class={styles.pictures}>
          {images.map((image) => (
            <PictureChip key={image.id} image={image} />
          ))}
        </div>
      ) : null}
    </div>
  );
}

function QuoteChip({ quote }: { quote: QuotePart }) {
  const { composer, focus } = useGloss();
  const open = useSignal(false);
  const { text, source, cut = 0, removed = 0 } = quote;
  const long = text.length > foldedFrom || text.split('\n', 4).length > 3;
  const remove = () => {
    composer.dropQuote(quote.id);
    focus.value += 1;
  };
  return (
    <div class={styles.chip} role="group" aria-label={i18n.t('panel.quote.label')}>
      <div class={styles.top}>
        <blockquote
          class={`${styles.words} ${styles.cited} ${long && !open.value ? styles.short : styles.full}`}
          dir="auto"
          {...(open.value ? { tabIndex: 0 } : {})}
        >
          {asSent(open.value ? text : text.slice(0, 4 * foldedFrom))}
        </blockquote>
        <IconButton label={i18n.t('panel.quote.remove')} icon={X} size="small" onClick={remove} />
      </div>
      <div class={styles.below}>
        <SourceLink source={source} text={text} />
        {long ? (
          <button
            type="button"
            class={styles.textButton}
            aria-expanded={open.value}
            onClick={() => (open.value = !open.value)}
          >
            {open.value ? i18n.t('panel.quote.fold') : i18n.t('panel.quote.expand')}
          </button>
        ) : null}
        {cut > 0 ? <span>{i18n.t('panel.quote.cut', [cut.toLocaleString()])}</span> : null}
        {removed > 0 ? <span>{i18n.t('panel.quote.removed', [removed.toLocaleString()])}</span> : null}
      </div>
    </div>
  );
}

function PageChip({ page }: { page: PagePart }) {
  const { composer, focus, panel } = useGloss();
  const open = useSignal(false);
  const preview = useId();
  const { text, source } = page;
  const inParts = text.length > sentPageCap && panel.answering.value.providerId !== 'passages';
  const remove = () => {
    composer.dropPage(page.id);
    focus.value += 1;
  };
  const facts = [...pageFacts(page), ...(inParts ? [i18n.t('panel.page.inParts')] : [])];
  return (
    <div class={styles.chip} role="group" aria-label={i18n.t('panel.page.label')}>
      <div class={styles.top}>
        <div class={`${styles.words} ${styles.pageName}`}>
          <Icon icon={FileText} size={16} />
          <bdi title={source.url}>{visible(source.title) || hostOf(source.url)}</bdi>
        </div>
        <IconButton label={i18n.t('panel.page.remove')} icon={X} size="small" onClick={remove} />
      </div>
      <div class={styles.below}>
        <span>{facts.join(' · ')}</span>
        <button
          type="button"
          class={styles.textButton}
          aria-expanded={open.value}
          aria-controls={open.value ? preview : undefined}
          onClick={() => (open.value = !open.value)}
        >
          {i18n.t('panel.page.preview')}
        </button>
      </div>
      {open.value ? <PagePreview page={page} id={preview} /> : null}
    </div>
  );
}

function PictureChip({ image }: { image: ImagePart }) {
  const { composer, focus } = useGloss();
  const remove = () => {
    composer.dropImage(image.id);
    focus.value += 1;
  };
  return (
    <div class={styles.picture} role="group" aria-label={i18n.t('panel.image.label')}>
      <Picture image={image} alt={i18n.t('panel.image.alt')} />
      <IconButton label={i18n.t('panel.image.remove')} icon={X} size="small" onClick={remove} />
    </div>
  );
}
