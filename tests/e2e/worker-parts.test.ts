/** Chrome's worker reads its parts when they are first needed, and the browser has kept them since the installation. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answers, answerToEnd, ask } from '../../scripts/drive.mjs';
import { Gloss } from './harness/browser';
import { loopback, setUpConnection } from './harness/session';
import { Upstream } from './harness/upstream';

let gloss: Gloss;
let upstream: Upstream;
beforeAll(async () => {
  upstream = await Upstream.start();
  gloss = await Gloss.launch();
});
afterAll(async () => {
  await gloss?.close();
  await upstream?.close();
});

async function endWorker(): Promise<void> {
  const page = await gloss.openOptions();
  await gloss.stopWorker();
  await page.close();
}

async function restart(how: 'quit' | 'kill'): Promise<void> {
  gloss = await gloss.restart(how);
}

// In this order: whatever comes first after the installation, after an end of the worker, and after one of the browser.
describe.each<[string, () => Promise<void>]>([
  ['after the installation', async () => undefined],
  ['after the worker was ended', endWorker],
  ['after the browser was quit', () => restart('quit')],
  ['after the browser was killed', () => restart('kill')],
])('%s', (_when, before) => {
  test('Passages answers, a connection is set up, and it answers', async () => {
    await before();
    const panel = await gloss.openPanelTab();
    await ask(panel, 'What is the capital of France?');
    await answerToEnd(panel);
    await expect.poll(() => answers(panel).last().innerText()).toContain('Passages is not an AI');
    await panel.close();

    await before();
    await gloss.allow(loopback);
    await setUpConnection(gloss, { baseUrl: upstream.baseUrl, model: 'test-model', key: 'test-key-1', name: 'Server' });

    await before();
    const again = await gloss.openPanelTab();
    upstream.next({ pieces: ['Read ', 'and ', 'answered.'] });
    await ask(again, 'Are you there?');
    await answerToEnd(again);
    await expect.poll(() => answers(again).last().innerText()).toContain('Read and answered.');
    await again.close();

    // Back to nothing set up, for the next time.
    const options = await gloss.openOptions();
    await options.evaluate(`chrome.runtime.sendMessage({ type: 'data.clear' })`);
    await options.close();
    const { errors, requests } = gloss.trouble;
    expect([...errors.splice(0), ...requests.splice(0)]).toEqual([]);
  });
});
