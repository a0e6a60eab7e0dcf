import type { FromPanel, Line, ToPanel } from '../../core/protocol';

/** As much of a `runtime.Port` as the panel's line needs. */
export interface LinePort {
  postMessage(message: FromPanel): void;
  onMessage: { addListener(call: (message: unknown) => void): void };
  onDisconnect: { addListener(call: () => void): void };
}

/** Waits before the next try, in milliseconds; the last one repeats. The worker is ended every half minute of quiet, which is no fault. */
const delays = [20, 100, 300, 1_000, 2_000, 5_000];

/**
 * A line that comes back by itself. `open` makes a new connection, which also starts the worker if it is not running; it
 * throws only when the extension was replaced under an open page.
 */
export function createLine(open: () => LinePort, after: (ms: number, call: () => void) => void): Line {
  let port: LinePort | undefined;
  return {
    post(message) {
      try {
        port?.postMessage(message);
      } catch {
        // The port went away and the browser has not told us yet; whoever listens asks again at the next connection.
        port = undefined;
      }
    },
    listen({ onMessage, onConnect, onDrop }) {
      let ended = false;
      let tries = 0;
      const again = () => {
        const delay = delays[Math.min(tries, delays.length - 1)] ?? 0;
        tries += 1;
        after(delay, connect);
      };
      const connect = () => {
        if (ended) return;
        let made: LinePort;
        try {
          made = open();
        } catch {
          return again();
        }
        port = made;
        made.onMessage.addListener((message) => {
          if (ended || port !== made) return;
          tries = 0;
          // Only our own background can be at the other end of this port.
          onMessage(message as ToPanel);
        });
        made.onDisconnect.addListener(() => {
          if (port === made) port = undefined;
          if (ended) return;
          onDrop();
          again();
        });
        onConnect();
      };
      connect();
      return () => {
        ended = true;
      };
    },
  };
}
