/** Answers from the user's own machine or network. */
import type { Provider } from '../contract';

/** What a server on the user's own machine can do depends on the model; the list of models may know better. */
const capabilities = {
  stream: true,
  system: true,
  history: true,
  images: true,
  reasoning: true,
  tools: true,
  usage: true,
} as const;

const openaiServer = {
  auth: 'bearer',
  keyOptional: true,
  dialect: 'openai-chat',
  modelsPath: '/models',
  status: 'local',
  group: 'local',
  capabilities,
} as const satisfies Partial<Provider>;

export const local = [
  {
    id: 'passages',
    name: 'Passages',
    description: 'Quotes the passages of the page that bear on your question. Offline, instant, and not an AI.',
    baseUrl: '',
    auth: 'none',
    engine: 'passages',
    models: [{ id: 'passages', name: 'Passages' }],
    defaultModel: 'passages',
    status: 'local',
    group: 'local',
    // It takes instructions and passes over them; a provider without a place for them would find them in the question.
    capabilities: { ...capabilities, system: true, images: false, reasoning: false, tools: false, usage: false },
  },
  {
    id: 'built-in',
    name: 'Chrome’s built-in model',
    description:
      'A small model that Chrome runs on this device, where the device is strong enough. Nothing is sent anywhere.',
    baseUrl: '',
    auth: 'none',
    engine: 'prompt-api',
    // The smallest window that Chrome has given it.
    models: [{ id: 'built-in', name: 'Built-in model', contextLength: 6144 }],
    defaultModel: 'built-in',
    status: 'local',
    group: 'local',
    capabilities: { ...capabilities, reasoning: false, tools: false, usage: false },
    docsUrl: 'https://developer.chrome.com/docs/ai/prompt-api',
  },
  {
    ...openaiServer,
    id: 'ollama',
    name: 'Ollama',
    description: 'Models on this machine, served by Ollama.',
    baseUrl: 'http://localhost:11434',
    dialect: 'ollama',
    modelsPath: '/api/tags',
    quirks: { reasoningEffort: 'think', window: { usual: 8192, most: 32_768 } },
    docsUrl: 'https://docs.ollama.com/api/chat',
  },
  {
    ...openaiServer,
    id: 'ollama-v1',
    name: 'Ollama (/v1)',
    description: 'Ollama by its OpenAI-compatible address.',
    baseUrl: 'http://localhost:11434/v1',
    docsUrl: 'https://docs.ollama.com/api/openai-compatibility',
    // By this address nothing can be asked for: docs.ollama.com/context-length names what most machines give.
    quirks: { reasoningEffort: 'reasoning_effort', window: { usual: 4096, most: 4096 } },
  },
  {
    ...openaiServer,
    id: 'lm-studio',
    name: 'LM Studio',
    description: 'Models on this machine, served by LM Studio.',
    baseUrl: 'http://localhost:1234/v1',
    docsUrl: 'https://lmstudio.ai/docs/developer/openai-compat',
  },
  {
    ...openaiServer,
    id: 'llama-cpp',
    name: 'llama.cpp',
    description: 'A model on this machine, served by llama-server.',
    baseUrl: 'http://localhost:8080/v1',
    docsUrl: 'https://github.com/ggml-org/llama.cpp/tree/master/tools/server',
  },
  {
    ...openaiServer,
    id: 'vllm',
    name: 'vLLM',
    description: 'A vLLM server on this machine or your network.',
    baseUrl: 'http://localhost:8000/v1',
    docsUrl: 'https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html',
  },
] as const satisfies readonly Provider[];
