import { h } from 'preact';
import type { IconNode } from 'lucide';

interface IconProps {
  /** An icon of lucide, imported by name so that only those in use are bundled. */
  icon: IconNode;
  /** Pixels, width and height. */
  size?: number;
  class?: string;
}

/** A drawing beside words; it says nothing by itself, so assistive technology skips it. */
export function Icon({ icon, size = 18, class: name }: IconProps) {
  return (
    <svg
      xmlns="http://www.w3.org/2000/svg"
      viewBox="0 0 24 24"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      stroke-width={1.75}
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      class={name}
    >
      {icon.map(([tag, attributes]) => h(tag, attributes))}
    </svg>
  );
}
