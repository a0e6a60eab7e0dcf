import { useEffect, useState } from 'preact/hooks';

/** The time in epoch milliseconds, told again every so many milliseconds while `running`. */
export function useClock(now: () => number, everyMs: number, running = true): number {
  const [time, put] = useState(now);
  useEffect(() => {
    if (!running) return;
    put(now());
    const timer = setInterval(() => put(now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs, running]);
  return time;
}
