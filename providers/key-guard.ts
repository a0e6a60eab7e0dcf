/** Takes the key out of whatever a server says, also where it comes in pieces: an answer is stored, copied, exported and sent on. */
import type { ChatEvent } from '../core/chat';
import { redacted } from '../core/redact';

/** Shorter ones are no secrets but words that servers without keys are given (`lm-studio`), and may stand in any answer. */
const shortestSecret = 16;
/** The beginning of a key that may be shown before it is known to be one; every letter more would be held back. */
const harmless = 3;

type Delta = Extract<ChatEvent, { type: 'text-delta' | 'reasoning-delta' | 'refusal-delta' }>;

const isDelta = (event: ChatEvent): event is Delta =>
  event.type === 'text-delta' || event.type === 'reasoning-delta' || event.type === 'refusal-delta';

/** Give it every event of an answer in order; it returns what to pass on instead. */
export function createKeyGuard(key: string | null | undefined): (event: ChatEvent) => ChatEvent[] {
  const secret = key?.trim() ?? '';
  if (secret.length < shortestSecret) return (event) => [event];

  /** The end of what came last, as far as it begins the key, and how much of that has been passed on. */
  let begun = '';
  let passed = 0;
  let kind: Delta['type'] = 'text-delta';

  function take(piece: string): string {
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
  }

  /** Where the longest end of the text stands that begins the key; the text's length if none does. */
  function beginning(text: string, least: number): number {
    for (let start = Math.max(least, text.length - secret.length + 1); start < text.length; start += 1)
      if (secret.startsWith(text.slice(start))) return start;
    return text.length;
  }

  function rest(): ChatEvent[] {
    const text = begun.slice(passed);
    begun = '';
    passed = 0;
    return text === '' ? [] : [{ type: kind, text }];
  }

  return (event) => {
    if (!isDelta(event)) return [...rest(), without(event, secret)];
    const before = event.type === kind ? [] : rest();
    kind = event.type;
    const text = take(event.text);
    return text === '' ? before : [...before, { ...event, text }];
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
