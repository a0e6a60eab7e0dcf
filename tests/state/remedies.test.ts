import { expect, it } from 'vitest';
import { errorKinds } from '../../core/chat';
import { remediesFor, remediesForRefusal, secondsUntil } from '../../state/remedies';

it('no failure of an answer is a dead end', () => {
  const ownWords = ['busy', 'not-stored'];
  for (const kind of errorKinds) {
    if (!ownWords.includes(kind)) expect(remediesFor({ kind }), kind).not.toEqual([]);
  }
});

it('a refused command is not tried again by a button: its text is still in the composer', () => {
  for (const kind of errorKinds) {
    expect(remediesForRefusal({ kind })).not.toContain('retry');
    expect(remediesForRefusal({ kind })).not.toContain('edit');
  }
});

it('counts down in whole seconds and never below nought', () => {
  expect(secondsUntil(10_001, 9_000)).toBe(2);
  expect(secondsUntil(9_000, 9_000)).toBe(0);
  expect(secondsUntil(0, 9_000)).toBe(0);
});
