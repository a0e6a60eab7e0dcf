import type { ButtonHTMLAttributes, ComponentChildren } from 'preact';
import type { IconNode } from 'lucide';
import { Icon } from './Icon';
import styles from './Button.module.css';

export interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'icon' | 'size'> {
  /** `primary` once a view at most; `quiet` has no frame until it is pointed at. */
  kind?: 'primary' | 'plain' | 'quiet' | 'danger';
  size?: 'small' | 'medium';
  icon?: IconNode;
  /** The work it started is not done: it cannot be pressed again and turns a small wheel. */
  busy?: boolean;
  children: ComponentChildren;
}

/** A button with words. */
export function Button({
  kind = 'plain',
  size = 'medium',
  icon,
  busy = false,
  disabled,
  children,
  class: name,
  type = 'button',
  ...rest
}: ButtonProps) {
  const small = size === 'small' ? styles.small : '';
  return (
    <button
      {...rest}
      type={type}
      class={`${styles.button} ${styles[kind]} ${small} ${name ?? ''}`}
      disabled={disabled === true || busy}
      aria-busy={busy}
    >
      {busy ? <span class={styles.spinner} /> : icon ? <Icon icon={icon} size={size === 'small' ? 14 : 16} /> : null}
      {children}
    </button>
  );
}

/** The small wheel of something that takes a moment. Say in words beside it what that is. */
export function Spinner() {
  return <span class={styles.spinner} aria-hidden="true" />;
}
