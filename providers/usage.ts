/** Tokens as OpenAI-compatible servers count them. */
import type { Usage } from '../core/chat';
import { isFields } from './errors';

type Fields = Readonly<Record<string, unknown>>;

/** A count that can be one. Servers contradict themselves, so nothing is added up or subtracted here. */
export function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

/** Leaves out what is absent, so that later usage never erases earlier. */
export function usageOf(given: { [Name in keyof Usage]?: number | undefined }): Usage | undefined {
  const usage = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return Object.keys(usage).length > 0 ? usage : undefined;
}

/** `usage`, Groq's `x_groq.usage`, or llama.cpp's `timings`; absent in most chunks. */
export function openaiUsage(chunk: Fields): Usage | undefined {
  const groq = isFields(chunk.x_groq) && isFields(chunk.x_groq.usage) ? chunk.x_groq.usage : undefined;
  const usage = isFields(chunk.usage) ? chunk.usage : groq;
  if (usage) {
    const prompt = isFields(usage.prompt_tokens_details) ? usage.prompt_tokens_details : {};
    const completion = isFields(usage.completion_tokens_details) ? usage.completion_tokens_details : {};
    return usageOf({
      inputTokens: count(usage.prompt_tokens),
      outputTokens: count(usage.completion_tokens),
      reasoningTokens: count(completion.reasoning_tokens),
      cachedTokens: count(prompt.cached_tokens) ?? count(usage.prompt_cache_hit_tokens),
      // Perplexity splits its cost into parts.
      cost: isFields(usage.cost) ? count(usage.cost.total_cost) : count(usage.cost),
    });
  }
  if (!isFields(chunk.timings)) return undefined;
  return usageOf({ inputTokens: count(chunk.timings.prompt_n), outputTokens: count(chunk.timings.predicted_n) });
}
