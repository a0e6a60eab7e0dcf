/** The passphrase that keys may be kept behind: chosen, changed, given and taken away. */
import { computed, createModel, signal } from '@preact/signals';
import type { Send } from '../core/protocol';

/** Shorter ones are tried out in no time, however slowly each try is made. */
export const shortestPassphrase = 8;

export type PassphraseFault = 'short' | 'different' | 'wrong';

export const PassphraseModel = createModel((send: Send) => {
  const status = signal<{ set: boolean; locked: boolean }>({ set: false, locked: false });
  const fault = signal<PassphraseFault | null>(null);
  const busy = signal(false);
  /** What the last click did. */
  const done = signal<'set' | 'removed' | 'unlocked' | null>(null);

  async function refresh(): Promise<void> {
    const reply = await send('passphrase.status', {});
    if (reply.ok) status.value = reply.value;
  }

  async function run(what: 'set' | 'removed' | 'unlocked', work: () => Promise<{ ok: boolean }>): Promise<boolean> {
    busy.value = true;
    fault.value = null;
    done.value = null;
    try {
      const { ok } = await work();
      if (ok) done.value = what;
      else fault.value = 'wrong';
      await refresh();
      return ok;
    } finally {
      busy.value = false;
    }
  }

  return {
    status,
    fault,
    busy,
    done,
    refresh,
    /** Resolves `true` when it is chosen. `old` is needed where there is one. */
    choose(passphrase: string, again: string, old?: string): Promise<boolean> {
      fault.value = passphrase.length < shortestPassphrase ? 'short' : passphrase === again ? null : 'different';
      if (fault.value !== null) return Promise.resolve(false);
      return run('set', () => send('passphrase.set', { passphrase, ...(old === undefined ? {} : { old }) }));
    },
    remove(old: string): Promise<boolean> {
      return run('removed', () => send('passphrase.set', { passphrase: null, old }));
    },
    unlock(passphrase: string): Promise<boolean> {
      return run('unlocked', () => send('passphrase.unlock', { passphrase }));
    },
    /** Reads it anew, as on a page just opened. */
    async restart(): Promise<void> {
      done.value = null;
      fault.value = null;
      await refresh();
    },
    needsOld: computed(() => status.value.set),
  };
});
export type PassphraseModel = InstanceType<typeof PassphraseModel>;
