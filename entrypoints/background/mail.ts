/** The leaving side of the mailbox; a panel takes (`entrypoints/sidepanel/mailbox.ts`). */
import type { Mail } from '../../core/protocol';

export interface MailWorld {
  now(): number;
  set(key: string, mail: Mail): Promise<void>;
  remove(key: string): Promise<void>;
  /** Calls back when something in the mailbox went away. */
  onRemoved(call: () => void): void;
}

export interface Post {
  /**
   * Leaves an entry for the panel of its window. A second entry with the same id refines the first, whether that was taken
   * already or not. Resolves when the entry lies there, or waits for room.
   */
  leave(entry: Omit<Mail, 'at'>): Promise<void>;
}

/**
 * Every writing has a key of its own: a panel that takes one while its refinement arrives removes the one it has read, and
 * never the other.
 */
export function createPost(world: MailWorld): Post {
  /** Where an entry lies that may still be refined. */
  const places = new Map<string, string>();
  /** What found no room. The mailbox holds 10 MB, and panels empty it. */
  const waiting: Mail[] = [];
  let last = 0;

  async function put(mail: Mail): Promise<void> {
    const key = `mail:${mail.windowId}:${mail.id}:${mail.at}`;
    await world.set(key, mail);
    const earlier = places.get(mail.id);
    if (earlier === undefined) places.set(mail.id, key);
    else {
      places.delete(mail.id);
      await world.remove(earlier);
    }
  }

  world.onRemoved(() => {
    for (const mail of waiting.splice(0)) put(mail).catch(() => waiting.push(mail));
  });

  return {
    async leave(entry) {
      // Panels take entries by their time; two of one millisecond have an order too.
      last = Math.max(world.now(), last + 1);
      const mail = { ...entry, at: last };
      try {
        await put(mail);
      } catch {
        waiting.push(mail);
      }
    },
  };
}
