import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnswerMessage, ChatEvent } from '../../core/chat';
import { fold, textOf } from '../../core/fold';

const blank: AnswerMessage = {
  id: 'a',
  chatId: 'c',
  parentId: 'q',
  order: 1,
  createdAt: 0,
  role: 'assistant',
  parts: [],
  state: 'pending',
  connectionId: 'one',
  providerId: 'custom',
  provider: 'One',
  model: 'm',
  startedAt: 0,
};

/** Folds events that happen a second apart. */
const folded = (...events: ChatEvent[]): AnswerMessage =>
  events.reduce((answer, event, place) => fold(answer, event, (place + 1) * 1_000), blank);

const text = (value: string): ChatEvent => ({ type: 'text-delta', text: value });
const thought = (value: string): ChatEvent => ({ type: 'reasoning-delta', text: value });
const end: ChatEvent = { type: 'end', finish: { reason: 'stop' } };
const waiting: ChatEvent = { type: 'notice', notice: { kind: 'waiting', since: 1 } };

describe('an answer', () => {
  it('begins with its first content and is complete only at the end', () => {
    expect(folded(waiting)).toMatchObject({ state: 'pending' });
    expect(folded(waiting, text('a'))).toMatchObject({ state: 'streaming', firstAt: 2_000 });
    const whole = folded(text('a'), text('b'), end);
    expect(whole).toMatchObject({ state: 'complete', firstAt: 1_000, endedAt: 3_000, finish: { reason: 'stop' } });
    expect(whole.parts).toEqual([{ type: 'text', text: 'ab' }]);
  });

  it('keeps its text whatever ends it, and says how it ended', () => {
    const states = (['aborted', 'interrupted', 'server', 'rate-limit', 'site-access'] as const).map((kind) => {
      const answer = folded(text('so far'), { type: 'error', error: { kind, message: '' } });
      expect(textOf(answer.parts)).toBe('so far');
      expect(answer.error?.kind).toBe(kind);
      return answer.state;
    });
    expect(states).toEqual(['stopped', 'interrupted', 'error', 'error', 'error']);
  });

  it('times its thinking, and closes it when the words begin or it ends', () => {
    const answer = folded(thought('hm'), thought('m'), text('Yes.'));
    expect(answer.parts).toEqual([
      { type: 'reasoning', text: 'hmm', startedAt: 1_000, ms: 2_000 },
      { type: 'text', text: 'Yes.' },
    ]);
    expect(folded(thought('hm'), end).parts).toEqual([{ type: 'reasoning', text: 'hm', startedAt: 1_000, ms: 1_000 }]);
    // A clock that was set back gives no negative time.
    const back = fold(fold(blank, thought('hm'), 5_000), text('x'), 1_000);
    expect(back.parts[0]).toMatchObject({ ms: 0 });
  });

  it('is not broken in two by what falls between its words', () => {
    const answer = folded(
      text('one '),
      { type: 'citation', url: 'https://a.example' },
      { type: 'opaque', wire: 'w', value: 1 },
      { type: 'usage', usage: { inputTokens: 3 } },
      text('two'),
    );
    expect(answer.parts.map(({ type }) => type)).toEqual(['text', 'citation', 'opaque']);
    expect(textOf(answer.parts)).toBe('one two');
  });

  it('puts tool calls together by their place', () => {
    const answer = folded(
      { type: 'tool-call-delta', index: 0, id: 'c1', name: 'look', input: '{"a"' },
      { type: 'tool-call-delta', index: 1, id: 'c2', name: 'find' },
      { type: 'tool-call-delta', index: 0, id: '', name: '', input: ':1}' },
      { type: 'tool-call-delta', index: 1, input: '{}' },
    );
    expect(answer.parts).toEqual([
      { type: 'tool-call', id: 'c1', name: 'look', input: '{"a":1}' },
      { type: 'tool-call', id: 'c2', name: 'find', input: '{}' },
    ]);
  });

  it('gives each image an id of its own', () => {
    const image: ChatEvent = { type: 'image', mediaType: 'image/png', data: 'AAAA' };
    const ids = folded(image, text('and'), image).parts.map((part) => (part.type === 'image' ? part.id : null));
    expect(new Set(ids).size).toBe(3);
  });

  it('takes text back when told, keeping the rest', () => {
    const answer = folded(thought('hm'), text('bad'), { type: 'retract', reason: 'filter' }, text('good'));
    expect(answer.parts.map(({ type }) => type)).toEqual(['reasoning', 'notice', 'text']);
    expect(textOf(answer.parts)).toBe('good');
  });

  it('keeps each source once, and the newest of each field of usage', () => {
    const answer = folded(
      { type: 'citation', url: 'https://a.example', title: 'A' },
      { type: 'citation', url: 'https://a.example' },
      { type: 'usage', usage: { inputTokens: 1, outputTokens: 1 } },
      { type: 'usage', usage: { outputTokens: 7 } },
    );
    expect(answer.parts).toEqual(
      [{ type: 'citation', url: 'https://a.example', title: 'A' }].map((each) => expect.objectContaining(each)),
    );
    expect(answer.usage).toEqual({ inputTokens: 1, outputTokens: 7 });
  });
});

