/** Each of the five gateways: set up in the options page, asked in the real side panel, well served and badly. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { answerToEnd, answers, ask, until } from '../../scripts/drive.mjs';
import { gatewayNames, startGateway, type Behaviour, type Gateway } from '../gateways/server';
import { Gloss } from './harness/browser';
import { makeDefault, setUpGateway, startPool, type Pool } from './harness/gateways';

let gloss: Gloss;
let panel: Page;
let page: Page;
/** A page of somebody else's, which asks the same server. */
const site = createServer((_request, response) =>
  response.writeHead(200, { 'content-type': 'text/html' }).end('<title>Another page</title><p>Another page</p>'),
);

beforeAll(async () => {
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  gloss = await Gloss.launch({ hosts: ['page.test'] });
  // A click before the worker's first answer is lost: it has not begun to listen.
  const options = await gloss.openOptions();
  await options.evaluate(`chrome.runtime.sendMessage({ type: 'passphrase.status' })`);
  await options.close();
  page = await gloss.openTab(`http://page.test:${(site.address() as AddressInfo).port}/`);
  panel = await gloss.openPanel(page);
});
afterAll(async () => {
  await gloss?.close();
  await new Promise((resolve) => site.close(resolve));
});
beforeEach(async () => {
  await panel.getByRole('button', { name: 'New chat' }).click();
  await expect.poll(() => answers(panel).count()).toBe(0);
});
afterEach(() => {
  const { errors, requests } = gloss.trouble;
  expect([...errors.splice(0), ...requests.splice(0)]).toEqual([]);
});

const alert = () => answers(panel).last().getByRole('alert');

/** Asks, presses *Retry now* at every countdown, and gives the answer's words. */
async function askImpatiently(question = 'Hello?'): Promise<string> {
  await ask(panel, question);
  await answers(panel).last().waitFor();
  const stop = panel.getByRole('button', { name: 'Stop', exact: true });
  const retry = panel.getByRole('button', { name: 'Retry now' });
  await until(
    'the answer to end',
    async () => {
      if (await retry.isVisible()) await retry.click({ timeout: 1_000 }).catch(() => undefined);
      return !(await stop.isVisible());
    },
    40,
  );
  return answers(panel).last().innerText();
}

/** What makes parsers stumble, and is plain text to a reader. */
const text = 'In detail: data: 3.14 s, “content”, 5 seconds; Grüße 👩‍💻 [DONE] and the end.';

const wellServed: readonly (readonly [name: string, behaviour: Behaviour])[] = [
  ['as the original answered', { kind: 'answer', text }],
  ['with CRLF and a byte order mark', { kind: 'answer', text, lineEnd: '\r\n', bom: true }],
  [
    'byte by byte, with comments, without the space',
    { kind: 'answer', text, byteByByte: true, comments: true, tight: true },
  ],
  ['after four silent seconds, with usage and a filter word', { kind: 'answer', text, delayMs: 4_000, usage: true }],
  ['with empty choices in the middle', { kind: 'answer', text, extra: [{ choices: [] }, { choices: null }] }],
  ['without [DONE]', { kind: 'answer', text, noDone: true }],
];

const wait = (words: string): Behaviour => ({ kind: 'status', status: 429, body: words });
const badlyServed: readonly {
  name: string;
  behaviour: Behaviour;
  /** Whether the same server is asked again before the reader is told. */
  again: boolean;
  says: RegExp;
}[] = [
  { name: '500', behaviour: { kind: 'status', status: 500, body: 'Internal Server Error' }, again: true, says: /500/ },
  {
    name: '400',
    behaviour: { kind: 'status', status: 400, body: '{"error":{"message":"No such thing"}}' },
    again: false,
    says: /No such thing/,
  },
  {
    name: '429 “try again in 5.289s”',
    behaviour: wait('{"error":{"message":"Rate limit reached. Please try again in 5.289s"}}'),
    again: true,
    says: /wants fewer requests/,
  },
  {
    name: '429 with whole seconds in detail',
    behaviour: wait('{"detail":"Too many requests, wait 5 seconds"}'),
    again: true,
    says: /wants fewer requests/,
  },
  {
    name: '429 with decimal seconds in detail',
    behaviour: wait('{"detail":"Please wait 3.14 seconds"}'),
    again: true,
    says: /wants fewer requests/,
  },
  { name: 'a challenge page', behaviour: { kind: 'challenge', status: 403 }, again: false, says: /not an AI service/ },
  {
    name: 'a challenge page with 200',
    behaviour: { kind: 'challenge', status: 200 },
    again: false,
    says: /not an AI service/,
  },
];

