import type { ComponentChildren } from 'preact';
import styles from './Switch.module.css';

interface SwitchProps {
  id: string;
  label: string;
  /** What turning it on means, in one sentence. */
  hint?: ComponentChildren;
  checked: boolean;
  disabled?: boolean;
  /** Only the switch is seen; the label is read aloud. */
  bare?: boolean;
  onChange(checked: boolean): void;
}

/** On or off, at once. */
export function Switch({ id, label, hint, checked, disabled = false, bare = false, onChange }: SwitchProps) {
  return (
    <div class={bare ? styles.bare : styles.row}>
      <input
        id={id}
        class={styles.switch}
        type="checkbox"
        role="switch"
        checked={checked}
        disabled={disabled}
        {...(hint ? { 'aria-describedby': `${id}-hint` } : {})}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <div class={bare ? 'visually-hidden' : styles.words}>
        <label class={styles.label} for={id}>
          {label}
        </label>
        {hint ? (
          <div class={styles.hint} id={`${id}-hint`}>
            {hint}
          </div>
        ) : null}
      </div>
    </div>
  );
}
