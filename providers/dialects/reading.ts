/** Reading what a wire sends: JSON of any shape, where every reader gives "nothing" for what is not there. */
import type { ChatEvent } from '../../core/chat';
import type { Frame } from '../contract';
import { isErrorBody, isFields, readError } from '../errors';

export type Fields = Readonly<Record<string, unknown>>;

export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});
export const listOf = (value: unknown): Fields[] => (Array.isArray(value) ? value.filter(isFields) : []);
/** The text as it is; empty where there is none. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
/** A text that says something; `undefined` where it is missing or empty. */
export const wordOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
export const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

/** What one frame turned out to be. `nothing`: a blank frame, or the `[DONE]` that proxies append to wires that have none. */
export type Read = { kind: 'nothing' } | { kind: 'error'; event: ChatEvent } | { kind: 'value'; value: unknown };

/**
 * The JSON of a frame, or the failure it stands for: an `error` event, an `error:` field, an error body of any shape, or
 * words that are no JSON at all.
 */
export function readFrame(frame: Frame): Read {
  const data = frame.data.trim();
  if (data === '' || data === '[DONE]') return { kind: 'nothing' };
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return { kind: 'error', event: failure(data.slice(0, 300)) };
  }
  const named = frame.event === 'error' || frame.field === 'error';
  if (named || isErrorBody(value) || typeof value === 'string') return { kind: 'error', event: failure(value) };
  return { kind: 'value', value };
}

/** The events of one frame, for wires on which a failure is the last word whenever it comes. */
export function saidBy(frame: Frame, said: (value: unknown) => Iterable<ChatEvent>): Iterable<ChatEvent> {
  const read = readFrame(frame);
  if (read.kind === 'error') return [read.event];
  return read.kind === 'nothing' ? [] : said(read.value);
}

/** An error that came inside the answer, when the status had already said that all is well. */
export function failure(body: unknown): ChatEvent {
  const { kind, message = '', ...rest } = readError(body);
  return { type: 'error', error: { kind: kind ?? mildKind(rest.code), message, ...rest, mayHaveReached: true } };
}

/** Codes that say less than an HTTP status would, and are therefore not in the common table. */
function mildKind(code = ''): 'bad-request' | 'server' {
  return /^invalid|_precondition|^bad_request/i.test(code) ? 'bad-request' : 'server';
}

/** Only the fields that have a value, so that nothing is sent or stored as `undefined`. */
export function given<T extends object>(fields: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Name in keyof T]?: Exclude<T[Name], undefined>;
  };
}
