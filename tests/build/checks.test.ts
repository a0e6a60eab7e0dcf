/** A checker that reads nothing also finds nothing. So every check is given something to find, in a project of its own. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { binOf } from '../../scripts/run.mjs';

const root = resolve(import.meta.dirname, '../..');
const project = mkdtempSync(join(tmpdir(), 'gloss-planted-'));

/** Files that each break one rule, and the rule that must say so. The same folder holds files that break none. */
const planted: readonly { file: string; source: string; says: string | null; why: string }[] = [
  {
    file: 'core/up.ts',
    source: "import { later } from '../state/later';\nexport const up = later;\n",
    says: 'gloss(direction)',
    why: 'core imports nothing',
  },
  {
    file: 'core/pack.ts',
    source: "import { h } from 'preact';\nexport const pack = h;\n",
    says: 'gloss(direction)',
    why: 'core uses no package',
  },
  {
    file: 'providers/up.ts',
    source: "export { later } from '../state/later';\n",
    says: 'gloss(direction)',
    why: 'providers import core only',
  },
  {
    file: 'providers/dialects/up.ts',
    source: "export const up = () => import('../../storage/store');\n",
    says: 'gloss(direction)',
    why: 'a late import is an import',
  },
  {
    file: 'storage/value.ts',
    source: "import { contract } from '../providers/contract';\nexport const value = contract;\n",
    says: 'gloss(direction)',
    why: 'storage takes types only from providers',
  },
  {
    file: 'storage/type.ts',
    source: "import type { Contract } from '../providers/contract';\nexport const type: Contract = 1;\n",
    says: null,
    why: 'a type may be taken',
  },
  {
    file: 'state/store.ts',
    source: "import { store } from '../storage/store';\nexport const use = store;\n",
    says: 'gloss(direction)',
    why: 'state gets its stores as arguments',
  },
  { file: 'state/view.tsx', source: 'export const view = null;\n', says: 'gloss(pure)', why: 'state holds no JSX' },
  {
    file: 'state/net.ts',
    source: "export const net = (): Promise<Response> => fetch('https://example.org');\n",
    says: 'gloss(pure)',
    why: 'state does not fetch',
  },
  {
    file: 'state/given.ts',
    source:
      "export const given = (fetch: typeof globalThis.fetch): Promise<Response> => fetch('https://example.org');\n",
    says: null,
    why: 'fetch as an argument is how it is meant',
  },
  {
    file: 'state/browser.ts',
    source: 'export const id = browser.runtime.id;\n',
    says: 'no-restricted-globals',
    why: 'state does not name the browser',
  },
  {
    file: 'components/decode.ts',
    source: "import { stream } from '../providers/stream';\nexport const decode = stream;\n",
    says: 'gloss(direction)',
    why: 'no decoder in the panel',
  },
  {
    file: 'components/browser.ts',
    source: "import { browser } from 'wxt/browser';\nexport const id = browser.runtime.id;\n",
    says: 'gloss(direction)',
    why: 'components do not name the browser',
  },
  {
    file: 'components/html.ts',
    source: "export const html = (node: Element): void => {\n  node.innerHTML = '<b>no</b>';\n};\n",
    says: 'gloss(no-html)',
    why: 'no string becomes HTML',
  },
  {
    file: 'components/adjacent.ts',
    source: "export const html = (node: Element): void => node.insertAdjacentHTML('beforeend', '<b>no</b>');\n",
    says: 'gloss(no-html)',
    why: 'nor by a method',
  },
  {
    file: 'components/danger.ts',
    source: "export const props = { dangerouslySetInnerHTML: { __html: 'no' } };\n",
    says: 'gloss(no-html)',
    why: 'nor by a prop',
  },
  {
    file: 'core/ring-a.ts',
    source: "import { b } from './ring-b';\nexport const a = (): number => b();\n",
    says: 'import(no-cycle)',
    why: 'no rings',
  },
  {
    file: 'core/ring-b.ts',
    source: "import { a } from './ring-a';\nexport const b = (): number => a();\n",
    says: 'import(no-cycle)',
    why: 'no rings',
  },
  {
    file: 'core/floating.ts',
    source: 'const later = async (): Promise<void> => {};\nexport function floating(): void {\n  later();\n}\n',
    says: 'typescript(no-floating-promises)',
    why: 'a promise is awaited or given away on purpose',
  },
  {
    file: 'core/any.ts',
    source: 'export const loose: any = 1;\n',
    says: 'typescript(no-explicit-any)',
    why: 'no holes in the types',
  },
  {
    file: 'state/signals.ts',
    source:
      "import { computed, signal } from '@preact/signals';\nconst one = signal(1);\nexport const two = computed(() => {\n  one.value = 2;\n  return 2;\n});\n",
    says: 'signals(no-signal-write-in-computed)',
    why: 'a computed value does not write',
  },
  { file: 'state/later.ts', source: 'export const later = 1;\n', says: null, why: 'nothing wrong' },
  {
    file: 'storage/store.ts',
    source: "import { browser } from 'wxt/browser';\nexport const store = browser.storage.local;\n",
    says: null,
    why: 'storage may name the browser',
  },
  {
    file: 'providers/contract.ts',
    source: 'export type Contract = number;\nexport const contract = 1;\n',
    says: null,
    why: 'nothing wrong',
  },
  { file: 'providers/stream.ts', source: 'export const stream = 1;\n', says: null, why: 'nothing wrong' },
  {
    file: 'entrypoints/main.ts',
    source:
      "import { stream } from '../providers/stream';\nimport { browser } from 'wxt/browser';\nexport const main = [stream, browser.runtime.id];\n",
    says: null,
    why: 'entry points bring everything together',
  },
];

