/**
 * Which addresses Gloss talks to. The parsed URL is judged, never the string: `https:evil.example`, `0x7f.1` and
 * full-width letters all mean something else than they look.
 */

export const addressFaults = [
  'empty',
  'no-scheme',
  'bad-scheme',
  'userinfo',
  'query',
  'fragment',
  'trailing-dot',
  'public-http',
  'private-http',
  'malformed',
] as const;
export type AddressFault = (typeof addressFaults)[number];

export interface Address {
  ok: true;
  /** Normalised, without a slash at the end. */
  url: string;
  /** Scheme, host and port; what a key is bound to. */
  origin: string;
  /** The match pattern to ask the browser for. It has no port: see `originPattern`. */
  pattern: string;
  /** On the local network, but not on this machine. */
  private: boolean;
  /** On this machine. */
  loopback: boolean;
}

export type Judgement = Address | { ok: false; reason: AddressFault };

/**
 * Judges a base URL a user typed, imported or configured. Plain http is for this machine, and for a private address
 * where `allowPrivateHttp` says that the user agreed.
 */
export function judgeBaseUrl(text: string, options: { allowPrivateHttp?: boolean } = {}): Judgement {
  const typed = text.trim();
  if (typed === '') return fault('empty');
  if (looksLikeHostAndPort(typed)) return fault(URL.canParse(`https://${typed}`) ? 'no-scheme' : 'malformed');
  if (!URL.canParse(typed)) {
    const schemeless = !/^[a-z][a-z0-9+.-]*:/i.test(typed) && URL.canParse(`https://${typed.replace(/^\/+/, '')}`);
    return fault(schemeless ? 'no-scheme' : 'malformed');
  }
  const url = new URL(typed);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return fault('bad-scheme');
  if (url.username !== '' || url.password !== '') return fault('userinfo');
  // The parser lets braces and their like through, which are in no host's name: a place that nobody filled in.
  if (/[^a-z0-9._:[\]-]/.test(url.hostname)) return fault('malformed');
  // An empty query or fragment leaves `search` and `hash` empty, yet stays in the address.
  if (url.href.includes('#')) return fault('fragment');
  if (url.href.includes('?')) return fault('query');
  if (url.hostname.endsWith('.')) return fault('trailing-dot');

  const loopback = isLoopback(url.hostname);
  const isPrivate = !loopback && isPrivateHost(url.hostname);
  if (url.protocol === 'http:' && !loopback) {
    if (!isPrivate) return fault('public-http');
    if (options.allowPrivateHttp !== true) return fault('private-http');
  }
  return {
    ok: true,
    url: url.href.replace(/\/+$/, ''),
    origin: url.origin,
    pattern: originPattern(url),
    private: isPrivate,
    loopback,
  };
}

/**
 * The match pattern for one host. Without a port, because Chromium takes patterns that differ in their port for separate
 * grants and Firefox knows no port in a pattern.
 */
export function originPattern(url: string | URL): string {
  const parsed = new URL(url);
  return `${parsed.protocol}//${parsed.hostname}/*`;
}

/**
 * Appends a path to a base URL. Segments that end the base and begin the path are taken once, so that
 * `https://host/v1` and `/v1/chat/completions` make `https://host/v1/chat/completions`, and a pasted endpoint stays itself.
 */
export function joinUrl(base: string, path: string): string {
  const cut = path.search(/[?#]/);
  const [bare, rest] = cut < 0 ? [path, ''] : [path.slice(0, cut), path.slice(cut)];
  const url = new URL(base);
  const have = segments(url.pathname);
  const want = segments(bare);
  let shared = Math.min(have.length, want.length);
  while (shared > 0 && !want.slice(0, shared).every((segment, place) => segment === have[have.length - shared + place]))
    shared -= 1;
  const joined = [...have, ...want.slice(shared)].join('/');
  // A path that ends in a slash (EasyChat's `GET /`) keeps it.
  const slash = joined === '' || (bare.endsWith('/') && want.length > 0) ? '/' : '';
  return `${url.origin}${joined === '' ? '' : `/${joined}`}${slash}${rest}`;
}

const fault = (reason: AddressFault): Judgement => ({ ok: false, reason });

const segments = (path: string): string[] => path.split('/').filter((segment) => segment !== '');

/** `localhost:11434` parses as the scheme `localhost:`, which nobody means. */
function looksLikeHostAndPort(text: string): boolean {
  return /^[^\s/?#:@]+:\d{1,5}(?:[/?#]|$)/.test(text);
}

function isLoopback(hostname: string): boolean {
  if (hostname === 'localhost' || hostname.endsWith('.localhost')) return true;
  if (hostname === '[::1]') return true;
  return ipv4(hostname)?.[0] === 127;
}

/** RFC 1918, 100.64/10 (carrier NAT and Tailscale), link-local, unique-local IPv6, and names only a local network resolves. */
function isPrivateHost(hostname: string): boolean {
  const four = ipv4(hostname);
  if (four) {
    const [a, b] = four;
    return (
      a === 10 ||
      (a === 172 && b >= 16 && b <= 31) ||
      (a === 192 && b === 168) ||
      (a === 100 && b >= 64 && b <= 127) ||
      (a === 169 && b === 254)
    );
  }
  if (hostname.startsWith('[')) return /^\[f[cd][0-9a-f]{2}:/.test(hostname) || /^\[fe[89ab][0-9a-f]:/.test(hostname);
  if (!hostname.includes('.')) return true;
  return ['.local', '.lan', '.internal', '.home.arpa'].some((end) => hostname.endsWith(end));
}

/** The four numbers of an IPv4 host, or of one mapped into IPv6 (`[::ffff:7f00:1]` as the URL parser writes it). */
function ipv4(hostname: string): [number, number, number, number] | undefined {
  const dotted = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(hostname);
  if (dotted) return [Number(dotted[1]), Number(dotted[2]), Number(dotted[3]), Number(dotted[4])];
  const mapped = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(hostname);
  if (!mapped) return undefined;
  const high = Number.parseInt(mapped[1] ?? '', 16);
  const low = Number.parseInt(mapped[2] ?? '', 16);
  return [high >> 8, high & 255, low >> 8, low & 255];
}
