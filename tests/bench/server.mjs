/** Serves the built pages and the bodies from a process of its own: `node server.mjs <folder>`. Says its port on a line. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { answer, fence, tokens } from './body.mjs';

const folder = process.argv[2];
const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

const server = createServer(async (request, response) => {
  const url = new URL(request.url, 'http://localhost');
  try {
    if (url.pathname === '/body') {
      const size = Number(url.searchParams.get('size'));
      const text = url.searchParams.get('kind') === 'fence' ? fence(size) : answer(size);
      response.setHeader('content-type', 'application/json').end(JSON.stringify(tokens(text)));
      return;
    }
    const file = join(folder, normalize(url.pathname));
    if (!file.startsWith(folder)) throw new Error('outside');
    const bytes = await readFile(file);
    response.setHeader('content-type', types[extname(file)] ?? 'application/octet-stream').end(bytes);
  } catch {
    response.writeHead(404).end();
  }
});
server.listen(0, '127.0.0.1', () => process.send?.(server.address().port));
process.on('disconnect', () => process.exit());
