import DOMPurify from 'dompurify';
import { marked } from 'marked';

export const start = (container) => ({
  push(text) {
    container.innerHTML = DOMPurify.sanitize(marked.parse(text, { async: false, gfm: true }));
  },
});
