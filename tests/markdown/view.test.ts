// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createMarkdownView, type MarkdownView } from '../../components/markdown/view';
import { labels } from './words';

// The panel's pages have a doctype; the page of this environment has none, and the library refuses to work in such a one.
Object.defineProperty(document, 'compatMode', { value: 'CSS1Compat' });
// Nor do elements of MathML have a style here.
Object.defineProperty(Element.prototype, 'style', { value: {} });

let container: HTMLElement;
let view: MarkdownView;
const onLink = vi.fn<(url: string) => void>();

beforeEach(() => {
  container = document.createElement('div');
  document.body.append(container);
  view = createMarkdownView(container, { labels, onLink });
});

afterEach(() => {
  view.dispose();
  container.remove();
  onLink.mockClear();
});

function show(text: string): void {
  view.update(text, true);
  view.flush();
}

function find<E extends HTMLElement>(selector: string): E {
  const found = container.querySelector<E>(selector);
  if (!found) throw new Error(`nothing is ${selector}`);
  return found;
}

const button = (name: string): HTMLButtonElement => {
  const found = [...container.querySelectorAll('button')].find((each) => each.textContent === name);
  if (!found) throw new Error(`no button ${name}`);
  return found;
};

function click(target: HTMLElement, init: MouseEventInit = {}, type = 'click'): MouseEvent {
  const event = new MouseEvent(type, { bubbles: true, cancelable: true, ...init });
  target.dispatchEvent(event);
  return event;
}

describe('links', () => {
  test('a click gives the checked address to the caller and goes nowhere itself', () => {
    show('[**notes**](https://example.org/a)');
    expect(click(find('a')).defaultPrevented).toBe(true);
    expect(onLink.mock.calls).toEqual([['https://example.org/a']]);
  });

  test('so does the middle button; the right one is the browser’s', () => {
    show('[notes](https://example.org/a)');
    expect(click(find('a'), { button: 1 }, 'auxclick').defaultPrevented).toBe(true);
    expect(onLink).toHaveBeenCalledOnce();
    click(find('a'), { button: 2 }, 'auxclick');
    expect(onLink).toHaveBeenCalledOnce();
  });

  test('one that names another host is asked about first', () => {
    show('Go to [google.com](https://evil.example/x) now.');
    click(find('a'));
    expect(onLink).not.toHaveBeenCalled();
    const question = find('[role=alertdialog]');
    expect(question.ariaLabel).toBe('Goes to evil.example');
    expect(question.textContent).toContain('https://evil.example/x');
    click(button('Cancel'));
    expect(container.querySelector('[role=alertdialog]')).toBeNull();
    expect(onLink).not.toHaveBeenCalled();
    click(find('a'));
    click(button('Open'));
    expect(onLink.mock.calls).toEqual([['https://evil.example/x']]);
    expect(container.querySelector('[role=alertdialog]')).toBeNull();
  });

  test('one that carries data is asked about first; Escape closes the question', () => {
    show(`[more](https://a.example/?q=${'aB3'.repeat(20)})`);
    click(find('a'));
    const question = find('[role=alertdialog]');
    expect(question.ariaLabel).toBe('Sends data to a.example');
    question.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }));
    expect(container.querySelector('[role=alertdialog]')).toBeNull();
  });

  test('a question stays where it is while the answer goes on', () => {
    view.update('[google.com](https://evil.example/x)\n\nmore', false);
    view.flush();
    click(find('a'));
    view.update('[google.com](https://evil.example/x)\n\nmore and more\n\nlast', true);
    view.flush();
    expect([...container.children].map((child) => child.localName)).toEqual(['p', 'div', 'p', 'p']);
  });

  test('an image opens by its button', () => {
    show('![leaf](https://img.example.com/a.png)');
    click(button('leaf – Image from img.example.com'));
    expect(onLink.mock.calls).toEqual([['https://img.example.com/a.png']]);
  });

  test('a view that is disposed no longer listens', () => {
    show('![leaf](https://img.example.com/a.png)');
    const image = find('button.image');
    view.dispose();
    container.append(image);
    click(image);
    expect(onLink).not.toHaveBeenCalled();
  });
});

