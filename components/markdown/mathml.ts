import temml from 'temml';

/** Attributes that could name, point, load or act; a formula needs none of them. */
const refused = /^(?:on|id$|name$|href$|xlink:|src|action|formaction|ping|download|target)/i;
const mathNamespace = 'http://www.w3.org/1998/Math/MathML';

/** A unit of measure is a few letters; the time for `\pu` grows with the cube of its length, to 250 ms at 2,000 characters. */
const longestWithUnits = 500;

/** Sets a TeX formula as MathML nodes in `place`; no markup is written or parsed. Throws where the source is no formula. */
export function renderFormula(source: string, place: HTMLElement, display: boolean): void {
  if (source.length > longestWithUnits && source.includes('\\pu')) throw new RangeError('too long for units');
  temml.render(source, place, {
    displayMode: display,
    throwOnError: true,
    trust: false,
    strict: false,
    // A fresh table each time, so that no formula can define marks for another.
    macros: {},
    maxSize: [10, 10],
    maxExpand: 100,
  });
  for (const node of place.querySelectorAll('*')) {
    if (node.namespaceURI !== mathNamespace && node.localName !== 'span') node.replaceWith(node.textContent ?? '');
    for (const name of node.getAttributeNames()) if (refused.test(name)) node.removeAttribute(name);
  }
}
