import { lazily } from '../ui/lazily';

/** What draws a model's text. The panel loads it before the first answer needs it, beside the chat itself. */
export const Markdown = lazily(
  () => import('../markdown/Markdown').then((module) => module.Markdown),
  ({ text }) => String(text),
);
