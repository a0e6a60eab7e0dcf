import { i18n } from '#i18n';
import { useComputed } from '@preact/signals';
import { startersFor, type Starter } from '../../state/starters';
import { useGloss } from '../chat/context';
import { filled } from './filled';
import { languageName } from './language';
import styles from './Composer.module.css';

/** One-click questions about what is attached, in an empty composer. */
export function Starters() {
  const { composer, chat, panel, settings, focus, jump } = useGloss();
  const starters = useComputed(() => {
    const idle = composer.text.value === '' && chat.running.value === null;
    const writing = { quotes: composer.quotes.value, pages: composer.pages.value };
    return idle && writing.quotes.length + writing.pages.length > 0
      ? startersFor(writing, settings.preferences.value.actions)
      : [];
  });
  const language = languageName(settings.preferences.value.language);

  async function start(starter: Starter) {
    composer.type(promptOf(starter, language));
    focus.value += 1;
    if (starter.kind === 'action' && !starter.action.send) return;
    if (await panel.submit()) jump.value += 1;
  }

  if (starters.value.length === 0) return null;
  return (
    <div class={styles.starters} role="group" aria-label={i18n.t('panel.starters.label')}>
      {starters.value.map((starter) => (
        <button
          key={starter.kind === 'action' ? starter.action.id : starter.kind}
          type="button"
          class={styles.starter}
          onClick={() => void start(starter)}
        >
          {nameOf(starter, language)}
        </button>
      ))}
    </div>
  );
}

function nameOf(starter: Starter, language: string): string {
  switch (starter.kind) {
    case 'explain':
      return i18n.t('panel.starters.explain');
    case 'summarise':
      return i18n.t('panel.starters.summarise');
    case 'key-points':
      return i18n.t('panel.starters.keyPoints');
    case 'translate':
      return i18n.t('panel.starters.translate', [language]);
    case 'fix-writing':
      return i18n.t('panel.starters.fixWriting');
    case 'action':
      return starter.action.name;
    default:
      return starter satisfies never;
  }
}

function promptOf(starter: Starter, language: string): string {
  switch (starter.kind) {
    case 'explain':
      return i18n.t('panel.starters.explainPrompt');
    case 'summarise':
      return i18n.t('panel.starters.summarisePrompt');
    case 'key-points':
      return i18n.t('panel.starters.keyPointsPrompt');
    case 'translate':
      return i18n.t('panel.starters.translatePrompt', [language]);
    case 'fix-writing':
      return i18n.t('panel.starters.fixWritingPrompt');
    case 'action':
      return filled(starter.action.prompt, language);
    default:
      return starter satisfies never;
  }
}
