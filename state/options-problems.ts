/** What keeps a typed connection from being saved, field by field, as data; the words are the components' business. */
import type { AddressFault } from '../core/address';
import type { Sampling } from '../core/chat';
import { type Provider, needsKey } from '../providers/contract';
import { type AddressAdvice, type AddressMend, adviseAddress } from './options-address';
import {
  type Draft,
  isUnfilled,
  numberIn,
  samplingNames,
  samplingRanges,
  serverLines,
  wantsModel,
} from './options-draft';
import { type KeyProblem, readKey } from './options-key';

/** Fields a problem can stand at, in the order of the form. `field:` is followed by the name of a provider's own field. */
export type FieldName =
  | 'provider'
  | 'name'
  | `field:${string}`
  | 'baseUrl'
  | 'servers'
  | 'key'
  | 'model'
  | keyof Sampling
  | 'maxTokens'
  | 'contextLength'
  | 'monthlyLimit';

export type Problem =
  | { kind: 'missing' }
  | AddressProblem
  | { kind: 'key'; problem: KeyProblem }
  | { kind: 'key-missing'; keyUrl?: string }
  | { kind: 'number'; min: number; max: number };

/** `line` counts from 1, in a list of servers. */
export interface AddressProblem {
  kind: 'address';
  fault: AddressFault;
  mend?: AddressMend;
  line?: number;
}

export type Problems = Partial<Record<FieldName, Problem>>;

/** Everything that keeps a draft from being saved. `keySaved`: a key is stored and still good for this address. */
export function problemsOf(
  draft: Draft,
  typedKey: string,
  provider: Provider | undefined,
  keySaved: boolean,
): Problems {
  const problems: Problems = {};
  if (!provider) return { provider: { kind: 'missing' } };
  for (const field of provider.fields ?? []) {
    if (field.required === true && !draft.fields[field.name]?.trim())
      problems[`field:${field.name}`] = { kind: 'missing' };
  }
  if (provider.engine === undefined) Object.assign(problems, addressProblems(draft, provider));
  const key = readKey(typedKey);
  if (key.problem) problems.key = { kind: 'key', problem: key.problem };
  else if (key.key === '' && !keySaved && needsKey(provider)) {
    problems.key = { kind: 'key-missing', ...(provider.keyUrl === undefined ? {} : { keyUrl: provider.keyUrl }) };
  }
  if (wantsModel(provider) && draft.model.trim() === '') problems.model = { kind: 'missing' };
  for (const name of samplingNames) {
    const [min, max] = samplingRanges[name];
    if (numberIn(draft.sampling[name], min, max) === null) problems[name] = { kind: 'number', min, max };
  }
  if (numberIn(draft.maxTokens, 1, 10_000_000) === null)
    problems.maxTokens = { kind: 'number', min: 1, max: 10_000_000 };
  if (numberIn(draft.contextLength, 1, 100_000_000) === null) {
    problems.contextLength = { kind: 'number', min: 1, max: 100_000_000 };
  }
  if (numberIn(draft.monthlyLimit, 0, 1_000_000) === null) {
    problems.monthlyLimit = { kind: 'number', min: 0, max: 1_000_000 };
  }
  return problems;
}

function addressProblems(draft: Draft, provider: Provider): Problems {
  const options = { allowPrivateHttp: draft.allowPrivateHttp };
  const lines = provider.servers === undefined ? [] : serverLines(draft.servers);
  const problems: Problems = {};
  if (lines.length === 0 || draft.baseUrl.trim() !== '') {
    const advice = adviseAddress(draft.baseUrl, provider, options);
    // A place still empty has a field of its own, and the problem stands there.
    if (!advice.ok && !isUnfilled(draft, provider)) problems.baseUrl = addressProblem(advice);
  }
  for (const [place, line] of lines.entries()) {
    const advice = adviseAddress(line, provider, options);
    if (!advice.ok) return { ...problems, servers: { ...addressProblem(advice), line: place + 1 } };
  }
  return problems;
}

const addressProblem = ({ fault, mend }: Extract<AddressAdvice, { ok: false }>): AddressProblem => ({
  kind: 'address',
  fault,
  ...(mend ? { mend } : {}),
});
