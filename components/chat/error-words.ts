/** One sentence for every way an answer can fail, naming who and what. The provider's own words are shown below it. */
import { i18n } from '#i18n';
import type { ChatError, ErrorKind } from '../../core/chat';
import { visible } from '../ui/visible';

/** Who was asked, as the reader knows them. */
export interface Asked {
  provider?: string;
  model?: string;
}

interface Names {
  /** The connection's name, or the origin. */
  who: string;
  /** The origin, or the connection's name. */
  where: string;
  model: string;
  status: string;
  /** How long to wait, in words. */
  wait: string | undefined;
}

const words: Record<ErrorKind, (names: Names) => string> = {
  auth: ({ who }) => i18n.t('errors.auth', [who]),
  permission: ({ who, model }) => i18n.t('errors.permission', [who, model]),
  quota: ({ who }) => i18n.t('errors.quota', [who]),
  'rate-limit': ({ who, wait }) =>
    wait === undefined ? i18n.t('errors.rateLimit', [who]) : i18n.t('errors.rateLimitWait', [who, wait]),
  'model-not-found': ({ who, model }) => i18n.t('errors.modelNotFound', [who, model]),
  'too-long': ({ who, model }) => i18n.t('errors.tooLong', [who, model]),
  'bad-request': ({ who, status }) => i18n.t('errors.badRequest', [who, status]),
  overloaded: ({ who }) => i18n.t('errors.overloaded', [who]),
  server: ({ who, status }) => i18n.t('errors.server', [who, status]),
  network: ({ where }) => i18n.t('errors.network', [where]),
  timeout: ({ who }) => i18n.t('errors.timeout', [who]),
  'not-an-api': ({ where }) => i18n.t('errors.notAnApi', [where]),
  'origin-refused': ({ where }) => i18n.t('errors.originRefused', [where]),
  redirect: ({ where }) => i18n.t('errors.redirect', [where]),
  'blocked-content': ({ who }) => i18n.t('errors.blockedContent', [who]),
  empty: ({ who }) => i18n.t('errors.empty', [who]),
  aborted: () => i18n.t('errors.aborted'),
  interrupted: () => i18n.t('errors.interrupted'),
  'site-access': ({ where }) => i18n.t('errors.siteAccess', [where]),
  'not-set-up': () => i18n.t('errors.notSetUp'),
  busy: () => i18n.t('errors.busy'),
  'not-stored': () => i18n.t('errors.notStored'),
  'not-done': () => i18n.t('errors.notDone'),
};

/** The failure in one sentence. */
export function errorWords(error: ChatError, { provider, model }: Asked = {}): string {
  if (error.kind === 'not-set-up' && error.code === 'locked') return i18n.t('errors.locked');
  if (error.kind === 'not-stored' && error.code === 'newer') return i18n.t('errors.notStoredNewer');
  const here = i18n.t('errors.here');
  const sentence = words[error.kind]({
    who: provider || error.origin || here,
    where: error.origin || provider || here,
    model: model || i18n.t('panel.model.label'),
    status:
      error.status === undefined ? i18n.t('errors.noStatus') : i18n.t('errors.withStatus', [String(error.status)]),
    wait: error.retryAfterMs === undefined ? undefined : durationWords(error.retryAfterMs),
  });
  // Names may have been imported.
  return visible(sentence);
}

/** From here on seconds are more than anyone counts. */
const countedInMinutes = 90;

/** A time to wait: `12 s`, or `10 min`. */
function durationWords(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  return seconds < countedInMinutes
    ? i18n.t('panel.thought.seconds', [String(seconds)])
    : i18n.t('errors.minutes', [String(Math.ceil(seconds / 60))]);
}

/** Why an answer is tried again, in a few words. */
export function reasonWords(kind: ErrorKind): string {
  switch (kind) {
    case 'rate-limit':
      return i18n.t('panel.notice.reason.rateLimit');
    case 'overloaded':
      return i18n.t('panel.notice.reason.overloaded');
    case 'server':
      return i18n.t('panel.notice.reason.server');
    case 'network':
      return i18n.t('panel.notice.reason.network');
    case 'timeout':
      return i18n.t('panel.notice.reason.timeout');
    default:
      return i18n.t('panel.notice.reason.other');
  }
}
