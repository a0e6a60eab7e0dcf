import type { ChatEvent } from '../../core/chat';
import { isDelta } from './tape';

/** Characters of text an answer may have; about 500,000 tokens. */
export const longestAnswer = 2_000_000;
/** Base64 characters of images an answer may have. */
export const mostImages = 48_000_000;

/**
 * Ends an answer that would not end: the text up to the cap is kept, a notice says so, and the wire's reason is `length`.
 * Give it every event of a stream in order; it returns what to take instead.
 */
export function createCap(text = longestAnswer, images = mostImages): (event: ChatEvent) => ChatEvent[] {
  let left = text;
  let imagesLeft = images;
  let sent = 0;
  const over = (): ChatEvent[] => [
    { type: 'notice', notice: { kind: 'answer-cut', characters: sent } },
    { type: 'end', finish: { reason: 'length', raw: 'gloss' } },
  ];
  return (event) => {
    if (event.type === 'image') {
      imagesLeft -= event.data.length;
      return imagesLeft < 0 ? over() : [event];
    }
    const weight = weigh(event);
    if (weight <= left) {
      left -= weight;
      sent += weight;
      return [event];
    }
    if (!isDelta(event)) return over();
    const kept = event.text.slice(0, left);
    // Never half a letter.
    const fits = kept.isWellFormed() ? kept : kept.slice(0, -1);
    sent += fits.length;
    return [...(fits ? [{ ...event, text: fits }] : []), ...over()];
  };
}

/** Everything a server can send without end counts. */
function weigh(event: ChatEvent): number {
  switch (event.type) {
    case 'text-delta':
    case 'reasoning-delta':
    case 'refusal-delta':
      return event.text.length;
    case 'tool-call-delta':
      return (event.id?.length ?? 0) + (event.name?.length ?? 0) + (event.input?.length ?? 0);
    case 'citation':
      return event.url.length + (event.title?.length ?? 0) + (event.text?.length ?? 0);
    case 'opaque':
      return JSON.stringify(event.value)?.length ?? 0;
    case 'image':
    case 'usage':
    case 'notice':
    case 'retract':
    case 'end':
    case 'error':
      return 0;
    default:
      return event satisfies never;
  }
}
