/**
 * A small local server for trying Gloss before a provider is set up. It speaks the OpenAI chat wire, streams at the pace of
 * a quick model, and says plainly that it is not one. `npm start` runs it; alone: `node scripts/stand-in.mjs [port]`.
 */
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

export const standInPort = 41414;
export const standInModel = 'stand-in';

const wordsPerSecond = 40;

/** The last thing the user wrote, without what Gloss put around it. */
function questionIn(messages) {
  const content = messages.findLast((message) => message.role === 'user')?.content ?? '';
  const text = typeof content === 'string' ? content : content.map((part) => part.text ?? '').join('\n');
  return text.trim().split('\n').at(-1)?.slice(0, 300) ?? '';
}

/** What is answered to a conversation. Markdown of several kinds, so that there is something to look at. */
export function answerTo(messages) {
  const question = questionIn(messages);
  const turns = messages.filter((message) => message.role === 'user').length;
  return `**This is the stand-in that came with \`npm start\`, not an AI.** It runs on your computer, knows nothing, and sends nothing on. It only shows how an answer arrives.

You asked:

> ${question || '(nothing)'}

What just happened:

1. Your question was stored, and only then sent.
2. The background worker asked \`http://127.0.0.1\`, which you can see in the settings.
3. The words are coming back one at a time, at about ${wordsPerSecond} a second.

Try a few things while this runs: press *Stop*; close the panel in the middle and open it again; ask for another version with *Regenerate*.

\`\`\`js
// The same in code.
const answer = await fetch('http://127.0.0.1:${standInPort}/v1/chat/completions');
\`\`\`

| In this conversation | Number |
| --- | ---: |
| Your messages so far | ${turns} |
| Models consulted | 0 |

To get real answers, open the settings and choose *Add provider*: a hosted one with a key, or a model on your own machine.
`;
}

const json = (response, status, body) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

async function readJson(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  try {
    return JSON.parse(Buffer.concat(chunks).toString() || '{}');
  } catch {
    return undefined;
  }
}

const everyWord = () => new Promise((resolve) => setTimeout(resolve, 1000 / wordsPerSecond));

async function stream(response, answer, afterWord) {
  const chunk = (delta, finish = null) =>
    response.write(
      `data: ${JSON.stringify({ id: 'stand-in', object: 'chat.completion.chunk', model: standInModel, choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`,
    );
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  let said = '';
  for (const word of answer.match(/\s*\S+\s?/g) ?? []) {
    if (response.destroyed) return;
    chunk({ content: word });
    said += word;
    await afterWord(said);
  }
  chunk({}, 'stop');
  response.end('data: [DONE]\n\n');
}

async function handle(request, response, answerTo, afterWord) {
  const { pathname } = new URL(request.url, 'http://localhost');
  if (pathname === '/v1/models')
    return json(response, 200, { object: 'list', data: [{ id: standInModel, object: 'model', owned_by: 'you' }] });
  if (pathname !== '/v1/chat/completions' || request.method !== 'POST')
    return json(response, 404, { error: { message: 'The stand-in only knows /v1/models and /v1/chat/completions.' } });
  const body = await readJson(request);
  if (!Array.isArray(body?.messages))
    return json(response, 400, { error: { message: 'There are no messages in this request.' } });
  const answer = answerTo(body.messages);
  if (body.stream) return stream(response, answer, afterWord);
  return json(response, 200, {
    id: 'stand-in',
    object: 'chat.completion',
    model: standInModel,
    choices: [{ index: 0, message: { role: 'assistant', content: answer }, finish_reason: 'stop' }],
  });
}

/**
 * Starts the stand-in on loopback, on its own port or, where that is taken, on any.
 * @param {number} [port]
 * @param {(messages: { role: string, content: unknown }[]) => string} [answer] what it says; by default, what it is
 * @param {(said: string) => Promise<void>} [afterWord] what is waited for after each word; by default, as long as a quick model takes
 * @returns {Promise<{ baseUrl: string, close: () => void }>}
 */
export async function startStandIn(port = standInPort, answer = answerTo, afterWord = everyWord) {
  const server = createServer((request, response) => void handle(request, response, answer, afterWord));
  const listen = (wanted) =>
    new Promise((resolve, reject) =>
      server.once('error', reject).listen(wanted, '127.0.0.1', () => resolve(undefined)),
    );
  await listen(port).catch((error) => {
    if (error.code !== 'EADDRINUSE') throw error;
    return listen(0);
  });
  return {
    baseUrl: `http://127.0.0.1:${server.address().port}/v1`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { baseUrl } = await startStandIn(Number(process.argv[2] ?? standInPort));
  console.log(`The stand-in answers at ${baseUrl}, model ${standInModel}. End it with Ctrl+C.`);
}
