import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatEvent } from '../../core/chat';
import { createCap } from '../../entrypoints/background/cap';
import { createLetterGuard, createTape } from '../../entrypoints/background/tape';

const delta = fc.record({
  type: fc.constantFrom('text-delta' as const, 'reasoning-delta' as const),
  text: fc.oneof(
    { weight: 9, arbitrary: fc.string({ maxLength: 5 }) },
    { weight: 1, arbitrary: fc.constant('x'.repeat(9_000)) },
  ),
});
const event: fc.Arbitrary<ChatEvent> = fc.oneof(
  { weight: 6, arbitrary: delta },
  fc.constantFrom<ChatEvent>({ type: 'usage', usage: { inputTokens: 1 } }, { type: 'retract', reason: 'r' }),
);

/** Everything the events say, with neighbouring deltas run together. */
function said(events: readonly ChatEvent[]): string[] {
  const out: string[] = [];
  let last = '';
  for (const each of events) {
    const here = each.type === 'text-delta' || each.type === 'reasoning-delta' ? each.type : '';
    if (here && here === last) out[out.length - 1] += (each as { text: string }).text;
    else out.push(here ? `${here}:${(each as { text: string }).text}` : JSON.stringify(each));
    last = here;
  }
  return out.filter((each) => each !== 'text-delta:' && each !== 'reasoning-delta:');
}

describe('a tape', () => {
  it('gives any reader exactly what it has not seen', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), fc.nat(45), (events, after) => {
        const tape = createTape();
        for (const [place, each] of events.entries()) tape.append(each, place);
        expect(tape.last).toBe(events.length);
        const rest = tape.since(after);
        if (after >= events.length) {
          expect(rest).toBeNull();
          return;
        }
        expect(rest).toMatchObject({ from: after + 1, to: events.length, at: events.length - 1 });
        expect(said(rest?.events ?? []).join('|')).toBe(said(events.slice(after)).join('|'));
      }),
    );
  });
});

describe('the letter guard', () => {
  it('keeps the text and lets no delta end within a letter', () => {
    const pieces = fc.string({ unit: fc.constantFrom('a', '😀', '👩‍🚀', 'é', '\n'), minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(
        pieces,
        fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 60, maxLength: 60 }),
        (whole, sizes) => {
          const guard = createLetterGuard();
          const out: ChatEvent[] = [];
          let place = 0;
          for (const size of sizes) {
            if (place >= whole.length) break;
            out.push(...guard({ type: 'text-delta', text: whole.slice(place, place + size) }));
            if (size === 2) out.push(...guard({ type: 'usage', usage: {} }));
            place += size;
          }
          out.push(...guard({ type: 'end', finish: { reason: 'stop' } }));
          const texts = out.flatMap((each) => (each.type === 'text-delta' ? [each.text] : []));
          expect(texts.join('')).toBe(whole.slice(0, place));
          expect(texts.every((text) => text.isWellFormed())).toBe(whole.slice(0, place).isWellFormed());
          expect(out.at(-1)?.type).toBe('end');
        },
      ),
    );
  });

  it('gives half a letter that never gets its other half, as it is', () => {
    const guard = createLetterGuard();
    expect(guard({ type: 'text-delta', text: '\ud83d' })).toEqual([]);
    expect(guard({ type: 'end', finish: { reason: 'stop' } })).toEqual([
      { type: 'text-delta', text: '\ud83d' },
      { type: 'end', finish: { reason: 'stop' } },
    ]);
  });
});

describe('the cap', () => {
  it('cuts text, thoughts, calls, sources and secrets alike, never within a letter', () => {
    const cap = createCap(10);
    expect(cap({ type: 'text-delta', text: '12345678' })).toHaveLength(1);
    expect(cap({ type: 'usage', usage: { inputTokens: 1 } })).toHaveLength(1);
    expect(cap({ type: 'text-delta', text: '9😀' })).toEqual([
      { type: 'text-delta', text: '9' },
      { type: 'notice', notice: { kind: 'answer-cut', characters: 9 } },
      { type: 'end', finish: { reason: 'length', raw: 'gloss' } },
    ]);
    const long = 'x'.repeat(11);
    const others: ChatEvent[] = [
      { type: 'reasoning-delta', text: long },
      { type: 'tool-call-delta', index: 0, input: long },
      { type: 'citation', url: long },
      { type: 'opaque', wire: 'w', value: long },
    ];
    for (const each of others) expect(createCap(10)(each).at(-1)).toMatchObject({ type: 'end' });
  });

  it('counts images apart', () => {
    const cap = createCap(10, 100);
    const image: ChatEvent = { type: 'image', mediaType: 'image/png', data: 'x'.repeat(60) };
    expect(cap(image)).toEqual([image]);
    expect(cap(image).at(-1)).toMatchObject({ type: 'end' });
  });
});
