import { i18n } from '#i18n';
import { fillPrompt } from '../../state/starters';

/** A prompt of the user's own, with names for what is attached. */
export const filled = (prompt: string, language: string): string =>
  fillPrompt(prompt, {
    selection: i18n.t('panel.starters.selection'),
    page: i18n.t('panel.starters.page'),
    language,
  });
