/** Services that run the model for the user, each with a key of its own. */
import type { Provider } from '../contract';

const capabilities = {
  stream: true,
  system: true,
  history: true,
  images: false,
  reasoning: false,
  tools: true,
  usage: true,
} as const;

const openaiService = {
  auth: 'bearer',
  dialect: 'openai-chat',
  modelsPath: '/models',
  status: 'live',
  group: 'hosted',
} as const satisfies Partial<Provider>;

export const hosted = [
  {
    ...openaiService,
    id: 'openai',
    name: 'OpenAI',
    description: 'GPT models, by Chat Completions.',
    baseUrl: 'https://api.openai.com/v1',
    capabilities: { ...capabilities, images: true, reasoning: true },
    // Reasoning models reject the older name of the limit; all models take this one.
    quirks: { maxTokensField: 'max_completion_tokens', reasoningEffort: 'reasoning_effort' },
    keyUrl: 'https://platform.openai.com/api-keys',
    docsUrl: 'https://platform.openai.com/docs/api-reference/chat',
  },
  {
    ...openaiService,
    id: 'groq',
    name: 'Groq',
    description: 'Open models, answered fast.',
    baseUrl: 'https://api.groq.com/openai/v1',
    capabilities: { ...capabilities, images: true, reasoning: true },
    quirks: { reasoningEffort: 'reasoning_effort', waitInWords: true },
    keyUrl: 'https://console.groq.com/keys',
    docsUrl: 'https://console.groq.com/docs/openai',
  },
  {
    ...openaiService,
    id: 'deepseek',
    name: 'DeepSeek',
    description: 'DeepSeek’s own models, with their thoughts.',
    baseUrl: 'https://api.deepseek.com',
    capabilities: { ...capabilities, reasoning: true },
    quirks: { echoReasoning: 'reasoning_content' },
    // The service holds a request for up to ten minutes, with comments to keep it open.
    timeouts: { firstByteMs: 600_000 },
    keyUrl: 'https://platform.deepseek.com/api_keys',
    docsUrl: 'https://api-docs.deepseek.com/',
  },
  {
    ...openaiService,
    id: 'mistral',
    name: 'Mistral',
    description: 'Mistral’s own models, run in Europe.',
    baseUrl: 'https://api.mistral.ai/v1',
    capabilities: { ...capabilities, images: true, reasoning: true },
    // Unknown fields are refused; usage comes without being asked for.
    quirks: { noUsageOption: true },
    keyUrl: 'https://console.mistral.ai/api-keys',
    docsUrl: 'https://docs.mistral.ai/api',
  },
  {
    ...openaiService,
    id: 'xai',
    name: 'xAI',
    description: 'Grok models.',
    baseUrl: 'https://api.x.ai/v1',
    capabilities: { ...capabilities, images: true, reasoning: true },
    quirks: { reasoningEffort: 'reasoning_effort' },
    keyUrl: 'https://console.x.ai/',
    docsUrl: 'https://docs.x.ai/docs/api-reference',
  },
] as const satisfies readonly Provider[];