describe('notices', () => {
  const retry = (attempt: number): ChatEvent => ({
    type: 'notice',
    notice: { kind: 'retry', at: 1, attempt, attempts: 3, reason: 'overloaded' },
  });

  it('of one kind replace each other; countdowns go when content comes or all is over', () => {
    expect(folded(retry(2), retry(3)).parts).toHaveLength(1);
    expect(folded(retry(2), waiting, text('a')).parts).toEqual([{ type: 'text', text: 'a' }]);
    expect(folded(retry(2), { type: 'error', error: { kind: 'server', message: '' } }).parts).toEqual([]);
    const kept = folded({ type: 'notice', notice: { kind: 'turns-left-out', turns: 2 } }, text('a'), end);
    expect(kept.parts).toHaveLength(2);
  });

  it('of a fallback name the one who answers', () => {
    const answer = folded({
      type: 'notice',
      notice: {
        kind: 'fallback',
        connection: 'Two',
        model: 'n',
        connectionId: 'two',
        providerId: 'groq',
        reason: 'server',
      },
    });
    expect(answer).toMatchObject({ connectionId: 'two', providerId: 'groq', provider: 'Two', model: 'n' });
  });
});

describe('folding', () => {
  const delta = fc.record({
    type: fc.constantFrom('text-delta' as const, 'reasoning-delta' as const, 'refusal-delta' as const),
    text: fc.string({ unit: 'grapheme', maxLength: 6 }),
  });
  const other = fc.constantFrom<ChatEvent>(
    { type: 'usage', usage: { inputTokens: 1 } },
    { type: 'citation', url: 'https://a.example' },
    { type: 'opaque', wire: 'w', value: { a: 1 } },
    waiting,
    { type: 'retract', reason: 'r' },
    { type: 'tool-call-delta', index: 0, id: 'i', name: 'n', input: '{' },
  );

  it('joined neighbours gives what folding each gives', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof({ weight: 4, arbitrary: delta }, other), { maxLength: 30 }), (events) => {
        const joined: ChatEvent[] = [];
        for (const event of events) {
          const last = joined.at(-1);
          const both =
            last && 'text' in last && 'text' in event && last.type === event.type && last.type !== 'citation';
          if (both) joined[joined.length - 1] = { ...last, text: `${last.text}${event.text}` } as ChatEvent;
          else joined.push(event);
        }
        const at = (all: readonly ChatEvent[]) => all.reduce((answer, event) => fold(answer, event, 5), blank);
        expect(at(joined)).toEqual(at(events));
      }),
    );
  });

  it('never changes what it was given, and leaves untouched parts the same', () => {
    const one = folded(thought('hm'), text('a'));
    const frozen = structuredClone(one);
    const two = fold(one, text('b'), 9);
    expect(one).toEqual(frozen);
    expect(two.parts[0]).toBe(one.parts[0]);
    expect(two.parts[1]).not.toBe(one.parts[1]);
  });
});
