/** An address nobody has a reason to go to. Whatever reaches it is written down, down to a connection without a request. */
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Arrival {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export class Canary {
  /** Requests, in the order they came. */
  readonly arrivals: Arrival[] = [];
  connections = 0;
  private readonly server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    this.arrivals.push({
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    });
    response.writeHead(200, { 'content-type': 'text/plain', 'access-control-allow-origin': '*' }).end('seen');
  });

  static async start(): Promise<Canary> {
    const canary = new Canary();
    canary.server.on('connection', () => (canary.connections += 1));
    await new Promise<void>((resolve) => canary.server.listen(0, '127.0.0.1', resolve));
    return canary;
  }

  /** Under one of the names in `LaunchOptions.hosts`. */
  origin(name: string): string {
    return `http://${name}:${(this.server.address() as AddressInfo).port}`;
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}
