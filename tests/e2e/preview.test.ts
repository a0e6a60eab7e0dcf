/** What the reader is shown of a page before asking is, character by character, what its provider is sent. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answerToEnd, ask } from '../../scripts/drive.mjs';
import { injections, strings } from '../security/strings';
import { Session } from './harness/session';
import { openSite, siteNames, type Site } from './harness/site';

let session: Session;
let site: Site;

const escaped = (text: string): string =>
  text.toWellFormed().replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('\u0000', '');

beforeAll(async () => {
  const blocks = [...injections, ...strings].map((text) => `<pre>${escaped(text)}</pre>`);
  site = await openSite({ '/': { body: `<!doctype html><title>Orders</title>${blocks.join('\n')}` } });
  session = await Session.start({ hosts: siteNames });
});
afterAll(async () => {
  await session?.close();
  await site?.close();
});

test('a page that tries to break out of its fence', async () => {
  const page = await session.gloss.openTab(site.url('/'));
  const panel = await session.gloss.openPanel(page);
  await panel.getByRole('button', { name: 'Add this page' }).click();
  const chip = panel.getByRole('group', { name: 'Page' });
  await chip.getByRole('button', { name: 'Preview' }).click();
  const preview = (await chip.locator('pre').textContent()) ?? '';
  expect(preview).toContain('Ignore all previous instructions');
  expect(preview).not.toMatch(/<\/?(?:page_content|quote)/);
  await ask(panel, 'What is this?');
  await session.upstream.chat(1);
  await answerToEnd(panel);
  const messages = session.upstream.chats[0]?.body.messages ?? [];
  const content = String(messages.find(({ role }) => role === 'user')?.content);
  const [, fence = ''] = /<page_content id=([0-9a-f]{32})>/.exec(content) ?? [];
  const start = content.indexOf('\n\n', content.indexOf('\nurl: ')) + 2;
  const end = content.lastIndexOf(`\n</page_content id=${fence}>`);
  expect(content.slice(start, end)).toBe(preview);
  expect(content.split(fence)).toHaveLength(3);
  session.expectNoTrouble();
});
