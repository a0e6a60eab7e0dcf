/**
 * The server of the product bench, in a process of its own: the same bytes for Gloss and for its limits. What it answers is in
 * the question, as JSON behind the word `bench`: `{ kind, size, pace }`.
 *
 * `stamp`: after a pause, one event that holds the moment it was written. `burst`: that, and 5,000 events at once.
 * `answer`: `size` characters of Markdown at `pace` tokens a second. `GET /article` is a page of a megabyte.
 */
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { answer, tokens } from '../body.mjs';

const event = (content) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`;
const end = `data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}\n\ndata: [DONE]\n\n`;
const stamp = () => `@${(performance.timeOrigin + performance.now()).toFixed(2)}@ `;

/** A page of a megabyte, with a paragraph or an item for each line of an answer. */
const article = `<!doctype html><title>A megabyte</title><main>${answer(850_000)
  .split('\n')
  .filter((line) => line.trim() !== '')
  .map((line) => {
    const words = line.replace(/[&<>]/g, ' ').replace(/\[([^\]]*)\]\(([^)]*)\)/g, '<a href="$2">$1</a>');
    return line.startsWith('- ')
      ? `<ul><li>${words}</li></ul>`
      : line.startsWith('#')
        ? `<h2>${words}</h2>`
        : `<p>${words}</p>`;
  })
  .join('\n')}</main>`;

/** Milliseconds between writes of a paced answer. */
const beat = 20;

const server = createServer(async (request, response) => {
  response.setHeader('access-control-allow-origin', '*');
  response.setHeader('access-control-allow-headers', '*');
  if (request.method === 'OPTIONS') return response.end();
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  if (request.url === '/article') {
    response.setHeader('content-type', 'text/html; charset=utf-8').end(article);
    return;
  }
  if (request.method !== 'POST') {
    response.setHeader('content-type', 'application/json').end('{"object":"list","data":[{"id":"bench"}]}');
    return;
  }
  const { messages } = JSON.parse(Buffer.concat(chunks).toString());
  const asked = /bench (\{.*?\})/.exec(JSON.stringify(messages.at(-1).content).replaceAll('\\"', '"'))?.[1];
  const { kind, size = 0, pace = 200 } = asked ? JSON.parse(asked) : { kind: 'answer', size: 100 };
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.flushHeaders();
  response.socket.setNoDelay(true);
  if (kind === 'answer') {
    const pieces = tokens(answer(size));
    const started = performance.now();
    for (let at = 0; at < pieces.length && !response.destroyed;) {
      const due = Math.min(pieces.length, Math.ceil(((performance.now() - started + beat) * pace) / 1000));
      if (due > at) response.write(pieces.slice(at, due).map(event).join(''));
      at = Math.max(at, due);
      await sleep(beat);
    }
    response.end(event('\n\nThe bench ends here.') + end);
    return;
  }
  await sleep(250);
  if (kind === 'stamp') {
    response.write(event(stamp()));
    await sleep(100);
    response.end(end);
    return;
  }
  // No two alike, or the answer would be ended for repeating itself.
  const words = Array.from({ length: 5_000 }, (_, at) => event(at % 40 === 39 ? `${at}.\n\n` : `${at} `));
  response.end(event(stamp()) + words.join('') + event('The bench ends here.') + end);
});
server.listen(0, '127.0.0.1', () => process.send?.(server.address().port));
process.on('disconnect', () => process.exit());
