import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import Markdown from 'react-markdown';
import remarkGfm from 'remark-gfm';

export const start = (container) => {
  const root = createRoot(container);
  return { push: (text) => root.render(createElement(Markdown, { remarkPlugins: [remarkGfm], children: text })) };
};
