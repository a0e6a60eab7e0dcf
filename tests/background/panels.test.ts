import { describe, expect, it } from 'vitest';
import type { FromPanel, Sequence, Stretch, ToPanel } from '../../core/protocol';
import { createPanels, type PanelPort, type Watchable } from '../../entrypoints/background/panels';

interface FakePort extends PanelPort {
  heard: ToPanel[];
  say(message: unknown): void;
  leave(): void;
  left: boolean;
  broken: boolean;
}

function createPort(): FakePort {
  const listeners: ((message: unknown) => void)[] = [];
  const leavers: (() => void)[] = [];
  const port: FakePort = {
    heard: [],
    left: false,
    broken: false,
    postMessage(message) {
      if (port.broken) throw new Error('Attempting to use a disconnected port object');
      port.heard.push(message);
    },
    onMessage: { addListener: (call) => listeners.push(call) },
    onDisconnect: { addListener: (call) => leavers.push(call) },
    disconnect: () => (port.left = true),
    say: (message) => listeners.forEach((listener) => listener(message)),
    leave: () => leavers.forEach((leave) => leave()),
  };
  return port;
}

/** A run of so many events, each the text of its own number. */
const runOf = (id: string, last: number): Watchable => ({
  id,
  since: (after: Sequence): Stretch | null =>
    after >= last
      ? null
      : { run: id, from: after + 1, to: last, at: 1, events: [{ type: 'text-delta', text: `${after + 1}-${last}` }] },
});

function createWorld(live: Record<string, Watchable[]> = {}) {
  let open: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => (open = resolve));
  let gone = 0;
  const panels = createPanels({
    ready: () => ready,
    live: (chatId) => live[chatId] ?? [],
    parse: (message) => (typeof message === 'object' ? (message as FromPanel) : null),
    onGone: () => (gone += 1),
  });
  return { panels, open, gone: () => gone };
}

const tick = () => new Promise((resolve) => setImmediate(resolve));

describe('a panel', () => {
  it('hears nothing of a chat before what an earlier worker left has been closed', async () => {
    const { panels, open } = createWorld({ chat: [runOf('a', 3)] });
    const port = createPort();
    panels.connect(port);
    port.say({ type: 'watch', chatId: 'chat', have: { a: 1 } });
    await tick();
    expect(port.heard).toEqual([]);
    open();
    await tick();
    expect(port.heard).toEqual([
      { type: 'watching', chatId: 'chat', runs: ['a'] },
      {
        type: 'events',
        chatId: 'chat',
        run: 'a',
        from: 2,
        to: 3,
        at: 1,
        events: [{ type: 'text-delta', text: '2-3' }],
      },
    ]);
  });

  it('gets the events of the chat it watches alone, each once', async () => {
    const { panels, open } = createWorld();
    open();
    const [one, two] = [createPort(), createPort()];
    panels.connect(one);
    panels.connect(two);
    one.say({ type: 'watch', chatId: 'chat', have: {} });
    two.say({ type: 'watch', chatId: 'other', have: {} });
    await tick();
    panels.events('chat', 'a', runOf('a', 2).since);
    panels.events('chat', 'a', runOf('a', 2).since);
    panels.events('chat', 'a', runOf('a', 5).since);
    const stretches = (port: FakePort) =>
      port.heard.flatMap((each) => (each.type === 'events' ? [[each.from, each.to]] : []));
    expect(stretches(one)).toEqual([
      [1, 2],
      [3, 5],
    ]);
    expect(stretches(two)).toEqual([]);
    // But everyone hears that an answer begins and ends, for lists and marks.
    panels.started('chat', 'b');
    panels.ended('chat', 'a', 5);
    expect(two.heard.slice(-2)).toEqual([
      { type: 'started', chatId: 'chat', run: 'b' },
      { type: 'ended', chatId: 'chat', run: 'a', to: 5 },
    ]);
  });

  it('that changes its mind gets only what it wants last', async () => {
    const { panels, open } = createWorld({ first: [runOf('a', 1)], second: [runOf('b', 1)] });
    const [one, two] = [createPort(), createPort()];
    panels.connect(one);
    panels.connect(two);
    one.say({ type: 'watch', chatId: 'first', have: {} });
    one.say({ type: 'watch', chatId: 'second', have: {} });
    two.say({ type: 'watch', chatId: 'first', have: {} });
    two.say({ type: 'unwatch' });
    open();
    await tick();
    expect(one.heard.map((each) => ('chatId' in each ? each.chatId : ''))).toEqual(['second', 'second']);
    expect(two.heard).toEqual([]);
  });

  it('that says nonsense, or speaks after it has left, is not heard', async () => {
    const { panels, open } = createWorld({ chat: [runOf('a', 1)] });
    open();
    const port = createPort();
    panels.connect(port);
    port.say('watch');
    port.leave();
    port.say({ type: 'watch', chatId: 'chat', have: {} });
    await tick();
    expect(port.heard).toEqual([]);
  });

  it('that went away without a word is forgotten, and the others go on', () => {
    const { panels, gone } = createWorld();
    const [one, two] = [createPort(), createPort()];
    panels.connect(one);
    panels.connect(two);
    one.broken = true;
    panels.changed('chat');
    expect(panels.count()).toBe(1);
    expect(two.heard).toEqual([{ type: 'changed', chatId: 'chat' }]);
    expect(gone()).toBe(0);
    two.leave();
    expect(gone()).toBe(1);
  });

  it('too many are turned away', () => {
    const { panels } = createWorld();
    const ports = Array.from({ length: 40 }, createPort);
    for (const port of ports) panels.connect(port);
    expect(ports.filter((port) => port.left)).toHaveLength(8);
  });
});

describe('trouble with storage', () => {
  it('is told once, also to those who come later, and taken back', () => {
    const { panels } = createWorld();
    const early = createPort();
    panels.connect(early);
    panels.storage(null);
    panels.storage({ kind: 'quota', message: 'full' });
    panels.storage({ kind: 'quota', message: 'still full' });
    const late = createPort();
    panels.connect(late);
    panels.storage(null);
    expect(early.heard).toEqual([
      { type: 'storage-trouble', trouble: { kind: 'quota', message: 'full' } },
      { type: 'storage-trouble', trouble: null },
    ]);
    expect(late.heard).toEqual(early.heard);
  });

  it('of a broken or newer database stays', () => {
    for (const kind of ['corrupt', 'newer'] as const) {
      const { panels } = createWorld();
      panels.storage({ kind, message: '' });
      panels.storage(null);
      const late = createPort();
      panels.connect(late);
      expect(late.heard).toEqual([{ type: 'storage-trouble', trouble: { kind, message: '' } }]);
    }
  });
});
