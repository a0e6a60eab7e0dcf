import { i18n } from '#i18n';
import type { CitationPart } from '../../core/chat';
import { hostOf, visible } from '../ui/visible';
import { useGloss } from './context';
import styles from './Turn.module.css';

/**
 * What the answer relies on, as the provider says. A click opens it; nothing is fetched before. The host it leads to always
 * stands there: a title may name another, and some services lead to every source by way of their own.
 */
export function Sources({ citations }: { citations: readonly CitationPart[] }) {
  const { browser } = useGloss();
  if (citations.length === 0) return null;
  return (
    <section class={styles.sources}>
      <h3>{i18n.t('panel.sources')}</h3>
      <ol>
        {citations.map(({ url, title, text }, index) => (
          <li key={url}>
            <button type="button" title={visible(text ?? url)} onClick={() => browser.openLink(url)}>
              <span class={styles.number}>{index + 1}</span>
              <bdi>{visible(title || url)}</bdi>
              <small>{hostOf(url)}</small>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}
