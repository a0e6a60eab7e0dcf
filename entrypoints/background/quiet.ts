/** Waits with what would end everything of Gloss, such as an update, until nobody is in the middle of anything. */
export interface Quiet {
  /** Does it now if nothing is answered and no panel is open, otherwise as soon as that is so. */
  when(act: () => void): void;
  /** Looks again; call it whenever an answer has ended or a panel has gone. */
  check(): void;
}

export function createQuiet(isQuiet: () => boolean): Quiet {
  let waiting: (() => void) | undefined;
  const check = () => {
    if (!waiting || !isQuiet()) return;
    const act = waiting;
    waiting = undefined;
    act();
  };
  return {
    when(act) {
      waiting = act;
      check();
    },
    check,
  };
}
