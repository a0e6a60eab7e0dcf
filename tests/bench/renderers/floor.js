/** The limit "floor-C": plain text, a paragraph for each block, appended to the last text node. */
export const start = (container) => {
  let last = paragraph(container);
  return {
    push(_text, added) {
      const [first = '', ...rest] = added.split(/\n{2,}/);
      if (first !== '') last.appendData(first);
      for (const part of rest) {
        last = paragraph(container);
        if (part !== '') last.appendData(part);
      }
    },
  };
};

function paragraph(container) {
  const element = document.createElement('p');
  const text = document.createTextNode('');
  element.append(text);
  container.append(element);
  return text;
}
