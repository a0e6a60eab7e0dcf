/** The words of the interface, and whether it still says them: every one is in the package of everybody. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { generateChromeMessages, parseMessagesFile } from '@wxt-dev/i18n/build';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const sources = ['components', 'core', 'entrypoints', 'providers', 'state', 'storage']
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path)),
  )
  .filter((path) => /\.tsx?$/.test(path));

test('every message is named somewhere', async () => {
  const said = [...sources, 'wxt.config.ts'].map(read).join('\n');
  const names = Object.keys(generateChromeMessages(await parseMessagesFile(join(root, 'locales/en.yml'))));
  expect(names.length).toBeGreaterThan(500);
  const unsaid = names.filter((name) => !said.includes(name) && !said.includes(name.replaceAll('_', '.')));
  expect(unsaid).toEqual([]);
});
