import type { AnswerMessage, AnswerPart, AnswerState, ChatError, ChatEvent } from './chat';

/** When an event happened, in epoch milliseconds. Given by the caller so that a fold can be repeated exactly. */
export type At = number;

/**
 * The one way an answer grows: background, panel and storage all use it, so they cannot disagree.
 * Returns a new message; parts that did not change keep their identity.
 */
export function fold(answer: AnswerMessage, event: ChatEvent, at: At): AnswerMessage {
  switch (event.type) {
    case 'text-delta':
      return grow(closeReasoning(begun(answer, at), at), { type: 'text', text: event.text });
    case 'reasoning-delta':
      return grow(begun(answer, at), { type: 'reasoning', text: event.text, startedAt: at });
    case 'refusal-delta':
      return grow(closeReasoning(begun(answer, at), at), { type: 'refusal', text: event.text });
    case 'image':
      return add(closeReasoning(begun(answer, at), at), {
        type: 'image',
        id: `${answer.id}-${answer.parts.length}`,
        mediaType: event.mediaType,
        data: event.data,
      });
    case 'tool-call-delta':
      return growCall(closeReasoning(begun(answer, at), at), event);
    case 'citation':
      return addCitation(answer, event);
    case 'usage':
      return { ...answer, usage: { ...answer.usage, ...event.usage } };
    case 'notice':
      return addNotice(answer, event);
    case 'retract':
      return {
        ...answer,
        parts: [
          ...answer.parts.filter((part) => part.type !== 'text'),
          ...(event.reason === '' ? [] : [retracted(event.reason)]),
        ],
      };
    case 'opaque':
      return add(answer, { type: 'opaque', wire: event.wire, value: event.value });
    case 'end':
      return { ...ended(answer, at), state: 'complete', finish: event.finish };
    case 'error':
      return { ...ended(answer, at), state: stateAfter(event.error), error: event.error };
    default:
      return event satisfies never;
  }
}

const retracted = (reason: string): AnswerPart => ({ type: 'notice', notice: { kind: 'retracted', reason } });

/** How an answer stands after a failure: the user's own stop and a cut stream are not errors. */
function stateAfter(error: ChatError): AnswerState {
  if (error.kind === 'aborted') return 'stopped';
  return error.kind === 'interrupted' ? 'interrupted' : 'error';
}

function begun(answer: AnswerMessage, at: At): AnswerMessage {
  // "Still waiting" may also stand in mid-answer.
  if (answer.firstAt !== undefined)
    return answer.parts.some(isWaiting) ? { ...answer, parts: withoutPassing(answer.parts) } : answer;
  return { ...answer, state: 'streaming', firstAt: at, parts: withoutPassing(answer.parts) };
}

const isWaiting = (part: AnswerPart): boolean => part.type === 'notice' && part.notice.kind === 'waiting';

/** A countdown or "still waiting" means nothing once content has come or the answer has ended. */
function withoutPassing(parts: AnswerPart[]): AnswerPart[] {
  return parts.filter(
    (part) => part.type !== 'notice' || (part.notice.kind !== 'retry' && part.notice.kind !== 'waiting'),
  );
}

function ended(answer: AnswerMessage, at: At): AnswerMessage {
  const closed = closeReasoning(answer, at);
  return { ...closed, endedAt: at, parts: withoutPassing(closed.parts) };
}

function add(answer: AnswerMessage, part: AnswerPart): AnswerMessage {
  return { ...answer, parts: [...answer.parts, part] };
}

/** Citations, signatures and notices may fall between two words; they do not break the text in two. */
function lastContent(answer: AnswerMessage): number {
  return answer.parts.findLastIndex(
    (part) => part.type !== 'citation' && part.type !== 'opaque' && part.type !== 'notice',
  );
}

/** Appends to the last content part if it is of the same kind and still open, or starts a new one. */
function grow(
  answer: AnswerMessage,
  piece: Extract<AnswerPart, { type: 'text' | 'reasoning' | 'refusal' }>,
): AnswerMessage {
  const place = lastContent(answer);
  const last = answer.parts[place];
  if (last?.type !== piece.type) return add(answer, piece);
  return { ...answer, parts: answer.parts.with(place, { ...last, text: last.text + piece.text } as AnswerPart) };
}

function closeReasoning(answer: AnswerMessage, at: At): AnswerMessage {
  const place = lastContent(answer);
  const last = answer.parts[place];
  if (last?.type !== 'reasoning' || last.ms !== undefined) return answer;
  const ms = Math.max(0, at - (last.startedAt ?? at));
  return { ...answer, parts: answer.parts.with(place, { ...last, ms }) };
}

function growCall(answer: AnswerMessage, event: Extract<ChatEvent, { type: 'tool-call-delta' }>): AnswerMessage {
  const places = answer.parts.flatMap((part, place) => (part.type === 'tool-call' ? [place] : []));
  const place = places[event.index];
  const known = place === undefined ? undefined : answer.parts[place];
  if (place === undefined || known?.type !== 'tool-call') {
    return add(answer, { type: 'tool-call', id: event.id ?? '', name: event.name ?? '', input: event.input ?? '' });
  }
  // Only a call's first fragment is sure to carry id and name; later ones may repeat them or leave them empty.
  const grown = {
    ...known,
    id: known.id || (event.id ?? ''),
    name: known.name || (event.name ?? ''),
    input: known.input + (event.input ?? ''),
  };
  return { ...answer, parts: answer.parts.with(place, grown) };
}

function addCitation(answer: AnswerMessage, event: Extract<ChatEvent, { type: 'citation' }>): AnswerMessage {
  if (answer.parts.some((part) => part.type === 'citation' && part.url === event.url)) return answer;
  return add(answer, { ...event });
}

/** A later notice of the same kind replaces the earlier one: only the newest countdown is true. */
function addNotice(answer: AnswerMessage, event: Extract<ChatEvent, { type: 'notice' }>): AnswerMessage {
  const { notice } = event;
  const others = answer.parts.filter((part) => part.type !== 'notice' || part.notice.kind !== notice.kind);
  const noticed: AnswerMessage = { ...answer, parts: [...others, { type: 'notice', notice }] };
  if (notice.kind !== 'fallback') return noticed;
  // The answer names who really gave it, also when it is put together again from the journal.
  const { connectionId, providerId, connection: provider, model } = notice;
  return { ...noticed, connectionId, providerId, provider, model };
}

/** The answer's text alone, as *Copy* gives it and as the next turn sends it. */
export function textOf(parts: readonly { type: string; text?: string }[]): string {
  return parts.map((part) => (part.type === 'text' || part.type === 'refusal' ? (part.text ?? '') : '')).join('');
}
