/** Time, as an argument, so that tests can turn it by hand. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls once after `ms` milliseconds, unless cancelled by what it returns. */
  after(ms: number, call: () => void): () => void;
}

export const clock: Clock = {
  now: () => Date.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};
