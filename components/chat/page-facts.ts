import { i18n } from '#i18n';
import type { PagePart } from '../../core/chat';
import { hostOf } from '../ui/visible';

/** What is to be known of an attached page before one trusts it: where it is from, its size, and what was left out. */
export function pageFacts({ text, source, hidden, removed, cut = 0 }: PagePart): string[] {
  const facts = [hostOf(source.url), i18n.t('panel.page.size', [text.length.toLocaleString()])];
  if (hidden > 0) facts.push(i18n.t('panel.page.hidden', [hidden.toLocaleString()]));
  if (removed > 0) facts.push(i18n.t('panel.page.removed', [removed.toLocaleString()]));
  if (cut > 0) facts.push(i18n.t('panel.page.cut', [cut.toLocaleString()]));
  return facts.filter((fact) => fact !== '');
}
