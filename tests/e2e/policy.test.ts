/** The policies hold in the built extension: what breaks them is refused and seen, and nothing of ours breaks them. */
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Session } from './harness/session';

let session: Session;
beforeAll(async () => {
  session = await Session.start();
});
afterAll(() => session?.close());

/** From the first line of the page on, every broken policy. */
async function watched(path: string): Promise<{ page: Page; violations(): Promise<string[]> }> {
  const page = await session.gloss.context.newPage();
  await page.addInitScript(() => {
    const violations: string[] = [];
    Object.assign(globalThis, { violations });
    addEventListener('securitypolicyviolation', (event) =>
      violations.push(`${event.effectiveDirective} ${event.blockedURI}`),
    );
  });
  await page.goto(session.gloss.url(path));
  return {
    page,
    violations: () => page.evaluate(() => (globalThis as { violations?: string[] }).violations ?? ['was not watched']),
  };
}

const planted: readonly [string, RegExp][] = [
  ["document.body.innerHTML = '<b>no</b>'", /require-trusted-types-for/],
  ["trustedTypes.createPolicy('any', { createHTML: (text) => text })", /trusted-types/],
  // The worker's own name, under which it reads its own scripts, is nothing to a page.
  ["trustedTypes.createPolicy('gloss-worker', { createScriptURL: (text) => text })", /trusted-types/],
  ["fetch('https://example.org/').catch(() => undefined)", /connect-src/],
  ["document.body.append(Object.assign(new Image(), { src: 'https://example.org/pixel.png' }))", /img-src/],
  [
    "document.body.append(Object.assign(document.createElement('iframe'), { src: 'https://example.org/' }))",
    /frame-src/,
  ],
  ["navigator.sendBeacon('https://example.org/')", /connect-src/],
  ["document.body.setAttribute('style', 'color: red')", /style-src/],
];

describe.each(['sidepanel.html', 'options.html'])('%s', (path) => {
  test.each(planted)('refuses %s', async (code, directive) => {
    const { page, violations } = await watched(path);
    await page.evaluate(`try { ${code} } catch {}`);
    await expect.poll(violations).toEqual(expect.arrayContaining([expect.stringMatching(directive)]));
    await page.close();
    session.gloss.trouble.errors.length = 0;
    session.gloss.trouble.requests.length = 0;
  });
});

test('nothing of ours breaks one', async () => {
  const { page: options, violations: ofOptions } = await watched('options.html');
  await options.getByRole('button', { name: 'Add provider' }).click();
  await options.getByRole('combobox', { name: 'Provider' }).selectOption('custom');
  expect(await ofOptions()).toEqual([]);

  const { page: panel, violations: ofPanel } = await watched('sidepanel.html');
  await panel.getByRole('textbox', { name: 'Message' }).waitFor();
  session.upstream.next({
    pieces: [
      '# Everything\n\n```js\nlet a = 1;\n```\n\n$$x^2$$\n\n| a |\n| - |\n| b |\n\n',
      '![picture](https://example.org/p.png) <img src="https://example.org/q.png"> [link](javascript:alert(1))\n',
    ],
  });
  await session.askAndWait(panel, 'Show everything');
  await panel.getByRole('button', { name: 'History' }).click();
  expect(await ofPanel()).toEqual([]);
  session.expectNoTrouble();
});
