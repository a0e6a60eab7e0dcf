import type { FromPanel, Sequence, StorageTrouble, Stretch, ToPanel } from '../../core/protocol';

/** As much of a `runtime.Port` as a panel's line needs. */
export interface PanelPort {
  postMessage(message: ToPanel): void;
  onMessage: { addListener(call: (message: unknown) => void): void };
  onDisconnect: { addListener(call: () => void): void };
  disconnect(): void;
}

/** A run that a panel may watch. */
export interface Watchable {
  id: string;
  since(after: Sequence): Stretch | null;
}

export interface PanelsWorld {
  /** Resolves when what an earlier worker left has been closed. */
  ready(): Promise<void>;
  live(chatId: string): Watchable[];
  /** Checks a message; `null` if it is none. */
  parse(message: unknown): FromPanel | null;
  /** Called when the last panel has gone. */
  onGone?(): void;
}

/** More panels than a person has windows open are not people. */
const most = 32;

interface Panel {
  port: PanelPort;
  chatId: string | null;
  /** The last sequence sent, by run. */
  sent: Map<string, Sequence>;
  /** Counts its wishes, so that a late answer to an old one is dropped. */
  wishes: number;
}

/** Every open panel, and what each of them has seen. */
export interface Panels {
  connect(port: PanelPort): void;
  events(chatId: string, run: string, since: (after: Sequence) => Stretch | null): void;
  started(chatId: string, run: string): void;
  ended(chatId: string, run: string, to: Sequence): void;
  changed(chatId: string): void;
  /** Everything may have changed: each panel is told so of the chat it shows. */
  changedAll(): void;
  storage(trouble: StorageTrouble | null): void;
  count(): number;
}

export function createPanels(world: PanelsWorld): Panels {
  const panels = new Set<Panel>();
  let trouble: StorageTrouble | null = null;

  function post(panel: Panel, message: ToPanel): void {
    try {
      panel.port.postMessage(message);
    } catch {
      // The page went away and the browser has not told us yet.
      drop(panel);
    }
  }

  function drop(panel: Panel): void {
    if (panels.delete(panel) && panels.size === 0) world.onGone?.();
  }

  function tell(message: ToPanel): void {
    for (const panel of panels) post(panel, message);
  }

  function sendRest(panel: Panel, chatId: string, run: string, since: (after: Sequence) => Stretch | null): void {
    const stretch = since(panel.sent.get(run) ?? 0);
    if (!stretch) return;
    panel.sent.set(run, stretch.to);
    post(panel, { type: 'events', chatId, ...stretch });
  }

  function forget(panel: Panel): number {
    panel.chatId = null;
    return (panel.wishes += 1);
  }

  async function watch(panel: Panel, chatId: string, have: Record<string, Sequence>): Promise<void> {
    const wish = forget(panel);
    await world.ready();
    if (panel.wishes !== wish) return;
    panel.chatId = chatId;
    panel.sent = new Map(Object.entries(have));
    const live = world.live(chatId);
    post(panel, { type: 'watching', chatId, runs: live.map((run) => run.id) });
    for (const run of live) sendRest(panel, chatId, run.id, run.since);
  }

  function hear(panel: Panel, message: FromPanel): void {
    switch (message.type) {
      case 'watch':
        void watch(panel, message.chatId, message.have);
        break;
      case 'unwatch':
        forget(panel);
        break;
      case 'window':
        // Menus find their panel by the mail it takes; nothing needs the number yet.
        break;
      default:
        message satisfies never;
    }
  }

  return {
    connect(port) {
      if (panels.size >= most) return port.disconnect();
      const panel: Panel = { port, chatId: null, sent: new Map(), wishes: 0 };
      panels.add(panel);
      port.onMessage.addListener((raw) => {
        const message = world.parse(raw);
        if (message && panels.has(panel)) hear(panel, message);
      });
      port.onDisconnect.addListener(() => drop(panel));
      if (trouble) post(panel, { type: 'storage-trouble', trouble });
    },
    events(chatId, run, since) {
      for (const panel of panels) if (panel.chatId === chatId) sendRest(panel, chatId, run, since);
    },
    started: (chatId, run) => tell({ type: 'started', chatId, run }),
    ended(chatId, run, to) {
      tell({ type: 'ended', chatId, run, to });
      for (const panel of panels) panel.sent.delete(run);
    },
    changed: (chatId) => tell({ type: 'changed', chatId }),
    changedAll() {
      for (const panel of panels) post(panel, { type: 'changed', chatId: panel.chatId ?? '' });
    },
    storage(next) {
      // A broken or newer database stays a trouble however well the fresh one works.
      if (next === null && (trouble?.kind === 'corrupt' || trouble?.kind === 'newer')) return;
      if (trouble?.kind === next?.kind) return;
      trouble = next;
      tell({ type: 'storage-trouble', trouble });
    },
    count: () => panels.size,
  };
}
