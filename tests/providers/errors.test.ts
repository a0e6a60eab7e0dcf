import { describe, expect, it } from 'vitest';
import { isErrorBody, kindOfStatus, readError } from '../../providers/errors';

describe('readError', () => {
  it.each([
    [
      { error: { message: 'm', type: 'invalid_request_error', param: null, code: 'model_not_found' } },
      { message: 'm', code: 'model_not_found', kind: 'model-not-found' },
    ],
    [
      { error: { message: 'm', type: 'insufficient_quota', code: 'insufficient_quota' } },
      { message: 'm', code: 'insufficient_quota', kind: 'quota' },
    ],
    [
      { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' }, request_id: 'r' },
      { message: 'Overloaded', code: 'overloaded_error', kind: 'overloaded' },
    ],
    [
      { error: { code: 429, message: 'm', status: 'RESOURCE_EXHAUSTED', details: [{ retryDelay: '34.4s' }] } },
      { message: 'm', code: 'RESOURCE_EXHAUSTED', kind: 'rate-limit', retryAfterMs: 34_400 },
    ],
    [
      { error: { code: 429, message: 'You exceeded your current quota', details: [{ retryDelay: '5s' }] } },
      { message: 'You exceeded your current quota', code: '429', kind: 'rate-limit', retryAfterMs: 5000 },
    ],
    [
      { error: { code: 400, message: 'API key not valid. Please pass a valid API key.', status: 'INVALID_ARGUMENT' } },
      { message: 'API key not valid. Please pass a valid API key.', code: 'INVALID_ARGUMENT', kind: 'auth' },
    ],
    [
      { error: 'model "x" not found, try pulling it first' },
      { message: 'model "x" not found, try pulling it first', kind: 'model-not-found' },
    ],
    [
      { error: { code: 402, message: 'Insufficient credits', metadata: {} } },
      { message: 'Insufficient credits', code: '402', kind: 'quota' },
    ],
    [
      { error: { message: 'Provider returned error', code: 502, metadata: { raw: 'x' } } },
      { message: 'Provider returned error', code: '502', kind: 'server' },
    ],
    [{ message: 'Unauthorized', request_id: 'r' }, { message: 'Unauthorized' }],
    [{ detail: 'Not Found' }, { message: 'Not Found' }],
    [
      { detail: [{ loc: ['body', 'messages', 0], msg: 'field required', type: 'x' }] },
      { message: 'body.messages.0: field required' },
    ],
    [
      { result: null, success: false, errors: [{ code: 10000, message: 'Authentication error' }] },
      { message: 'Authentication error' },
    ],
    [
      { error: { message: "This model's maximum context length is 8192 tokens." } },
      { message: "This model's maximum context length is 8192 tokens.", kind: 'too-long' },
    ],
    [{ error: { message: '', code: 'constructor' } }, { code: 'constructor' }],
    ['plain words', { message: 'plain words' }],
    ['', {}],
    [null, {}],
    [7, {}],
    [[], {}],
    [{}, {}],
    [{ error: null }, {}],
    [{ error: { message: { a: { b: { c: { d: { message: 'deep' } } } } } } }, {}],
  ])('%j', (body, wanted) => {
    expect(readError(body)).toEqual(wanted);
  });
});

describe('isErrorBody', () => {
  it.each([
    { error: 'x' },
    { error: { message: 'x' } },
    [{ error: {} }],
    { object: 'error' },
    { type: 'error' },
    { detail: 'x' },
    { error_type: 'x' },
  ])('%j is one', (body) => {
    expect(isErrorBody(body)).toBe(true);
  });
  it.each([
    { error: null },
    { error: false },
    {},
    [],
    null,
    'error',
    { choices: [], detail: 'x' },
    { type: 'message' },
  ])('%j is none', (body) => {
    expect(isErrorBody(body)).toBe(false);
  });
});

describe('kindOfStatus', () => {
  it('has a kind for every status', () => {
    for (let status = 300; status < 600; status += 1) expect(kindOfStatus(status)).toMatch(/^[a-z-]+$/);
    expect([302, 418, 520, 599, 0].map(kindOfStatus)).toEqual([
      'redirect',
      'bad-request',
      'server',
      'server',
      'redirect',
    ]);
  });
});
