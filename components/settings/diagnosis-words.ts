/** One sentence for each cause the doctor knows, and what one can do about it. */
import { i18n } from '#i18n';
import type { Diagnosis, DiagnosisCause, DiagnosisFix } from '../../core/protocol';

const causes: Record<DiagnosisCause, (subject: string, diagnosis: Diagnosis) => string> = {
  'nothing-listening': (subject) => i18n.t('doctor.nothingListening', [subject]),
  'not-an-api': (subject) => i18n.t('doctor.notAnApi', [subject]),
  'web-page': (subject) => i18n.t('doctor.webPage', [subject]),
  'key-missing': (subject) => i18n.t('doctor.keyMissing', [subject]),
  'key-refused': (subject) => i18n.t('doctor.keyRefused', [subject]),
  'key-for-other-service': (subject) => i18n.t('doctor.keyForOtherService', [subject]),
  'model-unknown': (subject) => i18n.t('doctor.modelUnknown', [subject]),
  'model-missing': () => i18n.t('doctor.modelMissing'),
  'no-quota': (subject) => i18n.t('doctor.noQuota', [subject]),
  'rate-limited': (subject) => i18n.t('doctor.rateLimited', [subject]),
  'origin-refused': (subject) => i18n.t('doctor.originRefused', [subject]),
  'path-missing': (subject) => i18n.t('doctor.pathMissing', [subject]),
  'path-twice': (subject) => i18n.t('doctor.pathTwice', [subject]),
  'site-access': (subject) => i18n.t('doctor.siteAccess', [subject]),
  'local-network': (subject) => i18n.t('doctor.localNetwork', [subject]),
  certificate: (subject) => i18n.t('doctor.certificate', [subject]),
  redirect: (subject) => i18n.t('doctor.redirect', [subject]),
  'cold-load': (subject) => i18n.t('doctor.coldLoad', [subject]),
  'bad-address': () => i18n.t('doctor.badAddress'),
  offline: () => i18n.t('doctor.offline'),
  'server-error': (subject, { status }) =>
    status === undefined
      ? i18n.t('doctor.serverError', [subject])
      : i18n.t('doctor.serverStatus', [subject, String(status)]),
  unavailable: () => i18n.t('doctor.unavailable'),
  unknown: (subject) => i18n.t('doctor.unknown', [subject]),
};

/** The cause as one sentence. A test that succeeded says how long it took. */
export function diagnosisWords(diagnosis: Diagnosis): string {
  if (diagnosis.ok) {
    return diagnosis.ms === undefined
      ? i18n.t('doctor.fine')
      : i18n.t('doctor.fineIn', [
          diagnosis.ms < 1000 ? `${Math.round(diagnosis.ms)} ms` : `${(diagnosis.ms / 1000).toFixed(1)} s`,
        ]);
  }
  return causes[diagnosis.cause ?? 'unknown'](diagnosis.subject ?? '', diagnosis);
}

/** What the button of a fix says. */
export function fixWords(fix: DiagnosisFix): string {
  switch (fix.kind) {
    case 'base-url':
      return i18n.t('options.address.use', [fix.baseUrl]);
    case 'site-access':
      return i18n.t('doctor.fixAccess');
    case 'rewrite-origin':
      return i18n.t('doctor.fixOrigin');
    case 'model':
      return i18n.t('doctor.fixModel', [fix.model]);
    case 'open':
      return i18n.t('doctor.fixOpen', [URL.canParse(fix.url) ? new URL(fix.url).host : fix.url]);
    default:
      return fix satisfies never;
  }
}
