import { browser } from 'wxt/browser';
import type { Shortcut } from '../../components/settings/ShortcutsSection';

/** Every command with the keys that reach it now. */
export async function readShortcuts(openName: string): Promise<Shortcut[]> {
  const commands = await browser.commands.getAll();
  return commands.map(({ name, description, shortcut }) => ({
    // The toolbar button's own command has no description.
    description: name === '_execute_action' ? openName : description || (name ?? ''),
    keys: shortcut ?? '',
  }));
}

/** Opens the browser's page of shortcuts; `undefined` where an extension cannot. */
export function shortcutsOpener(): (() => void) | undefined {
  const open: unknown = Reflect.get(browser.commands, 'openShortcutSettings');
  if (typeof open === 'function') return () => void Reflect.apply(open, browser.commands, []);
  if (import.meta.env.FIREFOX) return undefined;
  return () => void browser.tabs.create({ url: 'chrome://extensions/shortcuts' });
}
