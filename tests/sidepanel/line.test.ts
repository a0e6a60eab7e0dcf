import { describe, expect, it } from 'vitest';
import type { FromPanel, ToPanel } from '../../core/protocol';
import { createLine, type LinePort } from '../../entrypoints/sidepanel/line';

/** Ports that a test opens and drops, and timers it runs. */
function world() {
  const ports: { say(message: ToPanel): void; drop(): void; posted: FromPanel[]; broken: boolean }[] = [];
  const timers: { ms: number; call: () => void }[] = [];
  const heard: string[] = [];
  let refusing = false;
  const open = (): LinePort => {
    if (refusing) throw new Error('Extension context invalidated.');
    const listeners: ((message: unknown) => void)[] = [];
    const drops: (() => void)[] = [];
    const port = {
      posted: [] as FromPanel[],
      broken: false,
      say: (message: ToPanel) => listeners.forEach((call) => call(message)),
      drop: () => drops.forEach((call) => call()),
    };
    ports.push(port);
    return {
      postMessage(message) {
        if (port.broken) throw new Error('Attempting to use a disconnected port object');
        port.posted.push(message);
      },
      onMessage: { addListener: (call) => void listeners.push(call) },
      onDisconnect: { addListener: (call) => void drops.push(call) },
    };
  };
  const line = createLine(open, (ms, call) => void timers.push({ ms, call }));
  const stop = line.listen({
    onMessage: ({ type }) => heard.push(type),
    onConnect: () => heard.push('connect'),
    onDrop: () => heard.push('drop'),
  });
  return {
    line,
    ports,
    timers,
    heard,
    stop,
    refuse: (is: boolean) => (refusing = is),
    runTimer: () => timers.shift()?.call(),
  };
}
const changed: ToPanel = { type: 'changed', chatId: 'c' };

describe('the line', () => {
  it('connects at once and comes back after the worker was ended', () => {
    const { ports, heard, runTimer } = world();
    ports[0]?.say(changed);
    ports[0]?.drop();
    runTimer();
    ports[1]?.say(changed);
    expect(heard).toEqual(['connect', 'changed', 'drop', 'connect', 'changed']);
  });

  it('waits longer the more often it fails, and soon again once it worked', () => {
    const { ports, timers, runTimer, refuse } = world();
    refuse(true);
    ports[0]?.drop();
    const waits: number[] = [];
    for (let round = 0; round < 8; round += 1) {
      waits.push(timers[0]!.ms);
      runTimer();
    }
    expect(waits).toEqual([...waits].sort((one, other) => one - other));
    expect(waits.at(-1)).toBe(waits.at(-2));
    refuse(false);
    runTimer();
    ports[1]?.say(changed);
    ports[1]?.drop();
    expect(timers[0]!.ms).toBe(waits[0]);
  });

  it('a post into a dead port is no error, and goes to the living one afterwards', () => {
    const { line, ports, runTimer } = world();
    ports[0]!.broken = true;
    line.post({ type: 'unwatch' });
    ports[0]?.drop();
    line.post({ type: 'unwatch' });
    runTimer();
    line.post({ type: 'window', windowId: 1 });
    expect(ports[1]?.posted).toEqual([{ type: 'window', windowId: 1 }]);
  });

  it('stays silent after it was ended', () => {
    const { ports, heard, timers, stop } = world();
    stop();
    ports[0]?.say(changed);
    ports[0]?.drop();
    expect(heard).toEqual(['connect']);
    expect(timers).toEqual([]);
  });
});
