import { chromium } from 'playwright';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pageText } from '../../core/page-text';
import type { Mark, PageMarks } from '../../core/page-text';
import { readPage } from '../../entrypoints/background/reader';
import { ensureChromium, isRoot } from '../../scripts/browsers.mjs';
import { realPages } from '../page/real-pages';

const options = { sliceMs: 12, limitMs: 60_000, characters: 4_000_000 };

let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: await ensureChromium(),
    args: [...(isRoot ? ['--no-sandbox'] : []), '--disable-gpu'],
  });
  page = await browser.newPage();
});
afterAll(() => browser.close());

const squeezed = (text: string): string => text.normalize('NFKC').replace(/\s+/gu, '');

/** The text of the marks alone, without what the text adds to them. */
const wordsOf = (marks: readonly Mark[]): string =>
  marks
    .map((mark) => (typeof mark === 'string' ? mark : typeof mark === 'object' && 'keep' in mark ? mark.keep : ' '))
    .join('');

/**
 * What the browser itself says the page shows, after every text that PI-3 names was taken out, by other means than the
 * reader's. Changes the page.
 */
const shownByBrowser = () => {
  const texts: Text[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) texts.push(node as Text);
  const range = document.createRange();
  const painted = (element: Element): Element =>
    element.parentElement && getComputedStyle(element).backgroundColor === 'rgba(0, 0, 0, 0)'
      ? painted(element.parentElement)
      : element;
  const unseen = texts.filter((node) => {
    const parent = node.parentElement;
    if (!parent || node.data.trim() === '') return false;
    if (parent.closest('select')) return true;
    const solid = parent.checkVisibility() || getComputedStyle(parent).display === 'contents';
    if (!solid || !parent.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return true;
    const ground = getComputedStyle(painted(parent)).backgroundColor;
    if (ground === getComputedStyle(parent).color) return true;
    range.selectNodeContents(node);
    const boxes = [...range.getClientRects()];
    return !boxes.some((box) => {
      const isOn = box.right + scrollX > 0 && box.bottom + scrollY > 0;
      return box.width > 0 && box.height >= 3 && isOn;
    });
  });
  for (const node of unseen) node.data = '';
  return document.body.innerText;
};

/** Characters of `all` that are not in `part`; undefined if `part` does not lie in `all`, in its order. */
function surplus(all: string, part: string): string | undefined {
  let extra = '';
  let place = 0;
  for (const character of all) {
    if (part.startsWith(character, place)) place += character.length;
    else extra += character;
  }
  return place === part.length ? extra : undefined;
}

/** Where two texts part, with what stands around; the whole of them would fill the screen. */
function differences(ours: string, theirs: string): { ours: string; theirs: string }[] {
  if (ours === theirs) return [];
  let place = 0;
  while (ours[place] === theirs[place]) place += 1;
  const around = (text: string) => text.slice(Math.max(0, place - 60), place + 60);
  return [{ ours: around(ours), theirs: around(theirs) }];
}

describe('real pages', () => {
  const pages = realPages();

  it('are at least ten', () => {
    expect(pages.length).toBeGreaterThanOrEqual(10);
  });

  it.each(pages)('$name: nothing lost, nothing hidden kept', async ({ path }) => {
    await page.goto(`file://${path}`);
    // Chrome's innerText leaves out what it has not laid out yet, though the reader would see it.
    await page.addStyleTag({ content: '* { content-visibility: visible !important }' });
    const reading: PageMarks = await page.evaluate(readPage, options);
    const shown = squeezed(await page.evaluate(shownByBrowser));
    const words = squeezed(wordsOf(reading.marks));
    const text = squeezed(pageText(reading.marks));
    expect(reading.left).toBe(0);
    expect(differences(words, shown)).toEqual([]);
    // The text adds nothing but the signs of its structure and the names of languages.
    expect(surplus(text, shown)).toMatch(/^[#>|\\`\-.\da-z]*$/);
  });
});

/** Ways to hide a word from the reader; every one of them has been used against an assistant or by a spammer. */
const hiding: readonly [way: string, html: string][] = [
  ['display none', '<p style="display:none">UNSEEN</p>'],
  ['display none of an ancestor', '<div style="display:none"><div><p style="display:block">UNSEEN</p></div></div>'],
  ['the hidden attribute', '<p hidden>UNSEEN</p>'],
  ['hidden until found', '<p hidden="until-found">UNSEEN</p>'],
  ['visibility hidden', '<p style="visibility:hidden">UNSEEN</p>'],
  ['visibility collapse', '<table><tr style="visibility:collapse"><td>UNSEEN</td></tr></table>'],
  ['opacity 0', '<p style="opacity:0">UNSEEN</p>'],
  ['opacity hardly above 0', '<p style="opacity:0.02">UNSEEN</p>'],
  ['opacity in steps', '<div style="opacity:.3"><p style="opacity:.3">UNSEEN</p></div>'],
  ['no font size', '<p style="font-size:0">UNSEEN</p>'],
  ['a font of one pixel', '<p style="font-size:1px">UNSEEN</p>'],
  ['no size', '<div style="width:0;height:0;overflow:hidden">UNSEEN</div>'],
  ['no height', '<div style="max-height:0;overflow:hidden"><p>UNSEEN</p></div>'],
  ['one pixel', '<span style="position:absolute;width:1px;height:1px;overflow:hidden">UNSEEN</span>'],
  ['an empty clip', '<span style="position:absolute;clip:rect(0,0,0,0)">UNSEEN</span>'],
  ['a clip of one pixel', '<span style="position:absolute;clip:rect(1px,1px,1px,1px)">UNSEEN</span>'],
  ['an inset of the whole', '<p style="clip-path:inset(50%)">UNSEEN</p>'],
  ['a circle without radius', '<p style="clip-path:circle(0)">UNSEEN</p>'],
  ['scaled to nothing', '<p style="transform:scale(0)">UNSEEN</p>'],
  ['off the screen to the left', '<p style="position:absolute;left:-9999px">UNSEEN</p>'],
  ['off the screen to the top', '<p style="position:absolute;top:-9999px">UNSEEN</p>'],
  ['moved off the screen', '<p style="transform:translateX(-5000px)">UNSEEN</p>'],
  ['an indent', '<p style="text-indent:-9999px">UNSEEN</p>'],
  ['a margin', '<p style="margin-left:-9999px;width:200px">UNSEEN</p>'],
  ['white on white', '<p style="color:#fff">UNSEEN</p>'],
  ['nearly white on white', '<p style="color:#fdfdfd">UNSEEN</p>'],
  ['pale yellow on white', '<p style="color:#ffffe8">UNSEEN</p>'],
  ['black on black', '<div style="background:#000;color:#ddd"><p style="color:#050505">UNSEEN</p></div>'],
  ['no colour', '<p style="color:transparent">UNSEEN</p>'],
  ['hardly a colour', '<p style="color:rgb(0 0 0 / 2%)">UNSEEN</p>'],
  ['a colour in another notation', '<p style="color:oklch(99.9% 0 0)">UNSEEN</p>'],
  ['a fill without colour', '<p style="-webkit-text-fill-color:transparent">UNSEEN</p>'],
  [
    'on a ground half seen through',
    '<div style="background:rgb(255 0 0/.5)"><p style="color:#ff8080">UNSEEN</p></div>',
  ],
  ['a comment', '<!-- an order that nobody sees: UNSEEN -->'],
  ['a closed details', '<details><summary>More</summary><p>UNSEEN</p></details>'],
  ['an unrendered subtree', '<div style="content-visibility:hidden">UNSEEN</div>'],
  [
    'off the screen in a subtree not laid out',
    '<div style="height:9000px"></div><div style="content-visibility:auto"><p style="position:absolute;left:-9999px">UNSEEN</p></div>',
  ],
  [
    'a box that scrolls, off the screen',
    '<div style="position:absolute;left:-9999px;width:300px;height:300px;overflow:auto"><p>UNSEEN</p></div>',
  ],
  [
    'off to the left in a box that scrolls',
    '<div style="overflow:auto;height:100px;position:relative"><p style="position:absolute;left:-9999px">UNSEEN</p></div>',
  ],
  [
    'cut off to the right of a box that does not',
    '<div style="overflow:hidden;width:300px;position:relative"><p style="position:absolute;left:9999px">UNSEEN</p></div>',
  ],
  [
    'far to the right of a page that does not scroll there',
    '<style>body{overflow-x:hidden}</style><p style="position:absolute;left:9999px">UNSEEN</p>',
  ],
  ['an option of a closed list', '<select><option>one<option>UNSEEN</select>'],
  ['a frame of one pixel', '<iframe width=1 height=1 style="border:0" srcdoc="UNSEEN"></iframe>'],
  ['light content that no slot takes', '<x-card><template shadowrootmode=open>shown</template>UNSEEN</x-card>'],
];

/** What must never be taken for text, and is not counted either. */
const neverText: readonly [what: string, html: string][] = [
  ['a script', '<script>var a = "UNSEEN"</script>'],
  ['a style', '<style>.UNSEEN {}</style>'],
  ['noscript', '<noscript>UNSEEN</noscript>'],
  ['a template', '<template>UNSEEN</template>'],
  ['what was typed into a field', '<input value="UNSEEN">'],
  ['a password', '<input type="password" value="UNSEEN">'],
  ['a text area', '<textarea>UNSEEN</textarea>'],
  ['an alternative text', '<img alt="UNSEEN" src="data:,">'],
  ['a title', '<p title="UNSEEN">text</p>'],
  ['the fallback of a video', '<video>UNSEEN</video>'],
  ['the title of a drawing', '<svg width=20 height=20><title>UNSEEN</title></svg>'],
];

/** What looks like one of them and is seen. */
const seen: readonly [what: string, html: string][] = [
  ['aria-hidden', '<p aria-hidden="true">SEEN</p>'],
  ['visible inside of hidden', '<div style="visibility:hidden"><p style="visibility:visible">SEEN</p></div>'],
  ['half transparent', '<p style="opacity:.5">SEEN</p>'],
  ['small print', '<p style="font-size:6px">SEEN</p>'],
  ['overflowing a box without height', '<div style="height:0"><p>SEEN</p></div>'],
  [
    'positioned out of a box of no size',
    '<div style="height:0;overflow:hidden"><p style="position:absolute;top:50px">SEEN</p></div>',
  ],
  [
    'fixed in a box of no size',
    '<div style="height:0;overflow:hidden"><p style="position:fixed;top:50px">SEEN</p></div>',
  ],
  ['far below', '<div style="height:20000px"></div><p>SEEN</p>'],
  [
    'far below and not laid out',
    '<div style="height:20000px"></div><div style="content-visibility:auto;contain-intrinsic-size:10px"><p>SEEN</p></div>',
  ],
  ['beside a wide table', '<div style="margin-left:3000px;width:100px">SEEN</div>'],
  [
    'in a wide table that scrolls',
    '<div style="overflow:auto;width:300px"><pre style="width:5000px;text-align:right">SEEN</pre></div>',
  ],
  [
    'in a long list that scrolls',
    '<div style="overflow:auto;height:100px"><div style="height:9000px"></div><p>SEEN</p></div>',
  ],
  [
    'below what is shown of an article, to be unfolded',
    '<div style="overflow:hidden;height:100px"><div style="height:300px"></div><p>SEEN</p></div>',
  ],
  [
    'positioned out of a box that scrolls',
    '<div style="overflow:auto;height:10px;width:10px"><p style="position:absolute;left:400px;top:300px">SEEN</p></div>',
  ],
  ['white on a black ancestor', '<div style="background:#000"><p><b style="color:#fff">SEEN</b></p></div>'],
  [
    'white on a picture around it',
    '<div style="background-image:linear-gradient(#000,#111)"><p style="color:#fff">SEEN</p></div>',
  ],
  [
    'white on a picture behind it',
    '<div style="position:relative"><img style="position:absolute;width:200px;height:50px" src="data:,"><p style="position:relative;color:#fff">SEEN</p></div>',
  ],
  [
    'white on a coloured box behind it',
    '<div style="position:relative"><div style="position:absolute;inset:0;background:#000"></div><p style="position:relative;color:#fff">SEEN</p></div>',
  ],
  [
    'white on a pseudo-element',
    '<style>.hero::before{content:"";position:absolute;inset:0;background:#000;z-index:-1}</style><div class=hero style="position:relative;z-index:0"><p style="color:#fff">SEEN</p></div>',
  ],
  [
    'a gradient for letters',
    '<p style="background:linear-gradient(red,blue);background-clip:text;color:transparent">SEEN</p>',
  ],
  ['white with a shadow', '<p style="color:#fff;text-shadow:0 0 3px #000">SEEN</p>'],
  ['an outline', '<p style="color:#fff;-webkit-text-stroke:1px #000">SEEN</p>'],
  ['red on green', '<p style="background:#0a0;color:#c00">SEEN</p>'],
  ['light grey on white', '<p style="color:#aaa">SEEN</p>'],
  ['display contents', '<div style="display:contents"><p style="display:contents">SEEN</p></div>'],
  ['an open details', '<details open><summary>More</summary><p>SEEN</p></details>'],
  ['an open list', '<select multiple><option>SEEN</select>'],
  ['a shadow root', '<x-card><template shadowrootmode=open><p>SEEN</p></template></x-card>'],
  ['a slot', '<x-card><template shadowrootmode=open><div><slot></slot></div></template><b>SEEN</b></x-card>'],
  ['the fallback of a slot', '<x-card><template shadowrootmode=open><slot>SEEN</slot></template></x-card>'],
  ['a frame of the same origin', '<iframe srcdoc="<p>SEEN</p>"></iframe>'],
  ['a frame in a frame', `<iframe srcdoc="<iframe srcdoc='SEEN'></iframe>"></iframe>`],
  ['letters in a drawing', '<svg width=200 height=50><text x=10 y=20>SEEN</text></svg>'],
  ['a button', '<button>SEEN</button>'],
  ['turned on its side', '<p style="writing-mode:vertical-rl">SEEN</p>'],
  ['a page from right to left', '<div dir=rtl><p>SEEN</p></div>'],
];

const readHtml = async (html: string): Promise<PageMarks> => {
  await page.setContent(`<!doctype html><body>${html}</body>`);
  return page.evaluate(readPage, options);
};

describe('hidden text', () => {
  it.each(hiding)('%s is left out and counted', async (_, html) => {
    const reading = await readHtml(html);
    expect(pageText(reading.marks)).not.toContain('UNSEEN');
    expect(reading.hidden).toBeGreaterThanOrEqual('UNSEEN'.length);
  });

  it.each(neverText)('%s is left out and not counted', async (_, html) => {
    const reading = await readHtml(html);
    expect(pageText(reading.marks)).not.toContain('UNSEEN');
    expect(reading.hidden).toBe(0);
  });

  it.each(seen)('%s is text', async (_, html) => {
    const reading = await readHtml(html);
    expect(pageText(reading.marks)).toContain('SEEN');
    expect(reading.hidden).toBe(0);
  });
});

describe('structure', () => {
  const cases: readonly [what: string, html: string, text: string][] = [
    ['headings', '<h1>One</h1><h3>Two</h3><div role=heading aria-level=2>Three</div>', '# One\n\n### Two\n\n## Three'],
    ['lists', '<ul><li>a<ol start=3><li>b<li value=9>c<li>d</ol><li>e</ul>', '- a\n  3. b\n  9. c\n  10. d\n- e'],
    ['a list counted down', '<ol reversed><li>a<li>b</ol>', '2. a\n1. b'],
    [
      'a menu in a line',
      '<ul style="display:block"><li style="display:inline">a <li style="display:inline">b</ul>',
      'a b',
    ],
    [
      'a table',
      '<table><caption>T</caption><tr><th>a<th>b<tbody><tr><td>1<td>2|3</table>',
      'T\n\n| a | b |\n| --- | --- |\n| 1 | 2\\|3 |',
    ],
    [
      'code with its language',
      '<pre><code class="language-js">f(  1,\n\n  2)\n</code></pre>',
      '```js\nf(  1,\n\n  2)\n```',
    ],
    ['a quotation', '<blockquote><p>a<p>b</blockquote>c', '> a\n>\n> b\n\nc'],
    ['breaks and paragraphs', 'a<br>b<p>c</p>d', 'a\nb\n\nc\n\nd'],
    ['white space', '<p>  a\n b<b> c </b> d </p><p style="white-space:pre-wrap">e  f\n g</p>', 'a b c d\n\ne  f\n g'],
    [
      'transformed letters',
      '<p style="text-transform:uppercase">straße</p><p style="text-transform:capitalize">one two</p>',
      'STRASSE\n\nOne Two',
    ],
    [
      'floats and flexible boxes',
      '<div style="display:flex"><span>a</span><span>b</span></div><span style="float:left">c</span>d',
      'a\nb\nc\nd',
    ],
    [
      'order of slots',
      '<x-a><template shadowrootmode=open><slot name=b></slot> <slot></slot></template>last<i slot=b>first</i></x-a>',
      'first last',
    ],
    ['a frame among the rest', 'a<iframe srcdoc="<h2>b</h2>"></iframe>c', 'a\n\n## b\n\nc'],
    ['nothing at all', '', ''],
  ];

  it.each(cases)('%s', async (_, html, text) => {
    expect(pageText((await readHtml(html)).marks)).toBe(text);
  });

  it('a plain text is text, not code', async () => {
    await page.goto('data:text/plain,one%0A%0A%20%20two');
    expect(pageText((await page.evaluate(readPage, options)).marks)).toBe('one\n\n  two');
  });

  it('an SVG and an XML document', async () => {
    await page.goto(
      `data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg"><text x="10" y="20">drawn</text></svg>`,
    );
    expect(pageText((await page.evaluate(readPage, options)).marks)).toBe('drawn');
  });
});

describe('in the page', () => {
  beforeAll(() => page.route('http://read.test/', (route) => route.fulfill({ contentType: 'text/html', body: '' })));
  beforeEach(async () => {
    await page.goto('http://read.test/');
  });
  const long = Array.from({ length: 400 }, (_, place) => `<p>word ${place}</p>`).join('');

  /** Reads with a clock that every look at it moves on by a millisecond; `during` runs in the page, as a page's own code does. */
  const readSlowly = async (
    html: string,
    more: Partial<typeof options> = {},
    during = '',
  ): Promise<PageMarks & { turns: number }> => {
    await page.setContent(`<!doctype html><body>${html}</body>`);
    return page.evaluate(
      `(async () => {
        let time = 0;
        performance.now = () => (time += 1);
        let turns = 0;
        let isReading = true;
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => {
          turns += 1;
          ${during}
          if (isReading) port2.postMessage(0);
        };
        port2.postMessage(0);
        const reading = await (${readPage.toString()})(${JSON.stringify({ ...options, ...more })});
        isReading = false;
        return { ...reading, turns };
      })()`,
    );
  };

  it('works in slices, and the page has its turn between them', async () => {
    const { pauses, longestMs, turns, left } = await readSlowly(long);
    // A look at the clock for every node and element, twelve of them a slice.
    expect(pauses).toBeGreaterThan(60);
    expect(longestMs).toBeLessThanOrEqual(options.sliceMs + 2);
    expect(turns).toBeGreaterThanOrEqual(pauses - 1);
    expect(left).toBe(0);
  });

  it('leaves nothing behind', async () => {
    await page.setContent(`<!doctype html><body>${long}<details><summary>s</summary>x</details><input value=v></body>`);
    const look = () =>
      page.evaluate(() => [
        document.documentElement.outerHTML,
        Object.keys(window).join(),
        String(getSelection()),
        scrollY,
      ]);
    await page.evaluate(() => {
      const changes = { count: 0 };
      Object.assign(window, { changes });
      new MutationObserver((all) => (changes.count += all.length)).observe(document, {
        subtree: true,
        childList: true,
        attributes: true,
        characterData: true,
      });
    });
    const before = await look();
    await page.evaluate(readPage, options);
    expect(await look()).toEqual(before);
    expect(await page.evaluate('changes.count')).toBe(0);
  });

  it('says so when the page went on to another address, but not when it only moved within itself', async () => {
    expect((await readSlowly(long, {}, "if (turns === 3) history.pushState(null, '', '/other');")).moved).toBe(true);
    expect((await readSlowly(long, {}, "if (turns === 3) location.hash = '#part';")).moved).toBe(false);
  });

  it('stops at its limit of time, and counts what is left', async () => {
    const { left, marks } = await readSlowly(long, { limitMs: 100 });
    expect(left).toBeGreaterThan(0);
    expect(pageText(marks)).toContain('word 0');
    expect(pageText(marks)).not.toContain('word 399');
  });

  it('collects no more than it was told to, and counts the rest', async () => {
    const { left, marks } = await readSlowly(long, { characters: 100 });
    const words = wordsOf(marks).replace(/\s+/g, '');
    expect(words.length).toBeLessThanOrEqual(100);
    const whole = Array.from({ length: 400 }, (_, place) => `word ${place}`).join('');
    expect(left).toBe(whole.length - 100);
  });

  it('puts up with a page that changes under its hands', async () => {
    const reading = await readSlowly(
      long,
      {},
      `if (turns % 5 === 0) document.body.children[${200} - turns]?.remove();`,
    );
    expect(pageText(reading.marks)).toContain('word 399');
    expect(reading.moved).toBe(false);
  });
});
