import { element, type Drawing } from './drawing';
import { plainText } from './inline';
import { visible } from '../ui/visible';
import { destination, doubtAbout, openable } from './link-safety';
import type { Inline } from './tree';

/** Images in the text itself, of kinds that hold no script, up to about 1 MB. */
const ownImage = /^data:image\/(?:png|jpeg|gif|webp);base64,[a-z0-9+/=\s]+$/i;
const largestImage = 1_400_000;

/**
 * Makes the children of `parent`, which show `former`, show `nodes`, touching only what differs: text that grew is appended
 * to, everything equal stays. `before` children of `parent` come first and are not ours. `inLink`: the text says where a
 * link goes, so nothing in it may be invisible or be a link itself.
 */
export function patchInline(
  drawing: Drawing,
  parent: Element,
  former: readonly Inline[],
  nodes: readonly Inline[],
  before = 0,
  inLink = false,
): void {
  // Growing text changes at its end, so most of it is passed by without a look at the elements.
  let index = 0;
  while (index < nodes.length && same(former[index], nodes[index])) index += 1;
  if (index === nodes.length && index === former.length) return;
  let place = parent.childNodes[before + index] ?? null;
  for (; index < nodes.length; index += 1) {
    const node = nodes[index];
    if (node === undefined) continue;
    const old = former[index];
    if (place === null) parent.append(create(drawing, node, inLink));
    else if (old === undefined || !patch(drawing, place, old, node, inLink)) {
      const made = create(drawing, node, inLink);
      parent.replaceChild(made, place);
      place = made;
    }
    place = place?.nextSibling ?? null;
  }
  while (place) {
    const next: ChildNode | null = place.nextSibling;
    place.remove();
    place = next;
  }
}

/** Turns what shows `old` into what shows `node`, if both are of a kind. */
function patch(drawing: Drawing, place: ChildNode, old: Inline, node: Inline, inLink: boolean): boolean {
  if (same(old, node)) return true;
  switch (node.type) {
    case 'text':
      if (old.type !== 'text' || !(place instanceof Text)) return false;
      if (node.text.slice(0, old.text.length) === old.text)
        place.appendData(shown(node.text.slice(old.text.length), inLink));
      else place.data = shown(node.text, inLink);
      return true;
    case 'break':
      return old.type === 'break';
    case 'code':
      if (old.type !== 'code') return false;
      place.textContent = visible(node.text);
      return true;
    case 'emphasis':
    case 'strong':
    case 'strike':
    case 'pending':
      if (old.type !== node.type || !(place instanceof Element)) return false;
      patchInline(drawing, place, old.children, node.children, 0, inLink || node.type === 'pending');
      return true;
    case 'link':
    case 'image':
    case 'formula':
      return false;
    default:
      return node satisfies never;
  }
}

function same(old: Inline | undefined, node: Inline | undefined): boolean {
  if (old === undefined || node === undefined || old.type !== node.type) return false;
  switch (node.type) {
    case 'text':
    case 'code':
      return 'text' in old && old.text === node.text;
    case 'break':
      return true;
    case 'emphasis':
    case 'strong':
    case 'strike':
    case 'pending':
      return 'children' in old && sameAll(old.children, node.children);
    case 'link':
      return (
        old.type === 'link' && old.url === node.url && old.title === node.title && sameAll(old.children, node.children)
      );
    case 'image':
      return old.type === 'image' && old.url === node.url && old.alt === node.alt && old.title === node.title;
    case 'formula':
      return old.type === 'formula' && old.text === node.text && old.display === node.display;
    default:
      return node satisfies never;
  }
}

function sameAll(old: readonly Inline[], nodes: readonly Inline[]): boolean {
  return old.length === nodes.length && old.every((child, index) => same(child, nodes[index]));
}

function shown(text: string, inLink: boolean): string {
  return inLink ? visible(text) : text;
}

const elementOf = { emphasis: 'em', strong: 'strong', strike: 'del' } as const;

function create(drawing: Drawing, node: Inline, inLink: boolean): ChildNode {
  switch (node.type) {
    case 'text':
      return document.createTextNode(shown(node.text, inLink));
    case 'break':
      return document.createElement('br');
    case 'code':
      return element('code', '', visible(node.text));
    case 'emphasis':
    case 'strong':
    case 'strike':
      return filled(drawing, element(elementOf[node.type]), node.children, inLink);
    case 'pending':
      return filled(drawing, element('span', 'pending'), node.children, true);
    case 'link':
      return link(drawing, node);
    case 'image':
      return image(drawing, node, inLink);
    case 'formula': {
      const place = element('span', node.display ? 'formula display' : 'formula');
      drawing.formula(place, node.text, node.display);
      return place;
    }
    default:
      return node satisfies never;
  }
}

function filled<E extends HTMLElement>(drawing: Drawing, parent: E, children: readonly Inline[], inLink: boolean): E {
  for (const child of children) parent.append(create(drawing, child, inLink));
  return parent;
}

/** A link that can be opened, or its words alone. The click is handled where all clicks of the view are. */
function link(drawing: Drawing, node: Extract<Inline, { type: 'link' }>): HTMLElement {
  const url = openable(node.url);
  if (!url) {
    const inert = filled(drawing, element('span', 'inert'), node.children, true);
    inert.title = visible(node.url);
    return inert;
  }
  const anchor = filled(drawing, element('a'), node.children, true);
  anchor.href = url.href;
  anchor.target = '_blank';
  anchor.rel = 'noopener noreferrer';
  anchor.referrerPolicy = 'no-referrer';
  anchor.draggable = false;
  anchor.title = visible([destination(url), node.title].filter(Boolean).join(' – '));
  const doubt = doubtAbout(plainText(node.children), url);
  if (doubt) anchor.dataset.doubt = doubt;
  return anchor;
}

/** An image is never fetched: a button names where it is. Only one that is in the text itself shows. */
function image(drawing: Drawing, node: Extract<Inline, { type: 'image' }>, inLink: boolean): HTMLElement {
  const alt = visible(node.alt);
  if (node.url.length <= largestImage && ownImage.test(node.url)) {
    const picture = element('img');
    picture.alt = alt;
    picture.src = node.url;
    return picture;
  }
  const url = openable(node.url);
  if (!url || url.protocol === 'mailto:' || inLink) {
    const inert = element('span', 'inert', alt);
    inert.title = visible(node.url);
    return inert;
  }
  const button = element('button', 'image', [alt, drawing.labels.image(destination(url))].filter(Boolean).join(' – '));
  button.type = 'button';
  button.dataset.url = url.href;
  const doubt = doubtAbout(node.alt, url);
  if (doubt) button.dataset.doubt = doubt;
  return button;
}
