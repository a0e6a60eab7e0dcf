/** A real browser for the model: panels that are clicked, a server whose every byte is the test's, and the store as it is. */
import type { Socket } from 'node:net';
import type { Page } from 'playwright';
import { answers, ask, questions, until } from '../../scripts/drive.mjs';
import { done, piece, RawServer, streamHead } from '../e2e/harness/raw';
import { Session } from '../e2e/harness/session';
import { connectTo } from '../long/connect';

export interface MessageRow {
  id: string;
  chatId: string;
  role: 'user' | 'assistant';
  state?: string;
  order: number;
  parts: { type: string; text?: string }[];
}

/** What is stored now, journals folded in. */
export interface Stored {
  messages: (MessageRow & { text: string })[];
  journalled: number;
  live: number;
  deleted: Set<string>;
}

/** One request as it is being answered. */
export interface Wire {
  socket: Socket;
  /** The whole request. */
  asked: string;
}

export class BrowserWorld {
  /** Requests nobody has taken up yet. */
  readonly waiting: Wire[] = [];
  panel: Page | undefined;
  second: Page | undefined;
  offline = false;

  private constructor(
    readonly session: Session,
    readonly raw: RawServer,
    readonly eye: Page,
  ) {}

  static async start(): Promise<BrowserWorld> {
    const session = await Session.start();
    const raw = await RawServer.start();
    await connectTo(session.gloss, raw);
    const world = new BrowserWorld(session, raw, await session.gloss.openOptions());
    raw.otherwise = (socket) => {
      if (world.offline) return void socket.resetAndDestroy();
      socket.write(streamHead);
      world.waiting.push({ socket, asked: raw.chats.at(-1) ?? '' });
    };
    return world;
  }

  async close(): Promise<void> {
    await this.session.close();
    await this.raw.close();
  }

  panels(): Page[] {
    return [this.panel, this.second].filter((page) => page !== undefined);
  }

  async openPanel(): Promise<void> {
    const { gloss } = this.session;
    const before = new Set(gloss.panels());
    // Always in the same window, whichever is in front: drafts and the chat shown last belong to a window.
    await this.eye.evaluate(
      `chrome.tabs.getCurrent().then(({ windowId }) => chrome.tabs.create({ windowId, url: 'sidepanel.html' }))`,
    );
    this.panel = await until('the panel', () => gloss.panels().find((page) => !before.has(page)));
    await this.panel.getByRole('textbox', { name: 'Message' }).waitFor();
  }

  async openSecond(title: string): Promise<void> {
    this.second = await this.session.gloss.openPanelWindow();
    await openFromHistory(this.second, title);
  }

  async stored(): Promise<Stored> {
    // In one transaction: an answer that ends between two readings would be neither in its row nor in the journal.
    const { messages, chats, journal, live } = await this.eye.evaluate(async () => {
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        const opening = indexedDB.open('gloss-chats');
        opening.addEventListener('success', () => resolve(opening.result));
        opening.addEventListener('error', () => reject(opening.error ?? new Error('not opened')));
      });
      const transaction = database.transaction(['messages', 'chats', 'journal', 'live']);
      const all = <Row>(store: string) =>
        new Promise<Row[]>((resolve, reject) => {
          const rows: IDBRequest<Row[]> = transaction.objectStore(store).getAll();
          rows.addEventListener('success', () => resolve(rows.result));
          rows.addEventListener('error', () => reject(rows.error ?? new Error(store)));
        });
      const [messages, chats, journal, live] = await Promise.all([
        all<MessageRow>('messages'),
        all<{ id: string; deletedAt?: number }>('chats'),
        all<{ run: string; from: number; events: { type: string; text?: string }[] }>('journal'),
        all('live'),
      ]);
      database.close();
      return { messages, chats, journal, live };
    });
    const rowsFor = (run: string) => journal.filter((row) => row.run === run).toSorted((a, b) => a.from - b.from);
    return {
      messages: messages
        .toSorted((one, other) => one.order - other.order)
        .map((message) => ({
          ...message,
          text:
            textOf(message.parts, 'text') +
            rowsFor(message.id)
              .map(({ events }) => textOf(events, 'text-delta'))
              .join(''),
        })),
      journalled: journal.length,
      live: live.length,
      deleted: new Set(chats.filter(({ deletedAt }) => deletedAt !== undefined).map(({ id }) => id)),
    };
  }
}

const textOf = (pieces: readonly { type: string; text?: string }[], type: string): string =>
  pieces.map((each) => (each.type === type ? (each.text ?? '') : '')).join('');

export async function openFromHistory(page: Page, title: string): Promise<void> {
  await page.getByRole('button', { name: 'History' }).click();
  const region = page.getByRole('region', { name: 'History' });
  await region.getByRole('button', { name: title }).first().click();
}

export const sendPiece = (wire: Wire, text: string): void => void wire.socket.write(piece(text));
export const sendEnd = (wire: Wire): void => void wire.socket.end(done);
export const sendError = (wire: Wire): void =>
  void wire.socket.end('data: {"error":{"message":"The model broke off","type":"server_error"}}\n\n');
export const cut = (wire: Wire): void => void wire.socket.resetAndDestroy();

/** What a panel shows: the questions and answers of the branch, spaces as one. */
export async function shown(
  page: Page,
): Promise<{ questions: string[]; answers: string[]; stop: boolean; draft: string }> {
  const plain = (texts: string[]) => texts.map((text) => text.replaceAll(/\s+/g, ' ').trim());
  const [asked, answered, stop, draft] = await Promise.all([
    questions(page).allInnerTexts(),
    answers(page).allInnerTexts(),
    page.getByRole('button', { name: 'Stop', exact: true }).isVisible(),
    page.getByRole('textbox', { name: 'Message' }).inputValue(),
  ]);
  return { questions: plain(asked), answers: plain(answered), stop, draft };
}

export { ask };
