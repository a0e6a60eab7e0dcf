import { describe, expect, it } from 'vitest';
import { redact } from '../../core/redact';

const key = 'my very own.key+1/2';

describe('redact', () => {
  it.each([
    ['the key itself', `bad key ${key}!`],
    ['the key as a web address writes it', `?q=${encodeURIComponent(key)}`],
    ['the key as JSON writes it', JSON.stringify({ said: key })],
  ])('takes out %s', (_name, text) => {
    expect(redact(text, [key])).not.toContain(text.includes(key) ? key : encodeURIComponent(key));
    expect(redact(text, [key])).toContain('[key]');
  });

  it.each([
    ['in capitals, or as a host', (text: string) => `https://${text.toUpperCase()}.example or ${text.toLowerCase()}`],
    ['in base64', (text: string) => btoa(text)],
    ['in base64 behind a name', (text: string) => btoa(`user:${text}`)],
    ['in base64 between other words', (text: string) => btoa(`a ${text} b`)],
  ])('takes a key out %s', (_name, write) => {
    const secret = 'CANARY.a0b1cTd4+Wq6YhPm3';
    const clean = redact(`said ${write(secret)}!`, [secret]);
    expect(clean).toContain('[key]');
    expect(clean.toLowerCase()).not.toContain(secret.toLowerCase());
    const found = (clean.match(/[A-Za-z0-9+/=]{8,}/g) ?? []).filter((word) =>
      /CANARY|YhPm/.test(atob(word.slice(0, word.length & ~3))),
    );
    expect(found).toEqual([]);
  });

  it('takes a key out as HTML writes it', () => {
    expect(redact('bad a&#38;b&#60;c-long!', ['a&b<c-long'])).toBe('bad [key]!');
  });

  it('takes out keys that need escaping in JSON', () => {
    expect(redact(JSON.stringify('a"b\\c-long'), ['a"b\\c-long'])).toBe('"[key]"');
  });

  it.each([
    ['Authorization: Bearer abc.def', 'Authorization: Bearer [key]'],
    ['{"authorization":"Bearer abc"}', '{"authorization":"Bearer [key]"}'],
    ['authorization=secretvalue;', 'authorization=[key];'],
    ['x-api-key: abc123', 'x-api-key: [key]'],
    ["{'X-Api-Key': 'abc123'}", "{'X-Api-Key': '[key]'}"],
    ['api-key=abc', 'api-key=[key]'],
    ['x-goog-api-key: abc', 'x-goog-api-key: [key]'],
    ['https://h/v1?key=abc&alt=sse', 'https://h/v1?key=[key]&alt=sse'],
    ['https://h/v1?alt=sse&api_key=abc&x=1', 'https://h/v1?alt=sse&api_key=[key]&x=1'],
    ['Incorrect API key provided: sk-proj-abcd1234efgh.', 'Incorrect API key provided: [key]'],
    ['Incorrect API key provided: sk-abcd***********wxyz.', 'Incorrect API key provided: [key]'],
    ['key sk-ant-api03-abcdefgh_1-x was refused', 'key [key] was refused'],
    ['sk-or-v1-0123456789abcdef', '[key]'],
    ['gsk_abcdefgh12345678', '[key]'],
    ['xai-abcdefgh12345678', '[key]'],
    ['hf_abcdefgh12345678', '[key]'],
    ['AIzaSyA-1234567890abcdefghijklmnopqrstu', '[key]'],
    ['nk-abcdefgh', '[key]'],
    ['sent Bearer eyJhbGciOi.J9 to it', 'sent Bearer [key] to it'],
  ])('%s', (text, wanted) => {
    expect(redact(text)).toBe(wanted);
  });

  it.each([
    'The model `gpt-4` does not exist.',
    'risk-free task-based desk-top',
    'Rate limit reached. Please try again in 5.289s.',
    'https://platform.openai.com/account/api-keys',
    'the key is missing; authorization is needed',
    '',
  ])('leaves ordinary words alone: %j', (text) => {
    expect(redact(text)).toBe(text);
  });

  it('does not tear text up for a key that is hardly one', () => {
    expect(redact('a cat sat', ['a', '', null, undefined, '  '])).toBe('a cat sat');
  });

  it('changes nothing the second time', () => {
    const once = redact(`Authorization: Bearer ${key} ?key=abc sk-abcdefgh123`, [key]);
    expect(redact(once, [key])).toBe(once);
  });

  it('takes a key whole that holds another key', () => {
    expect(redact('abcdefgh', ['abcd', 'abcdefgh'])).toBe('[key]');
  });

  it('stays quick on long text made to slow it down', () => {
    // Quadratic work on this much text would run into the test's own time limit.
    for (const text of ['authorization ', 'sk-', 'x-api-key:', '?key=', 'bearer ', 'AIza', '"'])
      expect(redact(text.repeat(Math.ceil(400_000 / text.length))).length).toBeGreaterThan(0);
  });
});
