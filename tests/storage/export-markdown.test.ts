import { describe, expect, it } from 'vitest';
import type { AnswerMessage, Chat, Message, UserMessage } from '../../core/chat';
import { chatMarkdown } from '../../storage/export-markdown';

const chat: Chat = {
  id: 'c',
  title: 'A\ntitle',
  titled: false,
  createdAt: 0,
  updatedAt: 0,
  leafId: null,
  nextOrder: 2,
};
const words = {
  you: 'You',
  answer: (provider: string, model: string) => `${provider}, ${model}`,
  image: (name: string) => `Image ${name}`,
  interrupted: 'Interrupted',
};
const question = (parts: UserMessage['parts']): Message => ({
  id: 'q',
  chatId: 'c',
  parentId: null,
  order: 0,
  createdAt: 0,
  role: 'user',
  parts,
});
const answer = (parts: AnswerMessage['parts'], state: AnswerMessage['state'] = 'complete'): Message => ({
  id: 'a',
  chatId: 'c',
  parentId: 'q',
  order: 1,
  createdAt: 0,
  role: 'assistant',
  parts,
  state,
  connectionId: 'one',
  providerId: 'p',
  provider: 'One',
  model: 'm',
  startedAt: 0,
});

describe('a chat as Markdown', () => {
  it('has a heading a message, quotes with their source, and the answer as it was written', () => {
    const source = { title: 'The [page]', url: 'https://a.example/x y>z' };
    const text = chatMarkdown(
      chat,
      [
        question([
          { type: 'quote', id: 'q', text: 'two\nlines', source },
          {
            type: 'page',
            id: 'p',
            text: 'long',
            source: { title: 'Own', url: 'javascript:alert(1)' },
            hidden: 0,
            removed: 0,
          },
          { type: 'image', id: 'i', mediaType: 'image/png', data: 'AAAA', name: 'a.png' },
          { type: 'text', text: 'Why?' },
        ]),
        answer(
          [
            { type: 'reasoning', text: 'secret thoughts' },
            { type: 'text', text: '**Because**\n\n```js\n1\n```' },
            { type: 'citation', url: 'https://b.example' },
            { type: 'notice', notice: { kind: 'turns-left-out', turns: 1 } },
          ],
          'stopped',
        ),
      ],
      words,
    );
    expect(text).toBe(`# A title

## You

> two
> lines
>
> [The \\[page\\]](<https://a.example/x%20y%3Ez>)

> Own

*Image a.png*

Why?

## One, m

**Because**

\`\`\`js
1
\`\`\`

- [https://b.example](<https://b.example>)

*Interrupted*
`);
  });
});