const tool = (name: string, args: string[], command?: string) => {
  const done = spawnSync(process.execPath, [binOf(name, command), ...args], { cwd: project, encoding: 'utf8' });
  return { code: done.status, output: done.stdout + done.stderr };
};

let lint: { code: number | null; found: Map<string, Set<string>>; files: number };

beforeAll(() => {
  for (const { file, source } of planted) {
    mkdirSync(dirname(join(project, file)), { recursive: true });
    writeFileSync(join(project, file), source);
  }
  cpSync(join(root, '.oxlintrc.json'), join(project, '.oxlintrc.json'));
  cpSync(join(root, '.oxfmtrc.json'), join(project, '.oxfmtrc.json'));
  cpSync(join(root, 'scripts/lint'), join(project, 'scripts/lint'), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'), 'dir');
  writeFileSync(
    join(project, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        strict: true,
        noEmit: true,
        module: 'Preserve',
        moduleResolution: 'Bundler',
        skipLibCheck: true,
        types: [],
        lib: ['ES2024', 'DOM'],
      },
      include: ['core', 'providers', 'storage', 'state', 'components', 'entrypoints'],
    }),
  );
  const { code, output } = tool('oxlint', ['--type-aware', '--format=json', '.']);
  const report = JSON.parse(output.slice(output.indexOf('{'))) as {
    diagnostics: { filename: string; code: string }[];
    number_of_files: number;
  };
  const found = new Map<string, Set<string>>();
  for (const { filename, code: rule } of report.diagnostics) {
    const file = filename.replaceAll('\\', '/');
    found.set(file, (found.get(file) ?? new Set()).add(rule));
  }
  lint = { code, found, files: report.number_of_files };
}, 60_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

describe('lint', () => {
  test.each(planted)('$file: $why', ({ file, says }) => {
    const rules = [...(lint.found.get(file) ?? [])];
    if (says === null) expect(rules).toEqual([]);
    else
      expect(
        rules.some((rule) => rule.includes(says)),
        `${file} was reported for ${rules.join(', ') || 'nothing'}`,
      ).toBe(true);
  });

  test('reads every file and fails', () => {
    expect(lint.files).toBeGreaterThanOrEqual(planted.length);
    expect(lint.code).not.toBe(0);
  });
});

test('the type check finds a wrong type', () => {
  writeFileSync(join(project, 'core/wrong.ts'), "export const wrong: number = 'one';\n");
  const { code, output } = tool('typescript', ['--noEmit', '--pretty', 'false'], 'tsc');
  rmSync(join(project, 'core/wrong.ts'));
  expect(output).toContain('core/wrong.ts(1,14): error TS2322');
  expect(code).not.toBe(0);
});

test('the format check finds an ill-formatted file', () => {
  writeFileSync(join(project, 'core/ugly.ts'), 'export   const ugly={a:1}\n');
  const { code, output } = tool('oxfmt', ['--check', 'core/ugly.ts']);
  rmSync(join(project, 'core/ugly.ts'));
  expect(output).toContain('core/ugly.ts');
  expect(code).not.toBe(0);
});
