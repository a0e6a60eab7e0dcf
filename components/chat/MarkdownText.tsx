import type { ReadonlySignal } from '@preact/signals';
import { useGloss } from './context';
import { Markdown } from './markdown-loading';

interface MarkdownTextProps {
  text: ReadonlySignal<string>;
  done: ReadonlySignal<boolean>;
}

/** Text of a model. */
export function MarkdownText({ text, done }: MarkdownTextProps) {
  const { browser } = useGloss();
  return <Markdown text={text} done={done} onLink={browser.openLink} />;
}
