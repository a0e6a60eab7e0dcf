/** What the doctor says in the built extension, cause by cause, against a server that has that fault. */
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { type Server as SecureServer, createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { storedConnections } from '../../scripts/drive.mjs';
import { Gloss } from './harness/browser';

let gloss: Gloss;
let options: Page;
const servers: { close(): unknown; closeAllConnections(): void }[] = [];

const button = (name: string) => options.getByRole('button', { name, exact: true });
const alert = () => options.getByRole('alert');

beforeAll(async () => {
  gloss = await Gloss.launch({ hosts: ['page.test'] });
  await gloss.allow('http://127.0.0.1/*');
  await gloss.allow('https://127.0.0.1/*');
});
afterAll(() => gloss?.close());
beforeEach(async () => {
  options = await gloss.openOptions();
});
afterEach(async () => {
  await options.close();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function listen(server: Server | SecureServer): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Asked {
  method: string;
  path: string;
  origin: string | undefined;
  model: string;
}

/** A server of OpenAI's wire under `/v1`, until `fault` answers instead. */
async function serve(fault: (asked: Asked, response: ServerResponse) => boolean = () => false) {
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
      response.end('data: {"choices":[{"delta":{"content":"H"},"finish_reason":"length"}]}\n\ndata: [DONE]\n\n');
    });
  });
  return { at: await listen(server), asked };
}

function json(response: ServerResponse, status: number, body: unknown): true {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  return true;
}

async function testConnection(baseUrl: string, values: { model?: string; key?: string } = {}): Promise<void> {
  await button('Add provider').click();
  await options.getByRole('combobox', { name: 'Provider' }).selectOption('Custom (OpenAI-compatible)');
  await options.getByRole('textbox', { name: 'Base URL' }).fill(baseUrl);
  await options.getByRole('textbox', { name: 'API key' }).fill(values.key ?? '');
  await options.getByRole('combobox', { name: 'Model' }).fill(values.model ?? 'qwen3:8b');
  await button('Test connection').click();
}

const works = () => options.getByText(/^It works/).waitFor();
const says = async (words: RegExp) =>
  expect.poll(() => alert().allInnerTexts()).toEqual([expect.stringMatching(words)]);

describe('the doctor', () => {
  test('a healthy server', async () => {
    const { at } = await serve();
    await testConnection(`http://${at}/v1`);
    await works();
  });

  test('nothing listens', async () => {
    const { at } = await serve();
    servers.splice(0).forEach((server) => server.close());
    await testConnection(`http://${at}/v1`);
    await says(new RegExp(`Nothing answers at ${at}`));
  });

  test('no trusted certificate', async () => {
    const at = await listen(createSecureServer((_request, response) => response.end()));
    await testConnection(`https://${at}/v1`);
    await says(/No trusted connection/);
  });

  test('/v1 is missing: one click puts it in and tries again', async () => {
    const { at } = await serve();
    await testConnection(`http://${at}`);
    await says(/lacks a part/);
    await alert()
      .getByRole('button', { name: `Use http://${at}/v1` })
      .click();
    await works();
    expect(await options.getByRole('textbox', { name: 'Base URL' }).inputValue()).toBe(`http://${at}/v1`);
  });

  test('a web page', async () => {
    const { at } = await serve((_asked, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Router</title>');
      return true;
    });
    await testConnection(`http://${at}/v1`);
    await says(/a web page, not with an API/);
  });

  test('the key is missing, is refused, is another service’s', async () => {
    const { at } = await serve((asked, response) =>
      asked.method === 'POST' ? json(response, 401, { error: { message: 'Unauthorised' } }) : false,
    );
    await testConnection(`http://${at}/v1`);
    await says(/wants a key/);
    await options.getByRole('textbox', { name: 'API key' }).fill('my-key-0123456789');
    await button('Test connection').click();
    await says(/refuses the key/);
    await options.getByRole('textbox', { name: 'API key' }).fill('gsk_0123456789abcdef');
    await button('Test connection').click();
    await says(/looks like one of Groq/);
  });

  test('the model is unknown: the nearest name is one click away', async () => {
    const { at } = await serve((asked, response) =>
      asked.method === 'POST' && asked.model !== 'qwen3:8b'
        ? json(response, 404, { error: { message: `model '${asked.model}' not found` } })
        : false,
    );
    await testConnection(`http://${at}/v1`, { model: 'qwen3-8b' });
    await says(/does not know the model qwen3-8b/);
    await alert().getByRole('button', { name: 'Use qwen3:8b' }).click();
    await works();
  });

  test('no quota, too many requests, a loading model, an error of its own', async () => {
    const answers: [number, string, RegExp][] = [
      [429, 'You exceeded your current quota, please check your plan.', /no credit or quota/],
      [429, 'Rate limit reached. Please try again in 20s.', /too many requests/],
      [503, 'Loading model', /still loading/],
      [500, 'CUDA out of memory', /status 500/],
    ];
    let now: (typeof answers)[number] | undefined;
    const { at } = await serve((asked, response) =>
      asked.method === 'POST' && now ? json(response, now[0], { error: { message: now[1] } }) : false,
    );
    [now] = answers;
    await testConnection(`http://${at}/v1`, { key: 'my-key-0123456789' });
    for (const answer of answers) {
      now = answer;
      await button('Test connection').click();
      await says(answer[2]);
    }
  });

  test('a redirect is told and not followed', async () => {
    const elsewhere = await serve();
    const { at } = await serve((_asked, response) => {
      response.writeHead(307, { location: `http://${elsewhere.at}/v1/chat/completions` }).end();
      return true;
    });
    await testConnection(`http://${at}/v1`, { key: 'my-key-0123456789' });
    await says(/sends every question on/);
    expect(elsewhere.asked).toEqual([]);
  });
});

describe('Ollama’s refusal', () => {
  /** Answers lists to anybody, and questions only to its own origin. */
  const guarded = () =>
    serve((asked, response) => {
      if (asked.method !== 'POST' || asked.origin === undefined || asked.origin.startsWith('http://127.0.0.1'))
        return false;
      response.writeHead(403).end();
      return true;
    });
  const rules = () => options.evaluate('chrome.declarativeNetRequest.getSessionRules()') as Promise<unknown[]>;

  test('is mended for our own requests alone, stays mended while the connection does, and goes with it', async () => {
    const { at, asked } = await guarded();
    const site = await listen(
      createServer((_request, response) =>
        response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Another page'),
      ),
    );
    await testConnection(`http://${at}/v1`);
    await says(/refuses questions that come from a browser extension/);
    expect(await options.getByText('OLLAMA_ORIGINS').count()).toBe(1);
    await alert().getByRole('button', { name: 'Send its own address as Origin' }).click();
    await works();
    expect(asked.findLast(({ method }) => method === 'POST')?.origin).toBe(`http://${at}`);
    // What only a test needed is not left behind.
    expect(await rules()).toEqual([]);

    await button('Save').click();
    await options.getByText(/^Saved/).waitFor();
    await button('Test connection').click();
    await works();

    const page = await gloss.openTab(`http://page.test:${site.split(':')[1]}/`);
    await page.evaluate(
      (url) => fetch(url, { method: 'POST', mode: 'no-cors', body: '{}' }).catch(() => undefined),
      `http://${at}/v1/chat/completions`,
    );
    expect(asked.at(-1)?.origin).toBe(`http://page.test:${site.split(':')[1]}`);
    await page.close();

    await button('Remove').click();
    await expect.poll(() => storedConnections(options)).toEqual([]);
    await expect.poll(rules).toEqual([]);
  });
});
