/** The wires by name. A new one is one line here. */
import type { Dialect, DialectId } from '../contract';
import { openaiChat } from './openai-chat';
import { singlePrompt } from './single-prompt';

export const dialects: Partial<Record<DialectId, Dialect>> = {
  'openai-chat': openaiChat,
  'single-prompt': singlePrompt,
};