describe.each(gatewayNames)('%s', (name) => {
  let gateway: Gateway;
  let id: string;
  /** Requests in all, when the same server is asked again: five for FreeNetfly, three for everyone else. */
  const tries = name === 'freenetfly' ? 5 : 3;

  beforeAll(async () => {
    gateway = await startGateway(name);
    id = await setUpGateway(gloss, { name, baseUrl: gateway.origin });
  });
  afterAll(() => gateway.close());
  beforeEach(() => {
    gateway.requests.splice(0);
    gateway.plan.splice(0);
  });
  afterEach(() => expect(gateway.problems).toEqual([]));

  test.each(wellServed)('answers to the letter %s', async (_manner, behaviour) => {
    gateway.plan.push(behaviour);
    await ask(panel, 'Hello?');
    await answers(panel).last().waitFor();
    await answerToEnd(panel);
    expect(await answers(panel).last().innerText()).toContain(text);
    expect(await answers(panel).last().getByRole('alert').count()).toBe(0);
    expect(gateway.questions).toHaveLength(1);
  });

  test('takes the conversation along', async () => {
    gateway.plan.push({ kind: 'answer', text: 'First answer.' });
    await ask(panel, 'First question');
    await expect.poll(() => answers(panel).last().innerText()).toContain('First answer.');
    await answerToEnd(panel);
    await ask(panel, 'Second question');
    await expect.poll(() => gateway.questions.length).toBe(2);
    await answerToEnd(panel);
    const body = gateway.questions[1]?.body ?? {};
    const said = name === 'aichat' ? String(body.message) : JSON.stringify(body.messages);
    for (const words of ['First question', 'First answer.', 'Second question']) expect(said).toContain(words);
  });

  test.each(badlyServed)('$name is said, and the next question is answered', async ({ behaviour, again, says }) => {
    gateway.plan.push(...Array.from({ length: again ? tries : 1 }, () => behaviour));
    await askImpatiently();
    expect(await alert().innerText()).toMatch(says);
    expect(gateway.questions).toHaveLength(again ? tries : 1);
    await answers(panel)
      .last()
      .getByRole('button', { name: /^Retry|^Regenerate/ })
      .first()
      .click();
    await expect.poll(() => answers(panel).last().innerText()).toContain(`Hello from ${name}.`);
    expect(gateway.questions).toHaveLength((again ? tries : 1) + 1);
  });

  test.skipIf(name === 'aichat').each([
    ['cleanly', 'end'],
    ['by a break', 'break'],
  ] as const)('a stream cut %s is interrupted, with its text', async (_name, how) => {
    gateway.plan.push({ kind: 'answer', text: 'Kept words and lost words.', piece: 4, cut: { after: 3, how } });
    await askImpatiently();
    expect(await answers(panel).last().innerText()).toContain('Kept words');
    expect(await alert().innerText()).toMatch(/interrupted/);
    // Never asked again by itself once words were shown.
    expect(gateway.questions).toHaveLength(1);
  });

  test('a page that asks the same server is unchanged by our rule', async () => {
    const asPage = async () => {
      gateway.requests.splice(0);
      await page.evaluate(
        (url) => fetch(url, { method: 'POST', mode: 'no-cors', body: '{}' }).then(() => undefined),
        `${gateway.origin}/api/openai/v1/chat/completions`,
      );
      const headers = { ...gateway.requests[0]?.headers };
      gateway.requests.splice(0);
      return headers;
    };
    const withRule = await asPage();
    expect(withRule.origin).toBe(new URL(page.url()).origin);
    expect(withRule['x-requested-with']).toBeUndefined();
    const options = await gloss.openOptions();
    await options.evaluate(`chrome.runtime.sendMessage({ type: 'connection.remove', id: ${JSON.stringify(id)} })`);
    const rules = () =>
      options.evaluate('chrome.declarativeNetRequest.getSessionRules().then((rules) => JSON.stringify(rules))');
    await expect.poll(rules).not.toContain(`:${gateway.port}/`);
    expect(await asPage()).toEqual(withRule);
    await options.close();
  });
});

