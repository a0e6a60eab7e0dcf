import type { ComponentChildren } from 'preact';
import styles from './Section.module.css';

interface SectionProps {
  title: string;
  intro?: ComponentChildren;
  /** The section's one button, beside its title. */
  action?: ComponentChildren;
  children: ComponentChildren;
}

/** One page of the settings. */
export function Section({ title, intro, action, children }: SectionProps) {
  return (
    <section class={styles.section} aria-label={title}>
      <header class={styles.head}>
        <h2 class={styles.title}>{title}</h2>
        {action}
      </header>
      {intro ? <p class={styles.intro}>{intro}</p> : null}
      {children}
    </section>
  );
}

/** A part of a section with a title of its own. */
export function Part({
  title,
  intro,
  children,
}: {
  title: string;
  intro?: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    <div class={styles.part}>
      <h3 class={styles.partTitle}>{title}</h3>
      {intro ? <p class={styles.intro}>{intro}</p> : null}
      {children}
    </div>
  );
}
