/** What somebody pasted as a key, made fit for a header, or the reason why it cannot be. */
import { serviceOfKey } from '../providers/catalog/key-shapes';

/** What was taken off without asking, because it can never belong to a key. */
export type KeyNote = 'trimmed' | 'quotes' | 'bearer';

export type KeyProblem =
  /** Spaces, tabs or line breaks between other characters; the mend takes them out. */
  | { kind: 'inner-space'; mended: string }
  /** Characters no header can carry, such as typographic quotes or an ellipsis from a shortened key. */
  | { kind: 'not-a-header'; characters: string }
  /** An address was pasted where the key belongs. */
  | { kind: 'address' };

export interface KeyReading {
  /** The key as it would be sent; empty when nothing was typed. */
  key: string;
  notes: KeyNote[];
  problem?: KeyProblem;
  /** Id of the provider whose keys look like this, where that is a known one. */
  service?: string;
}

const quotes = /^(["'`“”‘’])(.*)(["'`“”‘’])$/s;

/**
 * Reads a typed or pasted key. Never throws, and never changes what stands inside the key: that takes a click.
 * Header values are limited to visible ASCII here, although fetch would take Latin-1, because no known key goes beyond it.
 */
export function readKey(typed: string): KeyReading {
  const notes: KeyNote[] = [];
  let key = typed.trim();
  if (key !== typed && key !== '') notes.push('trimmed');
  const bearer = /^(?:authorization:\s*)?bearer\s+(\S.*)$/is.exec(key);
  if (bearer?.[1] !== undefined) {
    key = bearer[1];
    notes.push('bearer');
  }
  const quoted = quotes.exec(key);
  if (quoted?.[2] !== undefined && quoted[2] !== '') {
    key = quoted[2].trim();
    notes.push('quotes');
  }
  const reading: KeyReading = { key, notes };
  if (key === '') return reading;
  const service = serviceOfKey(key);
  if (service !== undefined) reading.service = service;
  if (/^https?:\/\//i.test(key)) return { ...reading, problem: { kind: 'address' } };
  if (/\s/.test(key)) return { ...reading, problem: { kind: 'inner-space', mended: key.replace(/\s+/g, '') } };
  const foreign = key.replace(/[\x21-\x7e]/g, '');
  if (foreign !== '')
    return { ...reading, problem: { kind: 'not-a-header', characters: [...new Set(foreign)].join(' ') } };
  return reading;
}
