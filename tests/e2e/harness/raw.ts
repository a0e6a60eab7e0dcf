/**
 * A server below HTTP: it hears one request and does to the connection what the test says, byte by byte. For what no
 * well-behaved server does.
 */
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** What happens to the connection of one chat request, once the request is there. */
export type Doing = (socket: Socket) => void | Promise<void>;

export const streamHead =
  'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\nAccess-Control-Allow-Origin: *\r\n\r\n';
/** One event with a piece of text. */
export const piece = (text: string): string =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: text }, finish_reason: null }] })}\n\n`;
export const done = `data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}\n\ndata: [DONE]\n\n`;

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export class RawServer {
  /** Chat requests as they came: their whole text. */
  readonly chats: string[] = [];
  /** What happens to a request that nothing was planned for. */
  otherwise: Doing = (socket) => void socket.end(streamHead + piece('A plain answer.') + done);
  private readonly plan: Doing[] = [];
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async start(): Promise<RawServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const raw = new RawServer(server, (server.address() as AddressInfo).port);
    server.on('connection', (socket) => raw.serve(socket));
    return raw;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${this.port}/v1`;
  }

  /** How the next chat requests are treated, one each; afterwards a plain short answer. */
  next(...doings: Doing[]): void {
    this.plan.push(...doings);
  }

  close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private serve(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => undefined);
    let heard = Buffer.alloc(0);
    socket.on('data', (bytes: Buffer) => {
      heard = Buffer.concat([heard, bytes]);
      const text = heard.toString();
      const head = text.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(text.slice(0, head))?.[1] ?? 0);
      if (heard.length < head + 4 + length) return;
      heard = Buffer.alloc(0);
      if (!text.startsWith('POST ')) {
        const body = '{"object":"list","data":[{"id":"raw-model"}]}';
        socket.end(
          `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
        );
        return;
      }
      this.chats.push(text);
      const doing = this.plan.shift() ?? this.otherwise;
      void Promise.resolve(doing(socket)).catch(() => socket.destroy());
    });
  }
}
