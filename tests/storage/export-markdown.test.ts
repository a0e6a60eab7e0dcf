import { describe, expect, it } from 'vitest';
import type { AnswerMessage, Chat, Message, UserMessage } from '../../core/chat';
import type { ChatReader } from '../../storage/chats';
import { withShown } from '../../storage/export';
import { chatMarkdown, markdownName, readBranch } from '../../storage/export-markdown';

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

describe('a branch', () => {
  const reader = (messages: Message[]): ChatReader => ({
    chat: async () => undefined,
    messages: async () => messages,
    journal: async (run) =>
      run === 'open'
        ? [
            {
              run,
              from: 1,
              to: 2,
              at: 1,
              events: [
                { type: 'text-delta', text: 'As far ' },
                { type: 'text-delta', text: 'as this' },
              ],
            },
          ]
        : [],
    history: async () => ({ chats: [] }),
    async *search() {},
    prepareSearch: async () => undefined,
    count: async () => 0,
  });
  const at = (id: string, parentId: string | null, order: number): Message => ({
    ...question([]),
    id,
    parentId,
    order,
  });

  it('is the one the chat was left on, with what the journal has of an answer', async () => {
    const open = { ...answer([], 'streaming'), id: 'open', parentId: 'two', order: 3 } as Message;
    const messages = [at('one', null, 0), at('other', 'one', 1), at('two', 'one', 2), open];
    const branch = await readBranch(reader(messages), { ...chat, leafId: 'open' });
    expect(branch.map(({ id }) => id)).toEqual(['one', 'two', 'open']);
    expect(branch[2]?.parts).toEqual([{ type: 'text', text: 'As far as this' }]);
    const older = await readBranch(reader(messages), { ...chat, leafId: 'other' });
    expect(older.map(({ id }) => id)).toEqual(['one', 'other']);
  });

  it('ends where a broken chat goes in a circle', async () => {
    const branch = await readBranch(reader([at('a', 'b', 0), at('b', 'a', 1)]), { ...chat, leafId: 'b' });
    expect(branch.map(({ id }) => id)).toEqual(['a', 'b']);
  });
});

describe('a file', () => {
  it.each([
    ['What: a/b\\c "d" <e>?', 'What a b c d e.md'],
    ['..', 'gloss.md'],
    ['', 'gloss.md'],
    ['\u202Egnp.exe\n', 'gnp.exe.md'],
    ['👍'.repeat(90), `${'👍'.repeat(80)}.md`],
  ])('of %j has a name that every system takes', (title, name) => expect(markdownName(title)).toBe(name));
});

describe('an export', () => {
  it('has what is on show and could not be stored, and nothing twice', () => {
    const half = answer([{ type: 'text', text: 'Half' }], 'streaming');
    const whole = answer([{ type: 'text', text: 'Half and the rest' }], 'complete');
    const stored = [{ chat, messages: [question([]), half] }];
    expect(withShown(stored, chat, [question([]), whole])[0]?.messages).toEqual([question([]), whole]);
    // What is stored in its last form is not replaced by a panel that has not caught up.
    const last = [{ chat, messages: [question([]), whole] }];
    expect(withShown(last, chat, [question([]), half])[0]?.messages).toEqual([question([]), whole]);
    expect(withShown([], chat, [question([]), half])).toEqual([{ chat, messages: [question([]), half] }]);
    expect(withShown(last, { ...chat, deletedAt: 1 }, [half])).toBe(last);
    expect(withShown(last, null, [])).toBe(last);
  });
});
