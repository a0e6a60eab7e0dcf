import type { ChatEvent } from '../../core/chat';
import type { Sequence, Stretch } from '../../core/protocol';

type Delta = Extract<ChatEvent, { type: 'text-delta' | 'reasoning-delta' | 'refusal-delta' }>;

/** One event, or neighbouring deltas of one kind joined. `ends` holds how long the text was after each of them. */
interface Entry {
  first: Sequence;
  event: ChatEvent;
  ends: number[];
}

/** Joined text is cut here, so that taking the newest words out of it costs little however long the answer gets. */
const longest = 16_384;

/** All events of one run, numbered from 1, from which any reader gets what it has not seen. */
export interface Tape {
  /** The number of the last event; 0 at the start. */
  readonly last: Sequence;
  append(event: ChatEvent, at: number): void;
  /** Everything after `after`, neighbouring deltas joined; `null` if there is nothing. */
  since(after: Sequence): Omit<Stretch, 'run'> | null;
}

export function createTape(): Tape {
  const entries: Entry[] = [];
  let last = 0;
  let lastAt = 0;
  return {
    get last() {
      return last;
    },
    append(event, at) {
      last += 1;
      lastAt = at;
      const open = entries.at(-1);
      if (!isDelta(event)) {
        entries.push({ first: last, event, ends: [] });
      } else if (open && isDelta(open.event) && open.event.type === event.type && open.event.text.length < longest) {
        const text = open.event.text + event.text;
        open.event = { type: event.type, text };
        open.ends.push(text.length);
      } else {
        entries.push({ first: last, event, ends: [event.text.length] });
      }
    },
    since(after) {
      if (after >= last) return null;
      const start = entries.findLastIndex((entry) => entry.first <= after + 1);
      const events = entries.slice(Math.max(0, start)).map((entry) => rest(entry, after));
      return { from: after + 1, to: last, at: lastAt, events };
    },
  };
}

/** The part of an entry that lies after `after`. */
function rest({ first, event, ends }: Entry, after: Sequence): ChatEvent {
  const seen = after - first;
  const end = seen < 0 ? undefined : ends[seen];
  return end === undefined || !isDelta(event) ? event : { type: event.type, text: event.text.slice(end) };
}

export function isDelta(event: ChatEvent): event is Delta {
  return event.type === 'text-delta' || event.type === 'reasoning-delta' || event.type === 'refusal-delta';
}

/**
 * Lets no delta end between the two halves of a letter: the first half waits for the second. Give it every event of a
 * stream in order; it returns what to take instead.
 */
export function createLetterGuard(): (event: ChatEvent) => ChatEvent[] {
  let half: Delta | null = null;
  return (event) => {
    if (!isDelta(event)) {
      // Notices and usage may fall between two halves; only the end cannot wait.
      if (half === null || (event.type !== 'end' && event.type !== 'error')) return [event];
      const left = half;
      half = null;
      return [left, event];
    }
    const out: ChatEvent[] = [];
    let text = event.text;
    if (half?.type === event.type) text = half.text + text;
    else if (half) out.push(half);
    half = null;
    const unit = text.charCodeAt(text.length - 1);
    if (unit >= 0xd800 && unit <= 0xdbff) {
      half = { type: event.type, text: text.slice(-1) };
      text = text.slice(0, -1);
    }
    if (text) out.push({ type: event.type, text });
    return out;
  };
}
