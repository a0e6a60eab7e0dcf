import { afterAll, beforeAll, expect, test } from 'vitest';
import { GlossInFirefox } from './harness/firefox';

let gloss: GlossInFirefox;
beforeAll(async () => {
  gloss = await GlossInFirefox.launch();
});
afterAll(() => gloss?.close());

test('x', async () => {
  const page = await gloss.open('options.html');
  expect(await page.evaluate(() => document.body.innerText)).toContain('Gloss');
});
