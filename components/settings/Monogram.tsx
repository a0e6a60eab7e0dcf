import styles from './Monogram.module.css';

/** How many colours `Monogram.module.css` has. */
const colours = 8;

/** A coloured letter instead of a logo: nothing is fetched, and nobody's mark is shown without asking. */
export function Monogram({ name, size = 'medium' }: { name: string; size?: 'small' | 'medium' }) {
  const letter = [...name.replace(/[^\p{L}\p{N}]/gu, '')][0] ?? '·';
  // The same name has the same colour everywhere.
  let sum = 0;
  for (const character of name) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 9973;
  return (
    <span class={`${styles.monogram} ${styles[`colour${sum % colours}`]} ${styles[size]}`} aria-hidden="true">
      {letter.toUpperCase()}
    </span>
  );
}
