/** The wires by name. A new one is one line here. */
import type { Dialect, DialectId } from '../contract';
import { anthropicMessages } from './anthropic-messages';
import { cohere } from './cohere';
import { gemini } from './gemini';
import { ollama } from './ollama';
import { openaiChat } from './openai-chat';
import { openaiResponses } from './openai-responses';
import { singlePrompt } from './single-prompt';

export const dialects: Readonly<Record<DialectId, Dialect>> = {
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  'anthropic-messages': anthropicMessages,
  gemini,
  ollama,
  cohere,
  'single-prompt': singlePrompt,
};
