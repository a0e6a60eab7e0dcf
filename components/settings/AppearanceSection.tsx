import { i18n } from '#i18n';
import type { PreferencesModel } from '../../state/options-preferences';
import type { Preferences } from '../../storage/settings';
import { Choice } from './Choice';
import { Field } from './Field';
import { SavedNote } from './SavedNote';
import { Section } from './Section';

const themes: Record<Preferences['theme'], () => string> = {
  system: () => i18n.t('options.appearance.system'),
  light: () => i18n.t('options.appearance.light'),
  dark: () => i18n.t('options.appearance.dark'),
};
const sizes: Record<Preferences['textSize'], () => string> = {
  small: () => i18n.t('options.appearance.small'),
  medium: () => i18n.t('options.appearance.medium'),
  large: () => i18n.t('options.appearance.large'),
};
const keys: Record<Preferences['sendWith'], () => string> = {
  enter: () => i18n.t('options.appearance.enter'),
  'mod-enter': () =>
    /mac/i.test(navigator.platform) ? i18n.t('options.appearance.cmdEnter') : i18n.t('options.appearance.ctrlEnter'),
};

/** Languages people translate into most; any other BCP 47 tag can be stored by importing a file. */
const languages = [
  'ar',
  'bn',
  'cs',
  'da',
  'de',
  'el',
  'en',
  'es',
  'fa',
  'fi',
  'fr',
  'he',
  'hi',
  'hu',
  'id',
  'it',
  'ja',
  'ko',
  'nl',
  'no',
  'pl',
  'pt',
  'pt-BR',
  'ro',
  'ru',
  'sk',
  'sv',
  'sw',
  'th',
  'tr',
  'uk',
  'ur',
  'vi',
  'zh-Hans',
  'zh-Hant',
];

/** A language in its own words and in the browser's. */
function languageName(tag: string): string {
  const own = new Intl.DisplayNames([tag], { type: 'language' }).of(tag) ?? tag;
  const here = new Intl.DisplayNames(undefined, { type: 'language' }).of(tag) ?? tag;
  return own === here ? own : `${own} (${here})`;
}

/** How Gloss looks and which key sends. */
export function AppearanceSection({ preferences }: { preferences: PreferencesModel }) {
  const { theme, textSize, sendWith, language } = preferences.value.value;
  const tags = language === '' || languages.includes(language) ? languages : [language, ...languages];
  return (
    <Section title={i18n.t('options.section.appearance')}>
      <Choice
        legend={i18n.t('options.appearance.theme')}
        name="theme"
        words={themes}
        value={theme}
        onChange={(chosen) => preferences.change({ theme: chosen })}
      />
      <Choice
        legend={i18n.t('options.appearance.textSize')}
        name="text-size"
        words={sizes}
        value={textSize}
        onChange={(chosen) => preferences.change({ textSize: chosen })}
      />
      <Choice
        legend={i18n.t('options.appearance.sendWith')}
        name="send-with"
        words={keys}
        value={sendWith}
        onChange={(chosen) => preferences.change({ sendWith: chosen })}
      />
      <Field
        id="language"
        label={i18n.t('options.appearance.language')}
        hint={i18n.t('options.appearance.languageHint', ['{language}'])}
      >
        {(control) => (
          <select
            {...control}
            value={language}
            onChange={(event) => preferences.change({ language: event.currentTarget.value })}
          >
            <option value="">{i18n.t('options.appearance.browserLanguage')}</option>
            {tags.map((tag) => (
              <option key={tag} value={tag} lang={tag}>
                {languageName(tag)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <SavedNote preferences={preferences} />
    </Section>
  );
}
