import { expect, it, vi } from 'vitest';
import { errorKinds } from '../../core/chat';
import { errorWords } from '../../components/chat/error-words';
import { t } from './words';

vi.mock('#i18n', async () => ({ i18n: { t: (await import('./words')).t } }));

const asked = { provider: 'My server', model: 'some-model' };

it.each(errorKinds)('%s has a sentence without a hole', (kind) => {
  const bare = errorWords({ kind, message: '' });
  const full = errorWords(
    { kind, message: '', origin: 'https://api.example', status: 418, retryAfterMs: 12_000 },
    asked,
  );
  for (const words of [bare, full]) {
    expect(words).toMatch(/^[A-Z].*[.!]$|^(the server|https:|My server).*\.$/s);
    expect(words).not.toMatch(/\$\d|undefined|NaN|\bnull\b/);
  }
});

it('names who refused, which model, which status', () => {
  expect(errorWords({ kind: 'auth', message: '' }, asked)).toContain('My server');
  expect(errorWords({ kind: 'model-not-found', message: '' }, asked)).toContain('some-model');
  expect(errorWords({ kind: 'server', message: '', status: 502 }, asked)).toContain('status 502');
  expect(errorWords({ kind: 'network', message: '', origin: 'http://localhost:11434' }, asked)).toContain(
    'http://localhost:11434',
  );
});

it('shows no trick in an imported name', () => {
  const words = errorWords({ kind: 'auth', message: '' }, { provider: 'A\u202Eb' });
  expect(words).toContain('A⟨U+202E⟩b');
});

it('says how long to wait in what people count in', () => {
  const wait = (retryAfterMs: number) => errorWords({ kind: 'rate-limit', message: '', retryAfterMs }, asked);
  expect(wait(4_100)).toContain('5 s');
  expect(wait(600_000)).toContain('10 min');
});

it('takes words from the locale, and misses none that is not there', () => {
  expect(() => t('errors.nonsense')).toThrow();
});
