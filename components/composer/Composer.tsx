import { i18n } from '#i18n';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { useSignal, useSignalEffect } from '@preact/signals';
import { ArrowUp, FilePlus2, ImagePlus, Square } from 'lucide';
import { recalls, sends } from '../../state/keys';
import { useGloss } from '../chat/context';
import { Icon } from '../ui/Icon';
import { IconButton } from '../ui/IconButton';
import { lazily } from '../ui/lazily';
import { ModelButton } from './ModelButton';
import { usePictures } from './use-pictures';
import styles from './Composer.module.css';

// What stands around the field only when there is something to stand there.
const Chips = lazily(() => import('./around').then((module) => module.Chips));
const Remarks = lazily(() => import('./around').then((module) => module.Remarks));
const Starters = lazily(() => import('./around').then((module) => module.Starters));

/** Milliseconds for which a hint stays. */
const hintFor = 4_000;

/** Where questions are written. It takes keys from the first frame on. */
export function Composer() {
  const gloss = useGloss();
  const { chat, composer, panel, focus, jump, settings } = gloss;
  const field = useRef<HTMLTextAreaElement>(null);
  const composedAt = useRef(-Infinity);
  const hint = useSignal('');
  const pictures = usePictures();

  // Before the next key: the first frame may just have been replaced under the reader's fingers.
  useLayoutEffect(() => {
    field.current?.focus();
    field.current?.setSelectionRange(field.current.value.length, field.current.value.length);
  }, []);
  useSignalEffect(() => {
    if (focus.value > 0) field.current?.focus();
  });
  useSignalEffect(() => {
    const text = composer.text.value;
    if (field.current) fit(field.current, text);
  });
  useEffect(() => {
    if (hint.value === '') return;
    const timer = setTimeout(() => (hint.value = ''), hintFor);
    return () => clearTimeout(timer);
  }, [hint.value]);

  useSignalEffect(() => {
    const files = gloss.droppedFiles.value;
    if (files.length === 0) return;
    gloss.droppedFiles.value = [];
    void pictures.add(files);
  });

  async function submit() {
    if (chat.running.peek() !== null) {
      hint.value = i18n.t('panel.stillAnswering');
      return;
    }
    const sent = panel.submit();
    field.current?.focus();
    if (await sent) jump.value += 1;
  }

  function onKeyDown(event: KeyboardEvent) {
    if (sends(event, settings.preferences.peek().sendWith, event.timeStamp - composedAt.current)) {
      event.preventDefault();
      void submit();
    } else if (recalls(event, composer.text.peek()) && chat.running.peek() === null && panel.editLast()) {
      event.preventDefault();
    }
  }

  function onPaste(event: ClipboardEvent) {
    const files = [...(event.clipboardData?.files ?? [])].filter(({ type }) => type.startsWith('image/'));
    if (files.length === 0) return;
    event.preventDefault();
    void pictures.add(files);
  }

  const running = chat.running.value !== null;
  const attached = composer.quotes.value.length + composer.pages.value.length > 0;
  const placeholder = attached
    ? i18n.t('panel.placeholderAttached')
    : chat.turns.value.length > 0
      ? i18n.t('panel.placeholderNext')
      : i18n.t('panel.placeholder');
  return (
    <footer class={styles.footer}>
      <Remarks pictureRefusal={pictures.refusal} />
      <form
        class={styles.composer}
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Chips />
        <textarea
          ref={field}
          class={styles.field}
          rows={1}
          dir="auto"
          aria-label={i18n.t('panel.message')}
          placeholder={placeholder}
          value={composer.text.value}
          onInput={(event) => composer.type(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          onCompositionEnd={(event) => (composedAt.current = event.timeStamp)}
          onPaste={onPaste}
        />
        <div class={styles.row}>
          <IconButton
            label={i18n.t('panel.page.add')}
            icon={FilePlus2}
            disabled={panel.readingPage.value}
            aria-busy={panel.readingPage.value}
            onClick={() => void panel.addPage()}
          />
          {pictures.sees === false ? null : (
            <IconButton label={i18n.t('panel.image.add')} icon={ImagePlus} onClick={pictures.pick} />
          )}
          <span class={styles.space} />
          <ModelButton />
          {running ? (
            <button
              type="button"
              class={styles.send}
              aria-label={i18n.t('panel.stop')}
              title={i18n.t('panel.stop')}
              onClick={(event) => {
                // The second click of a double click on Send is not meant for what has taken its place.
                if (event.detail > 1) return;
                void chat.stop();
                field.current?.focus();
              }}
            >
              <Icon icon={Square} size={14} class={styles.square ?? ''} />
            </button>
          ) : (
            <button
              type="submit"
              class={styles.send}
              aria-label={i18n.t('panel.send')}
              title={i18n.t('panel.send')}
              disabled={!composer.canSend.value}
            >
              <Icon icon={ArrowUp} size={18} />
            </button>
          )}
        </div>
      </form>
      <Starters />
      <p class={styles.hint} role="status">
        {hint.value}
      </p>
    </footer>
  );
}

/** Lets the field grow with its text where the browser does not do that by itself. The style sheet limits it. */
function fit(field: HTMLTextAreaElement, text: string) {
  if (CSS.supports('field-sizing', 'content')) return;
  if (field.value !== text) field.value = text;
  field.style.height = 'auto';
  field.style.height = `${field.scrollHeight}px`;
}
