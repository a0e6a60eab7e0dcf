import { fileURLToPath } from 'node:url';
import { defineConfig } from 'wxt';
import type { Plugin, UserConfig } from 'vite';
import { report } from './scripts/sizes.mjs';
import { firstPart, policyName, workerParts } from './scripts/worker-parts.mjs';

/** The policy of every page of the extension (security: no inline script or style, no frame, no HTML sink). */
const pagePolicy = (trustedTypes: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    // The worker talks to whatever server the user set up; which of them may be plain http is decided in code (core/address.ts).
    "connect-src 'self' https: http:",
    "object-src 'none'",
    "media-src 'none'",
    "frame-src 'none'",
    "child-src 'none'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    `trusted-types ${trustedTypes}`,
  ].join('; ');

/** The dev server needs inline styles and a socket, so it runs under a bare policy that is never built. */
const devPolicy = "script-src 'self'; object-src 'none'";

/** Panel and options never talk to the network themselves; a second policy in the page says so. */
const headOfPages = [
  [
    'meta',
    {
      'http-equiv': 'Content-Security-Policy',
      content:
        "connect-src 'none'; img-src 'self' blob: data:; require-trusted-types-for 'script'; trusted-types 'none'",
    },
  ],
  ['meta', { name: 'referrer', content: 'no-referrer' }],
  ['meta', { 'http-equiv': 'x-dns-prefetch-control', content: 'off' }],
] as const;

const pageHead: Plugin = {
  name: 'gloss-page-head',
  transformIndexHtml: () =>
    headOfPages.map(([tag, attrs]) => ({ tag, attrs: { ...attrs }, injectTo: 'head-prepend' as const })),
};

const ofWorker = ({ build }: UserConfig): boolean => !!build?.lib && build.lib.fileName === 'background';

/** Making a grammar does nothing else, which a bundler cannot know: so those that no language names stay out of the package. */
const pureGrammars: Plugin = {
  name: 'gloss-pure-grammars',
  transform: (code, id) =>
    /\/legacy-modes\/mode\/(?:clike|css|sql)\.js/.test(id)
      ? { code: code.replace(/(?<!function )\b(?:clike|words|sql|set|mkCSS|keySet)\(/g, '/*@__PURE__*/ $&'), map: null }
      : null,
};

/** A package is replaced whole, so its files need no hash in their names, nor does every place that names them. */
const plainNames: Plugin = {
  name: 'gloss-plain-names',
  apply: (config) => !ofWorker(config),
  config(config) {
    const output = config.build?.rollupOptions?.output;
    if (!output || Array.isArray(output) || !output.chunkFileNames) return;
    output.chunkFileNames = output.entryFileNames = 'chunks/[name].js';
    output.assetFileNames = 'assets/[name].[ext]';
  },
};

/** What only a person reads of a provider. The worker shows nothing to anybody, so its copy of the catalog does without. */
const wordsOfCatalog =
  /^\s*(?:description|docsUrl|historicalUrl|label|placeholder):\s*(?:'[^'\n]*'|"[^"\n]*"|`[^`\n]*`|\w+),\n/gm;

const leanCatalog: Plugin = {
  name: 'gloss-lean-catalog',
  apply: ofWorker,
  transform: {
    order: 'pre',
    handler: (code, id) =>
      /\/providers\/catalog\/[^/]+\.ts$/.test(id) ? { code: code.replace(wordsOfCatalog, ''), map: null } : null,
  },
};

/** What Chrome's worker reads when it is first needed, by file: sources that it reaches by `import()`. */
const partsOfWorker = {
  [firstPart]: ['background/compose', 'background/menus'],
  catalog: ['providers/catalog', 'background/headers'],
  answering: ['background/answering'],
  passages: ['providers/engines/passages', 'providers/passages'],
  setting: ['background/connections', 'background/connecting', 'background/data-commands'],
};

export const geckoId = 'gloss@gloss-panel.org';

export default defineConfig({
  // Tests may build into a folder of their own.
  outDir: process.env.GLOSS_OUT ?? '.output',
  imports: false,
  manifestVersion: 3,
  modules: ['@wxt-dev/webextension-polyfill', '@wxt-dev/i18n/module'],
  manifest: ({ browser, command }) => ({
    name: '__MSG_extName__',
    short_name: 'Gloss',
    description: '__MSG_extDescription__',
    default_locale: 'en',
    permissions: [
      'storage',
      'contextMenus',
      'activeTab',
      'scripting',
      'unlimitedStorage',
      'declarativeNetRequestWithHostAccess',
      ...(browser === 'firefox' ? [] : ['sidePanel']),
    ],
    host_permissions: [],
    optional_host_permissions: ['https://*/*', 'http://*/*'],
    // Firefox would put the button away in its menu of extensions.
    action: { default_title: '__MSG_actionTitle__', ...(browser === 'firefox' ? { default_area: 'navbar' } : {}) },
    commands: {
      _execute_action: { suggested_key: { default: 'Alt+G' } },
      'ask-selection': { suggested_key: { default: 'Alt+Q' }, description: '__MSG_commandAskSelection__' },
      'ask-page': { description: '__MSG_commandAskPage__' },
    },
    content_security_policy: {
      extension_pages: command === 'serve' ? devPolicy : pagePolicy(browser === 'firefox' ? "'none'" : policyName),
    },
    ...(browser === 'firefox'
      ? {
          browser_specific_settings: {
            gecko: {
              id: geckoId,
              strict_min_version: '140.0',
              data_collection_permissions: {
                required: ['none'],
                optional: ['websiteContent', 'personalCommunications', 'authenticationInfo'],
              },
            },
          },
        }
      : { minimum_chrome_version: '120' }),
  }),
  vite: ({ command, browser }) => ({
    // Chrome's own functions return promises since long before our oldest Chrome, so the polyfill's wrappers would only cost
    // every start 10 kB and 3 ms. Firefox gets it through its module as ever, where it steps aside by itself.
    resolve:
      browser === 'firefox' ? {} : { alias: { 'wxt/browser': fileURLToPath(import.meta.resolve('wxt/browser')) } },
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: { modulePreload: false },
    worker: { format: 'es' },
    plugins:
      command === 'build'
        ? [
            pageHead,
            plainNames,
            pureGrammars,
            leanCatalog,
            ...(browser === 'firefox' ? [] : [{ ...workerParts(partsOfWorker), apply: ofWorker }]),
          ]
        : [],
  }),
  hooks: {
    'build:publicAssets'(_, assets) {
      // Nobody reads these but the browser.
      for (const asset of assets)
        if ('contents' in asset && asset.relativeDest.endsWith('messages.json'))
          asset.contents = JSON.stringify(JSON.parse(asset.contents));
    },
    'build:done'(wxt) {
      if (wxt.config.command !== 'build') return;
      const { text, over } = report(wxt.config.outDir);
      // Only said here, so that an attempt can be built; `tests/e2e/artefact.test.ts` fails for the same figures.
      wxt.logger[over.length > 0 ? 'warn' : 'info'](`What it weighs:\n${text}`);
    },
  },
  zip: {
    includeSources: [
      'assets/**',
      'components/**',
      'core/**',
      'entrypoints/**',
      'locales/**',
      'providers/**',
      'public/**',
      'scripts/sizes.mjs',
      'scripts/worker-parts.mjs',
      'state/**',
      'storage/**',
      'package.json',
      'package-lock.json',
      'tsconfig.json',
      'wxt.config.ts',
      '.npmrc',
      'README.md',
      'LICENSE',
    ],
  },
});
