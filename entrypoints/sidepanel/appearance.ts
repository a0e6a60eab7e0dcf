import { effect } from '@preact/signals';
import type { Settings } from '../../state/settings';
import type { Preferences } from '../../storage/settings';

/** A copy that can be read before the first paint, so that a chosen theme does not flash in after it. */
const kept = 'appearance';

type Appearance = Pick<Preferences, 'theme' | 'textSize'>;

function read(): Appearance {
  try {
    const [theme, textSize] = (localStorage.getItem(kept) ?? '').split(' ');
    return {
      theme: theme === 'light' || theme === 'dark' ? theme : 'system',
      textSize: textSize === 'small' || textSize === 'large' ? textSize : 'medium',
    };
  } catch {
    // Storage may be switched off; then the theme comes with the settings.
    return { theme: 'system', textSize: 'medium' };
  }
}

/** What holds until the settings have been read. */
export const defaults: Preferences = {
  instructions: '',
  sendWith: 'enter',
  language: '',
  actions: [],
  ...read(),
};

/** Keeps theme and text size of the page as they are set. */
export function followAppearance(settings: Settings): void {
  effect(() => {
    const { theme, textSize } = settings.preferences.value;
    const { dataset } = document.documentElement;
    dataset.theme = theme;
    dataset.size = textSize;
    try {
      localStorage.setItem(kept, `${theme} ${textSize}`);
    } catch {
      // Only the flash comes back.
    }
  });
}
