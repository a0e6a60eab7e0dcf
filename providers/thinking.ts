/** Thoughts that a model writes into its text, between tags, taken apart while the text streams. */
import type { ChatEvent } from '../core/chat';

/** Opening and closing tag of the spellings seen: DeepSeek, Qwen and most others; Mistral; Kimi. */
const tags: readonly (readonly [string, string])[] = [
  ...['think', 'thinking', 'thought', 'thoughts', 'reasoning'].map((name) => [`<${name}>`, `</${name}>`] as const),
  ['[think]', '[/think]'],
  ['◁think▷', '◁/think▷'],
];

export interface ThinkSplitter {
  take(text: string): ChatEvent[];
  /** The text is over; what was held back for a tag goes out. */
  flush(): ChatEvent[];
}

/**
 * Splits text into thoughts and answer. An opening tag counts only before the first word of the answer, so a text that
 * talks about tags stays whole. A closing tag without an opening one (the opening was in the prompt) counts at the start of
 * a line outside code: the text before it was thought, is taken back and given again as reasoning.
 */
export function createThinkSplitter(): ThinkSplitter {
  let mode: 'start' | 'thinking' | 'after' | 'text' = 'start';
  let closer = '';
  let held = '';
  let thought = false;
  /** The answer so far, for a closing tag that changes its meaning. */
  let said = '';

  const step = (last: boolean): { events: ChatEvent[]; again: boolean } => {
    switch (mode) {
      case 'start': {
        const start = held.trimStart();
        const opened = tags.find(([tag]) => start.slice(0, tag.length).toLowerCase() === tag);
        if (opened) {
          mode = 'thinking';
          thought = true;
          closer = opened[1];
          held = start.slice(opened[0].length);
          return { events: [], again: true };
        }
        if (!last && tags.some(([tag]) => tag.startsWith(start.toLowerCase()))) return { events: [], again: false };
        mode = 'text';
        return { events: [], again: true };
      }
      case 'thinking': {
        const place = held.toLowerCase().indexOf(closer);
        if (place >= 0) {
          const events = thoughts(held.slice(0, place));
          held = held.slice(place + closer.length);
          mode = 'after';
          return { events, again: true };
        }
        const keep = last ? 0 : suffixThatBegins(held, [closer]);
        const events = thoughts(held.slice(0, held.length - keep));
        held = held.slice(held.length - keep);
        return { events, again: false };
      }
      case 'after': {
        // The blank lines between thought and answer belong to neither; another thought may follow.
        held = held.trimStart();
        if (held === '') return { events: [], again: false };
        mode = 'start';
        return { events: [], again: true };
      }
      case 'text':
        return spoken(last);
      default:
        return mode satisfies never;
    }
  };

  const spoken = (last: boolean): { events: ChatEvent[]; again: boolean } => {
    if (thought) return { events: texts(takeHeld(held.length)), again: false };
    const closers = tags.map(([, tag]) => tag);
    const lower = held.toLowerCase();
    for (let place = nearest(lower, closers); place >= 0; place = nearest(lower, closers, place + 1)) {
      const before = said + held.slice(0, place);
      if (!isTagPlace(before)) continue;
      const tag = closers.find((candidate) => lower.startsWith(candidate, place)) ?? '';
      held = held.slice(place + tag.length);
      thought = true;
      mode = 'after';
      const retract: ChatEvent[] = said === '' ? [] : [{ type: 'retract', reason: '' }];
      return { events: [...retract, ...thoughts(before)], again: true };
    }
    const keep = last ? 0 : suffixThatBegins(held, closers);
    const text = takeHeld(held.length - keep);
    said += text;
    return { events: texts(text), again: false };
  };

  const takeHeld = (length: number): string => {
    const text = held.slice(0, length);
    held = held.slice(length);
    return text;
  };

  const run = (last: boolean): ChatEvent[] => {
    const events: ChatEvent[] = [];
    for (;;) {
      const { events: more, again } = step(last);
      events.push(...more);
      if (!again) return events;
    }
  };

  return {
    take(text) {
      if (text === '') return [];
      held += text;
      return run(false);
    },
    flush: () => run(true),
  };
}

const texts = (text: string): ChatEvent[] => (text === '' ? [] : [{ type: 'text-delta', text }]);
const thoughts = (text: string): ChatEvent[] => (text === '' ? [] : [{ type: 'reasoning-delta', text }]);

/** At the start of a line, and not inside a code fence. */
function isTagPlace(before: string): boolean {
  if (before !== '' && !/\n[ \t]*$/.test(before.slice(-200))) return false;
  const fences = before.match(/^[ \t]*(?:```|~~~)/gm)?.length ?? 0;
  return fences % 2 === 0;
}

function nearest(text: string, wanted: readonly string[], from = 0): number {
  let place = -1;
  for (const one of wanted) {
    const found = text.indexOf(one, from);
    if (found >= 0 && (place < 0 || found < place)) place = found;
  }
  return place;
}

/** Length of the longest end of `text` with which one of the words begins. */
function suffixThatBegins(text: string, words: readonly string[]): number {
  const lower = text.toLowerCase();
  const longest = Math.max(...words.map((word) => word.length)) - 1;
  for (let length = Math.min(longest, lower.length); length > 0; length -= 1) {
    const end = lower.slice(lower.length - length);
    if (words.some((word) => word.startsWith(end))) return length;
  }
  return 0;
}
