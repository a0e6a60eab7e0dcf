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

const address = /(?:https?:\/\/|www\.)[^\s/]+/i;
// Endings that people read as a site. File names such as `node.js` or `main.py` must not count.
const bareHost =
  /^(?:[\p{L}\p{N}-]+\.)+(?:com|org|net|io|dev|app|ai|co|gov|edu|mil|int|info|biz|me|tv|xyz|online|site|shop|cloud|uk|de|fr|eu|cn|jp|ru|br|in|it|nl|es|ca|au|ch|se|us)(?:[/:?#]|$)/iu;
/** Longest query that passes as an ordinary one, in characters. */
const longestQuery = 100;
/** Hosts and paths of real pages are shorter, in characters. */
const longestHost = 60;
const longestPath = 300;
const encoded = /[A-Za-z0-9+/_-]{33,}/g;

/** Compares what a link's text promises with where it goes, and looks for data of the chat in its address. */
export function doubtAbout(text: string, url: URL): Doubt | undefined {
  if (url.protocol !== 'mailto:') {
    const promised = promisedHost(text.trim());
    if (promised !== undefined && !sameSite(promised, url.hostname)) return 'other-host';
    if (url.username !== '' || url.password !== '') return 'other-host';
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

function promisedHost(text: string): string | undefined {
  const written = address.exec(text)?.[0] ?? bareHost.exec(text)?.[0];
  if (written === undefined) return undefined;
  const full = /^https?:/i.test(written) ? written : `https://${written}`;
  return URL.canParse(full) ? new URL(full).hostname : undefined;
}

function sameSite(promised: string, real: string): boolean {
  const [one, other] = [promised, real].map((host) => host.replace(/^www\./, ''));
  if (one === undefined || other === undefined) return false;
  return one === other || other.endsWith(`.${one}`);
}
