/** Sentences for what is wrong with a field. One table for each kind, so that a new fault cannot go without words. */
import { i18n } from '#i18n';
import type { AddressFault } from '../../core/address';
import type { AddressHint } from '../../state/options-address';
import type { Problem } from '../../state/options-problems';
import type { KeyNote, KeyProblem } from '../../state/options-key';

const faults: Record<AddressFault, () => string> = {
  empty: () => i18n.t('options.address.empty'),
  'no-scheme': () => i18n.t('options.address.noScheme'),
  'bad-scheme': () => i18n.t('options.address.badScheme'),
  userinfo: () => i18n.t('options.address.userinfo'),
  query: () => i18n.t('options.address.query'),
  fragment: () => i18n.t('options.address.fragment'),
  'trailing-dot': () => i18n.t('options.address.trailingDot'),
  'public-http': () => i18n.t('options.address.publicHttp'),
  'private-http': () => i18n.t('options.address.privateHttp'),
  malformed: () => i18n.t('options.address.malformed'),
};

const hints: Record<AddressHint['kind'], (hint: AddressHint) => string> = {
  'missing-version': () => i18n.t('options.address.missingVersion'),
  'endpoint-pasted': () => i18n.t('options.address.endpointPasted'),
  'path-twice': () => i18n.t('options.address.pathTwice'),
  international: (hint) => i18n.t('options.address.international', [hint.host ?? '']),
};

const notes: Record<KeyNote, () => string> = {
  trimmed: () => i18n.t('options.key.trimmed'),
  quotes: () => i18n.t('options.key.quotes'),
  bearer: () => i18n.t('options.key.bearer'),
};

function keyWords(problem: KeyProblem): string {
  switch (problem.kind) {
    case 'inner-space':
      return i18n.t('options.key.innerSpace');
    case 'not-a-header':
      return i18n.t('options.key.notAHeader', [problem.characters]);
    case 'address':
      return i18n.t('options.key.isAddress');
    default:
      return problem satisfies never;
  }
}

/** What is wrong, as one sentence. `label` is the field's own name. */
export function problemWords(problem: Problem, label: string): string {
  switch (problem.kind) {
    case 'missing':
      return i18n.t('options.missing', [label]);
    case 'address':
      return problem.line === undefined
        ? faults[problem.fault]()
        : i18n.t('options.address.line', [String(problem.line), faults[problem.fault]()]);
    case 'key':
      return keyWords(problem.problem);
    case 'key-missing':
      return i18n.t('options.key.missing');
    case 'number':
      return i18n.t('options.number', [String(problem.min), String(problem.max)]);
    default:
      return problem satisfies never;
  }
}

export const hintWords = (hint: AddressHint): string => hints[hint.kind](hint);

export const noteWords = (note: KeyNote): string => notes[note]();
