import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { Streamdown } from 'streamdown';

export const start = (container) => {
  const root = createRoot(container);
  return {
    push: (text, _added, done) => root.render(createElement(Streamdown, { isAnimating: !done, children: text })),
  };
};
