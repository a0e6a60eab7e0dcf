/**
 * Five public gateways of 2023 and 2024, whose operators shut them down. Their wires live on in self-hosted servers: the
 * base URL is the origin of such a server. Facts: the last working version of each public client, with its mistakes mended.
 */
import type { Provider } from '../contract';

const capabilities = {
  stream: true,
  system: true,
  history: true,
  images: false,
  reasoning: false,
  tools: false,
  usage: false,
} as const;

/** Two of the originals could be given a proxy. */
const proxy = 'A proxy, which the original could be given, is a setting of your browser.';
const shutDown = 'Its operator shut it down; whoever owns the name now would read your messages.';

/** The wire of the ChatGPT-Next-Web family. */
const nextWeb = {
  baseUrl: '',
  auth: 'none',
  dialect: 'openai-chat',
  chatPath: '/api/openai/v1/chat/completions',
  status: 'retired',
  group: 'retired',
  capabilities,
  sampling: { temperature: 0.5, presencePenalty: 0, frequencyPenalty: 0, topP: 1 },
} as const satisfies Partial<Provider>;

const languages = 'en,fr-FR;q=0.9,fr;q=0.8,es-ES;q=0.7,es;q=0.6,en-US;q=0.5,am;q=0.4,de;q=0.3';

/** What each of them checks. What describes the browser itself stays the browser's own. */
const fromItself = { origin: '{origin}', referer: '{origin}/' } as const;

const gpt35 = { id: 'gpt-3.5-turbo' } as const;

export const retired = [
  {
    ...nextWeb,
    id: 'dfehub',
    name: 'DfeHub',
    description: shutDown,
    historicalUrl: 'https://chat.dfehub.com',
    models: [gpt35],
    defaultModel: 'gpt-3.5-turbo',
    headers: {
      accept: '*/*',
      'accept-language': languages,
      ...fromItself,
      'x-requested-with': 'XMLHttpRequest',
    },
    quirks: { forceModel: 'gpt-3.5-turbo', forceStream: true, noUsageOption: true, waitInWords: true },
  },
  {
    ...nextWeb,
    id: 'easychat',
    name: 'EasyChat',
    description: `${shutDown} A cookie of each server is kept by the browser, as on a visit to it. ${proxy}`,
    historicalUrl: 'https://free.easychat.work',
    servers: [
      'https://chat10.fastgpt.me',
      'https://chat9.fastgpt.me',
      'https://chat1.fastgpt.me',
      'https://chat2.fastgpt.me',
      'https://chat3.fastgpt.me',
      'https://chat4.fastgpt.me',
      'https://gxos1h1ddt.fastgpt.me',
    ],
    session: { path: '/' },
    models: [gpt35],
    defaultModel: 'gpt-3.5-turbo',
    headers: {
      accept: 'text/event-stream',
      // The original wrote `fa=0.2`, which is no language.
      'accept-language': `${languages},fa;q=0.2`,
      ...fromItself,
      plugins: '0',
      usesearch: 'false',
      'x-requested-with': 'XMLHttpRequest',
    },
    quirks: { noUsageOption: true },
  },
  {
    ...nextWeb,
    id: 'equing',
    name: 'Equing',
    description: shutDown,
    historicalUrl: 'https://next.eqing.tech',
    models: [gpt35],
    defaultModel: 'gpt-3.5-turbo',
    headers: {
      accept: 'text/event-stream',
      'accept-language': languages,
      'cache-control': 'no-cache',
      pragma: 'no-cache',
      ...fromItself,
      plugins: '0',
      usesearch: 'false',
      'x-requested-with': 'XMLHttpRequest',
    },
    quirks: { noUsageOption: true },
  },
  {
    id: 'aichat',
    name: 'Aichat',
    description: `${shutDown} ${proxy}`,
    historicalUrl: 'https://chat-gpt.org',
    baseUrl: '',
    auth: 'none',
    dialect: 'single-prompt',
    chatPath: '/api/text',
    status: 'retired',
    group: 'retired',
    // The wire names no model; this entry stands for whatever answers.
    models: [gpt35],
    defaultModel: 'gpt-3.5-turbo',
    capabilities: { ...capabilities, stream: false },
    headers: {
      accept: '*/*',
      'accept-language': languages,
      origin: '{origin}',
      referer: '{origin}/chat',
    },
    quirks: { promptLayout: 'C' },
    sampling: { temperature: 0.5, presencePenalty: 0, frequencyPenalty: 0, topP: 1 },
    cookieSwitch: true,
  },
  {
    ...nextWeb,
    id: 'freenetfly',
    name: 'FreeNetfly',
    description: shutDown,
    historicalUrl: 'https://free.netfly.top',
    models: [gpt35, { id: 'gpt-4' }],
    defaultModel: 'gpt-3.5-turbo',
    headers: {
      accept: 'application/json, text/event-stream',
      'accept-language': 'en-US,en;q=0.9',
      dnt: '1',
      ...fromItself,
    },
    quirks: { forceStream: true, noUsageOption: true },
    retry: { delaysMs: [2000, 4000, 8000, 16_000] },
  },
] as const satisfies readonly Provider[];
