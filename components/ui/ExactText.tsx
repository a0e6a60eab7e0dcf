import { asSent } from '../../core/attachment';
import styles from './ExactText.module.css';

interface ExactTextProps {
  text: string;
  /** Names it for those who do not see it. */
  label: string;
  id?: string;
  busy?: boolean;
}

/** Text as it goes to a provider or went there, byte for byte, in a box that scrolls. */
export function ExactText({ text, label, id, busy = false }: ExactTextProps) {
  return (
    <pre id={id} class={styles.exact} dir="auto" tabIndex={0} aria-label={label} aria-busy={busy}>
      {asSent(text)}
    </pre>
  );
}
