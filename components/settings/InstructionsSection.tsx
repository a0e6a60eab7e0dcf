import { i18n } from '#i18n';
import type { PreferencesModel } from '../../state/options-preferences';
import { Field } from './Field';
import { SavedNote } from './SavedNote';
import { Section } from './Section';

/** Words that go along with every question. */
export function InstructionsSection({ preferences }: { preferences: PreferencesModel }) {
  const { instructions } = preferences.value.value;
  return (
    <Section title={i18n.t('options.section.instructions')} intro={i18n.t('options.instructions.intro')}>
      <Field id="instructions" label={i18n.t('options.instructions.label')} hint={i18n.t('options.instructions.hint')}>
        {(control) => (
          <textarea
            {...control}
            rows={10}
            dir="auto"
            placeholder={i18n.t('options.instructions.placeholder')}
            value={instructions}
            onInput={(event) => preferences.change({ instructions: event.currentTarget.value })}
            onBlur={() => void preferences.flush()}
          />
        )}
      </Field>
      <SavedNote preferences={preferences} />
    </Section>
  );
}
