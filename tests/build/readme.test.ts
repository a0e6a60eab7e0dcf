/** The README's table of providers is what the catalog says. `npm run readme` writes it; without that this test only looks. */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { catalog } from '../../providers/catalog';
import { needsKey } from '../../providers/contract';
import type { Provider, ProviderGroup } from '../../providers/contract';

const path = resolve(import.meta.dirname, '../../README.md');
const opening = '<!-- providers: written by `npm run readme` -->\n';
const closing = '<!-- /providers -->';

const groups: readonly [ProviderGroup, string][] = [
  ['local', 'On your own machine'],
  ['hosted', 'Hosted'],
  ['gateway', 'Gateways'],
  ['retired', 'Retired by their operators; for servers of your own that speak the same'],
];

function row(provider: Provider): string {
  const name = provider.docsUrl ? `[${provider.name}](${provider.docsUrl})` : provider.name;
  const key = needsKey(provider) ? 'needed' : provider.auth === 'none' ? 'none' : 'if the server wants one';
  return `| ${name} | ${provider.description ?? ''} | ${key} |`;
}

function table(): string {
  const parts = groups.flatMap(([group, title]) => {
    const members = catalog.filter((provider) => (provider.group ?? 'hosted') === group);
    return members.length === 0
      ? []
      : [`**${title}**\n\n| provider | | key |\n| --- | --- | --- |\n${members.map(row).join('\n')}\n`];
  });
  return `\n${parts.join('\n')}\n`;
}

test('the README lists every provider', () => {
  const readme = readFileSync(path, 'utf8');
  const start = readme.indexOf(opening) + opening.length;
  const end = readme.indexOf(closing);
  expect(start).toBeGreaterThan(opening.length);
  expect(end).toBeGreaterThanOrEqual(start);
  if (process.env.GLOSS_WRITE_README) writeFileSync(path, readme.slice(0, start) + table() + readme.slice(end));
  else expect(readme.slice(start, end), 'run `npm run readme`').toBe(table());
});
