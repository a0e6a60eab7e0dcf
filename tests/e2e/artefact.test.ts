/** What is shipped, looked at as a stranger would: what it may do, what it says, how much it weighs. */
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { buildExtension } from '../../scripts/build.mjs';
import { binOf, run, runTool } from '../../scripts/run.mjs';
import { budgets, weigh } from '../../scripts/sizes.mjs';
import { buildFor } from './harness/build';

const root = resolve(import.meta.dirname, '../..');
const browsers = ['chrome', 'firefox'] as const;
type BrowserName = (typeof browsers)[number];
const pages = ['sidepanel.html', 'options.html'] as const;
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

const read = (browser: BrowserName, path: string): string => readFileSync(join(buildFor(browser), path), 'utf8');

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();

const policyOf = (trustedTypes: string) =>
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; worker-src 'self'; " +
  "manifest-src 'self'; connect-src 'self' https: http:; object-src 'none'; media-src 'none'; frame-src 'none'; child-src 'none'; " +
  "form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; " +
  `trusted-types ${trustedTypes}`;

const inBoth = {
  manifest_version: 3,
  name: '__MSG_extName__',
  short_name: 'Gloss',
  description: '__MSG_extDescription__',
  version,
  default_locale: 'en',
  icons: { 16: 'icons/16.png', 32: 'icons/32.png', 48: 'icons/48.png', 96: 'icons/96.png', 128: 'icons/128.png' },
  action: { default_title: '__MSG_actionTitle__' },
  commands: {
    _execute_action: { suggested_key: { default: 'Alt+G' } },
    'ask-selection': { suggested_key: { default: 'Alt+Q' }, description: '__MSG_commandAskSelection__' },
    'ask-page': { description: '__MSG_commandAskPage__' },
  },
  host_permissions: [],
  optional_host_permissions: ['https://*/*', 'http://*/*'],
  options_ui: { page: 'options.html', open_in_tab: true },
};
const permissions = [
  'storage',
  'contextMenus',
  'activeTab',
  'scripting',
  'unlimitedStorage',
  'declarativeNetRequestWithHostAccess',
];

describe('manifest', () => {
  // Exactly: whoever widens what Gloss may do has to say so here.
  test('chrome', () => {
    expect(JSON.parse(read('chrome', 'manifest.json'))).toEqual({
      ...inBoth,
      // The one policy is the worker's, for its own scripts. Pages can make none: their own policy says so below.
      content_security_policy: { extension_pages: policyOf('gloss-worker') },
      permissions: [...permissions, 'sidePanel'],
      minimum_chrome_version: '120',
      background: { service_worker: 'background.js' },
      side_panel: { default_path: 'sidepanel.html' },
    });
  });

  test('firefox', () => {
    expect(JSON.parse(read('firefox', 'manifest.json'))).toEqual({
      ...inBoth,
      content_security_policy: { extension_pages: policyOf("'none'") },
      permissions,
      background: { scripts: ['background.js'] },
      action: { ...inBoth.action, default_area: 'navbar' },
      sidebar_action: {
        default_panel: 'sidepanel.html',
        default_title: 'Gloss',
        default_icon: { 16: 'icons/16.png', 32: 'icons/32.png' },
      },
      browser_specific_settings: {
        gecko: {
          id: 'gloss@gloss-panel.org',
          strict_min_version: '140.0',
          data_collection_permissions: {
            required: ['none'],
            optional: ['websiteContent', 'personalCommunications', 'authenticationInfo'],
          },
        },
      },
    });
  });

  test.each(browsers)('every message that %s shows exists', (browser) => {
    const messages = JSON.parse(read(browser, '_locales/en/messages.json')) as Record<string, { message: string }>;
    const named = [...read(browser, 'manifest.json').matchAll(/__MSG_(\w+)__/g)].map(([, name]) => name ?? '');
    expect(named.length).toBeGreaterThan(3);
    for (const name of named) expect(messages[name]?.message, name).toBeTruthy();
  });
});

