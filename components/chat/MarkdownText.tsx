import type { ReadonlySignal } from '@preact/signals';
import { lazily } from '../ui/lazily';
import { useGloss } from './context';
import { loadMarkdown } from './markdown-loading';
import styles from './Turn.module.css';

interface MarkdownTextProps {
  text: ReadonlySignal<string>;
  done: ReadonlySignal<boolean>;
}

const Markdown = lazily(loadMarkdown, ({ text }) => <div class={styles.plain}>{text}</div>);

/** Text of a model. Until the Markdown view is loaded it is shown as it is. */
export function MarkdownText({ text, done }: MarkdownTextProps) {
  const { browser } = useGloss();
  return <Markdown text={text} done={done} onLink={browser.openLink} />;
}
