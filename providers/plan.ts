/** Everything that can be said before a request leaves: who is asked, in which order, and who gets the key. */
import { judgeBaseUrl } from '../core/address';
import type { ChatError, ChatRequest } from '../core/chat';
import { needsKey, type Connection, type Provider } from './contract';
import { keyHeader, orderOf, serversOf } from './request';

export interface Plan {
  /** Base addresses, the first to be asked first. */
  servers: string[];
  keyHeader?: readonly [string, string];
  keyOrigin: string;
  /** Every server is on this machine or network. */
  near: boolean;
}

export interface PlanOptions {
  key?: string | null | undefined;
  keyOrigin?: string | undefined;
  random(): number;
}

/** The plan, or what is missing: `code` says which of address, model, key or key-origin. */
export function planned(
  provider: Provider,
  connection: Connection,
  chat: ChatRequest,
  options: PlanOptions,
): Plan | { error: ChatError } {
  const not = (code: string, message = ''): { error: ChatError } => ({ error: { kind: 'not-set-up', message, code } });
  const allowPrivateHttp = connection.options?.allowPrivateHttp === true;
  const servers: string[] = [];
  let near = true;
  for (const server of serversOf(provider, connection)) {
    const judged = judgeBaseUrl(server, { allowPrivateHttp });
    if (!judged.ok) return not('address', judged.reason);
    servers.push(judged.url);
    near &&= judged.loopback || judged.private;
  }
  const first = servers[0];
  if (first === undefined) return not('address', 'empty');
  // One prompt string has no model in it.
  if (chat.model === '' && provider.dialect !== 'single-prompt') return not('model');
  const key = keyHeader(provider, options.key);
  if ('unusable' in key) return { error: { kind: 'auth', message: '', code: 'key-unusable' } };
  const keyOrigin = options.keyOrigin ?? new URL(first).origin;
  if (!key.header && needsKey(provider)) return not('key');
  if (key.header && needsKey(provider) && servers.every((server) => new URL(server).origin !== keyOrigin))
    return not('key-origin');
  return {
    servers: orderOf(servers, connection.options?.server, options.random()),
    keyOrigin,
    near,
    ...(key.header ? { keyHeader: key.header } : {}),
  };
}
