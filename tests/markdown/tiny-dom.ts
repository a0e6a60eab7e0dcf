/**
 * As much of a DOM as a Markdown view uses, and nothing that costs time: thousands of documents are drawn letter by letter
 * against it. Whatever the view calls that is not here throws, so the view cannot come to rely on more unseen.
 */

class TinyNode {
  parentNode: TinyElement | null = null;

  get nextSibling(): TinyNode | null {
    const siblings = this.parentNode?.childNodes ?? [];
    return siblings[siblings.indexOf(this) + 1] ?? null;
  }

  get parentElement(): TinyElement | null {
    return this.parentNode;
  }

  remove(): void {
    const siblings = this.parentNode?.childNodes;
    siblings?.splice(siblings.indexOf(this), 1);
    this.parentNode = null;
  }

  before(...nodes: (TinyNode | string)[]): void {
    for (const node of nodes) this.parentNode?.insertBefore(typeof node === 'string' ? new TinyText(node) : node, this);
  }

  replaceWith(other: TinyNode): void {
    this.parentNode?.replaceChild(other, this);
  }
}

export class TinyText extends TinyNode {
  data: string;

  constructor(data: string) {
    super();
    this.data = data;
  }

  appendData(text: string): void {
    this.data += text;
  }

  deleteData(start: number, count: number): void {
    this.data = this.data.slice(0, start) + this.data.slice(start + count);
  }

  get textContent(): string {
    return this.data;
  }
}

/** Properties of elements that show in the tree. */
const shown = [
  'className',
  'dir',
  'href',
  'target',
  'rel',
  'referrerPolicy',
  'title',
  'src',
  'alt',
  'start',
  'hidden',
  'role',
  'ariaLabel',
  'tabIndex',
];

export class TinyElement extends TinyNode {
  readonly localName: string;
  readonly childNodes: TinyNode[] = [];
  readonly dataset: Record<string, string> = {};
  private readonly attributes = new Map<string, string>();
  className = '';
  dir = '';
  hidden = false;

  constructor(localName: string) {
    super();
    this.localName = localName;
  }

  get lastChild(): TinyNode | null {
    return this.childNodes.at(-1) ?? null;
  }

  get textContent(): string {
    return this.childNodes
      .map((node) => (node instanceof TinyText || node instanceof TinyElement ? node.textContent : ''))
      .join('');
  }

  set textContent(text: string) {
    this.replaceChildren(...(text === '' ? [] : [text]));
  }

  readonly classList = {
    add: (name: string) => {
      this.classList.remove(name);
      this.className = `${this.className} ${name}`.trim();
    },
    remove: (name: string) => {
      this.className = this.className
        .split(' ')
        .filter((other) => other !== name)
        .join(' ');
    },
  };

  append(...nodes: (TinyNode | string)[]): void {
    for (const node of nodes) this.insertBefore(typeof node === 'string' ? new TinyText(node) : node, null);
  }

  prepend(node: TinyNode): void {
    this.insertBefore(node, this.childNodes[0] ?? null);
  }

  insertBefore(node: TinyNode, before: TinyNode | null): void {
    node.remove();
    this.childNodes.splice(before ? this.childNodes.indexOf(before) : this.childNodes.length, 0, node);
    node.parentNode = this;
  }

  replaceChild(node: TinyNode, old: TinyNode): void {
    this.insertBefore(node, old);
    old.remove();
  }

  replaceChildren(...nodes: (TinyNode | string)[]): void {
    for (const node of [...this.childNodes]) node.remove();
    this.append(...nodes);
  }

  setAttribute(name: string, value: string): void {
    this.attributes.set(name, value);
  }

  addEventListener(): void {}

  /** The tree as text: every element with what it shows of itself, every text node in brackets of its own. */
  serialise(): string {
    const own = shown
      .map((name) => [name, Reflect.get(this, name)])
      .filter(([, value]) => value !== undefined && value !== '' && value !== false);
    const all = [...own, ...this.attributes, ...Object.entries(this.dataset)].map(
      ([name, value]) => ` ${name}=${JSON.stringify(value)}`,
    );
    const inner = this.childNodes.map((node) =>
      node instanceof TinyElement ? node.serialise() : `[${node instanceof TinyText ? node.data : ''}]`,
    );
    return `<${this.localName}${all.join('')}>${inner.join('')}</${this.localName}>`;
  }
}

class TinyOrderedList extends TinyElement {
  start: number | undefined;
}

/** Puts the tiny DOM where the view looks for the real one. Gives back what undoes it. */
export function installTinyDom(): () => void {
  const made = {
    document: {
      createElement: (name: string) => (name === 'ol' ? new TinyOrderedList(name) : new TinyElement(name)),
      createTextNode: (data: string) => new TinyText(data),
    },
    Text: TinyText,
    Element: TinyElement,
    HTMLOListElement: TinyOrderedList,
    requestAnimationFrame: () => 1,
    cancelAnimationFrame: () => {},
  };
  const former = Object.keys(made).map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const);
  for (const [name, value] of Object.entries(made))
    Object.defineProperty(globalThis, name, { value, configurable: true });
  return () => {
    for (const [name, descriptor] of former) {
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else Reflect.deleteProperty(globalThis, name);
    }
  };
}
