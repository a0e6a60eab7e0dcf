import type { Clock } from './clock';

/** Chrome ends a worker after 30 s without an extension API call, open port and streaming fetch or not. */
const every = 20_000;

/** Keeps the worker alive while anything holds it. `ping` makes one API call. */
export interface KeepAlive {
  /** Returns its own release; releasing twice counts once. */
  hold(): () => void;
}

export function createKeepAlive(ping: () => void, clock: Clock): KeepAlive {
  let held = 0;
  let cancel: (() => void) | undefined;
  const tick = () => {
    ping();
    cancel = clock.after(every, tick);
  };
  return {
    hold() {
      held += 1;
      if (held === 1) tick();
      let released = false;
      return () => {
        if (released) return;
        released = true;
        held -= 1;
        if (held > 0) return;
        cancel?.();
        cancel = undefined;
      };
    },
  };
}
