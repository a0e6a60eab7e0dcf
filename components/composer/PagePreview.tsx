import { i18n } from '#i18n';
import { useModel } from '@preact/signals';
import { lineAsSent, sentPageCap } from '../../core/attachment';
import type { PagePart } from '../../core/chat';
import { PreviewModel } from '../../state/preview';
import { useGloss } from '../chat/context';
import { ExactText } from '../ui/ExactText';
import styles from './Composer.module.css';

const after = (ms: number, call: () => void) => {
  const timer = setTimeout(call, ms);
  return () => clearTimeout(timer);
};

/**
 * What of a page goes along with the question as it stands, byte for byte: all of it, or what the background would choose,
 * which is found out the way it is found out when the question is sent.
 */
export function PagePreview({ page, id }: { page: PagePart; id: string }) {
  const { panel, send } = useGloss();
  const preview = useModel(() => new PreviewModel({ send, question: panel.asItStands, after }));
  const chosen = preview.chosen.value.get(page.id);
  const state = preview.state.value;
  const known = chosen !== undefined || page.text.length <= sentPageCap || state === 'known';
  return (
    <>
      <ExactText
        id={id}
        text={known ? (chosen?.text ?? page.text) : ''}
        label={i18n.t('panel.page.preview')}
        busy={state === 'looking'}
      />
      <small class={styles.below}>
        <span>{words()}</span>
        <span dir="auto">
          {i18n.t('panel.page.previewSource', [lineAsSent(page.source.title), lineAsSent(page.source.url)])}
        </span>
      </small>
    </>
  );

  function words(): string {
    if (panel.answering.value.providerId === 'passages') return i18n.t('panel.page.previewHere');
    if (!known) return i18n.t(state === 'unknown' ? 'panel.page.previewUnknown' : 'panel.page.previewLooking');
    if (!chosen) return i18n.t('panel.page.previewNote');
    return i18n.t('panel.page.previewChosen', [page.text.length.toLocaleString(), chosen.text.length.toLocaleString()]);
  }
}
