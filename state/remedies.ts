/**
 * What can be done about each kind of failure, best first. What is mended elsewhere (a server, a setting) can always be tried
 * again here. The words and the buttons are the components' business.
 */
import type { ChatError, ErrorKind } from '../core/chat';

export const remedies = [
  'retry',
  'settings',
  'grant',
  'pick-model',
  /** Ask the question again in other words, or with less attached. */
  'edit',
  'new-chat',
  'doctor',
] as const;
export type Remedy = (typeof remedies)[number];

const byKind: Record<ErrorKind, readonly Remedy[]> = {
  auth: ['settings', 'doctor', 'retry'],
  permission: ['pick-model', 'doctor', 'settings', 'retry'],
  quota: ['pick-model', 'settings', 'retry'],
  'rate-limit': ['retry', 'pick-model'],
  'model-not-found': ['pick-model', 'doctor', 'settings', 'retry'],
  'too-long': ['edit', 'new-chat', 'pick-model'],
  'bad-request': ['doctor', 'pick-model', 'retry'],
  overloaded: ['retry', 'pick-model'],
  server: ['retry', 'doctor', 'pick-model'],
  network: ['retry', 'doctor'],
  timeout: ['retry', 'doctor'],
  'not-an-api': ['doctor', 'settings', 'retry'],
  'origin-refused': ['doctor', 'settings', 'retry'],
  redirect: ['settings', 'doctor', 'retry'],
  'blocked-content': ['edit', 'pick-model', 'retry'],
  empty: ['retry', 'doctor', 'pick-model'],
  aborted: ['retry'],
  interrupted: ['retry'],
  'site-access': ['grant', 'settings'],
  'not-set-up': ['settings', 'retry'],
  busy: [],
  'not-stored': [],
  'not-done': ['retry'],
};

/** Remedies for the failure of an answer. */
export const remediesFor = (error: Pick<ChatError, 'kind'>): readonly Remedy[] => byKind[error.kind];

/** Remedies for a command that was refused: nothing was sent, so there is nothing to try again; the composer still has the text. */
export const remediesForRefusal = (error: Pick<ChatError, 'kind'>): readonly Remedy[] =>
  byKind[error.kind].filter((remedy) => remedy !== 'retry' && remedy !== 'edit');

/** Seconds until a time, never negative; for a countdown. */
export const secondsUntil = (at: number, now: number): number => Math.max(0, Math.ceil((at - now) / 1_000));
