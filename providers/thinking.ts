/** Thoughts that a model writes into its text, between tags, taken apart while the text streams. */
import type { ChatEvent } from '../core/chat';

/** Opening and closing tag of the spellings seen: DeepSeek, Qwen and most others; Mistral; Kimi. */
const tags: readonly (readonly [string, string])[] = [
  ...['think', 'thinking', 'thought', 'thoughts', 'reasoning'].map((name) => [`<${name}>`, `</${name}>`] as const),
  ['[think]', '[/think]'],
  ['◁think▷', '◁/think▷'],
];

/** Blanks before a thought that are waited through, in UTF-16 units; more of them are text, or each would cost all before it. */
const mostBlank = 1000;

const closingTags = tags.map(([, tag]) => tag);
const mayBeTag = /[<[◁]/;
const closers = /<\/(?:think|thinking|thoughts?|reasoning)>|\[\/think\]|◁\/think▷/gi;

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
  const lines = createLines();

  const step = (last: boolean): { events: ChatEvent[]; again: boolean } => {
    switch (mode) {
      case 'start': {
        const start = held.trimStart();
        if (held.length - start.length > mostBlank) {
          mode = 'text';
          return { events: [], again: true };
        }
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
    let seen = 0;
    for (const { 0: tag, index: place } of held.matchAll(closers)) {
      lines.pass(held.slice(seen, place));
      seen = place;
      if (!lines.atStart()) continue;
      const before = said + held.slice(0, place);
      const retract: ChatEvent[] = said === '' ? [] : [{ type: 'retract', reason: '' }];
      held = held.slice(place + tag.length);
      thought = true;
      mode = 'after';
      return { events: [...retract, ...thoughts(before)], again: true };
    }
    const keep = last ? 0 : suffixThatBegins(held, closingTags);
    lines.pass(held.slice(seen, held.length - keep));
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
      // Nearly every piece of an answer is without any tag; looking for each of them would cost more than all else.
      if (mode === 'text' && held === '' && (thought || !mayBeTag.test(text))) {
        if (!thought) {
          lines.pass(text);
          said += text;
        }
        return texts(text);
      }
      held += text;
      return run(false);
    },
    flush: () => run(true),
  };
}

const texts = (text: string): ChatEvent[] => (text === '' ? [] : [{ type: 'text-delta', text }]);
const thoughts = (text: string): ChatEvent[] => (text === '' ? [] : [{ type: 'reasoning-delta', text }]);

/** Where in a text one is, without ever going back: whether inside a code fence, and what the line holds so far. */
function createLines(): { pass(text: string): void; atStart(): boolean } {
  let fenced = false;
  let line = '';
  return {
    pass(text) {
      if (!text.includes('\n')) {
        if (line.length < 200) line += text.slice(0, 200);
        return;
      }
      const pieces = text.split('\n');
      for (const [place, piece] of pieces.entries()) {
        if (line.length < 200) line += piece.slice(0, 200);
        if (place === pieces.length - 1) return;
        if (/^[ \t]*(?:```|~~~)/.test(line)) fenced = !fenced;
        line = '';
      }
    },
    atStart: () => !fenced && line.trim() === '',
  };
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
