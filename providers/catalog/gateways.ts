/** Servers that stand before other servers: routers, self-hosted front ends, and any other that speaks a known wire. */
import type { Provider } from '../contract';

const capabilities = {
  stream: true,
  system: true,
  history: true,
  images: true,
  reasoning: true,
  tools: true,
  usage: true,
} as const;

export const gateways = [
  {
    id: 'openrouter',
    name: 'OpenRouter',
    description: 'Hundreds of models of many makers, with one key.',
    baseUrl: 'https://openrouter.ai/api/v1',
    auth: 'bearer',
    dialect: 'openai-chat',
    modelsPath: '/models',
    status: 'live',
    group: 'hosted',
    capabilities,
    quirks: { reasoningEffort: 'reasoning.effort', echoReasoning: 'reasoning_details' },
    keyUrl: 'https://openrouter.ai/settings/keys',
    docsUrl: 'https://openrouter.ai/docs/api-reference/overview',
  },
  {
    id: 'nextchat',
    name: 'NextChat (self-hosted)',
    description: 'Your own NextChat server, with its access code as the key.',
    baseUrl: '',
    auth: 'bearer',
    keyPrefix: 'nk-',
    keyOptional: true,
    dialect: 'openai-chat',
    chatPath: '/api/openai/v1/chat/completions',
    modelsPath: '/api/openai/v1/models',
    status: 'live',
    group: 'gateway',
    capabilities,
    docsUrl: 'https://docs.nextchat.dev/',
  },
  {
    id: 'custom',
    name: 'Custom (OpenAI-compatible)',
    description: 'Any server that speaks OpenAI’s Chat Completions: give its address.',
    baseUrl: '',
    auth: 'bearer',
    keyOptional: true,
    dialect: 'openai-chat',
    modelsPath: '/models',
    status: 'live',
    capabilities,
    quirks: { reasoningEffort: 'reasoning_effort' },
  },
] as const satisfies readonly Provider[];
