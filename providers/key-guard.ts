/** Takes the key out of whatever a server says, also where it comes in pieces: an answer is stored, copied, exported and sent on. */
import type { ChatEvent } from '../core/chat';
import { redacted } from '../core/redact';
import { isGrowing, type Growing } from './tidy';

/** Shorter ones are no secrets but words that servers without keys are given (`lm-studio`), and may stand in any answer. */
const shortestSecret = 16;
/** The beginning of a key that may be shown before it is known to be one; every letter more would be held back. */
const harmless = 3;

/** These fall between two words and do not break a text in two (`fold`). */
const isBeside = ({ type }: ChatEvent): boolean =>
  type === 'usage' || type === 'citation' || type === 'opaque' || type === 'notice';

/** What grows: a kind of text, or the input of the tool call with this number. */
type Name = Growing['type'] | number;

/** One text that comes in pieces: all that is put together again, as texts of one kind are by *Copy* and the next question. */
interface GuardedText {
  take(piece: string): string;
  /** What was held back so far, for something else comes now. It stays known: the rest of a key may come after that. */
  rest(): string;
}

function guardedText(secret: string): GuardedText {
  /** The end of what came last, as far as it begins the key, and how much of that has been passed on. */
  let begun = '';
  let passed = 0;

  /** Where the longest end of the text stands that begins the key; the text's length if none does. */
  function beginning(text: string, least: number): number {
    for (let start = Math.max(least, text.length - secret.length + 1); start < text.length; start += 1)
      if (secret.startsWith(text.slice(start))) return start;
    return text.length;
  }

  return {
    take(piece) {
      const text = begun + piece;
      let from = passed;
      let out = '';
      for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + secret.length)) {
        out += text.slice(from, Math.max(from, at)) + redacted;
        from = at + secret.length;
      }
      const start = beginning(text, out === '' ? 0 : from);
      begun = text.slice(start);
      if (begun.length > harmless) {
        passed = Math.max(0, from - start);
        return out + text.slice(from, Math.max(from, start));
      }
      passed = begun.length;
      return out + text.slice(from);
    },
    rest() {
      const text = begun.slice(passed);
      passed = begun.length;
      return text;
    },
  };
}

/** Give it every event of an answer in order; it returns what to pass on instead. */
export function createKeyGuard(key: string | null | undefined): (event: ChatEvent) => ChatEvent[] {
  const secret = key?.trim() ?? '';
  if (secret.length < shortestSecret) return (event) => [event];

  const texts = new Map<Name, GuardedText>();
  const textOf = (name: Name): GuardedText => {
    const text = texts.get(name) ?? guardedText(secret);
    texts.set(name, text);
    return text;
  };
  let last: Name = 'text-delta';

  /** What is still held back of the text that grew last. */
  function rest(): ChatEvent[] {
    const text = textOf(last).rest();
    if (text === '') return [];
    return [typeof last === 'number' ? { type: 'tool-call-delta', index: last, input: text } : { type: last, text }];
  }

  /** Remembers what grows now. What was held back of something else comes first. */
  function turnTo(name: Name): ChatEvent[] {
    const before = name === last ? [] : rest();
    last = name;
    return before;
  }

  return (event) => {
    if (isGrowing(event)) {
      const before = turnTo(event.type);
      const text = textOf(event.type).take(event.text);
      return text === '' ? before : [...before, { ...event, text }];
    }
    if (event.type === 'tool-call-delta' && event.input !== undefined) {
      const before = turnTo(event.index);
      const input = textOf(event.index).take(event.input);
      return [...before, without({ ...event, input }, secret)];
    }
    return [...(isBeside(event) ? [] : rest()), without(event, secret)];
  };
}

/** A picture's bytes are no text, and too many to look through. */
function without(event: ChatEvent, secret: string): ChatEvent {
  if (event.type === 'image' || !JSON.stringify(event).includes(JSON.stringify(secret).slice(1, -1))) return event;
  return replaced(event, secret);
}

function replaced<Value>(value: Value, secret: string): Value {
  if (typeof value === 'string') return value.replaceAll(secret, redacted) as Value;
  if (Array.isArray(value)) return value.map((one: unknown) => replaced(one, secret)) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name.replaceAll(secret, redacted), replaced(inner, secret)]),
  ) as Value;
}
