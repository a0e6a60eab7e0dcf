import { i18n } from '#i18n';
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Button } from '../ui/Button';
import { Section } from './Section';
import styles from './ShortcutsSection.module.css';

export interface Shortcut {
  /** What it does, in the browser's words for it. */
  description: string;
  /** As the browser writes it; empty when none is set. */
  keys: string;
}

interface ShortcutsSectionProps {
  /** Read again whenever the page is looked at: they are changed elsewhere. */
  read(): Promise<Shortcut[]>;
  /** Opens the browser's own page for them; absent where there is none to open. */
  change?: (() => void) | undefined;
}

/** Which keys reach Gloss, and the way to the browser's page that changes them. */
export function ShortcutsSection({ read, change }: ShortcutsSectionProps) {
  const shortcuts = useSignal<Shortcut[]>([]);
  useEffect(() => {
    const refresh = () => void read().then((found) => (shortcuts.value = found));
    refresh();
    document.addEventListener('visibilitychange', refresh);
    return () => document.removeEventListener('visibilitychange', refresh);
  }, []);
  return (
    <Section title={i18n.t('options.section.shortcuts')} intro={i18n.t('options.shortcuts.intro')}>
      <dl class={styles.list}>
        {shortcuts.value.map(({ description, keys }) => (
          <div key={description} class={styles.row}>
            <dt>{description}</dt>
            <dd>
              {keys === '' ? <span class={styles.none}>{i18n.t('options.shortcuts.none')}</span> : <kbd>{keys}</kbd>}
            </dd>
          </div>
        ))}
      </dl>
      {change ? (
        <div>
          <Button onClick={change}>{i18n.t('options.shortcuts.change')}</Button>
        </div>
      ) : (
        <p class={styles.none}>{i18n.t('options.shortcuts.elsewhere')}</p>
      )}
    </Section>
  );
}