describe('single questions', () => {
  test('Equing and EasyChat also answer with one JSON when streaming is off', async () => {
    for (const name of ['equing', 'easychat'] as const) {
      const gateway = await startGateway(name);
      await setUpGateway(gloss, {
        name,
        baseUrl: gateway.origin,
        advanced: (options) => options.getByLabel('Stream the answer').uncheck(),
      });
      await panel.getByRole('button', { name: 'New chat' }).click();
      gateway.plan.push({ kind: 'answer', text });
      await ask(panel, 'Hello?');
      await expect.poll(() => answers(panel).last().innerText()).toContain(text);
      expect(gateway.questions[0]?.body?.stream).toBe(false);
      expect(gateway.problems).toEqual([]);
      await gateway.close();
    }
  });

  test('sampling set for a connection goes out', async () => {
    const gateway = await startGateway('dfehub');
    await setUpGateway(gloss, {
      name: 'dfehub',
      baseUrl: gateway.origin,
      advanced: async (options) => {
        await options.getByLabel('Temperature').fill('1.25');
        await options.getByLabel('Top P').fill('0.5');
        await options.getByLabel('Presence penalty').fill('-1');
        await options.getByLabel('Frequency penalty').fill('2');
      },
    });
    await panel.getByRole('button', { name: 'New chat' }).click();
    await ask(panel, 'Hello?');
    await expect.poll(() => answers(panel).last().innerText()).toContain('Hello from dfehub.');
    expect(gateway.questions[0]?.body).toMatchObject({
      temperature: 1.25,
      top_p: 0.5,
      presence_penalty: -1,
      frequency_penalty: 2,
    });
    await gateway.close();
  });

  test('FreeNetfly has both models', async () => {
    const gateway = await startGateway('freenetfly');
    await setUpGateway(gloss, { name: 'freenetfly', baseUrl: gateway.origin, model: 'gpt-4' });
    await panel.getByRole('button', { name: 'New chat' }).click();
    await ask(panel, 'Hello?');
    await expect.poll(() => answers(panel).last().innerText()).toContain('Hello from freenetfly.');
    expect(gateway.questions[0]?.body?.model).toBe('gpt-4');
    await gateway.close();
  });

  test('FreeNetfly shows a countdown that can be stopped', async () => {
    const gateway = await startGateway('freenetfly');
    await setUpGateway(gloss, { name: 'freenetfly', baseUrl: gateway.origin });
    gateway.plan.push({ kind: 'status', status: 503, body: '', headers: { 'retry-after': '30' } });
    await panel.getByRole('button', { name: 'New chat' }).click();
    await ask(panel, 'Hello?');
    await panel.getByRole('button', { name: 'Retry now' }).waitFor();
    expect(await answers(panel).last().innerText()).toMatch(/\b(?:30|29|28) s/);
    await panel.getByRole('button', { name: 'Stop', exact: true }).click();
    await answerToEnd(panel);
    expect(gateway.questions).toHaveLength(1);
    await gateway.close();
  });

  test('Aichat says what a missing cookie means, and sends it once its switch is on', async () => {
    const gateway = await startGateway('aichat', { address: '127.0.0.2', wantsCookie: true });
    const asked = { name: 'aichat', baseUrl: gateway.origin } as const;
    await gloss.context.addCookies([{ name: 'visited', value: 'yes', url: gateway.origin }]);
    await setUpGateway(gloss, asked);
    await panel.getByRole('button', { name: 'New chat' }).click();
    await ask(panel, 'Hello?');
    await alert().waitFor();
    expect(await alert().innerText()).toMatch(/cookie/i);
    await setUpGateway(gloss, {
      ...asked,
      advanced: (options) => options.getByLabel("Send the browser's cookies for this host").check(),
    });
    await panel.getByRole('button', { name: 'New chat' }).click();
    await ask(panel, 'Hello?');
    await expect.poll(() => answers(panel).last().innerText()).toContain('Hello from aichat.');
    expect(gateway.questions.at(-1)?.headers.cookie).toBe('visited=yes');
    await gateway.close();
  });

  test('the historical address is shown, not filled in, and saving it asks once more', async () => {
    const options = await gloss.openOptions();
    await options.getByRole('button', { name: 'Add provider' }).first().click();
    await options.getByRole('combobox', { name: 'Provider' }).selectOption('dfehub');
    const field = options.getByRole('textbox', { name: 'Base URL' });
    expect(await field.inputValue()).toBe('');
    expect(await options.locator('body').innerText()).toContain('https://chat.dfehub.com');
    await field.fill('https://chat.dfehub.com');
    await options.getByRole('button', { name: 'Save', exact: true }).click();
    const question = options.getByRole('alert').filter({ hasText: 'chat.dfehub.com' });
    await question.waitFor();
    expect(await question.innerText()).toMatch(/shut down/);
    await options.close();
  });
});

