/** What those say who may not speak to Gloss: every command it knows, in messages and over ports. */
import { capabilities } from '../../../entrypoints/background/gate';

export const commands = Object.keys(capabilities);

/** Every command, well-formed, so that only who says it can be the reason to refuse it. */
export function messages(
  connectionId: string,
  chatId: string,
  /** A server that would be asked, and a site that would be opened. */
  { server, site }: { server: string; site: string },
): Record<string, unknown>[] {
  const connection = {
    id: connectionId,
    provider: 'custom',
    name: 'Taken',
    baseUrl: `${server}/taken/v1`,
    model: 'm',
    enabled: true,
  };
  const again = { chatId, answerId: 'a', newAnswerId: 'b' };
  const inputs: Record<string, object> = {
    'chat.send': { chatId: 'x', messageId: 'y', parentId: null, parts: [{ type: 'text', text: 'spend money' }] },
    'chat.preview': { chatId: 'x', parentId: null, parts: [{ type: 'text', text: 'look' }] },
    'chat.regenerate': again,
    'chat.continue': again,
    'chat.stop': { run: 'a' },
    'chat.retryNow': { run: 'a' },
    'chat.select': { chatId, leafId: 'a' },
    'chat.rename': { chatId, title: 'Taken' },
    'chat.use': { chatId, connectionId, model: 'taken' },
    'chat.delete': { chatId },
    'chat.undelete': { chatId },
    'data.import': {
      json: JSON.stringify({ format: 'gloss-export', version: 1, exportedAt: 1, chats: [], connections: [connection] }),
      dryRun: false,
    },
    'data.undoImport': { importId: 'a' },
    'data.clear': {},
    'connection.save': { connection, key: 'sk-attacker' },
    'connection.remove': { id: connectionId },
    'connection.setDefault': { id: connectionId },
    'connection.enable': { id: connectionId, enabled: false },
    'connection.test': { connection },
    'connection.models': { connection, fresh: true },
    'connection.doctor': { id: connectionId },
    'connection.findLocal': {},
    'key.status': { id: connectionId },
    'passphrase.set': { passphrase: 'taken over now' },
    'passphrase.unlock': { passphrase: 'taken over now' },
    'passphrase.status': {},
    'page.read': { windowId: 1 },
    'page.show': { url: `${site}/shown`, text: 'x' },
    'link.open': { url: `${site}/opened` },
    'actions.changed': {},
  };
  return commands.map((type) => ({ type, ...inputs[type] }));
}

interface Runtime {
  id?: string;
  sendMessage(...words: unknown[]): Promise<unknown>;
  connect(...words: unknown[]): {
    postMessage(message: unknown): void;
    onMessage: { addListener(hear: (message: unknown) => void): void };
    onDisconnect: { addListener(hear: () => void): void };
  };
}

export interface Attack {
  /** Whom to speak to; from inside of Gloss's own id nobody need be named. */
  target: string | null;
  all: Record<string, unknown>[];
  port: string;
}

/** Says everything there is, in messages and over ports. What came back. Runs where the attacker runs. */
export async function attack({ target, all, port: name }: Attack): Promise<unknown[]> {
  const { chrome } = globalThis as unknown as { chrome?: { runtime?: Runtime } };
  const runtime = chrome?.runtime;
  if (typeof runtime?.sendMessage !== 'function') return ['cannot speak'];
  const heard: unknown[] = [];
  const to = target === null ? [] : [target];
  const patience = () => new Promise((resolve) => setTimeout(() => resolve('no answer'), 1500));
  await Promise.all(
    all.map(async (message) => {
      try {
        heard.push(await Promise.race([runtime.sendMessage(...to, message), patience()]));
      } catch (error) {
        heard.push(String(error));
      }
    }),
  );
  for (const portName of [name, 'other']) {
    try {
      const port = runtime.connect(...to, { name: portName });
      port.onMessage.addListener((message) => heard.push({ overPort: message }));
      const gone = new Promise((resolve) => port.onDisconnect.addListener(() => resolve('disconnected')));
      try {
        for (const message of [{ type: 'window', windowId: 1 }, { type: 'watch', chatId: 'x', have: {} }, ...all]) {
          port.postMessage(message);
        }
      } catch {
        // Already shut.
      }
      heard.push(await Promise.race([gone, patience()]));
    } catch (error) {
      heard.push(String(error));
    }
  }
  return heard;
}

/** All that an attack could have changed. Runs in a page of Gloss. */
export async function stored(): Promise<string> {
  const { chrome } = globalThis as unknown as {
    chrome: {
      storage: Record<'local' | 'session', { get(): Promise<Record<string, unknown>> }>;
      permissions: { getAll(): Promise<unknown> };
    };
  };
  const rows: unknown[] = [];
  for (const { name = '' } of await indexedDB.databases()) {
    // Drafts are written by panels alone, with no command, and the panel beside the page writes its own.
    if (name === 'gloss-drafts') continue;
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(name);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(new Error(`cannot open ${name}`));
    });
    for (const store of database.objectStoreNames) {
      // Owners renew their lease by the clock.
      if (/owner|lease/.test(store)) continue;
      rows.push([
        name,
        store,
        await new Promise((resolve) => {
          const request = database.transaction(store).objectStore(store).getAll();
          request.onsuccess = () => resolve(request.result);
        }),
      ]);
    }
    database.close();
  }
  return JSON.stringify([await chrome.storage.local.get(), await chrome.permissions.getAll(), rows]);
}
