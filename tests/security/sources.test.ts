/**
 * What our own sources may not say, or only in named places. The linter and the browser hold some of it too; here it is one
 * list, so that whoever opens a way has to name it.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const folders = ['core', 'providers', 'storage', 'state', 'components', 'entrypoints'];

/** Without comments: they may speak of anything. */
const code = (text: string): string => text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '$1');

const files = folders.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:tsx?|html)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name)),
);
const sources = new Map(
  files.map((file) => [relative(root, file).replaceAll('\\', '/'), code(readFileSync(file, 'utf8'))]),
);

const holding = (pattern: RegExp): string[] =>
  [...sources].filter(([, text]) => pattern.test(text)).map(([file]) => file);

const rules: readonly { name: string; pattern: RegExp; only?: readonly string[] }[] = [
  {
    name: 'HTML from strings',
    pattern:
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|dangerouslySet|createContextualFragment|DOMParser|srcdoc/,
  },
  { name: 'code from strings', pattern: /\beval\(|new Function\(|setTimeout\(\s*['"`]|setInterval\(\s*['"`]/ },
  {
    name: 'ears for other extensions and pages',
    pattern:
      /onMessageExternal|onConnectExternal|externally_connectable|web_accessible_resources|addEventListener\(\s*['"]message['"]|window\.postMessage|parent\.postMessage|BroadcastChannel/,
  },
  {
    name: 'other ways to send',
    pattern:
      /new XMLHttpRequest|new WebSocket|sendBeacon|new EventSource|RTCPeerConnection|importScripts|navigator\.serviceWorker/,
  },
  {
    name: 'requests',
    // By the browser's own `fetch`: not one that is given as an argument.
    pattern: /^(?![\s\S]*(?:\(fetch\) =>|const \{ fetch \} =|\(fetch: Fetch))[\s\S]*(?<![.\w]|async )fetch\(/,
    only: ['entrypoints/background/compose.ts'],
  },
  { name: 'a clipboard that is read', pattern: /clipboard\.read|execCommand/ },
  { name: 'synced storage', pattern: /storage\.sync/ },
  {
    name: 'storage that pages share without us',
    pattern: /localStorage|sessionStorage|document\.cookie/,
    only: ['entrypoints/sidepanel/appearance.ts'],
  },
  { name: 'consoles', pattern: /(?<![\w/.])console\.\w+\(/ },
  {
    name: 'tabs that are opened or led',
    pattern:
      /tabs\.(?:create|update)\(|window\.open\(|location\.(?:assign|replace)\(|location\s*=[^=]|location\.href\s*=[^=]/,
    only: [
      'entrypoints/background/new-tab.ts',
      'entrypoints/background/page.ts',
      'entrypoints/options/shortcuts.ts',
      'entrypoints/sidepanel/acts.ts',
    ],
  },
  {
    name: 'patterns made of texts',
    pattern: /new RegExp\(/,
    only: [
      // Of a grammar's own patterns.
      'components/markdown/highlighter.ts',
      'components/ui/visible.ts',
      'core/invisible.ts',
      'core/redact.ts',
      'providers/duration.ts',
    ],
  },
  { name: 'permissions of more', pattern: /cookies\.(?:get|set)|webRequest|debugger\.attach|<all_urls>|management\./ },
  {
    name: 'senders judged elsewhere',
    pattern: /sender\.(?:id|origin|url|tab|frameId)\b/,
    only: ['entrypoints/background/sender.ts'],
  },
];

test('there is something to look at', () => {
  expect(sources.size).toBeGreaterThan(150);
  expect(holding(/browser\.runtime\.onMessage/)).toEqual(['entrypoints/background/index.ts']);
});

test.each(rules)('$name', ({ pattern, only = [] }) => {
  const found = holding(pattern);
  expect(found.filter((file) => !only.includes(file))).toEqual([]);
  // A place that no longer needs it leaves the list.
  expect(only.filter((file) => !found.includes(file))).toEqual([]);
});