describe('the pool of EasyChat', () => {
  let pool: Pool;
  let id: string;
  beforeAll(async () => {
    pool = await startPool();
    id = await setUpGateway(gloss, { name: 'easychat', servers: pool.servers });
  });
  afterAll(() => Promise.all(pool.gateways.map((gateway) => gateway.close())));
  beforeEach(() => {
    for (const gateway of pool.gateways) {
      gateway.requests.splice(0);
      gateway.plan.splice(0);
    }
  });

  const asked = () => pool.gateways.filter((gateway) => gateway.questions.length > 0).length;
  const problems = () => pool.gateways.flatMap((gateway) => gateway.problems);

  test('one of the seven answers, with the cookie of its own session', async () => {
    await ask(panel, 'Hello?');
    await expect.poll(() => answers(panel).last().innerText()).toMatch(/Answered by server [1-7] of the pool/);
    expect(asked()).toBe(1);
    expect(problems()).toEqual([]);
  });

  test('each server is asked once until one answers, wherever it starts', async () => {
    const failure: Behaviour = { kind: 'status', status: 500, body: 'down' };
    // The fourth is the one that works; the start is random.
    for (const [place, gateway] of pool.gateways.entries()) if (place !== 3) gateway.plan.push(failure);
    await ask(panel, 'Hello?');
    await expect.poll(() => answers(panel).last().innerText()).toContain('Answered by server 4 of the pool.');
    for (const gateway of pool.gateways) expect(gateway.questions.length).toBeLessThanOrEqual(1);
    expect(problems()).toEqual([]);
  });

  test('all seven fail: said with the status, each asked once', async () => {
    for (const gateway of pool.gateways) gateway.plan.push({ kind: 'status', status: 502, body: 'bad gateway' });
    await ask(panel, 'Hello?');
    await alert().waitFor();
    expect(await alert().innerText()).toContain('502');
    expect(pool.gateways.map((gateway) => gateway.questions.length)).toEqual([1, 1, 1, 1, 1, 1, 1]);
  });

  test('after the first word no other server is asked', async () => {
    for (const gateway of pool.gateways)
      gateway.plan.push({ kind: 'answer', text: 'Words that end too early.', cut: { after: 2, how: 'break' } });
    await ask(panel, 'Hello?');
    await alert().waitFor();
    await expect.poll(() => answers(panel).last().innerText()).toContain('Words');
    expect(asked()).toBe(1);
  });

  test('a chosen server comes first', async () => {
    await setUpGateway(gloss, {
      name: 'easychat',
      servers: pool.servers,
      advanced: (options) =>
        options
          .getByLabel('Start with')
          .selectOption({ index: 7 })
          .then(() => undefined),
    });
    await panel.getByRole('button', { name: 'New chat' }).click();
    await ask(panel, 'Hello?');
    await expect.poll(() => answers(panel).last().innerText()).toContain('Answered by server 7 of the pool.');
    expect(asked()).toBe(1);
    const options = await gloss.openOptions();
    await makeDefault(options, id);
    await options.close();
  });
});
