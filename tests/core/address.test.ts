import { describe, expect, it } from 'vitest';
import { joinUrl, judgeBaseUrl, originPattern, type AddressFault } from '../../core/address';

/** What was typed, and the normalised address or the fault. `lan` is given with private http allowed. */
const judged: readonly (readonly [string, string])[] = [
  ['https://api.openai.com/v1', 'https://api.openai.com/v1'],
  ['https://api.openai.com/v1/', 'https://api.openai.com/v1'],
  ['  https://api.openai.com/v1  ', 'https://api.openai.com/v1'],
  ['https://api.openai.com', 'https://api.openai.com'],
  ['HTTPS://API.OpenAI.com/v1', 'https://api.openai.com/v1'],
  ['https://host:8443/openai/v1', 'https://host:8443/openai/v1'],
  ['https://host:443/v1', 'https://host/v1'],
  // The parsed URL is what counts, however it was written.
  ['https:evil.example/x', 'https://evil.example/x'],
  ['https:\\\\evil.example\\x', 'https://evil.example/x'],
  ['https://exa\nmple.com/v1', 'https://example.com/v1'],
  ['https://exa\tmple.com', 'https://example.com'],
  ['https://ｇｏｏｄ.example', 'https://good.example'],
  ['https://bücher.example/v1', 'https://xn--bcher-kva.example/v1'],
  ['https://раураl.example', 'idn'],
  ['https://host/a/../v1', 'https://host/v1'],
  ['https://host/%2e%2e/v1', 'https://host/v1'],
  // This machine, in every spelling.
  ['http://localhost:11434', 'http://localhost:11434'],
  ['http://LOCALHOST:11434/v1', 'http://localhost:11434/v1'],
  ['http://ollama.localhost/v1', 'http://ollama.localhost/v1'],
  ['http://127.0.0.1:1234/v1', 'http://127.0.0.1:1234/v1'],
  ['http://127.1', 'http://127.0.0.1'],
  ['http://127.200.3.4', 'http://127.200.3.4'],
  ['http://0x7f.1', 'http://127.0.0.1'],
  ['http://0177.0.0.1', 'http://127.0.0.1'],
  ['http://2130706433', 'http://127.0.0.1'],
  ['http://[::1]:8080/v1', 'http://[::1]:8080/v1'],
  ['http://[0:0:0:0:0:0:0:1]', 'http://[::1]'],
  ['http://[::ffff:127.0.0.1]', 'http://[::ffff:7f00:1]'],
  // Not what they look like.
  ['http://127.0.0.1.nip.io', 'public-http'],
  ['http://localhost.evil.example', 'public-http'],
  ['http://notlocalhost.example', 'public-http'],
  ['http://128.0.0.1', 'public-http'],
  ['http://0.0.0.0:11434', 'public-http'],
  ['http://[2001:db8::1]', 'public-http'],
  ['http://[::ffff:8.8.8.8]', 'public-http'],
  ['http://api.openai.com/v1', 'public-http'],
  ['http://11.0.0.1', 'public-http'],
  ['http://172.15.0.1', 'public-http'],
  ['http://172.32.0.1', 'public-http'],
  ['http://192.169.0.1', 'public-http'],
  ['http://100.63.0.1', 'public-http'],
  ['http://100.128.0.1', 'public-http'],
  ['http://169.253.0.1', 'public-http'],
  ['http://evil.local.example', 'public-http'],
  // The local network, which the user has to allow.
  ['http://10.1.2.3:8000', 'private-http'],
  ['http://172.16.0.1', 'private-http'],
  ['http://172.31.255.255', 'private-http'],
  ['http://192.168.1.20:11434', 'private-http'],
  ['http://100.64.0.1', 'private-http'],
  ['http://100.127.1.1', 'private-http'],
  ['http://169.254.1.1', 'private-http'],
  ['http://[fd12::1]', 'private-http'],
  ['http://[fe80::1]', 'private-http'],
  ['http://[::ffff:10.0.0.1]', 'private-http'],
  ['http://nas:8080', 'private-http'],
  ['http://ai.local', 'private-http'],
  ['http://ai.lan', 'private-http'],
  ['http://ai.internal', 'private-http'],
  ['http://ai.home.arpa', 'private-http'],
  ['', 'empty'],
  ['   ', 'empty'],
  ['api.openai.com/v1', 'no-scheme'],
  ['api.openai.com', 'no-scheme'],
  ['//api.openai.com/v1', 'no-scheme'],
  ['localhost:11434', 'no-scheme'],
  ['localhost:11434/v1', 'no-scheme'],
  ['127.0.0.1:8080', 'no-scheme'],
  ['api.openai.com:443/v1', 'no-scheme'],
  ['ftp://host/v1', 'bad-scheme'],
  ['javascript:alert(1)', 'bad-scheme'],
  ['file:///etc/passwd', 'bad-scheme'],
  ['chrome-extension://abc/x', 'bad-scheme'],
  ['data:text/html,x', 'bad-scheme'],
  ['ws://localhost:1', 'bad-scheme'],
  ['mailto:a@b.example', 'bad-scheme'],
  ['https://good.example@evil.example', 'userinfo'],
  ['https://user:secret@host/v1', 'userinfo'],
  ['https://:secret@host/v1', 'userinfo'],
  ['https://host/v1?key=secret', 'query'],
  ['https://host/v1?', 'query'],
  ['https://host/v1#top', 'fragment'],
  ['https://host/v1#', 'fragment'],
  ['https://localhost./v1', 'trailing-dot'],
  ['http://localhost.:11434', 'trailing-dot'],
  ['https://api.openai.com./v1', 'trailing-dot'],
  ['https://', 'malformed'],
  ['https:', 'malformed'],
  ['hello world', 'malformed'],
  ['https://exa mple.com', 'malformed'],
  ['https://host:99999', 'malformed'],
  ['https://[::1', 'malformed'],
  ['https://1.2.3.4.5.6.7/', 'malformed'],
  ['https://{resource}.openai.azure.com/openai/v1', 'malformed'],
  ['https://api.example.com{port}/v1', 'malformed'],
  ['https://a*b.example', 'malformed'],
  ['http://my_nas:8080', 'private-http'],
  // Signs that a parser folds, drops or takes for another.
  ['http://①②⑦.⓪.⓪.①:8080', 'http://127.0.0.1:8080'],
  ['http://127。0。0。1', 'http://127.0.0.1'],
  ['https://evil。example', 'https://evil.example'],
  ['https://exa\u00ADmple.com', 'https://example.com'],
  ['https://exa\u200Bmple.com', 'https://example.com'],
  ['https://good.example\\@evil.example', 'https://good.example/@evil.example'],
  ['https://good.example%2F@evil.example', 'userinfo'],
  ['https://good.example%2F.evil.example', 'malformed'],
  ['http://127.0.0.1%2eevil.example', 'public-http'],
  ['https://host:00443/v1', 'https://host/v1'],
  ['https://host:0x50', 'malformed'],
  ['http://[::]', 'public-http'],
  ['http://[::127.0.0.1]', 'public-http'],
  ['http://[64:ff9b::7f00:1]', 'public-http'],
  ['http://[fe80::1%25eth0]', 'malformed'],
  ['blob:https://host/x', 'bad-scheme'],
  ['view-source:https://host', 'bad-scheme'],
];

