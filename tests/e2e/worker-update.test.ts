/** Chrome's worker and its parts stay together when the files are replaced: by an update, or by whoever builds them again. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { answerToEnd, answers, ask, until } from '../../scripts/drive.mjs';
import { Gloss } from './harness/browser';
import { buildFor } from './harness/build';

/** What Passages says without a page, in words of the worker's own and in others. */
const before = 'Passages is not an AI';
const after = 'An AI assistant in the side panel.';

test.each([
  ['a newer version', '99.0.0'],
  ['the same version, built again', undefined],
])('%s', async (_name, version) => {
  const folder = mkdtempSync(join(tmpdir(), 'gloss-replaced-'));
  const extension = join(folder, 'gloss');
  cpSync(buildFor('chrome'), extension, { recursive: true });
  // Without it, the browser switches off what was loaded from a folder and loads itself again.
  const profile = join(folder, 'profile');
  mkdirSync(join(profile, 'Default'), { recursive: true });
  writeFileSync(
    join(profile, 'Default', 'Preferences'),
    JSON.stringify({ extensions: { ui: { developer_mode: true } } }),
  );
  const gloss = await Gloss.launch({ extension, profile });
  const expectAnswer = async (words: string): Promise<void> => {
    const panel = await gloss.openPanelTab();
    await ask(panel, 'What is the capital of France?');
    await answerToEnd(panel);
    await expect.poll(() => answers(panel).last().innerText()).toContain(words);
    await panel.close();
  };
  const replace = (file: string, act: (text: string) => string) => {
    const text = readFileSync(join(extension, file), 'utf8');
    expect(act(text), file).not.toBe(text);
    writeFileSync(join(extension, file), act(text));
  };
  try {
    await expectAnswer(before);
    replace('worker/answering.js', (code) => code.replace('passages.nothingAttached', 'extDescription'));
    if (version) replace('manifest.json', (text) => JSON.stringify({ ...JSON.parse(text), version }));
    const options = await gloss.openOptions();
    await options.evaluate('void setTimeout(() => chrome.runtime.reload(), 100)');
    await until('the pages to be closed', () => options.isClosed());
    await until('the new one', async () => {
      const page = await gloss.context.newPage();
      const there = await page.goto(gloss.url('options.html')).then(
        () => true,
        () => false,
      );
      await page.close();
      return there;
    });
    await expectAnswer(after);
  } finally {
    await gloss.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
