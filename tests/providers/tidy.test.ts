import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatEvent } from '../../core/chat';
import { createTidy } from '../../providers/tidy';

const text = (value: string): ChatEvent => ({ type: 'text-delta', text: value });
const thought = (value: string): ChatEvent => ({ type: 'reasoning-delta', text: value });
const end: ChatEvent = { type: 'end', finish: { reason: 'stop' } };
const tidied = (events: readonly ChatEvent[], longest?: number): ChatEvent[] => {
  const tidy = createTidy(longest === undefined ? {} : { longest });
  return events.flatMap((event) => tidy.take(event));
};
const cut = (characters: number): ChatEvent[] => [
  { type: 'notice', notice: { kind: 'answer-cut', characters } },
  { type: 'end', finish: { reason: 'length', raw: 'gloss' } },
];

describe('tidy', () => {
  it('joins a character whose halves came apart, whatever came between', () => {
    expect(tidied([text('a\ud83d'), { type: 'usage', usage: {} }, text('\ude00b'), end])).toEqual([
      text('a'),
      { type: 'usage', usage: {} },
      text('😀b'),
      end,
    ]);
  });

  it('lets half a character go where its other half never comes', () => {
    expect(tidied([text('a\ud83d'), thought('b'), end])).toEqual([text('a'), text('\ud83d'), thought('b'), end]);
    expect(tidied([text('\ud83d'), end])).toEqual([text('\ud83d'), end]);
  });

  it('gives out the same text in the same order, never a half that could be whole', () => {
    const emoji = '😀👩‍💻a\ud83d';
    fc.assert(
      fc.property(fc.array(fc.nat(emoji.length)), (cuts) => {
        const places = [0, ...cuts.toSorted((a, b) => a - b), emoji.length];
        const pieces = places.slice(1).map((place, index) => text(emoji.slice(places[index], place)));
        const shown = tidied([...pieces, end]);
        const texts = shown.flatMap((event) => (event.type === 'text-delta' ? [event.text] : []));
        return texts.join('') === emoji && texts.slice(0, -1).every((piece) => piece.isWellFormed());
      }),
    );
  });

  it('lets nothing pass after the last event, nor empty deltas', () => {
    expect(tidied([text(''), text('a'), end, text('b'), end])).toEqual([text('a'), end]);
  });

  it('cuts text, thoughts, calls and sources at the cap', () => {
    expect(tidied([text('abc'), text('defg'), end], 5)).toEqual([text('abc'), text('de'), ...cut(5)]);
    expect(tidied([thought('abc'), text('def'), end], 3)).toEqual([thought('abc'), ...cut(3)]);
    expect(tidied([text('abcd😀'), end], 5)).toEqual([text('abcd'), ...cut(5)]);
    const call: ChatEvent = { type: 'tool-call-delta', index: 0, input: 'x'.repeat(40) };
    expect(tidied([call, call, end], 100)).toEqual([call, ...cut(100)]);
    const source: ChatEvent = { type: 'citation', url: 'https://x.example/' };
    expect(
      tidied(
        Array.from({ length: 1000 }, () => source),
        100,
      ),
    ).toHaveLength(4);
    expect(tidied([text('abc'), text('de'), end], 5)).toEqual([text('abc'), text('de'), end]);
  });
});
