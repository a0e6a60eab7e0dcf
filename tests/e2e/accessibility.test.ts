/** axe finds nothing, in the light and in the dark. */
import type { Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ask } from '../../scripts/drive.mjs';
import { accessibilityFaults } from './harness/axe';
import { Session } from './harness/session';

let session: Session;
beforeAll(async () => {
  session = await Session.start();
});
afterAll(() => session?.close());
afterEach(() => session.expectNoTrouble());

test('axe finds what is wrong where something is', async () => {
  const page = await session.gloss.openTab(
    'data:text/html,<title>x</title><img src=x><p style="color:%23eee">pale</p>',
  );
  expect((await accessibilityFaults(page)).join('\n')).toMatch(
    /image-alt[^]*color-contrast|color-contrast[^]*image-alt/,
  );
  await page.close();
});

const long = `# A heading

Some *words*, \`code\` and [a link](https://example.org/).

- one
- [ ] two

> A quote.

| a | b |
| --- | --- |
| 1 | 2 |

\`\`\`js
const one = 1; // a comment
\`\`\`
`;

const views: readonly [string, (panel: Page) => Promise<void>][] = [
  ['the empty panel', async () => undefined],
  [
    'a chat',
    async (panel) => {
      session.upstream.next({ pieces: [long] });
      await session.askAndWait(panel, 'Show me everything');
    },
  ],
  [
    'an error',
    async (panel) => {
      session.upstream.next({ status: 401, body: { error: { message: 'No such key' } } });
      await ask(panel, 'Fail');
      await panel.getByRole('alert').first().waitFor();
    },
  ],
  [
    'the history',
    async (panel) => {
      await panel.getByRole('button', { name: 'History' }).click();
      await panel.getByRole('searchbox', { name: 'Search chats' }).waitFor();
    },
  ],
  [
    'the models',
    async (panel) => {
      await panel.getByRole('combobox', { name: 'Model' }).click();
      await panel.getByRole('option').first().waitFor();
    },
  ],
];

describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
  test.each(views)('%s', async (_, show) => {
    const panel = await session.freshPanel();
    await panel.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await show(panel);
    expect(await accessibilityFaults(panel)).toEqual([]);
    await panel.close();
  });

  test('the options page, with a provider open and one being added', async () => {
    const options = await session.gloss.openOptions();
    await options.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await options.getByText('Test server').first().waitFor();
    expect(await accessibilityFaults(options)).toEqual([]);
    await options.getByRole('button', { name: 'Add provider' }).click();
    expect(await accessibilityFaults(options)).toEqual([]);
    await options.getByRole('combobox', { name: 'Provider' }).selectOption('custom');
    expect(await accessibilityFaults(options)).toEqual([]);
    await options.close();
  });
});
