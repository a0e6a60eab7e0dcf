/** Ways to carry a chat away in an address that somebody is to click. */
import { expect, test } from 'vitest';
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
