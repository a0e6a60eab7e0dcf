import { describe, expect, test } from 'vitest';
import { judgeBaseUrl } from '../../core/address';
import { catalog, providerById } from '../../providers/catalog';
import { keyShapes, serviceOfKey } from '../../providers/catalog/key-shapes';
import { needsKey } from '../../providers/contract';
import { dialects } from '../../providers/dialects/index';
import { openaiModels } from '../../providers/models';
import { connectionOf, emptyDraft, withField, withProvider } from '../../state/options-draft';
import { problemsOf } from '../../state/options-problems';
import { byGroup, searchCatalog, ungrouped } from '../../state/provider-choice';

describe('the catalog', () => {
  test('has forty entries or more, each once', () => {
    expect(catalog.length).toBeGreaterThanOrEqual(40);
    expect(new Set(catalog.map(({ id }) => id)).size).toBe(catalog.length);
    expect(new Set(catalog.map(({ name }) => name)).size).toBe(catalog.length);
  });

  test('holds everything it promises', () => {
    const promised = [
      'OpenAI',
      'OpenAI (Responses)',
      'Anthropic',
      'Google Gemini',
      'Mistral',
      'Groq',
      'DeepSeek',
      'xAI',
      'OpenRouter',
      'Perplexity',
      'Cohere',
      'Together AI',
      'Fireworks AI',
      'Cerebras',
      'SambaNova',
      'NVIDIA NIM',
      'Hugging Face',
      'GitHub Models',
      'Cloudflare Workers AI',
      'Azure OpenAI',
      'Amazon Bedrock',
      'Moonshot AI',
      'Alibaba DashScope',
      'Z.ai',
      'MiniMax',
      'SiliconFlow',
      'Novita AI',
      'Hyperbolic',
      'Nebius Token Factory',
      'Ollama',
      'LM Studio',
      'llama.cpp',
      'vLLM',
      'KoboldCpp',
      'Jan',
      'LiteLLM proxy',
      'Open WebUI',
      'NextChat (self-hosted)',
      'Chrome’s built-in model',
      'Passages',
      'DfeHub',
      'EasyChat',
      'Equing',
      'Aichat',
      'FreeNetfly',
      'Custom (OpenAI-compatible)',
    ];
    const names = catalog.map(({ name }) => name);
    expect(promised.filter((name) => !names.includes(name))).toEqual([]);
  });

  test.each(catalog.map((provider) => [provider.id, provider] as const))('%s is complete', (_id, provider) => {
    expect(provider.description).toMatch(/\.$/);
    expect(provider.group === undefined).toBe(provider.id === 'custom');
    expect((provider.dialect === undefined) !== (provider.engine === undefined)).toBe(true);
    if (provider.dialect !== undefined) expect(dialects[provider.dialect]).toBeDefined();
    for (const url of [provider.keyUrl, provider.docsUrl])
      if (url !== undefined) expect(new URL(url).protocol).toBe('https:');
    if (provider.group === 'hosted') {
      expect(needsKey(provider)).toBe(true);
      expect(provider.keyUrl).toBeDefined();
      expect(provider.docsUrl).toBeDefined();
      expect(provider.modelsPath ?? provider.models?.length ?? provider.fields?.length).toBeTruthy();
    }
    if (provider.status === 'retired') expect(provider.historicalUrl).toBeDefined();
    if (provider.defaultModel !== undefined && provider.models) {
      expect(provider.models.map((model) => model.id)).toContain(provider.defaultModel);
    }
  });

  test.each(catalog.filter(({ baseUrl }) => baseUrl !== '').map((provider) => [provider.id, provider] as const))(
    '%s can be saved with its own address, a key and a model',
    (_id, provider) => {
      let draft = withProvider(emptyDraft('c1'), provider);
      for (const field of provider.fields ?? [])
        draft = withField(draft, provider, field.name, field.default ?? 'mine');
      if (draft.model === '') draft = { ...draft, model: 'some-model' };
      expect(problemsOf(draft, needsKey(provider) ? 'sk-any' : '', provider, false)).toEqual({});
      const { baseUrl } = connectionOf(draft, provider);
      expect(judgeBaseUrl(baseUrl)).toMatchObject({ ok: true });
      expect(baseUrl).not.toContain('{');
    },
  );

  test('stands in groups, with the shut-down ones last and any server first', () => {
    expect(byGroup(catalog).map(({ group }) => group)).toEqual(['local', 'hosted', 'gateway', 'retired']);
    expect(ungrouped(catalog).map(({ name }) => name)).toEqual(['Custom (OpenAI-compatible)']);
  });

  test('is searched by any words, in any order', () => {
    expect(searchCatalog(catalog, 'models openai').map(({ id }) => id)).toContain('bedrock');
    expect(searchCatalog(catalog, 'QWEN').map(({ id }) => id)).toContain('dashscope');
    expect(searchCatalog(catalog, 'no such thing')).toEqual([]);
  });

  test('knows whose keys begin how', () => {
    for (const [prefix, id] of keyShapes) expect(providerById(id), `${prefix} → ${id}`).toBeDefined();
    expect(serviceOfKey('sk-ant-api03-x')).toBe('anthropic');
    expect(serviceOfKey('sk-anything')).toBeUndefined();
  });
});

test('Cloudflare’s search is a list of models by name', () => {
  const body = {
    success: true,
    result: [
      {
        id: '429b9e8b-d99e-44de-91ad-706cf8183658',
        name: '@cf/meta/llama-3.1-8b-instruct',
        properties: [{ property_id: 'context_window', value: '7968' }],
      },
    ],
  };
  expect(openaiModels(body)).toEqual([{ id: '@cf/meta/llama-3.1-8b-instruct', contextLength: 7968 }]);
});
