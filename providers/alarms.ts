/** The timers of one try. Comments and pings prove the connection, not progress, so bytes and content have one each. */

/** Real or, in tests, wound by hand. */
export interface Clock {
  /** Epoch milliseconds, for what people see. */
  now(): number;
  /** Milliseconds from any start that never run backwards, for measuring. */
  ticks(): number;
  /** Runs once after `ms`; returns how to call it off. */
  after(ms: number, run: () => void): () => void;
}

export const realClock: Clock = {
  now: () => Date.now(),
  ticks: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

export interface Limits {
  /** Until the answer's headers are there. */
  firstByteMs: number;
  /** Without a single byte. */
  idleMs: number;
  /** Without content, however many pings come. */
  contentMs: number;
  /** Without content before the user is told. */
  noticeMs: number;
  /** After the wire's terminal marker, for usage. */
  settleMs: number;
  /** For the body of an error. */
  errorBodyMs: number;
}

export const usualLimits: Limits = {
  firstByteMs: 120_000,
  idleMs: 300_000,
  contentMs: 300_000,
  noticeMs: 15_000,
  settleMs: 5_000,
  errorBodyMs: 10_000,
};

/** For servers on the user's own machine or network: a cold model takes minutes to load and to read a long prompt. */
export const localLimits: Limits = { ...usualLimits, firstByteMs: 600_000, idleMs: 600_000, contentMs: 600_000 };

export type Alarm = 'aborted' | 'first-byte' | 'idle' | 'no-content' | 'waiting' | 'settled' | 'error-body';

export interface Alarms {
  headers(): void;
  bytes(): void;
  content(): void;
  settle(): void;
  errorBody(): void;
  /** Epoch milliseconds of the last content, or of the start. */
  waitingSince(): number;
  /** Waits for the work or for an alarm, whichever is first. A settled promise wins. */
  or(work: Promise<unknown>): Promise<Alarm | undefined>;
  clear(): void;
}

export function createAlarms(clock: Clock, limits: Limits, signal: AbortSignal): Alarms {
  const start = clock.ticks();
  let headersAt: number | undefined;
  let bytesAt = start;
  let contentAt = start;
  let settledAt: number | undefined;
  let errorBodyAt: number | undefined;
  let noticed = false;
  let cancel: (() => void) | undefined;
  let wake: (() => void) | undefined;
  let ringing: Alarm | undefined;

  const deadlines = (): [number, Alarm][] => {
    if (settledAt !== undefined) return [[settledAt + limits.settleMs, 'settled']];
    if (errorBodyAt !== undefined) return [[errorBodyAt + limits.errorBodyMs, 'error-body']];
    const due: [number, Alarm][] =
      headersAt === undefined
        ? [[start + limits.firstByteMs, 'first-byte']]
        : [
            [Math.max(bytesAt, headersAt) + limits.idleMs, 'idle'],
            [Math.max(contentAt, headersAt) + limits.contentMs, 'no-content'],
          ];
    if (!noticed) due.push([contentAt + limits.noticeMs, 'waiting']);
    return due;
  };
  /** Deadlines mostly move away; the timer that finds none due sets itself anew, so a chunk costs no timer. */
  const arm = (): void => {
    cancel?.();
    const [at, alarm] = deadlines().reduce((nearest, next) => (next[0] < nearest[0] ? next : nearest));
    cancel = clock.after(Math.max(0, at - clock.ticks()), () => {
      cancel = undefined;
      const due = deadlines().find(([when, name]) => name === alarm && when <= clock.ticks());
      if (!due) return arm();
      ring(alarm);
    });
  };
  const ring = (alarm: Alarm): void => {
    ringing ??= alarm;
    wake?.();
  };
  const onAbort = (): void => {
    ringing = 'aborted';
    wake?.();
  };
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  arm();

  return {
    headers() {
      headersAt = clock.ticks();
      arm();
    },
    bytes() {
      bytesAt = clock.ticks();
    },
    content() {
      contentAt = clock.ticks();
      if (!noticed) return;
      noticed = false;
      arm();
    },
    settle() {
      if (settledAt !== undefined) return;
      settledAt = clock.ticks();
      arm();
    },
    errorBody() {
      errorBodyAt = clock.ticks();
      arm();
    },
    waitingSince: () => clock.now() - (clock.ticks() - contentAt),
    async or(work) {
      if (ringing === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
          work.then(
            () => resolve(),
            () => resolve(),
          );
        });
        wake = undefined;
      }
      const alarm = ringing;
      ringing = undefined;
      // Every other alarm rings once: what it says is done about it.
      if (alarm === 'waiting') {
        noticed = true;
        arm();
      }
      return alarm;
    },
    clear() {
      cancel?.();
      cancel = undefined;
      signal.removeEventListener('abort', onAbort);
    },
  };
}
