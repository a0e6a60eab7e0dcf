/**
 * API keys, apart from everything else: a database of their own, no command that gives one back, and each bound to the one
 * origin it is sent to.
 */
import type { KeyStatus } from '../core/protocol';

/** What asking for a key comes to. `other-origin`: there is one, but not for this address, so it stays where it is. */
export type KeyAnswer = { state: 'ready'; key: string } | { state: 'none' | 'locked' | 'other-origin' };

export type Keeping = NonNullable<KeyStatus['keeping']>;

export interface KeyStore {
  /** The key, only if `origin` is the one it was saved for. */
  keyFor(connectionId: string, origin: string): Promise<KeyAnswer>;
  status(connectionId: string): Promise<KeyStatus>;
  save(connectionId: string, origin: string, key: string, keeping: Keeping): Promise<void>;
  remove(connectionId: string): Promise<void>;
  /** Removes the key if it is bound to another origin. True if it was. */
  rebind(connectionId: string, origin: string | null): Promise<boolean>;
  /** Every key that can be read now, for redaction alone. */
  known(): Promise<string[]>;
  passphrase(): Promise<{ set: boolean; locked: boolean }>;
  /** Sets, changes or (null) takes away the passphrase; `old` is needed where there is one. False if `old` is wrong. */
  setPassphrase(passphrase: string | null, old?: string): Promise<boolean>;
  /** False if it is wrong. */
  unlock(passphrase: string): Promise<boolean>;
  clear(): Promise<void>;
}
