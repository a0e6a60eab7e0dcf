import { signal } from '@preact/signals';
import { expect, test } from 'vitest';
import type { Notice } from '../../core/chat';
import type { CommandInput, Send } from '../../core/protocol';
import { PreviewModel } from '../../state/preview';

type Asked = CommandInput<'chat.preview'>;

function stage() {
  const question = signal<Asked>({ chatId: 'c', parentId: null, parts: [{ type: 'text', text: 'one' }] });
  const timers: { ms: number; call: () => void }[] = [];
  const asked: { input: Asked; reply(notices: Notice[] | null): void }[] = [];
  const send = ((_type: string, input: Asked) =>
    new Promise((resolve) => {
      asked.push({
        input,
        reply: (notices) =>
          resolve(
            notices ? { ok: true, value: { notices } } : { ok: false, error: { kind: 'not-done', message: 'x' } },
          ),
      });
    })) as Send;
  const after = (ms: number, call: () => void) => {
    const timer = { ms, call };
    timers.push(timer);
    return () => void timers.splice(timers.indexOf(timer), 1);
  };
  const model = new PreviewModel({ send, question, after });
  const pass = () => timers.splice(0).map(({ ms, call }) => (call(), ms));
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const type = (text: string) => (question.value = { ...question.value, parts: [{ type: 'text', text }] });
  return { model, asked, pass, settle, type, question };
}

const chosen = (text: string): Notice[] => [
  { kind: 'passages-chosen', sent: 1, of: 2, pages: [{ id: 'p', title: 'T', text }] },
];

test('asks at once, then after a pause, and shows only what belongs to the question as it stands', async () => {
  const { model, asked, pass, settle, type } = stage();
  expect(model.state.value).toBe('looking');
  expect(pass()).toEqual([0]);
  type('two');
  type('three');
  expect(pass()).toEqual([250]);
  expect(asked.map(({ input }) => input.parts)).toEqual([
    [{ type: 'text', text: 'one' }],
    [{ type: 'text', text: 'three' }],
  ]);
  // The first answer comes last, and is of a question that no longer stands.
  asked[1]?.reply(chosen('for three'));
  await settle();
  asked[0]?.reply(chosen('for one'));
  await settle();
  expect(model.state.value).toBe('known');
  expect(model.chosen.value.get('p')?.text).toBe('for three');
  type('four');
  expect(model.state.value).toBe('looking');
});

test('says when it cannot be known', async () => {
  const { model, asked, pass, settle } = stage();
  pass();
  asked[0]?.reply(null);
  await settle();
  expect(model.state.value).toBe('unknown');
  expect(model.chosen.value.size).toBe(0);
});

test('looks nothing up once it is gone, and nothing for an empty question', () => {
  const { model, asked, pass, question } = stage();
  question.value = { ...question.value, parts: [] };
  expect(pass()).toEqual([]);
  model[Symbol.dispose]();
  question.value = { ...question.value, parts: [{ type: 'text', text: 'late' }] };
  expect(pass()).toEqual([]);
  expect(asked).toEqual([]);
});
