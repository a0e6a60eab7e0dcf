import type { ComponentChildren } from 'preact';
import { visible } from './visible';
import styles from './Callout.module.css';

interface CalloutProps {
  tone: 'info' | 'ok' | 'warn' | 'danger';
  /** `alert` is read aloud at once; only for what has just gone wrong. */
  role?: 'alert' | 'status' | 'note';
  /** What happened, in one sentence. */
  children: ComponentChildren;
  /** Somebody else's words, such as a provider's. Shown as they are, below ours. */
  detail?: ComponentChildren;
  /** The buttons that mend it. */
  actions?: ComponentChildren;
}

/** A box that says something about what is around it: words first, then what to do. */
export function Callout({ tone, role, children, detail, actions }: CalloutProps) {
  return (
    <div class={`${styles.callout} ${styles[tone]}`} {...(role ? { role } : {})}>
      <div class={styles.words}>
        <div dir="auto">{children}</div>
        {detail ? (
          <div class={styles.detail} dir="auto">
            {typeof detail === 'string' ? visible(detail) : detail}
          </div>
        ) : null}
      </div>
      {actions ? <div class={styles.actions}>{actions}</div> : null}
    </div>
  );
}
