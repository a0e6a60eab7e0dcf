import { createMarkdownView } from '../../../components/markdown/view';

import { labels } from './gloss';

/**
 * The second limit: the finished tree, made once beforehand, is built again in step with the text, node after node and
 * letter after letter, without parsing, comparing or going back.
 */
export const start = async (container) => {
  const answer = await window.benchAnswer;
  const made = document.createElement('div');
  const view = createMarkdownView(made, { labels, onLink() {} });
  view.update(answer, true);
  view.flush();
  const steps = stepsOf(made);
  const letters = steps.reduce((sum, step) => sum + (step.type === 'text' ? step.text.length : 0), 0);
  const open = [container];
  let shown = 0;
  let index = 0;
  let node;
  let inNode = 0;
  return {
    push(text, _added, done) {
      const due = done ? letters : Math.floor((text.length / answer.length) * letters);
      while (index < steps.length && (shown < due || done)) {
        const step = steps[index];
        const parent = open.at(-1);
        if (!step || !parent) return;
        if (step.type === 'open') {
          parent.append(step.element);
          open.push(step.element);
        } else if (step.type === 'close') open.pop();
        else {
          const part = step.text.slice(inNode, inNode + due - shown);
          if (node) node.appendData(part);
          else parent.append((node = document.createTextNode(part)));
          shown += part.length;
          inNode += part.length;
          if (inNode < step.text.length) return;
          node = undefined;
          inNode = 0;
        }
        index += 1;
      }
    },
  };
};

function stepsOf(parent) {
  return [...parent.childNodes].flatMap((child) => {
    if (child instanceof Text) return [{ type: 'text', text: child.data }];
    if (!(child instanceof Element)) return [];
    const inner = stepsOf(child);
    const element = child.cloneNode(false);
    return element instanceof Element ? [{ type: 'open', element }, ...inner, { type: 'close' }] : [];
  });
}
