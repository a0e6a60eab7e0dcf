/** What may be opened, and what the reader should be told before. Decided on the parsed URL, never on its text. */

const schemes = new Set(['https:', 'http:', 'mailto:']);

/** The absolute URL that `address` is, if it is one the view may offer: https, http or mailto. */
export function openable(address: string): URL | undefined {
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  return schemes.has(url.protocol) ? url : undefined;
}

/** Where a URL leads, for showing: its host as the network sees it (punycode), or the address mail goes to. */
export function destination(url: URL): string {
  return url.protocol === 'mailto:' ? url.pathname : url.host;
}

/** Why a link deserves a question before it opens. */
export type Doubt = 'other-host' | 'carries-data';

// Endings that people read as a site. File names such as `node.js` or `main.py` must not count.
const bareHost =
  /^(?:[\p{L}\p{N}-]+\.)+(?:com|org|net|io|dev|app|ai|co|gov|edu|mil|int|info|biz|me|tv|xyz|online|site|shop|cloud|uk|de|fr|eu|cn|jp|ru|br|in|it|nl|es|ca|au|ch|se|us|pl|no|at|be|cz|dk|fi|gr|hu|ie|il|kr|mx|nz|pt|ro|sk|tr|tw|ua|za|ar|cl|hk|sg)(?:[/:?#]|$)/iu;
/** Names that look like a site's and are a product's. */
const products = /^(?:asp|ado|vb|ml)\.net$/i;
/** Where one word of a text ends: spaces, and signs that stand in no address. */
const between = /[\s"'“”„‘’‚«»‹›()<>[\]{}|,;!→⇒]+/u;
/** Shown as nothing, and as nothing in an address. */
const ignorable = /\p{Default_Ignorable_Code_Point}/gu;
/** No site's name is longer, in characters. */
const longestName = 300;
/** Longest query that passes as an ordinary one, in characters. */
const longestQuery = 100;
/** Hosts and paths of real pages are shorter, in characters. */
const longestHost = 60;
const longestPath = 300;
const encoded = /[A-Za-z0-9+/_-]{33,}/g;

/** Compares what a link's text promises with where it goes, and looks for data of the chat in its address. */
export function doubtAbout(text: string, url: URL): Doubt | undefined {
  if (url.username !== '' || url.password !== '') return 'other-host';
  const box = url.protocol === 'mailto:' ? url.pathname.toLowerCase() : undefined;
  const host = box === undefined ? url.hostname : box.slice(box.lastIndexOf('@') + 1);
  for (const promised of promises(text, box !== undefined)) {
    if (!sameSite(promised.host, host)) return 'other-host';
    if (box !== undefined && promised.box !== undefined && promised.box !== box) return 'other-host';
  }
  const data = url.search + url.hash;
  if (data.length > longestQuery) return 'carries-data';
  // A name, too, is sent: whoever owns the rest of it is asked for it.
  if (url.hostname.length > longestHost || url.pathname.length > longestPath) return 'carries-data';
  const codes = `${url.pathname} ${data}`.match(encoded) ?? [];
  return codes.some((code) => looksEncoded(code)) ? 'carries-data' : undefined;
}

/** Small and capital letters and digits, mixed over such a length, are a code. Words joined by hyphens, or a hash, are not. */
function looksEncoded(code: string): boolean {
  return code
    .split('/')
    .some((part) => part.length > 32 && /\d/.test(part) && /[a-z]/.test(part) && /[A-Z]/.test(part));
}

/**
 * The sites that a text names, and the mailboxes at them, as a reader would take them: whatever stands around or within. Before
 * an at sign stands a name if the link is to a mailbox, and nothing that may look like a site if it is not.
 */
function promises(text: string, isMail: boolean): { host: string; box?: string }[] {
  const plain = text.replace(ignorable, '').normalize('NFKC').replaceAll('。', '.');
  return plain.split(between).flatMap((word) => {
    const start = word.replace(/^[^\p{L}\p{N}/]+/u, '').slice(0, longestName);
    const named = start.replace(/[.:?…]+$/, '');
    const written = /^(?:[a-z][a-z\d+.-]*:)?\/\/([^/?#]+)/i.exec(named)?.[1] ?? named;
    const parts = written.split('@');
    const box = written === named && parts.length > 1 ? named.toLowerCase() : undefined;
    return (isMail ? parts.slice(-1) : parts).flatMap((site, place, { length }) => {
      const hasScheme = written !== named && place === length - 1;
      const isNamed = hasScheme || /^www\./i.test(site) || (bareHost.test(site) && !products.test(site));
      if (!isNamed || !URL.canParse(`https://${site}`)) return [];
      const { hostname: host } = new URL(`https://${site}`);
      return [box === undefined ? { host } : { host, box }];
    });
  });
}

function sameSite(promised: string, real: string): boolean {
  const [one, other] = [promised, real].map((host) => host.replace(/^www\./, ''));
  if (one === undefined || other === undefined) return false;
  return one === other || other.endsWith(`.${one}`);
}
