import { i18n } from '#i18n';
import type { PreferencesModel } from '../../state/options-preferences';
import { Callout } from '../ui/Callout';
import styles from './SavedNote.module.css';

/** Preferences need no button; this says when they are safe. */
export function SavedNote({ preferences }: { preferences: PreferencesModel }) {
  const state = preferences.state.value;
  if (state === 'failed') {
    return (
      <Callout tone="danger" role="alert">
        {i18n.t('options.notStored')}
      </Callout>
    );
  }
  return (
    <p class={styles.note} role="status">
      {state === 'saved' ? i18n.t('options.stored') : ''}
    </p>
  );
}
