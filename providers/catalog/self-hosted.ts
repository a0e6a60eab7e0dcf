/**
 * More programs people run themselves, on this machine or on a server of their own. Ports and paths are the defaults named
 * on the page in `docsUrl`.
 */
import type { Provider } from '../contract';

const server = {
  auth: 'bearer',
  keyOptional: true,
  dialect: 'openai-chat',
  modelsPath: '/models',
  capabilities: { stream: true, system: true, history: true, images: true, reasoning: true, tools: true, usage: true },
} as const satisfies Partial<Provider>;

/** Programs that run a model on this machine. */
export const localApps = [
  {
    ...server,
    id: 'koboldcpp',
    name: 'KoboldCpp',
    description: 'A model on this machine, served by KoboldCpp.',
    baseUrl: 'http://localhost:5001/v1',
    status: 'local',
    group: 'local',
    docsUrl: 'https://github.com/LostRuins/koboldcpp/wiki',
  },
  {
    ...server,
    id: 'jan',
    name: 'Jan',
    description: 'Models on this machine, served by Jan. It wants the key that its settings name.',
    baseUrl: 'http://localhost:1337/v1',
    status: 'local',
    group: 'local',
    docsUrl: 'https://jan.ai/docs/local-api',
  },
] as const satisfies readonly Provider[];

/** Servers that pass questions on to other servers. */
export const ownGateways = [
  {
    ...server,
    id: 'litellm',
    name: 'LiteLLM proxy',
    description: 'Your own LiteLLM gateway, with one of its virtual keys.',
    baseUrl: 'http://localhost:4000/v1',
    quirks: { reasoningEffort: 'reasoning_effort' },
    status: 'live',
    group: 'gateway',
    docsUrl: 'https://docs.litellm.ai/docs/proxy/docker_quick_start',
  },
  {
    ...server,
    id: 'open-webui',
    name: 'Open WebUI',
    description: 'Your own Open WebUI and every model in it. The key is under Settings, Account.',
    baseUrl: 'http://localhost:3000/api',
    status: 'live',
    group: 'gateway',
    docsUrl: 'https://docs.openwebui.com/reference/api-endpoints/',
  },
] as const satisfies readonly Provider[];
