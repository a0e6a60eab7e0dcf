/**
 * What is known of models beforehand: limits, prices, and how they are told to think. A model that is not here works too;
 * only its price is not known, and its limits only if the service tells them. Sources: the services' own model and price
 * pages, November 2026. Prices that are announced to rise are given as they will be.
 */
import type { ModelInfo } from '../contract';

/** Claude 4.7 and later refuse temperature and its like; `always`: thinking cannot be turned off. */
const claude5 = {
  contextLength: 1_000_000,
  maxOutput: 128_000,
  images: true,
  reasoning: true,
  tools: true,
  sampling: false,
} as const;
const claude45 = {
  contextLength: 200_000,
  maxOutput: 64_000,
  images: true,
  reasoning: true,
  tools: true,
  thinking: 'budget',
} as const;

export const claude = [
  {
    id: 'claude-sonnet-5-5',
    name: 'Claude Sonnet 5.5',
    ...claude5,
    thinking: 'always',
    price: { input: 2, output: 10 },
  },
  { id: 'claude-opus-5-5', name: 'Claude Opus 5.5', ...claude5, thinking: 'always', price: { input: 4, output: 20 } },
  {
    id: 'claude-haiku-5-5',
    name: 'Claude Haiku 5.5',
    ...claude5,
    thinking: 'level',
    price: { input: 0.1, output: 0.5 },
  },
  {
    id: 'claude-fable-5-1',
    name: 'Claude Fable 5.1',
    ...claude5,
    thinking: 'always',
    price: { input: 10, output: 50 },
  },
  { id: 'claude-opus-5', name: 'Claude Opus 5', ...claude5, thinking: 'level', price: { input: 5, output: 25 } },
  { id: 'claude-sonnet-5', name: 'Claude Sonnet 5', ...claude5, thinking: 'level', price: { input: 2, output: 10 } },
  { id: 'claude-haiku-4-5', name: 'Claude Haiku 4.5', ...claude45, price: { input: 1, output: 5 } },
  {
    id: 'claude-haiku-4-5-20251001',
    name: 'Claude Haiku 4.5 (1 October 2025)',
    ...claude45,
    price: { input: 1, output: 5 },
  },
  { id: 'claude-sonnet-4-5', name: 'Claude Sonnet 4.5', ...claude45, price: { input: 3, output: 15 } },
  {
    id: 'claude-sonnet-4-5-20250929',
    name: 'Claude Sonnet 4.5 (29 September 2025)',
    ...claude45,
    price: { input: 3, output: 15 },
  },
  { id: 'claude-opus-4-5', name: 'Claude Opus 4.5', ...claude45, price: { input: 5, output: 25 } },
  {
    id: 'claude-opus-4-5-20251101',
    name: 'Claude Opus 4.5 (1 November 2025)',
    ...claude45,
    price: { input: 5, output: 25 },
  },
] as const satisfies readonly ModelInfo[];

/** Reasoning models refuse temperature and its like. Prices are those of questions up to 272,000 tokens. */
const gpt6 = {
  contextLength: 1_050_000,
  maxOutput: 128_000,
  images: true,
  reasoning: true,
  tools: true,
  sampling: false,
} as const;

export const gpt = [
  { id: 'gpt-6.1-terra', name: 'GPT-6.1 Terra', ...gpt6, thinking: 'level', price: { input: 1, output: 5 } },
  { id: 'gpt-6.1-sol', name: 'GPT-6.1 Sol', ...gpt6, thinking: 'always', price: { input: 2, output: 10 } },
  { id: 'gpt-6-astra', name: 'GPT-6 Astra', ...gpt6, price: { input: 10, output: 50 } },
  { id: 'gpt-6-luna', name: 'GPT-6 Luna', ...gpt6, price: { input: 0.1, output: 0.5 } },
] as const satisfies readonly ModelInfo[];

const gemini3 = { contextLength: 1_048_576, maxOutput: 65_536, images: true, reasoning: true, tools: true } as const;

export const geminis = [
  {
    id: 'gemini-3.8-flash',
    name: 'Gemini 3.8 Flash',
    ...gemini3,
    thinking: 'always',
    price: { input: 1.5, output: 7.5 },
  },
  { id: 'gemini-4-argon', name: 'Gemini 4 Argon', ...gemini3, thinking: 'always', price: { input: 4, output: 20 } },
  { id: 'gemini-4-carbon', name: 'Gemini 4 Carbon', ...gemini3, thinking: 'always', price: { input: 4, output: 20 } },
  {
    id: 'gemini-2.5-flash',
    name: 'Gemini 2.5 Flash',
    ...gemini3,
    thinking: 'budget',
    price: { input: 0.3, output: 2.5 },
  },
  {
    id: 'gemini-2.5-pro',
    name: 'Gemini 2.5 Pro',
    ...gemini3,
    thinking: 'always-budget',
    price: { input: 1.25, output: 10 },
  },
] as const satisfies readonly ModelInfo[];

export const command = [
  { id: 'command-a-plus-05-2026', name: 'Command A+', images: true, reasoning: true, tools: true },
  {
    id: 'command-a-03-2025',
    name: 'Command A',
    contextLength: 256_000,
    maxOutput: 8000,
    images: false,
    reasoning: false,
    tools: true,
  },
  {
    id: 'command-a-reasoning-08-2025',
    name: 'Command A Reasoning',
    contextLength: 256_000,
    maxOutput: 32_000,
    images: false,
    reasoning: true,
    tools: true,
  },
  {
    id: 'command-a-vision-07-2025',
    name: 'Command A Vision',
    contextLength: 128_000,
    images: true,
    reasoning: false,
    tools: false,
  },
] as const satisfies readonly ModelInfo[];
