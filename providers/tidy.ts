/** What every answer passes through before anyone sees it, whatever wire it came from. */
import type { ChatEvent, LastEvent } from '../core/chat';

/** An answer is ended by Gloss at this length, in characters. */
export const longestAnswer = 2_000_000;

/** A piece of a text that grows. */
export type Growing = Extract<ChatEvent, { type: 'text-delta' | 'reasoning-delta' | 'refusal-delta' }>;

export const isGrowing = (event: ChatEvent): event is Growing =>
  event.type === 'text-delta' || event.type === 'reasoning-delta' || event.type === 'refusal-delta';

/** Events that put something before the reader. After the first of them nothing is asked again. */
export function isContent(event: ChatEvent): boolean {
  return isGrowing(event) || event.type === 'image' || event.type === 'tool-call-delta';
}

export const isLast = (event: ChatEvent): event is LastEvent => event.type === 'end' || event.type === 'error';

export interface Tidy {
  /** The events that may be shown now, in order. Nothing comes after a last one. */
  take(event: ChatEvent): ChatEvent[];
  /** Content has been given out. */
  readonly begun: boolean;
  /** A last event has been given out. */
  readonly over: boolean;
}

/**
 * Joins characters whose halves came apart, drops empty deltas, ends an answer that is too long, and sees to it that a
 * stream ends once.
 */
export function createTidy(options: { longest?: number } = {}): Tidy {
  const longest = options.longest ?? longestAnswer;
  let held: Growing | undefined;
  let length = 0;
  let begun = false;
  let over = false;

  const released = (): ChatEvent[] => {
    const event = held;
    held = undefined;
    if (event) begun = true;
    return event ? [event] : [];
  };
  const grown = (event: Growing): ChatEvent[] => {
    const before = held && held.type !== event.type ? released() : [];
    const text = held ? held.text + event.text : event.text;
    held = undefined;
    const room = longest - length;
    if (text.length > room) {
      const rest = room > 0 ? [{ ...event, text: wholeUpTo(text, room) }] : [];
      return [...before, ...rest, ...cut()];
    }
    // Half a character at the end waits for its other half.
    const whole = endsInHalf(text) ? text.slice(0, -1) : text;
    if (whole.length < text.length) held = { ...event, text: text.slice(-1) };
    if (whole === '') return before;
    length += whole.length;
    begun = true;
    return [...before, { ...event, text: whole }];
  };

  const cut = (): ChatEvent[] => {
    over = true;
    begun = true;
    return [
      { type: 'notice', notice: { kind: 'answer-cut', characters: longest } },
      { type: 'end', finish: { reason: 'length', raw: 'gloss' } },
    ];
  };

  return {
    get begun() {
      return begun;
    },
    get over() {
      return over;
    },
    take(event) {
      if (over) return [];
      if (isGrowing(event)) return event.text === '' ? [] : grown(event);
      length += weightOf(event);
      if (length > longest) return [...released(), ...cut()];
      const before = isContent(event) || isLast(event) || event.type === 'retract' ? released() : [];
      if (isContent(event)) begun = true;
      if (isLast(event)) over = true;
      return [...before, event];
    },
  };
}

/** What besides text makes an answer long, in characters. An image is measured by its own: a large one is not an endless one. */
function weightOf(event: ChatEvent): number {
  switch (event.type) {
    case 'tool-call-delta':
      return 20 + (event.input?.length ?? 0) + (event.name?.length ?? 0) + (event.id?.length ?? 0);
    case 'citation':
      return 20 + event.url.length + (event.title?.length ?? 0) + (event.text?.length ?? 0);
    case 'image':
      return Math.ceil(event.data.length / 20);
    case 'opaque':
    case 'retract':
    case 'usage':
      return 20;
    default:
      return 0;
  }
}

const endsInHalf = (text: string): boolean => /[\uD800-\uDBFF]$/.test(text);

const wholeUpTo = (text: string, length: number): string => {
  const cut = text.slice(0, length);
  return endsInHalf(cut) ? cut.slice(0, -1) : cut;
};
