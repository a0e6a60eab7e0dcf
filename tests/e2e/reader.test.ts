import { chromium } from 'playwright';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
