/** Stands in front of another server, passes everything on byte by byte, and remembers what was asked. */
import { createServer, request as ask, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Recorded {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export class Recorder {
  /** Questions only: what was posted, in the order it came. */
  readonly posts: Recorded[] = [];

  private constructor(
    private readonly server: ReturnType<typeof createServer>,
    /** `http://127.0.0.1:<port>` */
    readonly origin: string,
  ) {}

  static async start(target: string): Promise<Recorder> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const recorder = new Recorder(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', (request, response) => {
      const { method = 'GET', url: path = '/', headers } = request;
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks);
        if (method === 'POST') recorder.posts.push({ method, path, headers, body: body.toString() });
        const onward = ask(target + path, { method, headers: { ...headers, host: new URL(target).host } }, (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          response.flushHeaders();
          answer.on('data', (chunk: Buffer) => response.write(chunk));
          answer.on('end', () => response.end());
          // A connection that broke over there breaks here, too.
          answer.on('error', () => response.destroy());
        });
        onward.on('error', () => response.destroy());
        response.on('close', () => onward.destroy());
        onward.end(body);
      });
    });
    return recorder;
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}