/** What a browser reads another way than a person, as it was measured (M22 of the security requirements). */
const misread = [
  'http://127.1',
  'http://0x7f.1',
  'https://localhost./v1',
  'https:evil.example/x',
  'https://good.example@evil.example',
  'https://ｇｏｏｄ.example',
];

it('judges all that is known to be misread, and forty more', () => {
  const table = judged.map(([typed]) => typed);
  expect(table).toEqual(expect.arrayContaining(misread));
  expect(new Set(table).size).toBe(table.length);
  expect(table.length).toBeGreaterThanOrEqual(misread.length + 40);
});

describe('judgeBaseUrl', () => {
  it.each(judged)('%j → %s', (typed, wanted) => {
    const result = judgeBaseUrl(typed);
    if (wanted === 'idn') expect(result).toMatchObject({ ok: true, origin: expect.stringMatching(/^https:\/\/xn--/) });
    else expect(result.ok ? result.url : result.reason).toBe(wanted);
  });

  const lan = judged.filter(([, wanted]) => wanted === 'private-http').map(([typed]) => typed);
  it.each(lan)('allows %s where the user allowed plain http to a private address', (typed) => {
    expect(judgeBaseUrl(typed, { allowPrivateHttp: true })).toMatchObject({ ok: true, private: true, loopback: false });
  });

  const open = judged.filter(([, wanted]) => wanted === 'public-http').map(([typed]) => typed);
  it.each(open)('never allows plain http to %s', (typed) => {
    expect(judgeBaseUrl(typed, { allowPrivateHttp: true })).toEqual({
      ok: false,
      reason: 'public-http' satisfies AddressFault,
    });
  });

  it('tells this machine, the local network and the internet apart', () => {
    expect(judgeBaseUrl('http://localhost:1')).toMatchObject({ loopback: true, private: false });
    expect(judgeBaseUrl('https://nas')).toMatchObject({ loopback: false, private: true });
    expect(judgeBaseUrl('https://api.openai.com')).toMatchObject({ loopback: false, private: false });
  });

  it('gives origin with port and pattern without', () => {
    expect(judgeBaseUrl('http://localhost:11434/v1')).toMatchObject({
      origin: 'http://localhost:11434',
      pattern: 'http://localhost/*',
    });
    expect(originPattern('https://host:8443/v1')).toBe('https://host/*');
    expect(originPattern('http://[::1]:1/')).toBe('http://[::1]/*');
  });
});

