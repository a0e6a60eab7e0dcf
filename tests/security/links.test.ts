/** Ways to carry a chat away in an address that somebody is to click. */
import { describe, expect, test } from 'vitest';
import { doubtAbout } from '../../components/markdown/link-safety';

const words = 'the-user-said-that-the-password-is-correct-horse-battery-staple';

test.each([
  ['in the name of the host', `https://${'meet-me-at-noon-'.repeat(3)}x.the-usual-place.evil.example/`],
  ['in labels of it', `https://${'mfrggzdfmztwq.'.repeat(4)}evil.example/`],
  ['in a path of words', `https://evil.example/${`${words}/`.repeat(5)}`],
  ['in the words of a mail', `mailto:a@evil.example?subject=x&body=${words}${words}`],
  ['in the name of a user', 'https://secret:words@evil.example/'],
  ['behind the number sign', `https://evil.example/#${words}${words}`],
])('%s is asked about', (_name, url) => {
  expect(doubtAbout('more', new URL(url))).toBeDefined();
});

test.each([
  'https://en.wikipedia.org/wiki/Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch',
  'https://www.nytimes.com/2024/05/01/science/a-rather-long-title-of-an-article-about-leaves-and-why-they-fall-in-autumn.html',
  'https://my-long-project-name-on-a-host-of-many.vercel.app/docs',
  'https://learn.microsoft.com/en-us/azure/ai-services/openai/how-to/create-resource?pivots=web-portal',
  'mailto:somebody@example.org?subject=Hello',
])('%s is an address like any other', (url) => {
  expect(doubtAbout('more', new URL(url))).toBeUndefined();
});

describe('a text that names another site than it leads to', () => {
  const evil = 'https://evil.example/';
  test.each([
    'bank.com',
    'bank.com login',
    'Log in at bank.com',
    'bank.com.',
    '“bank.com”',
    '→ bank.com',
    '(bank.com)',
    'evil.example or bank.com',
    '//bank.com',
    'ftp://bank.com/a',
    'user@bank.com',
    'allegro.pl',
    'vg.no',
    'bank。com',
    'bank．com',
    'ba\u00ADnk.com',
    'bank\u200D.com',
    'bank.c\u2063om',
    'bank.com\uFE0F',
    'ba\u034Fnk.com',
    'ＢＡＮＫ.com',
    'bank.com:443',
    'bank.com/login',
    'http://bank.com',
  ])('%s is asked about', (text) => expect(doubtAbout(text, new URL(evil))).toBe('other-host'));

  test.each([
    ['help@bank.com', 'mailto:help@evil.example'],
    ['help@bank.com', 'mailto:other@bank.com'],
    ['bank.com', 'mailto:help@evil.example'],
    ['Write to help@bank.com!', 'mailto:help@evil.example'],
  ])('%s is asked about for %s', (text, url) => expect(doubtAbout(text, new URL(url))).toBe('other-host'));

  test.each([
    ['bank.com login', 'https://www.bank.com/login'],
    ['Log in at bank.com.', 'https://login.bank.com/'],
    ['müller.de', 'https://xn--mller-kva.de/'],
    ['help@bank.com', 'mailto:help@bank.com'],
    ['Help@Bank.com', 'mailto:help@bank.com?subject=Hello'],
    ['bank.com', 'mailto:help@bank.com'],
    ['ASP.NET Core', 'https://learn.microsoft.com/aspnet/core/'],
    ['README.md and main.rs', 'https://github.com/a/b'],
    ['version 1.2.3, i.e. the newest', 'https://example.org/'],
    ['Wait...', 'https://example.org/'],
    ['a.b.c', 'https://example.org/'],
  ])('%s is not, for %s', (text, url) => expect(doubtAbout(text, new URL(url))).toBeUndefined());

  test('is looked for in steps that grow with its length', () => {
    for (const piece of ['a.', 'a', '.', '@', '/', 'www.', 'a@', '://', '\u00AD'])
      expect(doubtAbout(piece.repeat(100_000), new URL(evil)) ?? 'none').toMatch(/none|other-host/);
  });
});
