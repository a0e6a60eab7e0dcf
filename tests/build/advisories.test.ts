/** What `npm run advisories` makes of the registry's answers. */
import { expect, test } from 'vitest';
import { verdict } from '../../scripts/advisories.mjs';

const packages = {
  'node_modules/preact': {},
  'node_modules/vite': { dev: true },
  'node_modules/vite/node_modules/preact': { dev: true },
};
const report = (vulnerabilities: object) => JSON.stringify({ auditReportVersion: 2, vulnerabilities });
const known = (name: string, ...nodes: string[]) => ({ [name]: { name, severity: 'high', range: '<2', nodes } });

test('nothing known is clean', () => {
  expect(verdict(report({}), packages)).toEqual({
    checked: true,
    bad: false,
    lines: ['Advisories: 0 against what ships, 0 against tools.'],
  });
});

test('something known against what ships is a failure, by name', () => {
  const { bad, lines } = verdict(report(known('preact', 'node_modules/preact')), packages);
  expect(bad).toBe(true);
  expect(lines[0]).toBe('ships: preact <2 (high)');
});

test('something known against a tool is named and is none', () => {
  const { bad, lines } = verdict(
    report({ ...known('vite', 'node_modules/vite'), ...known('preact', 'node_modules/vite/node_modules/preact') }),
    packages,
  );
  expect(bad).toBe(false);
  expect(lines).toEqual([
    'only builds or tests: vite <2 (high)',
    'only builds or tests: preact <2 (high)',
    'Advisories: 0 against what ships, 2 against tools.',
  ]);
});

test('what the lockfile does not know is taken for the worse', () => {
  expect(verdict(report(known('other', 'node_modules/other')), packages).bad).toBe(true);
  expect(verdict(report(known('other')), packages).bad).toBe(true);
});

test.each([
  ['a registry without the service', 'npm warn audit 405\n{"message":"405 Method Not Allowed","error":{"summary":""}}'],
  ['no network', '{"error":{"code":"ENOTFOUND","summary":"request failed"}}'],
  ['words', 'npm error nothing'],
  ['nothing', ''],
  ['broken JSON', '{"vulnerabilities": {'],
])('%s is said to be unchecked, never clean', (_name, output) => {
  const { checked, bad, lines } = verdict(output, packages);
  expect({ checked, bad }).toEqual({ checked: false, bad: false });
  expect(lines).toEqual([expect.stringMatching(/^ADVISORIES NOT CHECKED: /)]);
});
