import { describe, expect, test } from 'vitest';
import { providerById } from '../../providers/catalog';
import type { AddressFault } from '../../core/address';
import { adviseAddress } from '../../state/options-address';

const custom = providerById('custom');

describe('a base URL that cannot be used, and the one click that mends it', () => {
  const cases: [typed: string, fault: AddressFault, mend: string | undefined][] = [
    ['', 'empty', undefined],
    ['api.example.com/v1', 'no-scheme', 'https://api.example.com/v1'],
    ['//api.example.com/v1', 'no-scheme', 'https://api.example.com/v1'],
    ['localhost:11434', 'no-scheme', 'http://localhost:11434'],
    ['127.0.0.1:8080/v1', 'no-scheme', 'http://127.0.0.1:8080/v1'],
    ['192.168.1.20:11434/v1', 'no-scheme', 'http://192.168.1.20:11434/v1'],
    ['ftp://api.example.com/v1', 'bad-scheme', 'https://api.example.com/v1'],
    ['https://me:secret@api.example.com/v1', 'userinfo', 'https://api.example.com/v1'],
    ['https://api.example.com/v1?key=1', 'query', 'https://api.example.com/v1'],
    ['https://api.example.com/v1#top', 'fragment', 'https://api.example.com/v1'],
    ['https://api.example.com./v1', 'trailing-dot', 'https://api.example.com/v1'],
    ['http://api.example.com/v1', 'public-http', 'https://api.example.com/v1'],
    ['https://api example.com/v1', 'malformed', 'https://apiexample.com/v1'],
    ['https://', 'malformed', undefined],
  ];
  test.each(cases)('%s', (typed, fault, mend) => {
    const advice = adviseAddress(typed, custom);
    expect(advice).toMatchObject({ ok: false, fault });
    if (advice.ok) return;
    expect(advice.mend).toEqual(mend === undefined ? undefined : { kind: 'use', url: mend });
    // A mend that does not mend would be worse than none.
    if (mend !== undefined) expect(adviseAddress(mend, custom, { allowPrivateHttp: true })).toMatchObject({ ok: true });
  });

  test('plain http on the local network is a switch, not another address', () => {
    const typed = 'http://192.168.1.20:11434/v1';
    expect(adviseAddress(typed, custom)).toEqual({
      ok: false,
      fault: 'private-http',
      mend: { kind: 'allow-private-http' },
    });
    expect(adviseAddress(typed, custom, { allowPrivateHttp: true })).toMatchObject({ ok: true });
  });
});

describe('a sound base URL that is probably not what was meant', () => {
  test.each([
    ['https://api.example.com', 'missing-version', 'https://api.example.com/v1'],
    ['https://api.example.com/v1/chat/completions', 'endpoint-pasted', 'https://api.example.com/v1'],
    ['https://api.example.com/v1/models/', 'endpoint-pasted', 'https://api.example.com/v1'],
    ['https://api.example.com/v1/v1', 'path-twice', 'https://api.example.com/v1'],
  ])('%s', (typed, kind, url) => {
    expect(adviseAddress(typed, custom)).toMatchObject({ ok: true, hint: { kind, mend: { kind: 'use', url } } });
  });

  test('a name in other letters is shown as the browser reads it', () => {
    expect(adviseAddress('https://аpple.example/v1', custom)).toMatchObject({
      ok: true,
      hint: { kind: 'international', host: 'xn--pple-43d.example' },
    });
  });

  test('no version is asked for where the wire has none', () => {
    for (const id of ['deepseek', 'nextchat', 'ollama', 'easychat']) {
      expect(adviseAddress('https://api.example.com', providerById(id))).toEqual({
        ok: true,
        address: expect.objectContaining({ url: 'https://api.example.com' }),
      });
    }
  });

  test('an address that is right gets no words', () => {
    expect(adviseAddress('https://api.example.com/v1/', custom)).toEqual({
      ok: true,
      address: expect.objectContaining({ url: 'https://api.example.com/v1' }),
    });
  });
});
