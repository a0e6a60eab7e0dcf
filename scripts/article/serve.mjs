/** The page that Gloss is shown beside. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { root } from '../node.mjs';

/**
 * Serves the article by another name than the stand-in's: what that address is allowed must not cover the page.
 * @returns {Promise<{ url: string, close: () => void }>}
 */
export async function serveArticle() {
  const article = readFileSync(join(root, 'scripts', 'article', 'index.html'));
  const server = createServer((request, response) => {
    if (!/^\/(\?.*)?$/.test(request.url ?? '')) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(article);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  return { url: `http://localhost:${server.address().port}/`, close: () => server.close() };
}