describe.each(browsers)('%s pages', (browser) => {
  test.each(pages)('%s begins with its policies and loads nothing from elsewhere', (page) => {
    const html = read(browser, page).replaceAll('&#39;', "'");
    const head = html.slice(html.indexOf('<head>') + '<head>'.length).trimStart();
    const metas = [...head.matchAll(/<meta\b[^>]*>/g)].map(([meta]) => meta);
    expect(head.startsWith(metas[0] ?? 'a meta')).toBe(true);
    expect(metas[0]).toContain('http-equiv="Content-Security-Policy"');
    expect(metas[0]).toContain(
      `content="connect-src 'none'; img-src 'self' blob: data:; require-trusted-types-for 'script'; trusted-types 'none'"`,
    );
    expect(html).toContain('<meta name="referrer" content="no-referrer">');
    expect(html).toContain('<meta http-equiv="x-dns-prefetch-control" content="off">');
    expect(html).not.toMatch(/https?:|<style|\sstyle=|\son\w+=|<base|<iframe/);
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)/);
    for (const [, address] of html.matchAll(/(?:src|href)="([^"]+)"/g)) {
      expect(existsSync(join(buildFor(browser), address ?? '')), address).toBe(true);
    }
  });
});

describe.each(browsers)('%s files', (browser) => {
  test('are only of kinds that belong there', () => {
    const others = filesIn(buildFor(browser)).filter((file) => !/\.(js|css|html|json|png|svg|woff2)$/.test(file));
    expect(others).toEqual([]);
  });

  test('are told apart by every file system', () => {
    const names = filesIn(buildFor(browser)).map((file) => file.toLowerCase());
    expect(new Set(names).size).toBe(names.length);
  });

  test('hold no code made from strings and none from elsewhere', () => {
    for (const file of filesIn(buildFor(browser)).filter((name) => name.endsWith('.js'))) {
      const code = read(browser, file);
      // Preact's own bundle holds the word innerHTML, so that one is for the linter and for the policy.
      expect(
        code.match(/\beval\(|\bnew Function\(|\bdocument\.write\(|insertAdjacentHTML|\.createContextualFragment/g),
        file,
      ).toBeNull();
      expect(code.match(/(?:from|import\(|importScripts\()\s*["'`]https?:/g), file).toBeNull();
      expect(code.match(/sourceMappingURL/g), file).toBeNull();
    }
  });

  test('hold no path of the machine that built them', () => {
    for (const file of filesIn(buildFor(browser)).filter((name) => /\.(js|css|html|json)$/.test(name))) {
      expect(read(browser, file).includes(root), file).toBe(false);
    }
  });
});

describe.each(browsers)('%s weighs', (browser) => {
  const weighed = weigh(buildFor(browser));

  test('no more than it may, in any part', () => {
    expect(weighed.filter(({ bytes, budget }) => bytes > budget)).toEqual([]);
    expect(weighed.every(({ bytes }) => bytes > 0)).toBe(true);
  });

  test('by what was really looked at', () => {
    const parts = weighed.map(({ what }) => what);
    expect(parts.join('\n')).toMatch(/^panel, at once \([2-9] scripts, gzip\)\noptions, at once/);
    expect(parts.filter((what) => what.startsWith('later: ')).length).toBeGreaterThan(20);
    // The budgets themselves: whoever raises one has to say so here.
    expect(budgets).toEqual({
      panel: 35_000,
      options: 60_000,
      worker: 120_000,
      'whole worker': 252_000,
      package: 400_000,
      polyfill: 10_000,
      later: 16_000,
      mathml: 62_000,
      Markdown: 36_000,
    });
  });

  test('and the worker reads nothing but files of its own, by their names', () => {
    // import() throws in a service worker.
    for (const file of filesIn(buildFor(browser)).filter((name) => /^(?:background|worker\/\w+)\.js$/.test(name)))
      expect(read(browser, file), file).not.toMatch(/\bimport\s*\(|\bfrom\s*["']/);
    const parts = filesIn(buildFor(browser)).filter((file) => file.startsWith('worker/'));
    expect(parts).toEqual(
      browser === 'firefox'
        ? []
        : ['answering', 'catalog', 'passages', 'setting', 'working'].map((part) => `worker/${part}.js`),
    );
    const named = [...new Set(read(browser, 'background.js').match(/\b[a-z]+\.js(?=`)/g))];
    for (const part of parts) expect(named).toContain(part.slice('worker/'.length));
    expect(read(browser, 'background.js').match(/\bimportScripts\b/g)?.length ?? 0).toBe(browser === 'firefox' ? 0 : 1);
    for (const part of parts) expect(read(browser, part)).not.toMatch(/\bimportScripts\b/);
  });
});

/** Every file below a folder, with what is in it. */
const contents = (folder: string) =>
  filesIn(folder).map((file) => [
    file,
    createHash('sha256')
      .update(readFileSync(join(folder, file)))
      .digest('hex'),
  ]);

/** Unpacks a zip by its directory, which stands at its end. */
function unzip(path: string, folder: string): void {
  const zip = readFileSync(path);
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset));
    const name = zip.subarray(at + 46, at + 46 + (nameLength ?? 0)).toString();
    const local = zip.readUInt32LE(at + 42);
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const packed = zip.subarray(start, start + zip.readUInt32LE(at + 20));
    if (!name.endsWith('/')) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), zip.readUInt16LE(at + 10) === 8 ? inflateRawSync(packed) : packed);
    }
    at += 46 + (nameLength ?? 0) + (extraLength ?? 0) + (commentLength ?? 0);
  }
}

describe('whoever builds it again gets the same bytes', () => {
  test('from the tree', { timeout: 180_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gloss-again-'));
    const { code, output } = await buildExtension('chrome', folder);
    expect(code, output).toBe(0);
    expect(contents(join(folder, 'chrome-mv3'))).toEqual(contents(buildFor('chrome')));
    rmSync(folder, { recursive: true, force: true });
  });

  test('from the package of sources that Mozilla gets', { timeout: 240_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gloss-sources-'));
    const env = { NODE_ENV: 'production', GLOSS_OUT: folder };
    const zipped = await runTool('wxt', ['zip', '-b', 'firefox'], { quiet: true, env });
    expect(zipped.code, zipped.output).toBe(0);
    const sources = join(folder, 'sources');
    unzip(join(folder, `gloss-${version}-sources.zip`), sources);
    expect(existsSync(join(sources, 'README.md'))).toBe(true);
    symlinkSync(join(root, 'node_modules'), join(sources, 'node_modules'), 'dir');
    const built = await runTool('wxt', ['build', '-b', 'firefox'], {
      quiet: true,
      cwd: sources,
      env: { ...env, GLOSS_OUT: '.output' },
    });
    expect(built.code, built.output).toBe(0);
    expect(contents(join(sources, '.output', 'firefox-mv3'))).toEqual(contents(buildFor('firefox')));
    rmSync(folder, { recursive: true, force: true });
  });
});

// That it finds nothing in what is shipped is a step of its own in `npm test`; here, that it would.
test("Mozilla's linter finds an error where there is one", { timeout: 180_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gloss-planted-'));
  cpSync(buildFor('firefox'), folder, { recursive: true });
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Record<string, unknown>;
  writeFileSync(
    join(folder, 'manifest.json'),
    JSON.stringify({ ...manifest, content_security_policy: "script-src 'self'" }),
  );
  const { code, output } = await run(
    process.execPath,
    [binOf('web-ext'), 'lint', '--source-dir', folder, '--output', 'json'],
    {
      quiet: true,
    },
  );
  rmSync(folder, { recursive: true, force: true });
  const { summary } = JSON.parse(output.slice(output.indexOf('{'))) as { summary: { errors: number } };
  expect(summary.errors).toBeGreaterThan(0);
  expect(code).not.toBe(0);
});