describe('joinUrl', () => {
  it.each([
    ['https://host/v1', '/chat/completions', 'https://host/v1/chat/completions'],
    ['https://host/v1/', 'chat/completions', 'https://host/v1/chat/completions'],
    ['https://host', '/chat/completions', 'https://host/chat/completions'],
    ['https://host/v1', '/v1/chat/completions', 'https://host/v1/chat/completions'],
    ['https://host/api/openai/v1', '/api/openai/v1/chat/completions', 'https://host/api/openai/v1/chat/completions'],
    ['https://host/api', '/api/openai/v1/chat/completions', 'https://host/api/openai/v1/chat/completions'],
    ['https://host/v1/chat/completions', '/chat/completions', 'https://host/v1/chat/completions'],
    ['https://host/v1/chat/completions', '/v1/chat/completions', 'https://host/v1/chat/completions'],
    ['https://host/v1beta', '/v1/models', 'https://host/v1beta/v1/models'],
    ['https://host/v1/v1', '/v1/models', 'https://host/v1/v1/models'],
    ['https://host:8443/a', '/b?alt=sse', 'https://host:8443/a/b?alt=sse'],
    ['https://host/a', '/models/x:stream?alt=sse&q=/a/b', 'https://host/a/models/x:stream?alt=sse&q=/a/b'],
    ['https://host', '/', 'https://host/'],
    ['https://host/a', '/', 'https://host/a'],
    ['https://host/models/a%2Fb', '/c', 'https://host/models/a%2Fb/c'],
  ])('%s + %s', (base, path, wanted) => {
    expect(joinUrl(base, path)).toBe(wanted);
  });

  it('cannot leave the origin', () => {
    for (const path of [
      '//evil.example/x',
      'https://evil.example/x',
      '\\\\evil.example',
      '@evil.example/x',
      '/../../x',
    ])
      expect(new URL(joinUrl('https://host/v1', path)).origin).toBe('https://host');
  });
});
