import type { ReadonlySignal } from '@preact/signals';
import { lazily } from '../ui/lazily';
import { useGloss } from './context';
import styles from './Turn.module.css';

interface MarkdownTextProps {
  text: ReadonlySignal<string>;
  done: ReadonlySignal<boolean>;
}

const Markdown = lazily(
  () => import('../markdown/Markdown').then((module) => module.Markdown),
  ({ text }) => <div class={styles.plain}>{text}</div>,
);

/** Loads the Markdown view before the first answer needs it. */
export const preloadMarkdown = Markdown.preload;

/** Text of a model. Until the Markdown view is loaded it is shown as it is. */
export function MarkdownText({ text, done }: MarkdownTextProps) {
  const { browser } = useGloss();
  return <Markdown text={text} done={done} onLink={browser.openLink} />;
}
