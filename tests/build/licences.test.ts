/**
 * What ships, by the lockfile: every package that is not a tool, with its licence. `npm run readme` writes docs/licences.md;
 * without that this test only looks.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const path = resolve(root, 'docs/licences.md');

interface Locked {
  version?: string;
  license?: string;
  dev?: boolean;
  optional?: boolean;
  devOptional?: boolean;
  integrity?: string;
  hasInstallScript?: boolean;
}

const { packages } = JSON.parse(readFileSync(resolve(root, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, Locked & { dependencies?: Record<string, string> }>;
};
const direct = packages['']?.dependencies ?? {};

const shipped = Object.entries(packages)
  .filter(([place, { dev, optional, devOptional }]) => place !== '' && !dev && !optional && !devOptional)
  .map(([place, locked]) => ({
    place,
    name: place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length),
    ...locked,
  }))
  .toSorted((a, b) => a.name.localeCompare(b.name, 'en') || String(a.version).localeCompare(String(b.version), 'en'));

/** Licences that go together with ours and ask for no more than to be named. */
const allowed = new Set(['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'Apache-2.0', 'MPL-2.0', 'PSF-2.0']);

const list = (): string =>
  [
    '# Licences of what ships',
    '',
    'Every package of the lockfile that is not a tool for building or testing. Written by `npm run readme`; why each direct one is there, and how much it weighs, stands in [decisions/libraries.md](decisions/libraries.md).',
    '',
    '| package | version | licence | |',
    '| --- | --- | --- | --- |',
    ...shipped.map(
      ({ place, name, version, license }) =>
        `| ${name} | ${version ?? ''} | ${license ?? 'none'} | ${place === `node_modules/${name}` && Object.hasOwn(direct, name) ? 'direct' : 'by another'} |`,
    ),
    '',
  ].join('\n');

test('every package that ships is listed', () => {
  expect(shipped.length).toBeGreaterThanOrEqual(Object.keys(direct).length);
  if (process.env.GLOSS_WRITE_README) writeFileSync(path, list());
  else expect(existsSync(path) ? readFileSync(path, 'utf8') : '', 'run `npm run readme`').toBe(list());
});

test.each(shipped)('$name may be shipped', ({ license, integrity, hasInstallScript }) => {
  expect(allowed).toContain(license);
  expect(integrity, 'held to its bytes').toMatch(/^sha512-/);
  expect(hasInstallScript, 'runs nothing when it is installed').toBeUndefined();
});

test.each(Object.entries(direct))('%s is held at one version, and its reason is written down', (name, version) => {
  expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  const rows = readFileSync(resolve(root, 'docs/decisions/libraries.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith(`| ${name} |`));
  expect(rows, 'a row in docs/decisions/libraries.md').toHaveLength(1);
  const license = packages[`node_modules/${name}`]?.license ?? '';
  expect(rows[0]).toContain(`| ${license} |`);
});
