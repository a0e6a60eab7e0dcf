/** Servers of OpenAI's wire that have one fault, closed together. */
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';

const servers: { close(): unknown; closeAllConnections(): void }[] = [];

export function closeServers(): void {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
}

/** Its host and port. */
export async function listen(server: Server | SecureServer, port = 0): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export interface Asked {
  method: string;
  path: string;
  origin: string | undefined;
  model: string;
}

export type Fault = (asked: Asked, response: ServerResponse) => boolean;

/** A server of OpenAI's wire under `/v1`, until `fault` answers instead. */
export async function serve(fault: Fault = () => false, port = 0): Promise<{ at: string; asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const one = {
        method: request.method ?? '',
        path: request.url ?? '',
        origin: request.headers.origin,
        model: /"model":"([^"]*)"/.exec(body)?.[1] ?? '',
      };
      asked.push(one);
      if (fault(one, response)) return;
      if (one.path === '/v1/models') return json(response, 200, { data: [{ id: 'qwen3:8b' }, { id: 'llama3.2:3b' }] });
      if (one.path !== '/v1/chat/completions') return json(response, 404, { error: 'not found' });
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: {"choices":[{"delta":{"content":"Here I am."}}]}\n\n');
      response.end('data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n');
    });
  });
  return { at: await listen(server, port), asked };
}

export function json(response: ServerResponse, status: number, body: unknown): true {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  return true;
}
