/** What a typed base URL needs before it can be saved: the fault, and the address one click away from right. */
import { type Address, type AddressFault, judgeBaseUrl } from '../core/address';
import type { Provider } from '../providers/contract';

/** The action that mends an address: put another one in its place, or agree to plain http on the local network. */
export type AddressMend = { kind: 'use'; url: string } | { kind: 'allow-private-http' };

export type AddressAdvice =
  | { ok: true; address: Address; hint?: AddressHint }
  | { ok: false; fault: AddressFault; mend?: AddressMend };

/** The address is sound, yet probably not what was meant. Saving stays possible. */
export interface AddressHint {
  kind: 'missing-version' | 'endpoint-pasted' | 'path-twice' | 'international';
  mend?: { kind: 'use'; url: string };
  /** The host as the browser reads it. */
  host?: string;
}

/** Paths people copy from documentation although the base URL ends before them. */
const endpoints = /\/(?:chat\/completions|completions|responses|messages|models|api\/chat|api\/tags|api\/generate)\/?$/;

/**
 * Judges what stands in the field. `provider` decides whether a version (`/v1`) is expected: only where the wire is
 * OpenAI's and the catalog's own address has one, or the user brings the address.
 */
export function adviseAddress(
  typed: string,
  provider: Pick<Provider, 'baseUrl' | 'dialect' | 'chatPath' | 'servers'> | undefined,
  options: { allowPrivateHttp?: boolean } = {},
): AddressAdvice {
  const judged = judgeBaseUrl(typed, options);
  if (!judged.ok) {
    const mend = mendOf(typed.trim(), judged.reason);
    return mend ? { ok: false, fault: judged.reason, mend } : { ok: false, fault: judged.reason };
  }
  const hint = hintOf(typed.trim(), judged, provider);
  return hint ? { ok: true, address: judged, hint } : { ok: true, address: judged };
}

/** The nearest address that passes, or on the local network the one that is asked about next. */
function mendOf(typed: string, fault: AddressFault): AddressMend | undefined {
  switch (fault) {
    case 'no-scheme': {
      const bare = typed.replace(/^\/+/, '');
      const judged = judgeBaseUrl(`http://${bare}`, { allowPrivateHttp: true });
      // On this machine and around it servers speak plain http; whether that may be is the next question.
      return judged.ok ? { kind: 'use', url: judged.url } : use(`https://${bare}`);
    }
    case 'bad-scheme':
      return use(typed.replace(/^[a-z][a-z0-9+.-]*:\/*/i, 'https://'));
    case 'userinfo':
    case 'query':
    case 'fragment':
    case 'trailing-dot': {
      const url = new URL(typed);
      url.username = '';
      url.password = '';
      url.search = '';
      url.hash = '';
      if (url.hostname.endsWith('.')) url.hostname = url.hostname.replace(/\.+$/, '');
      return use(url.href);
    }
    case 'public-http':
      return use(typed.replace(/^http:/i, 'https:'));
    case 'private-http':
      return { kind: 'allow-private-http' };
    case 'malformed':
      return use(typed.replace(/\s+/g, ''));
    case 'empty':
      return undefined;
    default:
      return fault satisfies never;
  }
}

function use(candidate: string): AddressMend | undefined {
  const judged = judgeBaseUrl(candidate);
  return judged.ok ? { kind: 'use', url: judged.url } : undefined;
}

function hintOf(
  typed: string,
  address: Address,
  provider: Pick<Provider, 'baseUrl' | 'dialect' | 'chatPath' | 'servers'> | undefined,
): AddressHint | undefined {
  const url = new URL(address.url);
  if (endpoints.test(url.pathname)) {
    const bare = address.url.replace(endpoints, '');
    return { kind: 'endpoint-pasted', mend: { kind: 'use', url: bare } };
  }
  const doubled = /^(.*)(\/v\d+(?:beta)?)\2$/.exec(url.pathname);
  if (doubled) {
    return { kind: 'path-twice', mend: { kind: 'use', url: `${url.origin}${doubled[1] ?? ''}${doubled[2] ?? ''}` } };
  }
  if (expectsVersion(provider) && url.pathname === '/') {
    return { kind: 'missing-version', mend: { kind: 'use', url: `${address.url}/v1` } };
  }
  // Letters that fold to other letters, and names in another script, are shown as the browser will resolve them.
  const shown = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(typed)?.[1] ?? '';
  if (/[^\x00-\x7f]/.test(shown)) return { kind: 'international', host: url.host };
  return undefined;
}

function expectsVersion(provider: Pick<Provider, 'baseUrl' | 'dialect' | 'chatPath' | 'servers'> | undefined): boolean {
  if (provider?.dialect !== 'openai-chat' || provider.chatPath !== undefined || provider.servers !== undefined)
    return false;
  return provider.baseUrl === '' || /\/v1$/.test(provider.baseUrl);
}
