/** What a page of Gloss does that nothing in a text may make it do: fetch, run, go somewhere, or hold elements it should not. */
import type { Page } from 'playwright';

export interface Watched {
  page: Page;
  /** Addresses asked for by the page, other than its own files and images in memory, as the browser's own log has them. */
  requests: string[];
  /** Frames that went somewhere. */
  navigations: string[];
  /** Broken policies: each is something that would have been fetched or run. */
  violations(): Promise<string[]>;
}

const isOwn = (url: string): boolean => /^(?:chrome-extension|data|blob):/.test(url);

/** Watches from now on. What the page did before is not seen. */
export async function watchClosely(page: Page): Promise<Watched> {
  const requests: string[] = [];
  const navigations: string[] = [];
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  session.on('Network.requestWillBeSent', ({ request }) => {
    if (!isOwn(request.url)) requests.push(request.url);
  });
  session.on('Network.webSocketCreated', ({ url }) => requests.push(url));
  page.on('framenavigated', (frame) => navigations.push(frame.url()));
  page.on('frameattached', (frame) => navigations.push(`a frame: ${frame.url()}`));
  await page.evaluate(() => {
    const violations: string[] = [];
    Object.assign(globalThis, { violations });
    addEventListener('securitypolicyviolation', (event) =>
      violations.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`),
    );
  });
  return {
    page,
    requests,
    navigations,
    violations: () => page.evaluate(() => (globalThis as { violations?: string[] }).violations ?? ['was not watched']),
  };
}

/**
 * Everything in the document that a hostile text could have put there. Text of a model may only become elements of a short
 * list with attributes of a short list; the rest of the page is looked through for whatever fetches, acts or embeds.
 */
export const strangeElements = (page: { evaluate(look: () => string[]): Promise<string[]> }): Promise<string[]> =>
  page.evaluate(() => {
    const faults = new Set<string>();
    const complain = (what: string, element: Element) => faults.add(`${what}: ${element.outerHTML.slice(0, 200)}`);

    const never =
      'iframe, frame, frameset, object, embed, applet, base, template, video, audio, track, source, picture, area, map, ' +
      'portal, fencedframe, image, marquee, noscript, body link, body meta, body title, body script, body style, dialog';
    for (const element of document.querySelectorAll(never)) complain('element', element);
    // The composer is a form without an address; there is no other.
    for (const form of document.querySelectorAll('form')) {
      if (!form.querySelector(':scope > textarea[aria-label="Message"]') || document.forms.length > 1) {
        complain('element', form);
      }
    }
    const loading =
      /^(?:on.*|srcset|srcdoc|ping|action|formaction|background|poster|data|archive|codebase|manifest|usemap|imagesrcset|is|slot|lowsrc|dynsrc|longdesc|xlink:href|autofocus|name|popover|nonce|accesskey|contenteditable)$/;
    const isOurs = (url: string) => url.startsWith(`${location.origin}/`);
    for (const element of document.body.querySelectorAll('*')) {
      for (const { name } of element.attributes) if (loading.test(name)) complain(`attribute ${name}`, element);
      const src = element.getAttribute('src');
      if (src !== null && !/^(?:blob:|data:image\/(?:png|jpeg|gif|webp);base64,)/.test(src)) complain('src', element);
      if (element instanceof HTMLAnchorElement) {
        if (!/^(?:https?:|mailto:)/.test(element.protocol) && !isOurs(element.href)) complain('href', element);
      } else if (element.hasAttribute('href')) complain('href', element);
    }
    if (document.querySelectorAll('#app').length !== 1) faults.add('the page has lost its root, or has two');

    // What a model wrote.
    const allowed = new Set(
      (
        'p br hr strong em del sub sup code pre blockquote ul ol li h1 h2 h3 h4 h5 h6 table thead tbody tr th td a span div ' +
        'button img'
      ).split(' '),
    );
    const attributes = new Set(
      (
        'class dir title href target rel referrerpolicy draggable type start data-url data-doubt alt src tabindex role ' +
        'aria-label aria-pressed aria-hidden'
      ).split(' '),
    );
    const classes =
      /^(?:inert|pending|formula|display|image|code|code-bar|code-name|lines|part|wrapped|table|loose|task|box|done|large|note|source|left|center|right|comment|keyword|number|string|title|tml-\w+)$/;
    for (const container of document.querySelectorAll('.markdown')) {
      for (const element of container.querySelectorAll('*')) {
        const inMath =
          element.namespaceURI === 'http://www.w3.org/1998/Math/MathML' || element.closest('math') !== null;
        if (!inMath && !allowed.has(element.localName)) complain('element', element);
        for (const { name, value } of element.attributes) {
          if (inMath) {
            if (/^(?:id|href|src|xlink.*|actiontype)$/.test(name)) complain(`attribute ${name}`, element);
            if (name === 'style' && /url|image|position|fixed|content|-webkit|expression/i.test(value)) {
              complain('style', element);
            }
          } else if (!attributes.has(name)) complain(`attribute ${name}`, element);
        }
        for (const name of element.classList) {
          if (!classes.test(name) && !inMath) complain(`class ${name}`, element);
        }
        if (element instanceof HTMLAnchorElement) {
          const { rel, target, referrerPolicy } = element;
          if (rel !== 'noopener noreferrer' || target !== '_blank' || referrerPolicy !== 'no-referrer') {
            complain('link', element);
          }
        }
      }
    }
    if ('polluted' in {}) faults.add('a prototype was changed');
    return [...faults];
  });
