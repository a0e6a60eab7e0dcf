/** A server that writes down what it is asked and refuses everything, so that no library tries again. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Recorded {
  method: string | undefined;
  /** Path and query. */
  path: string | undefined;
  headers: IncomingHttpHeaders;
  body: unknown;
}

export interface Recorder {
  url: string;
  /** What was asked while `work` ran, which is expected to fail. */
  during(work: () => Promise<unknown>): Promise<Recorded>;
  stop(): Promise<void>;
}

export async function startRecorder(): Promise<Recorder> {
  const requests: Recorded[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const { method, url: path, headers } = request;
      requests.push({ method, path, headers, body: text === '' ? undefined : JSON.parse(text) });
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: 'recorded' } }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async during(work) {
      requests.length = 0;
      await work().catch(() => undefined);
      const [only, ...more] = requests;
      if (!only || more.length > 0) throw new Error(`Expected one request, not ${requests.length}.`);
      return only;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
