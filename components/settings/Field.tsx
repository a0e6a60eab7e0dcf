import type { ComponentChildren } from 'preact';
import styles from './Field.module.css';

/** What a control inside a field has to carry, so that label, hint and error belong to it. */
export interface ControlProps {
  id: string;
  'aria-describedby'?: string;
  'aria-invalid'?: true;
}

interface FieldProps {
  /** Unique on the page; parts of the field derive theirs from it. */
  id: string;
  label: string;
  /** One quiet line under the control. */
  hint?: ComponentChildren;
  /** What is wrong, in words. */
  problem?: ComponentChildren;
  /** The buttons that mend it. */
  mend?: ComponentChildren;
  children: (control: ControlProps) => ComponentChildren;
}

/** A label, one control, and what is to be said about it. */
export function Field({ id, label, hint, problem, mend, children }: FieldProps) {
  const described = [problem ? `${id}-problem` : '', hint ? `${id}-hint` : ''].filter((part) => part !== '').join(' ');
  return (
    <div class={styles.field}>
      <label class={styles.label} for={id}>
        {label}
      </label>
      {children({
        id,
        ...(described === '' ? {} : { 'aria-describedby': described }),
        ...(problem ? { 'aria-invalid': true as const } : {}),
      })}
      {problem ? (
        <div class={styles.problem} role="alert">
          <span id={`${id}-problem`} dir="auto">
            {problem}
          </span>
          {mend ? <span class={styles.mend}>{mend}</span> : null}
        </div>
      ) : null}
      {hint ? (
        <div class={styles.hint} id={`${id}-hint`}>
          {hint}
        </div>
      ) : null}
    </div>
  );
}
