import type { Mail } from '../../core/protocol';

/** As much of `storage.session` as the mailbox needs. */
export interface MailStore {
  all(): Promise<Record<string, unknown>>;
  remove(key: string): Promise<void>;
  /** Calls back with the keys that were written. */
  watch(changed: (keys: string[]) => void): () => void;
}

export interface MailboxWorld {
  store: MailStore;
  windowId: number;
  /** Two panels of one window must not both take an entry: one at a time, whoever comes first. */
  alone(work: () => Promise<void>): Promise<void>;
  /** A panel nobody sees leaves the mail to one that is seen. */
  isSeen(): boolean;
  whenSeen(call: () => void): () => void;
  /** Puts an entry into the composer. When it resolves the entry is kept, and its copy in the mailbox can go. */
  take(mail: Mail): Promise<void>;
}

/** Keys of the entries for one window. */
export const mailPrefix = (windowId: number): string => `mail:${windowId}:`;

/**
 * Takes what menus, shortcuts and the toolbar button left for this window, also what was left before the panel opened. An
 * entry goes out of the mailbox only after it was taken, so none is lost; its id makes a second taking harmless.
 */
export function openMailbox({ store, windowId, alone, isSeen, whenSeen, take }: MailboxWorld): () => void {
  const prefix = mailPrefix(windowId);

  async function empty(): Promise<void> {
    if (!isSeen()) return;
    await alone(async () => {
      const entries = Object.entries(await store.all()).filter(([key]) => key.startsWith(prefix));
      const mails = entries.flatMap(([key, value]) => (isMail(value) ? [{ key, mail: value }] : []));
      mails.sort((one, other) => one.mail.at - other.mail.at);
      for (const { key, mail } of mails) {
        await take(mail);
        await store.remove(key);
      }
    });
  }

  const look = () => void empty().catch(() => undefined);
  const stops = [
    store.watch((keys) => {
      if (keys.some((key) => key.startsWith(prefix))) look();
    }),
    whenSeen(look),
  ];
  look();
  return () => stops.forEach((stop) => stop());
}

/** Only our own background writes here; the check is against entries of another version. */
function isMail(value: unknown): value is Mail {
  return (
    typeof value === 'object' &&
    value !== null &&
    'id' in value &&
    typeof value.id === 'string' &&
    'at' in value &&
    typeof value.at === 'number'
  );
}
