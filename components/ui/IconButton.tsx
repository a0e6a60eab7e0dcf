import type { ButtonHTMLAttributes, Ref } from 'preact';
import type { IconNode } from 'lucide';
import { Icon } from './Icon';
import styles from './Button.module.css';

export interface IconButtonProps extends Omit<
  ButtonHTMLAttributes<HTMLButtonElement>,
  'icon' | 'label' | 'size' | 'ref'
> {
  /** Its name: read aloud, and shown when it is pointed at. */
  label: string;
  icon: IconNode;
  size?: 'small' | 'medium';
  buttonRef?: Ref<HTMLButtonElement>;
}

/** A button that is only a drawing. */
export function IconButton({
  label,
  icon,
  size = 'medium',
  buttonRef,
  type = 'button',
  class: name,
  ...rest
}: IconButtonProps) {
  const small = size === 'small' ? styles.iconSmall : '';
  return (
    <button
      title={label}
      {...rest}
      {...(buttonRef ? { ref: buttonRef } : {})}
      type={type}
      class={`${styles.icon} ${small} ${name ?? ''}`}
      aria-label={label}
    >
      <Icon icon={icon} size={size === 'small' ? 15 : 18} />
    </button>
  );
}