describe('code', () => {
  const copied: string[] = [];
  beforeEach(() => {
    copied.length = 0;
    vi.useFakeTimers();
    vi.stubGlobal('navigator', { clipboard: { writeText: async (text: string) => void copied.push(text) } });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  test('is copied as it was written, invisible characters included', async () => {
    show('```ts\nlet a = "\u202E";\n\nlet b;\n```');
    click(button('Copy'));
    await vi.advanceTimersByTimeAsync(0);
    expect(copied).toEqual(['let a = "\u202E";\n\nlet b;\n']);
    expect(button('Copied')).toBeTruthy();
    await vi.advanceTimersByTimeAsync(2000);
    expect(button('Copy')).toBeTruthy();
  });

  test('says so where it cannot be copied', async () => {
    vi.stubGlobal('navigator', { clipboard: { writeText: () => Promise.reject(new Error('refused')) } });
    show('```\na\n```');
    click(button('Copy'));
    await vi.advanceTimersByTimeAsync(0);
    expect(button('Could not copy')).toBeTruthy();
  });

  test('wraps on demand', () => {
    show('```\na\n```');
    expect(button('Wrap lines').getAttribute('aria-pressed')).toBe('false');
    click(button('Wrap lines'));
    expect(find('.code').className).toBe('code wrapped');
    expect(button('Wrap lines').getAttribute('aria-pressed')).toBe('true');
  });

  test('names its language, or that it is code', () => {
    show('```ts title="a"\na\n```\n\n    b');
    expect([...container.querySelectorAll('.code-name')].map((name) => name.textContent)).toEqual(['ts', 'Code']);
  });

  test('can be downloaded when it is long', () => {
    show(`\`\`\`\n${'a\n'.repeat(30)}\`\`\``);
    expect(() => button('Download')).toThrow('no button Download');
    view.update(`\`\`\`py\n${'a\n'.repeat(31)}\`\`\``, true);
    view.flush();
    const files: string[] = [];
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function click(this: HTMLAnchorElement) {
      files.push(this.download);
    });
    click(button('Download'));
    expect(files).toEqual(['code.py']);
    vi.restoreAllMocks();
  });

  test('is coloured once its grammar is loaded', async () => {
    show('```ts\nlet a = 1;\n```');
    await vi.waitFor(() => expect(find('.keyword').textContent).toBe('let'));
    expect(find('code').textContent).toBe('let a = 1;\n');
  });
});

test('what is too large is drawn on demand', () => {
  show(`${'|a'.repeat(120)}|\n${'|-'.repeat(120)}|\n|**b**|`);
  expect(container.querySelector('table')).toBeNull();
  click(button('Render anyway'));
  expect(container.querySelectorAll('th')).toHaveLength(120);
  expect(find('strong').textContent).toBe('b');
});

test('tasks are pictures with a name, not controls', () => {
  show('- [x] one\n- [ ] two\n- three');
  expect([...container.querySelectorAll('.box')].map((box) => [box.role, box.ariaLabel])).toEqual([
    ['img', 'Done'],
    ['img', 'Not done'],
  ]);
  expect(container.querySelector('input')).toBeNull();
});

describe('formulas', () => {
  const namespace = 'http://www.w3.org/1998/Math/MathML';

  test('are set as MathML once the library is loaded', async () => {
    show('Here $E = mc^2$ and\n\n$$\n\\frac{1}{2}\n$$');
    await vi.waitFor(() => expect(container.querySelectorAll('math')).toHaveLength(2));
    for (const math of container.querySelectorAll('math, math *')) expect(math.namespaceURI).toBe(namespace);
    expect(find('.display math').textContent).toBe('12');
    expect(container.querySelector('.source')).toBeNull();
  });

  test('that are none, too deep or too long show their source', async () => {
    show(`$good$ then $\\frac{$ then $${'{'.repeat(40)}x${'}'.repeat(40)}$ then $\\href{https://evil.example}{x}$`);
    await vi.waitFor(() => expect(container.querySelectorAll('math')).toHaveLength(1));
    expect([...container.querySelectorAll('.source')].map((source) => source.textContent)).toEqual([
      '\\frac{',
      `${'{'.repeat(40)}x${'}'.repeat(40)}`,
      '\\href{https://evil.example}{x}',
    ]);
  });

  test('with units, which take long to read, are short or show their source', async () => {
    show(`$\\pu{12 km/h}$ and $\\pu{${'1'.repeat(600)}}$`);
    await vi.waitFor(() => expect(container.querySelectorAll('math')).toHaveLength(1));
    expect([...container.querySelectorAll('.source')].map((source) => source.textContent)).toEqual([
      `\\pu{${'1'.repeat(600)}}`,
    ]);
  });

  test('past two hundred of them show their source', async () => {
    show(Array.from({ length: 205 }, (_, index) => `$x_{${index}}$`).join(' '));
    await vi.waitFor(() => expect(container.querySelectorAll('math').length).toBeGreaterThan(0));
    expect(container.querySelectorAll('math')).toHaveLength(200);
    expect(container.querySelectorAll('.source')).toHaveLength(5);
  });

  test('cannot define marks for each other', async () => {
    show('$\\gdef\\x{evil} a$ and $\\x$');
    await vi.waitFor(() => expect(container.querySelectorAll('math').length).toBeGreaterThan(0));
    expect(container.textContent).not.toMatch(/evil.*evil/s);
  });

  test('never name, point or load', async () => {
    show(
      '$$\\begin{align} a &= b \\label{c} \\end{align}$$\n\n$\\ref{c} \\url{https://evil.example} \\includegraphics{https://evil.example/i.png} \\class{x}{y} \\id{z}{y}$ $a$',
    );
    await vi.waitFor(() => expect(container.querySelectorAll('math').length).toBeGreaterThan(0));
    for (const node of container.querySelectorAll('math, math *')) {
      expect(node.getAttributeNames().filter((name) => /^(?:id|name|href|src|on|xlink)/.test(name))).toEqual([]);
    }
  });
});

test('no HTML is ever parsed', async () => {
  const refuse = () => {
    throw new Error('HTML from a string');
  };
  const sinks = [
    vi.spyOn(Element.prototype, 'innerHTML', 'set').mockImplementation(refuse),
    vi.spyOn(Element.prototype, 'outerHTML', 'set').mockImplementation(refuse),
    vi.spyOn(Element.prototype, 'insertAdjacentHTML').mockImplementation(refuse),
    vi.spyOn(DOMParser.prototype, 'parseFromString').mockImplementation(refuse),
  ];
  show('# a\n\n```ts\nlet a;\n```\n\n$x$ <b>c</b>\n\n| a |\n|--|\n| ![i](https://a.example/) |');
  await vi.waitFor(() => expect(container.querySelectorAll('math, .keyword')).toHaveLength(2));
  for (const sink of sinks) {
    expect(sink).not.toHaveBeenCalled();
    sink.mockRestore();
  }
});
