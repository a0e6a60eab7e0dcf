/** What the doctor says in the built extension, cause by cause, against a server that has that fault. */
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { storedConnections } from '../../scripts/drive.mjs';
import { Gloss } from './harness/browser';
import { closeServers, json, listen, serve } from './harness/faulty';

let gloss: Gloss;
let options: Page;

const button = (name: string) => options.getByRole('button', { name, exact: true });
const alert = () => options.getByRole('alert');

beforeAll(async () => {
  gloss = await Gloss.launch({ hosts: ['page.test', 'nas.lan'] });
  await gloss.allow('http://127.0.0.1/*');
  await gloss.allow('https://127.0.0.1/*');
  await gloss.allow('http://nas.lan/*');
});
afterAll(() => gloss?.close());
beforeEach(async () => {
  options = await gloss.openOptions();
});
afterEach(async () => {
  await options.close();
  closeServers();
});

async function testConnection(baseUrl: string, values: { model?: string; key?: string } = {}): Promise<void> {
  await button('Add provider').click();
  await options.getByRole('combobox', { name: 'Provider' }).selectOption('Custom (OpenAI-compatible)');
  await options.getByRole('textbox', { name: 'Base URL' }).fill(baseUrl);
  await options.getByRole('textbox', { name: 'API key' }).fill(values.key ?? '');
  await options.getByRole('combobox', { name: 'Model' }).fill(values.model ?? 'qwen3:8b');
  if (baseUrl.startsWith('http://nas.lan')) {
    await options.getByText('Advanced', { exact: true }).click();
    await options.getByRole('switch', { name: 'Allow plain http to this address' }).click();
  }
  await button('Test connection').click();
}

const works = () => options.getByText(/^It works/).waitFor();
const says = async (words: RegExp) =>
  expect.poll(() => alert().allInnerTexts()).toEqual([expect.stringMatching(words)]);

/**
 * What the browser's own settings say, until the returned function is called. For real they bind no extension that has the
 * site's access, see docs/decisions/connecting.md.
 */
async function localNetworkDenied(): Promise<() => Promise<void>> {
  const session = await gloss.context.newCDPSession(options);
  const send = session.send.bind(session) as (method: string, params: object) => Promise<unknown>;
  for (const name of ['local-network-access', 'local-network', 'loopback-network']) {
    const origin = gloss.url('').replace(/\/$/, '');
    await send('Browser.setPermission', { permission: { name }, setting: 'denied', origin });
  }
  // The setting goes with its session.
  return () => session.detach();
}

/** What *Copy* puts on the clipboard for a system. Headless, a page cannot read it back. */
async function copiedFor(system: string): Promise<string> {
  await options.evaluate(() => {
    navigator.clipboard.writeText = (text) => {
      document.documentElement.dataset.copied = text;
      return Promise.resolve();
    };
  });
  await button(system).click();
  await button('Copy').click();
  await options.getByText('Copied').waitFor();
  return options.evaluate(() => document.documentElement.dataset.copied ?? '');
}

describe('the doctor', () => {
  test('a healthy server', async () => {
    const { at } = await serve();
    await testConnection(`http://${at}/v1`);
    await works();
  });

  test('nothing listens; once the server is started, it works', async () => {
    const { at } = await serve();
    closeServers();
    await testConnection(`http://${at}/v1`);
    await says(new RegExp(`Nothing answers at ${at}`));
    await serve(undefined, Number(at.split(':')[1]));
    await button('Test connection').click();
    await works();
  });

  test('offline, and back', async () => {
    const { at } = await serve();
    const baseUrl = `http://${at.replace('127.0.0.1', 'nas.lan')}/v1`;
    await gloss.context.setOffline(true);
    await testConnection(baseUrl);
    await says(/This computer is offline/).finally(() => gloss.context.setOffline(false));
    await button('Test connection').click();
    await works();
  });

  test('the browser is set to block the local network, and nothing comes back', async () => {
    const { at } = await serve();
    closeServers();
    const allowed = await localNetworkDenied();
    await testConnection(`http://${at}/v1`);
    await says(/set to keep Gloss off the local network/).finally(allowed);
    await button('Test connection').click();
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

  test('the path is there twice: one click takes it out', async () => {
    const { at } = await serve();
    await testConnection(`http://${at}/v1/v1`);
    await says(/holds the same part twice/);
    await alert()
      .getByRole('button', { name: `Use http://${at}/v1` })
      .click();
    await works();
  });

  test('JSON of another service', async () => {
    const { at } = await serve((_asked, response) => json(response, 200, { temperature: 21 }));
    await testConnection(`http://${at}/v1`);
    await says(/not as a chat API would/);
  });

  test('a body that only begins like JSON', async () => {
    const { at } = await serve((asked, response) => {
      if (asked.method === 'POST') response.writeHead(200, { 'content-type': 'application/json' }).end('{oops: <1>}');
      return asked.method === 'POST';
    });
    await testConnection(`http://${at}/v1`);
    await says(/not as a chat API would/);
  });

  test('no model is chosen: what there is, one click away', async () => {
    const { at } = await serve();
    await testConnection(`http://${at}/v1`, { model: '' });
    await says(/No model is chosen/);
    await alert().getByRole('button', { name: 'Use llama3.2:3b' }).click();
    await works();
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
    await options.getByRole('combobox', { name: 'Provider' }).selectOption('Groq');
    await options.getByRole('textbox', { name: 'API key' }).fill('gsk_0123456789abcdef');
    await button('Test connection').click();
    await says(/refuses the key/);
    const page = alert().getByRole('link', { name: 'Open console.groq.com' });
    expect(await page.getAttribute('href')).toBe('https://console.groq.com/keys');
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
    expect(await copiedFor('Docker')).toMatch(
      /^docker run .* -e OLLAMA_ORIGINS="chrome-extension:\/\/\*,moz-extension/,
    );
    expect(await copiedFor('macOS')).toMatch(/^launchctl setenv OLLAMA_ORIGINS "chrome-extension:\/\/\*/);
    expect(await copiedFor('Windows')).toMatch(/^setx OLLAMA_ORIGINS "chrome-extension:\/\/\*/);
    expect(await copiedFor('Linux')).toMatch(
      /Environment="OLLAMA_ORIGINS=chrome-extension:\/\/\*.*\n.*systemctl restart/s,
    );
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
