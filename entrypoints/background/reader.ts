import type { Kind, Mark, PageMarks, ReaderOptions } from '../../core/page-text';

/**
 * Reads what a page shows, in document order. `entrypoints/read-page.ts` takes it into pages; the tests send its source: so it
 * is one function, long as it is, that uses nothing from outside of itself. It works in slices and leaves nothing behind.
 *
 * Left out and counted (PI-3 of the security requirements): what is not rendered, not visible, transparent, clipped away, of
 * no size, off the screen or in the colour of its ground; comments; options of a closed list. Left out and not counted:
 * scripts, styles, form fields with what was typed into them, alternative texts, frames of other origins.
 */
export async function readPage(options: ReaderOptions): Promise<PageMarks> {
  type View = Window & typeof globalThis;
  type Colour = readonly [red: number, green: number, blue: number, alpha: number];
  /** What holds for everything inside of an element. */
  /** A window or a box that cuts off or scrolls what it holds. `isShut`: it has no size, or is out of its own frame. */
  interface Frame {
    element: Element;
    outer: Frame | undefined;
    isRoot: boolean;
    /** Absolutely positioned content belongs to it. */
    holds: boolean;
    isShut: boolean;
  }
  /** What is true for everything inside of an element. */
  interface State {
    view: View;
    isHidden: boolean;
    opacity: number;
    frame: Frame;
    /** The colour text stands on; `null` where it cannot be known (a picture, a gradient). */
    ground: Colour | null;
    /**
     * Content the browser has not laid out yet (`content-visibility: auto`); asking for its place is dear, so that is done
     * only where something inside is `displaced`.
     */
    unlaid: boolean;
    displaced: boolean;
  }
  interface Level {
    nodes: readonly Node[];
    next: number;
    state: State;
    /** Of the element whose children these are; absent where nothing inside can be seen. */
    style?: CSSStyleDeclaration;
    element?: Element;
    end: readonly Mark[];
    /** Number of the next item and how it changes. */
    count: number;
    step: number;
  }

  const passedOver = new Set(
    'script style noscript template link meta base title input textarea progress meter datalist img embed canvas video audio head desc metadata defs symbol'.split(
      ' ',
    ),
  );
  const pictures = new Set('img picture video canvas svg iframe frame object embed'.split(' '));
  const apart = new Set('p ul ol dl menu blockquote pre table figure fieldset hr h1 h2 h3 h4 h5 h6'.split(' '));
  /** Colours nearer than this cannot be told apart: 0 is the same, 255 is black beside white. */
  const tooClose = 16;

  const marks: Mark[] = [];
  const doubtful: { place: number; node: Text; view: View; colour: Colour }[] = [];
  const painted: { element: Element; colour: Colour | null }[] = [];
  const address = () => location.href.split('#', 1)[0];
  const url = location.href;
  const addressAtStart = address();
  const startedAt = performance.now();
  let sliceStart = startedAt;
  let pauses = 0;
  let longestMs = 0;
  let hidden = 0;
  let left = 0;
  let collected = 0;

  const isLate = () => performance.now() - sliceStart >= options.sliceMs;
  /** Gives the thread back for one turn. Not by a timer: those wait a second in a page that is in the background. */
  const pause = async () => {
    longestMs = Math.max(longestMs, performance.now() - sliceStart);
    const { port1, port2 } = new MessageChannel();
    await new Promise<void>((resolve) => {
      port1.onmessage = () => resolve();
      port2.postMessage(null);
    });
    port1.close();
    pauses += 1;
    sliceStart = performance.now();
  };

  const lengthOf = (text: string) => text.replace(/\s+/g, ' ').trim().length;
  /** Remarks in words; frameworks leave thousands of one-word comments that hide nothing. */
  const lengthOfComment = (text: string) => (/\p{L}\s+\p{L}/u.test(text) ? lengthOf(text) : 0);

  // ---- colours

  const colours = new Map<string, Colour | null>();
  let pencil: OffscreenCanvasRenderingContext2D | null = null;
  const paint = (colour: string): Colour => {
    pencil ??= new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
    if (!pencil) return [0, 0, 0, 0];
    pencil.clearRect(0, 0, 1, 1);
    pencil.fillStyle = colour;
    pencil.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0, alpha = 0] = pencil.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  };
  const colourOf = (text: string): Colour | null => {
    let colour = colours.get(text);
    if (colour === undefined) {
      const [red, green, blue, alpha = 1] = text.startsWith('rgb') ? (text.match(/[\d.]+/g) ?? []).map(Number) : [];
      if (red !== undefined && green !== undefined && blue !== undefined) colour = [red, green, blue, alpha];
      // `oklch(…)` and its like are learnt from a painted pixel, unless the browser falsifies what is read back.
      else colour = paint('#123456').join() === '18,52,86,1' ? paint(text) : null;
      colours.set(text, colour);
    }
    return colour;
  };
  const over = (top: Colour, ground: Colour, opacity: number): Colour => {
    const alpha = top[3] * opacity;
    const mix = (a: number, b: number) => a * alpha + b * (1 - alpha);
    return [mix(top[0], ground[0]), mix(top[1], ground[1]), mix(top[2], ground[2]), 1];
  };
  const distance = (a: Colour, b: Colour) =>
    Math.sqrt(0.3 * (a[0] - b[0]) ** 2 + 0.59 * (a[1] - b[1]) ** 2 + 0.11 * (a[2] - b[2]) ** 2);

  // ---- what can be seen

  /** A clip with nothing inside. */
  const isClippedAway = (style: CSSStyleDeclaration): boolean => {
    if (/absolute|fixed/.test(style.position) && style.clip !== 'auto') {
      const [top = NaN, right = NaN, bottom = NaN, start = NaN] = style.clip
        .slice(5, -1)
        .split(/[ ,]+/)
        .map(Number.parseFloat);
      // An edge that says `auto` is not a number and compares as false.
      if (bottom - top <= 1 || right - start <= 1) return true;
    }
    const inset = /^inset\(([\d.% ]+)/.exec(style.clipPath)?.[1];
    if (!inset) return /^(circle|ellipse)\(0(px|%)?[ )]/.test(style.clipPath);
    const [top = 0, right = top, bottom = top, start = right] = inset.trim().split(' ').map(Number.parseFloat);
    return top + bottom >= 100 || right + start >= 100;
  };

  /** How far the content of a window or of a box can be scrolled, from where its content begins, in pixels. */
  const fields = new Map<Element, { left: number; right: number; bottom: number }>();
  const fieldOf = ({ element, isRoot }: Frame, view: View) => {
    let field = fields.get(element);
    if (!field) {
      const body = isRoot ? element.ownerDocument.body : null;
      const styles = [element, ...(body ? [body] : [])].map((one) => view.getComputedStyle(one));
      // Nobody scrolls sideways to what is cut off there; downwards such boxes unfold ("read more").
      const isCut = styles.some((style) => /hidden|clip/.test(style.overflowX));
      const width = isCut ? element.clientWidth : element.scrollWidth;
      const start = styles.at(-1)?.direction === 'rtl' ? element.clientWidth - width : 0;
      field = { left: start, right: start + width, bottom: element.scrollHeight };
      fields.set(element, field);
    }
    return field;
  };
  const isOutOf = (frame: Frame, view: View, box: DOMRect): boolean => {
    const { left: x, top: y } = frame.isRoot
      ? { left: -view.scrollX, top: -view.scrollY }
      : frame.element.getBoundingClientRect();
    const [right, bottom] = frame.isRoot ? [0, 0] : [frame.element.scrollLeft, frame.element.scrollTop];
    const field = fieldOf(frame, view);
    const isBeside = box.right - x + right <= field.left || box.left - x + right >= field.right;
    return isBeside || box.bottom - y + bottom <= 0 || box.top - y + bottom >= field.bottom;
  };

  const frameIn = (element: Element, style: CSSStyleDeclaration, { frame: outer, view }: State): Frame => {
    const holds = style.position !== 'static' || style.transform !== 'none';
    let frame = outer;
    // Positioned content belongs to the nearest box that holds it, and is not cut off by boxes between.
    if (style.position === 'fixed') while (frame.outer) frame = frame.outer;
    else if (style.position === 'absolute') while (!frame.holds && frame.outer) frame = frame.outer;
    if (holds && !frame.holds) frame = { ...frame, holds };
    if (style.overflowX === 'visible' || /^(inline|contents)$/.test(style.display)) return frame;
    if (/^(html|body)$/.test(element.localName)) return frame;
    const box = element.getBoundingClientRect();
    const isShut = frame.isShut || box.width <= 1 || box.height <= 1 || isOutOf(frame, view, box);
    return { element, outer: frame, isRoot: false, holds, isShut };
  };

  const isDisplaced = (style: CSSStyleDeclaration): boolean =>
    /absolute|fixed/.test(style.position) ||
    (style.position === 'relative' && (style.top !== 'auto' || style.left !== 'auto')) ||
    [style.transform, style.translate, style.scale].some((value) => value !== 'none') ||
    Number.parseFloat(style.marginLeft) < -50 ||
    Number.parseFloat(style.marginTop) < -50;

  const stateIn = (element: Element, style: CSSStyleDeclaration, outer: State): State => {
    let { ground } = outer;
    const own = colourOf(style.backgroundColor);
    if (!own || style.backgroundImage !== 'none') ground = null;
    else if (own[3] > 0) {
      if (style.backgroundClip.includes('text')) ground = null;
      else ground = own[3] === 1 ? own : ground && over(own, ground, 1);
    }
    if (ground !== outer.ground) painted.push({ element, colour: ground });
    const opacity = outer.opacity * Number(style.opacity);
    const unlaid = outer.unlaid || style.contentVisibility === 'auto';
    const displaced = unlaid && (outer.displaced || isDisplaced(style));
    const isHidden = opacity < 0.1 || isClippedAway(style);
    return { view: outer.view, isHidden, opacity, frame: frameIn(element, style, outer), ground, unlaid, displaced };
  };

  const range = document.createRange();
  const boxOf = (node: Text): DOMRect => {
    // The browser shows an option by its own means.
    if (node.parentElement?.localName === 'option') return node.parentElement.getBoundingClientRect();
    const start = Math.max(0, node.data.search(/\S/));
    range.setStart(node, start);
    // A text of a megabyte has ten thousand lines; its beginning says enough.
    range.setEnd(node, Math.min(node.length, start + 500));
    return range.getBoundingClientRect();
  };
  const isSeen = (node: Text, style: CSSStyleDeclaration, { frame, view, unlaid, displaced }: State): boolean => {
    if (style.visibility !== 'visible' || frame.isShut || Number.parseFloat(style.fontSize) < 3) return false;
    if (unlaid && !displaced && Number.parseFloat(style.textIndent) > -50) return true;
    const box = boxOf(node);
    const size = style.writingMode.startsWith('horizontal') ? box.height : box.width;
    return box.width > 0 && box.height > 0 && size >= 3 && !isOutOf(frame, view, box);
  };

  /** The text's colour, if it can hardly be told from its ground. */
  const faintColour = (style: CSSStyleDeclaration, state: State): Colour | undefined => {
    if (!state.ground || style.textShadow !== 'none') return undefined;
    if (Number.parseFloat(style.getPropertyValue('-webkit-text-stroke-width')) > 0) return undefined;
    const colour = colourOf(style.getPropertyValue('-webkit-text-fill-color') || style.color);
    return colour && distance(over(colour, state.ground, state.opacity), state.ground) < tooClose ? colour : undefined;
  };

  /** A picture or another ground that is not around the text but behind it. */
  const standsOnSomething = ({ node, view, colour }: (typeof doubtful)[number]) => {
    const box = boxOf(node);
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const tells = (ground: Colour | null) => !ground || distance(over(colour, ground, 1), ground) >= tooClose;
    for (let one = node.parentElement; one; one = one.parentElement) {
      for (const pseudo of ['::before', '::after']) {
        const style = view.getComputedStyle(one, pseudo);
        if (style.content === 'none' || style.content === 'normal') continue;
        const ground = colourOf(style.backgroundColor);
        if (style.backgroundImage !== 'none' || (ground && ground[3] > 0 && tells(ground))) return true;
      }
    }
    return painted.some((one) => {
      if (one.element.ownerDocument !== node.ownerDocument || one.element.contains(node) || !tells(one.colour))
        return false;
      const there = one.element.getBoundingClientRect();
      return there.left <= x && x <= there.right && there.top <= y && y <= there.bottom;
    });
  };

  // ---- collecting

  const put = (mark: Mark) => {
    const last = marks.at(-1);
    const isAlone = doubtful.at(-1)?.place === marks.length - 1;
    if (typeof mark === 'number' && typeof last === 'number') marks[marks.length - 1] = Math.max(mark, last) as 1 | 2;
    else if (typeof mark === 'string' && typeof last === 'string' && !isAlone) marks[marks.length - 1] = last + mark;
    else if (mark !== ' ' || typeof last === 'string') marks.push(mark);
    else if (typeof last === 'object') marks.push(mark);
  };

  const transformed = (text: string, style: CSSStyleDeclaration) => {
    if (style.textTransform === 'uppercase') return text.toUpperCase();
    if (style.textTransform === 'lowercase') return text.toLowerCase();
    if (style.textTransform !== 'capitalize') return text;
    return text.replace(/(?<![\p{L}\p{N}'’])\p{L}/gu, (letter) => letter.toUpperCase());
  };

  const readText = (node: Text, { state, style }: Level) => {
    const isBlank = !/[^ \t\n\r\f]/.test(node.data);
    const seen = style !== undefined && !state.isHidden && (isBlank || isSeen(node, style, state));
    if (!seen) {
      hidden += lengthOf(node.data);
      return;
    }
    const whole = transformed(node.data, style);
    const text = whole.slice(0, Math.max(0, options.characters - collected));
    collected += text.length;
    left += whole.length - text.length;
    if (text === '') return;
    let mark: Mark = text.replace(/[ \t\n\r\f]+/g, ' ');
    if (/pre-line|preserve-breaks/.test(style.whiteSpace)) mark = { keep: text.replace(/[ \t]+/g, ' ') };
    else if (/pre|break-spaces/.test(style.whiteSpace)) mark = { keep: text };
    const colour = isBlank ? undefined : faintColour(style, state);
    if (colour) doubtful.push({ place: marks.push(mark) - 1, node, view: state.view, colour });
    else put(mark);
  };

  /** The marks before and after an element's content. */
  const marksOf = (element: Element, name: string, display: string, list: Level): { before: Mark[]; after: Mark[] } => {
    const around = (kind: Kind, as?: string) => ({
      before: [as === undefined ? { begin: kind } : { begin: kind, as }],
      after: [{ end: kind }],
    });
    if (name === 'table' && display.endsWith('table')) return around('table');
    if (name === 'tr' && display === 'table-row') return around('row');
    if (/^t[dh]$/.test(name) && display === 'table-cell') return around('cell');
    if (display === 'table-cell') return { before: [' '], after: [' '] };
    if (/^(inline|contents|ruby|table-(row-|header-|footer-|column))/.test(display)) return { before: [], after: [] };
    const level = /^h[1-6]$/.test(name) ? name.slice(1) : element.role === 'heading' ? (element.ariaLevel ?? '2') : '';
    if (level !== '') return around('heading', level);
    if (name === 'blockquote') return around('quote');
    if (name === 'pre' && /html|xml/.test(element.ownerDocument.contentType)) {
      const hint = `${element.className} ${element.firstElementChild?.className ?? ''} ${element.parentElement?.className ?? ''}`;
      return around('code', /\b(?:language|lang|highlight|brush:)[-_: ]?([a-z][\w+#]*)\b/.exec(hint)?.[1] ?? '');
    }
    if (name === 'li') {
      const value = Number(element.getAttribute('value') ?? list.count);
      list.count = value + list.step;
      return around('item', list.element?.localName === 'ol' ? `${value}.` : '-');
    }
    const isInner = /^(ul|ol|menu|dl)$/.test(name) && element.parentElement?.localName === 'li';
    const gap = apart.has(name) && !isInner ? 2 : 1;
    return { before: [gap], after: [gap] };
  };

  const levels: Level[] = [];
  const go = (nodes: readonly Node[], state: State, rest: Partial<Level> = {}) =>
    levels.push({ nodes, next: 0, state, end: [], count: 1, step: 1, ...rest });
  const goHidden = (nodes: readonly Node[], state: State) => go(nodes, { ...state, isHidden: true });

  const innerOf = (element: Element): Document | null => {
    try {
      return 'contentDocument' in element ? (element.contentDocument as Document | null) : null;
    } catch {
      return null;
    }
  };

  const rootOf = (within: Document): Frame => {
    const element = within.scrollingElement ?? within.documentElement;
    return { element, outer: undefined, isRoot: true, holds: true, isShut: false };
  };

  const enter = (element: Element, level: Level) => {
    const name = element.localName;
    const children = [...element.childNodes];
    if (level.state.isHidden) {
      if (!passedOver.has(name)) goHidden(children, level.state);
      return;
    }
    const style = level.state.view.getComputedStyle(element);
    if (pictures.has(name) && style.display !== 'none') painted.push({ element, colour: null });
    if (passedOver.has(name)) return;
    if (style.display === 'none') {
      goHidden(children, level.state);
      return;
    }
    const state = stateIn(element, style, level.state);
    if (name === 'br') {
      if (!state.isHidden) put({ keep: '\n' });
      return;
    }
    if (name === 'iframe' || name === 'frame') {
      const inner = innerOf(element);
      const box = element.getBoundingClientRect();
      if (!inner?.body || !inner.defaultView) return;
      const isShown =
        !state.isHidden && !state.frame.isShut && style.visibility === 'visible' && box.width > 2 && box.height > 2;
      if (isShown) put(2);
      const within = { ...state, view: inner.defaultView, frame: rootOf(inner), isHidden: !isShown };
      go([inner.body], within, { end: isShown ? [2] : [] });
      return;
    }
    if (state.isHidden || style.contentVisibility === 'hidden') {
      goHidden(children, state);
      return;
    }
    if (name === 'select' && (element as HTMLSelectElement).size <= 1 && !(element as HTMLSelectElement).multiple) {
      goHidden(children, state);
      return;
    }
    const { before, after } = marksOf(element, name, style.display, level);
    for (const mark of before) put(mark);
    const list = element as HTMLOListElement;
    const isReversed = name === 'ol' && list.reversed;
    const count = name !== 'ol' ? 1 : isReversed && !list.hasAttribute('start') ? list.children.length : list.start;
    const inside = { style, element, end: after, count, step: isReversed ? -1 : 1 };

    const summary =
      name === 'details' && !(element as HTMLDetailsElement).open
        ? element.querySelector(':scope > summary')
        : undefined;
    if (summary !== undefined) {
      go(summary ? [summary] : [], state, inside);
      goHidden(
        children.filter((one) => one !== summary),
        state,
      );
    } else if (element.shadowRoot) {
      go([...element.shadowRoot.childNodes], state, inside);
      // What no slot takes is not rendered.
      goHidden(
        children.filter((one) => !('assignedSlot' in one) || !one.assignedSlot),
        state,
      );
    } else {
      const slotted = name === 'slot' ? (element as HTMLSlotElement).assignedNodes() : [];
      go(slotted.length > 0 ? slotted : children, state, inside);
    }
  };

  const finish = (moved: boolean): PageMarks => {
    longestMs = Math.max(longestMs, performance.now() - sliceStart);
    const { title, contentType } = document;
    return { marks, title, url, contentType, hidden, left, moved, pauses, longestMs };
  };

  const root = document.documentElement;
  const scheme = getComputedStyle(root).colorScheme;
  const isDark =
    scheme.includes('dark') && (!scheme.includes('light') || matchMedia('(prefers-color-scheme: dark)').matches);
  const canvas: Colour = isDark ? [18, 18, 18, 1] : [255, 255, 255, 1];
  const outside = { view: window, isHidden: false, opacity: 1, frame: rootOf(document), ground: canvas };
  const first = stateIn(root, getComputedStyle(root), { ...outside, unlaid: false, displaced: false });
  go([document.body ?? root], first);

  for (let level = levels.at(-1); level; level = levels.at(-1)) {
    if (isLate()) {
      await pause();
      if (address() !== addressAtStart) return finish(true);
      if (performance.now() - startedAt > options.limitMs) {
        for (const { nodes, next } of levels)
          for (const node of nodes.slice(next)) left += lengthOf(node.textContent ?? '');
        break;
      }
    }
    const node = level.nodes[level.next];
    level.next += 1;
    if (!node) {
      levels.pop();
      for (const mark of level.end) put(mark);
    } else if (node.nodeType === Node.TEXT_NODE || node.nodeType === Node.CDATA_SECTION_NODE)
      readText(node as Text, level);
    else if (node.nodeType === Node.COMMENT_NODE) hidden += lengthOfComment((node as Comment).data);
    else if (node.nodeType === Node.ELEMENT_NODE) enter(node as Element, level);
  }
  for (const level of levels.toReversed()) for (const mark of level.end) put(mark);

  for (const one of doubtful) {
    if (isLate()) await pause();
    if (standsOnSomething(one)) continue;
    hidden += lengthOf(one.node.data);
    marks[one.place] = '';
  }
  return finish(address() !== addressAtStart);
}
