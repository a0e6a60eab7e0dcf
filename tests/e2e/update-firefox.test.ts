/**
 * A newer Gloss arrives in Firefox in the middle of an answer (fault 12). Firefox would put it in place at once, and with that
 * end the answer. Both builds are installed as a site of add-ons would: as files, for good.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../../scripts/drive.mjs';
import { buildFor } from './harness/build';
import { GlossInFirefox, addConnection, named } from './harness/firefox';
import { Upstream } from './harness/upstream';

const newer = '99.0.0';

let gloss: GlossInFirefox;
let upstream: Upstream;
let folder: string;
// What a first try installed would be in the way of a second.
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gloss-update-'));
  upstream = await Upstream.start();
  gloss = await GlossInFirefox.launch({ install: 'none', prefs: { 'xpinstall.signatures.required': false } });
});
afterEach(async () => {
  await gloss?.close();
  await upstream?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

/** Installs the build as of this version. Whether it is in place, or waits. */
function install(version: string): Promise<unknown> {
  const source = join(folder, version);
  cpSync(buildFor('firefox'), source, { recursive: true });
  const manifest = JSON.parse(readFileSync(join(source, 'manifest.json'), 'utf8')) as object;
  writeFileSync(join(source, 'manifest.json'), JSON.stringify({ ...manifest, version }));
  return gloss.inBrowser(`(async () => {
    const { AddonManager } = ChromeUtils.importESModule('resource://gre/modules/AddonManager.sys.mjs');
    const file = (path) => {
      const found = Cc['@mozilla.org/file/local;1'].createInstance(Ci.nsIFile);
      found.initWithPath(path);
      return found;
    };
    const archive = Cc['@mozilla.org/zipwriter;1'].createInstance(Ci.nsIZipWriter);
    // Read and write, made anew.
    archive.open(file(${JSON.stringify(`${source}.xpi`)}), 0x04 | 0x08 | 0x20);
    const add = (folder, path) => {
      for (const entry of folder.directoryEntries) {
        if (entry.isDirectory()) add(entry, path + entry.leafName + '/');
        else archive.addEntryFile(path + entry.leafName, Ci.nsIZipWriter.COMPRESSION_NONE, entry, false);
      }
    };
    add(file(${JSON.stringify(source)}), '');
    archive.close();
    const install = await AddonManager.getInstallForFile(file(${JSON.stringify(`${source}.xpi`)}), 'application/x-xpinstall');
    return new Promise((resolve) => {
      install.addListener({
        onInstallEnded: () => resolve('in place'),
        onInstallPostponed: () => resolve('waits'),
        onInstallFailed: () => resolve('failed: ' + install.error),
      });
      install.install();
    });
  })()`);
}

const version = (): Promise<unknown> =>
  gloss.inBrowser(`(async () => {
    const { AddonManager } = ChromeUtils.importESModule('resource://gre/modules/AddonManager.sys.mjs');
    const addon = await AddonManager.getAddonByID(${JSON.stringify(gloss.id)});
    return addon.isActive && addon.version;
  })()`);

test('it waits for the answer, and then comes by itself', async () => {
  expect(await install('0.0.1')).toBe('in place');
  // Firefox opens the sidebar of what was just installed.
  await until('the sidebar', async () => (await gloss.inBrowser('SidebarController.isOpen')) === true);
  await gloss.inBrowser('SidebarController.hide()');
  const options = await gloss.open('options.html');
  await addConnection(options, { baseUrl: upstream.baseUrl });
  await options.close();

  const held = upstream.next({ pieces: ['One ', 'two ', 'three.'], holdAfter: 1 });
  const panel = await gloss.open('sidepanel.html');
  await until('the connection to be known', () =>
    panel.evaluate(() => document.querySelector('[aria-label="Model"]')?.textContent?.includes('test-model')),
  );
  await named(panel, 'textbox', 'Message').fill('Count');
  await named(panel, 'button', 'Send').click();
  await until('the answer to begin', () => panel.evaluate(() => document.body.innerText.includes('One')));
  expect(await install(newer)).toBe('waits');
  // Nobody looks any more, and the answer goes on.
  await panel.close();
  expect(await version()).toBe('0.0.1');
  held.release();
  expect(await (await upstream.chat(1)).over).toBe(true);
  await until('the newer build', async () => (await version()) === newer);

  const again = await gloss.open('sidepanel.html');
  await until('the answer', () => again.evaluate(() => document.body.innerText.includes('One two three.')));
  expect(await again.$('[role="alert"]')).toBeNull();
  expect(upstream.chats).toHaveLength(1);
});
