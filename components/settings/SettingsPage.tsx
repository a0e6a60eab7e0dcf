import { i18n } from '#i18n';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { type Section as SectionName, sections } from '../../state/options-route';
import styles from './SettingsPage.module.css';

const names: Record<SectionName, () => string> = {
  connections: () => i18n.t('options.section.connections'),
  instructions: () => i18n.t('options.section.instructions'),
  actions: () => i18n.t('options.section.actions'),
  appearance: () => i18n.t('options.section.appearance'),
  privacy: () => i18n.t('options.section.privacy'),
  data: () => i18n.t('options.section.data'),
  shortcuts: () => i18n.t('options.section.shortcuts'),
  about: () => i18n.t('options.section.about'),
};

interface SettingsPageProps {
  section: SectionName;
  children: ComponentChildren;
}

/** The frame of the settings: one list of sections, and the one that is open. Links, so that back and forward work. */
export function SettingsPage({ section, children }: SettingsPageProps) {
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    const current = nav.current?.querySelector<HTMLElement>('[aria-current]');
    // Where the sections stand in one row, the open one may lie outside of it.
    if (nav.current && current)
      nav.current.scrollLeft = current.offsetLeft - (nav.current.clientWidth - current.clientWidth) / 2;
  }, [section]);
  return (
    <div class={styles.page}>
      <header class={styles.side}>
        <h1 class={styles.title}>{i18n.t('options.title')}</h1>
        <nav ref={nav} class={styles.nav} aria-label={i18n.t('options.sections')}>
          {sections.map((one) => (
            <a key={one} href={`#${one}`} class={styles.link} {...(one === section ? { 'aria-current': 'page' } : {})}>
              {names[one]()}
            </a>
          ))}
        </nav>
      </header>
      <main class={styles.main}>{children}</main>
    </div>
  );
}
