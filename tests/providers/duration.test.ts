import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limitReset, parseDuration, retryAfter, waitInWords } from '../../providers/duration';

const now = Date.parse('2026-01-01T00:00:00Z');

describe('parseDuration', () => {
  it.each([
    ['5', 5000],
    ['5.289', 5289],
    ['5.289s', 5289],
    ['12ms', 12],
    ['6m0s', 360_000],
    ['1m2.5s', 62_500],
    ['1h2m3s', 3_723_000],
    ['34.4s', 34_400],
    ['0.5s', 500],
    ['5 seconds', 5000],
    ['1 second', 1000],
    ['2 minutes', 120_000],
    ['1 minute and 5 seconds', 65_000],
    ['1 min, 30 sec', 90_000],
    ['1 hr', 3_600_000],
    ['2 days', 172_800_000],
    ['250 milliseconds', 250],
    [' 7s ', 7000],
  ])('%j is %i ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each([
    '',
    ' ',
    '-5',
    '-5s',
    '+5',
    'soon',
    '5 apples',
    's',
    '1e3',
    '5s ago',
    'NaN',
    'Infinity',
    '0',
    '0s',
    '0x10',
    '1.2.3',
    '99999999999',
    '５',
  ])('%j says nothing', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it('never gives anything but a positive whole number of milliseconds', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const ms of [parseDuration(text), waitInWords(text), waitInWords(text, { bare: true })])
          if (ms !== undefined && !(Number.isInteger(ms) && ms > 0)) return false;
        return true;
      }),
    );
  });

  it('stays quick on text made to slow it down', () => {
    for (const text of ['1m', '9', '1 ', 'again ', 'retry in ', '1m1s '].map((piece) => piece.repeat(50_000)))
      for (const parse of [parseDuration, waitInWords]) expect(() => parse(text)).not.toThrow();
  });
});

describe('waitInWords', () => {
  it.each([
    ['Please try again in 5.289s.', 5289],
    ['Please try again in 6m0s. Visit https://x.example/7', 360_000],
    ['Limit 3, used 3. Retry after 20 seconds', 20_000],
    ['Rate limited; wait 5 seconds', 5000],
    ['retry in 250ms', 250],
    ['try again in 7', 7000],
    ['Your quota resets in 2 hours', 7_200_000],
    ['Try again later', undefined],
    ['Limit 10000 tokens per 1m, used 9000', undefined],
    ['There were 5 errors', undefined],
    ['retry with version 3.2.1', undefined],
  ])('%j', (text, ms) => {
    expect(waitInWords(text)).toBe(ms);
  });

  it.each([
    ['slow down: 2.5 seconds', 2500],
    ['blocked 4', 4000],
    ['request 3.5 of 9.5, 1.5 left', 1500],
    ['no number', undefined],
  ])('with bare numbers: %j', (text, ms) => {
    expect(waitInWords(text, { bare: true })).toBe(ms);
  });
});

describe('headers', () => {
  it.each([
    [{ 'retry-after': 'Fri, 02 Jan 2026 00:00:00 GMT' }, 86_400_000],
    [{ 'retry-after': 'Thursday, 01-Jan-26 00:00:10 GMT' }, 10_000],
    [{ 'retry-after': '120' }, 120_000],
    [{ 'retry-after': 'Jan 1 2027' }, undefined],
    [{ 'retry-after': '2027' }, 2_027_000],
    [{ 'retry-after-ms': '1500.5' }, 1501],
    [{ 'retry-after-ms': '-1', 'retry-after': '2' }, 2000],
    [{}, undefined],
  ])('%j', (headers, ms) => {
    expect(retryAfter(new Headers(headers as Record<string, string>), now)).toBe(ms);
  });

  it('the longest limit that is used up counts', () => {
    const headers = new Headers({
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '1s',
      'x-ratelimit-remaining-tokens': '0',
      'x-ratelimit-reset-tokens': '6m0s',
      'anthropic-ratelimit-input-tokens-remaining': '5',
      'anthropic-ratelimit-input-tokens-reset': '2026-01-02T00:00:00Z',
    });
    expect(limitReset(headers, now)).toBe(360_000);
  });
});
