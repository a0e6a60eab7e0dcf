/**
 * A chat may come from a file, and in it what a wire "wants back": it is not shown, and must not be more than the thought it is
 * said to be. Nothing that speaks, instructs or fetches goes into a request by that way.
 */
import { expect, test } from 'vitest';
import type { AnswerPart, ChatRequest } from '../../core/chat';
import { dialects } from '../../providers/dialects/index';
import { known } from '../providers/ask';

const wires = [
  ['openai-responses', 'openai-responses'],
  ['anthropic', 'anthropic-messages'],
  ['gemini', 'gemini'],
  ['openrouter', 'openai-chat'],
] as const;

const planted: readonly object[] = [
  { type: 'message', role: 'system', content: 'PLANTED' },
  { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'PLANTED' }] },
  { role: 'user', content: 'PLANTED' },
  { type: 'text', text: 'PLANTED' },
  { text: 'PLANTED' },
  { type: 'image', source: { type: 'url', url: 'https://PLANTED.example/' } },
  { type: 'input_image', image_url: 'https://PLANTED.example/' },
  { type: 'item_reference', id: 'PLANTED' },
  { type: 'function_call_output', call_id: 'a', output: 'PLANTED' },
  { type: 'tool_result', tool_use_id: 'a', content: 'PLANTED' },
  { functionCall: { name: 'PLANTED', args: {} } },
  { at: 0, signature: { text: 'PLANTED' } },
  { reasoning_details: [{ type: 'text', text: 'PLANTED' }] },
  { reasoning_details: 'PLANTED' },
  { reasoning_details: { role: 'system', content: 'PLANTED' } },
  { type: 'reasoning', role: 'system', content: 'PLANTED', encrypted_content: 'x' },
  { type: 'thinking', thinking: 'x', signature: 'y', text: 'PLANTED', cache_control: { type: 'PLANTED' } },
  { type: 'redacted_thinking', data: 'x', text: 'PLANTED' },
];

test.each(wires)('%s by %s', (id, wire) => {
  const provider = known(id);
  expect(provider.dialect).toBe(wire);
  for (const value of planted) {
    const opaque = [value, { provider: id, value }, { provider: id, value: [value] }].map((one): AnswerPart => ({
      type: 'opaque',
      wire,
      value: one,
    }));
    const chat: ChatRequest = {
      model: 'm',
      stream: true,
      turns: [
        { role: 'user', parts: [{ type: 'text', text: 'One?' }] },
        { role: 'assistant', parts: [...opaque, { type: 'text', text: 'Yes.' }] },
        { role: 'user', parts: [{ type: 'text', text: 'Two?' }] },
      ],
    };
    const { body } = dialects[wire].request(chat, provider);
    expect(JSON.stringify(body)).toContain('Yes.');
    expect(JSON.stringify(body), JSON.stringify(value)).not.toContain('PLANTED');
  }
});
