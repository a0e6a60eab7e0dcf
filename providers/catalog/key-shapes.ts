/**
 * How the keys of well-known services begin, so that a key pasted into the wrong connection can be told before it leaves.
 * Each prefix is the one the service's own documentation shows in its examples; longer prefixes come first.
 * A hint only: a key that fits none is as good as any.
 */
export const keyShapes = [
  ['sk-ant-', 'anthropic'],
  ['sk-or-', 'openrouter'],
  ['sk-proj-', 'openai'],
  ['gsk_', 'groq'],
  ['xai-', 'xai'],
  ['AIza', 'gemini'],
  ['pplx-', 'perplexity'],
  ['hf_', 'huggingface'],
  ['nvapi-', 'nvidia'],
  ['csk-', 'cerebras'],
  ['fw_', 'fireworks'],
  ['github_pat_', 'github-models'],
  ['ghp_', 'github-models'],
  ['tgp_v1_', 'together'],
] as const satisfies readonly (readonly [prefix: string, provider: string])[];

/** Id of the provider whose keys begin like this one. */
export const serviceOfKey = (key: string): string | undefined =>
  keyShapes.find(([prefix]) => key.startsWith(prefix))?.[1];
