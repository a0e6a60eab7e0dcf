import { i18n } from '#i18n';
import { Section } from './Section';
import styles from './AboutSection.module.css';

/** What Gloss is, and what it does with what is read and written. */
export function AboutSection({ version }: { version: string }) {
  return (
    <Section title={i18n.t('options.section.about')}>
      <p>{i18n.t('options.about.what')}</p>
      <ul class={styles.list}>
        <li>{i18n.t('options.about.access')}</li>
        <li>{i18n.t('options.about.sent')}</li>
        <li>{i18n.t('options.about.keys')}</li>
        <li>{i18n.t('options.about.stored')}</li>
        <li>{i18n.t('options.about.counted')}</li>
      </ul>
      <p class={styles.version}>{i18n.t('options.about.version', [version])}</p>
    </Section>
  );
}
