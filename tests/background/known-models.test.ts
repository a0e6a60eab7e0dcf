/** What a server's list says about its models decides what is sent to them. */
import { describe, expect, it } from 'vitest';
import type { ChatRequest, Message, UserPart } from '../../core/chat';
import type { ModelList } from '../../core/protocol';
import { createAsk } from '../../entrypoints/background/ask';
import { listId } from '../../entrypoints/background/models';
import type { Connection, ModelInfo, Provider } from '../../providers/contract';
import { anthropicMessages } from '../../providers/dialects/anthropic-messages';
import { connection, provider } from './world';

const keyless: Provider = { ...provider, auth: 'none', capabilities: { ...provider.capabilities, images: true } };
const seeing: UserPart = { type: 'image', id: 'i', mediaType: 'image/png', data: 'iVBORw0KGgo=' };

const question = (id: string, parts: UserPart[]): Message => ({
  id,
  chatId: 'chat',
  parentId: null,
  order: 0,
  createdAt: 0,
  role: 'user',
  parts,
});

/** What is sent when the server's list, as it was kept, holds this. */
async function sent(
  listed: ModelList['models'],
  {
    asked = keyless,
    to = connection('one'),
    messages = [question('q', [{ type: 'text', text: 'Hello' }])],
  }: {
    asked?: Provider;
    to?: Connection;
    messages?: Message[];
  } = {},
): Promise<{ chat: ChatRequest; provider: Provider }> {
  const kept = new Map([[listId({ connection: to, provider: asked }), { models: listed, fetchedAt: 0 }]]);
  const requests: { chat: ChatRequest; provider: Provider }[] = [];
  const ask = createAsk({
    async *stream(target, chat) {
      requests.push({ chat, provider: target.provider });
      yield { type: 'end', finish: { reason: 'stop' } };
    },
    allowed: async () => true,
    keyFor: async () => ({ state: 'none' }),
    ensureRules: async () => undefined,
    instructions: async () => '',
    modelLists: { get: async (id) => kept.get(id) },
  });
  const control = { signal: new AbortController().signal, sleep: async () => undefined };
  for await (const event of ask({ connection: to, provider: asked, model: 'm' }, messages, control)) {
    expect(event.type).toBe('end');
  }
  const [request] = requests;
  if (!request) throw new Error('nothing was sent');
  return request;
}

const picture = [question('q', [seeing, { type: 'text', text: 'What is this?' }])];

describe('a model that its server describes', () => {
  it('gets no picture if it sees none, and that is said', async () => {
    const { chat } = await sent([{ id: 'm', images: false }], { messages: picture });
    expect(chat.turns).toEqual([{ role: 'user', parts: [{ type: 'text', text: 'What is this?' }] }]);
    expect(chat.notices).toEqual([{ kind: 'part-left-out', part: 'image', count: 1 }]);
  });

  it('gets the picture if it sees, though the provider as a whole does not', async () => {
    const asked = { ...keyless, capabilities: { ...keyless.capabilities, images: false } };
    const { chat } = await sent([{ id: 'm', images: true }], { asked, messages: picture });
    expect(chat.turns).toEqual([{ role: 'user', parts: picture[0]?.parts }]);
  });

  it('gets as much as fits into it', async () => {
    const older = question('old', [{ type: 'text', text: 'word '.repeat(2_000) }]);
    const said: Message = {
      ...{ id: 'a', chatId: 'chat', parentId: 'old', order: 1, createdAt: 0, role: 'assistant', state: 'complete' },
      ...{ parts: [{ type: 'text', text: 'Yes.' }], connectionId: 'one', providerId: keyless.id, provider: 'One' },
      ...{ model: 'm', startedAt: 0 },
    };
    const messages = [older, said, question('q', [{ type: 'text', text: 'And now?' }])];
    expect((await sent([{ id: 'm' }], { messages })).chat.turns).toHaveLength(3);
    const { chat } = await sent([{ id: 'm', contextLength: 1_000 }], { messages });
    expect(chat.turns).toEqual([{ role: 'user', parts: [{ type: 'text', text: 'And now?' }] }]);
    expect(chat.notices).toEqual([{ kind: 'turns-left-out', turns: 2 }]);
    // What the user says about it counts for more.
    const to = connection('one', { options: { contextLength: 100_000 } });
    expect((await sent([{ id: 'm', contextLength: 1_000 }], { messages, to })).chat.turns).toHaveLength(3);
  });

  it('gets no more than its server can be asked for, though the model could take more', async () => {
    const older = question('old', [{ type: 'text', text: 'word '.repeat(20_000) }]);
    const said: Message = {
      ...{ id: 'a', chatId: 'chat', parentId: 'old', order: 1, createdAt: 0, role: 'assistant', state: 'complete' },
      ...{ parts: [{ type: 'text', text: 'Yes.' }], connectionId: 'one', providerId: keyless.id, provider: 'One' },
      ...{ model: 'm', startedAt: 0 },
    };
    const messages = [older, said, question('q', [{ type: 'text', text: 'And now?' }])];
    const asked = { ...keyless, quirks: { window: { usual: 8192, most: 16_384 } } };
    const listed = [{ id: 'm', contextLength: 131_072 }];
    expect((await sent(listed, { messages })).chat.turns).toHaveLength(3);
    const { chat } = await sent(listed, { asked, messages });
    expect(chat.notices).toEqual([{ kind: 'turns-left-out', turns: 2 }]);
    const to = connection('one', { options: { contextLength: 100_000 } });
    expect((await sent(listed, { asked, to, messages })).chat.turns).toHaveLength(3);
  });

  it('is told how long it may answer and not to think where it cannot, but the catalog knows how', async () => {
    const models: ModelInfo[] = [{ id: 'm', thinking: 'budget', maxOutput: 8_192, price: { input: 1, output: 2 } }];
    const thinking: Provider = {
      ...keyless,
      models,
      quirks: { reasoningEffort: 'thinking' },
      capabilities: { ...keyless.capabilities, reasoning: true },
    };
    const to = connection('one', { reasoningEffort: 'low' });
    const body = async (listed: ModelList['models']) => {
      const { chat, provider: informed } = await sent(listed, { asked: thinking, to });
      return anthropicMessages.request(chat, informed, to).body;
    };
    expect(await body([])).toMatchObject({ max_tokens: 8_192, thinking: { type: 'enabled' } });
    expect(await body([{ id: 'm', maxOutput: 64_000 }])).toMatchObject({
      max_tokens: 64_000,
      thinking: { type: 'enabled' },
    });
    expect(await body([{ id: 'm', reasoning: false }])).not.toHaveProperty('thinking');
  });

  it('is asked as ever where the list says nothing, or nonsense', async () => {
    const odd = { id: 'm', contextLength: 'much', maxOutput: -1, images: 'yes' };
    for (const listed of [[], [{ id: 'other', images: false }], [odd]]) {
      const { chat } = await sent(listed, { messages: picture });
      expect(chat.turns).toEqual([{ role: 'user', parts: picture[0]?.parts }]);
    }
  });
});
