import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatEvent } from '../../core/chat';
import { createKeyGuard } from '../../providers/key-guard';

const key = 'sk-skcanary-7f3aQ9xLw2';

function through(pieces: readonly string[], secret: string | null = key): string[] {
  const guard = createKeyGuard(secret);
  const events = [...pieces.map((text): ChatEvent => ({ type: 'text-delta', text })), end];
  return events.flatMap(guard).flatMap((event) => (event.type === 'text-delta' ? [event.text] : []));
}
const end: ChatEvent = { type: 'end', finish: { reason: 'stop' } };

describe('a key that a server says', () => {
  it('never goes on, however it is cut, and everything else does', () => {
    const words = fc.array(
      fc.oneof(fc.constant(key), fc.constantFrom('sk-', 's', 'sk-skcan', 'xL', ' ', 'Łódź', 'sk-sk-')),
      {
        maxLength: 12,
      },
    );
    fc.assert(
      fc.property(words, fc.array(fc.nat(200), { maxLength: 20 }), (said, cuts) => {
        const whole = said.join('');
        const places = [...new Set([0, ...cuts.filter((cut) => cut < whole.length), whole.length])].toSorted(
          (a, b) => a - b,
        );
        const pieces = places.slice(1).map((place, index) => whole.slice(places[index], place));
        const got = through(pieces).join('');
        expect(got).not.toContain(key);
        // At most the first three letters of a key, which tell nothing, stand before its mark.
        const bare = (text: string) => text.replaceAll(/[sk-]*\[key\]/g, '[key]');
        expect(bare(got)).toBe(bare(whole.replaceAll(key, '[key]')));
      }),
      { numRuns: 2000 },
    );
  });

  it('never goes on when other things come between its pieces', () => {
    const between = fc.constantFrom<ChatEvent[]>(
      [],
      [{ type: 'usage', usage: { outputTokens: 1 } }],
      [{ type: 'citation', url: 'https://a.example/' }],
      [{ type: 'notice', notice: { kind: 'waiting', since: 1 } }],
      [{ type: 'opaque', wire: 'w', value: 1 }],
      [{ type: 'image', mediaType: 'image/png', data: 'AAAA' }],
      [{ type: 'reasoning-delta', text: key.slice(0, 5) }],
      [{ type: 'text-delta', text: 'so ' }],
      [{ type: 'tool-call-delta', index: 1, input: '{' }],
    );
    const growing = fc.constantFrom<(piece: string) => ChatEvent>(
      (text) => ({ type: 'text-delta', text }),
      (text) => ({ type: 'reasoning-delta', text }),
      (text) => ({ type: 'refusal-delta', text }),
      (input) => ({ type: 'tool-call-delta', index: 0, input }),
    );
    /** Every text as it is put together again: those of a kind, the input of a tool call. */
    const joined = (events: readonly ChatEvent[]) => {
      const texts = new Map<string, string>();
      const add = (name: string, text = '') => texts.set(name, (texts.get(name) ?? '') + text);
      for (const event of events) {
        if (event.type === 'tool-call-delta') add(`tool ${event.index}`, event.input);
        else if ('text' in event) add(event.type, event.text);
      }
      return [...texts.values()];
    };
    const cuts = fc.array(fc.tuple(fc.integer({ min: 1, max: 12 }), between), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(growing, cuts, (make, pieces) => {
        const whole = `It is ${key}. ${key}`;
        const events: ChatEvent[] = [];
        for (let at = 0, turn = 0; at < whole.length; turn += 1) {
          const [length, others] = pieces[turn % pieces.length] ?? [1, []];
          events.push(make(whole.slice(at, at + length)), ...others);
          at += length;
        }
        const got = [...events, end].flatMap(createKeyGuard(key));
        for (const text of [...joined(got), JSON.stringify(got)]) expect(text).not.toContain(key);
        const others = (all: readonly ChatEvent[]) => all.filter(({ type }) => !/delta/.test(type));
        expect(others(got)).toEqual(others([...events, end]));
      }),
      { numRuns: 3000 },
    );
  });

  it('letter by letter is one mark', () => {
    expect(through(`It is ${key}.`.split('')).join('')).toBe('It is sk-[key].');
    expect(through([`It is ${key}.`])).toEqual(['It is [key].']);
  });

  it('holds nothing back that could not be the key, and gives what it held at the end', () => {
    expect(through(['as', ' is'])).toEqual(['as', ' is']);
    expect(through(['It begins sk-skc'])).toEqual(['It begins ', 'sk-skc']);
  });

  it('is taken out of thoughts, sources, tools, notices and what a wire wants back, too', () => {
    const guard = createKeyGuard(key);
    const events: ChatEvent[] = [
      { type: 'reasoning-delta', text: key.slice(0, 9) },
      { type: 'text-delta', text: key.slice(9) },
      { type: 'refusal-delta', text: `no ${key}` },
      { type: 'tool-call-delta', index: 0, id: key, name: key, input: `{"a":"${key}"}` },
      { type: 'citation', url: `https://a.example/?k=${key}`, title: key, text: key },
      { type: 'opaque', wire: 'w', value: [{ [key]: { deep: key } }] },
      { type: 'notice', notice: { kind: 'retracted', reason: key } },
      { type: 'retract', reason: key },
      { type: 'end', finish: { reason: 'other', raw: key } },
    ];
    const said = events.flatMap(guard);
    expect(JSON.stringify(said)).not.toContain(key);
    // Halves of different things are not a key.
    expect(said.slice(0, 2)).toEqual(events.slice(0, 2));
    expect(said.at(-1)).toEqual({ type: 'end', finish: { reason: 'other', raw: '[key]' } });
  });

  it('is left alone where it is a word that any answer may hold, and where there is none', () => {
    expect(through(['Start lm-studio.'], 'lm-studio')).toEqual(['Start lm-studio.']);
    expect(through(['Nothing.'], null)).toEqual(['Nothing.']);
  });
});
