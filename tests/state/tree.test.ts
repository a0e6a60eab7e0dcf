import { describe, expect, it } from 'vitest';
import { branchTo, growTree, newestLeaf, newestLeafOfAll, versionsOf, type Place } from '../../state/tree';

const place = (id: string, parentId: string | null, role: Place['role'], order: number): Place => ({
  id,
  parentId,
  role,
  order,
});

/*
 * q1 ─ a1 ─ q2 ─ a2
 *    └ a1b ─ q3 ─ a3
 * q1b ─ a4
 */
const messages = [
  place('q1', null, 'user', 0),
  place('a1', 'q1', 'assistant', 1),
  place('q2', 'a1', 'user', 2),
  place('a2', 'q2', 'assistant', 3),
  place('a1b', 'q1', 'assistant', 4),
  place('q3', 'a1b', 'user', 5),
  place('a3', 'q3', 'assistant', 6),
  place('q1b', null, 'user', 7),
  place('a4', 'q1b', 'assistant', 8),
];
const ids = (branch: Place[]) => branch.map(({ id }) => id).join(' ');

describe('tree of messages', () => {
  it('gives the branch that ends in a leaf, whatever order the rows come in', () => {
    expect(ids(branchTo(growTree(messages), 'a2'))).toBe('q1 a1 q2 a2');
    expect(ids(branchTo(growTree([...messages].reverse()), 'a3'))).toBe('q1 a1b q3 a3');
    expect(branchTo(growTree(messages), null)).toEqual([]);
  });

  it('counts versions among siblings, oldest first', () => {
    const tree = growTree([...messages].reverse());
    expect(versionsOf(tree, 'a1')).toEqual({ index: 0, count: 2, next: 'a1b' });
    expect(versionsOf(tree, 'a1b')).toEqual({ index: 1, count: 2, previous: 'a1' });
    expect(versionsOf(tree, 'q1b')).toEqual({ index: 1, count: 2, previous: 'q1' });
    expect(versionsOf(tree, 'q2')).toEqual({ index: 0, count: 1 });
  });

  it('passes over versions that do not count, but never over the one on show', () => {
    const tree = growTree([...messages, place('a1c', 'q1', 'assistant', 9)]);
    const counts = (id: string) => id !== 'a1b';
    expect(versionsOf(tree, 'a1', counts)).toEqual({ index: 0, count: 2, next: 'a1c' });
    expect(versionsOf(tree, 'a1b', counts)).toEqual({ index: 1, count: 3, previous: 'a1', next: 'a1c' });
  });

  it('turning to a version shows the newest branch through it', () => {
    const tree = growTree(messages);
    expect(newestLeaf(tree, 'q1')).toBe('a3');
    expect(newestLeaf(tree, 'a1')).toBe('a2');
    expect(newestLeafOfAll(tree)).toBe('a4');
    expect(newestLeafOfAll(growTree([]))).toBeNull();
  });

  it('survives what only a broken import can hold: a missing parent, a circle', () => {
    expect(ids(branchTo(growTree([place('b', 'gone', 'user', 0)]), 'b'))).toBe('b');
    const circle = growTree([place('a', 'b', 'user', 0), place('b', 'a', 'user', 1)]);
    expect(ids(branchTo(circle, 'a'))).toBe('b a');
    expect(newestLeaf(circle, 'a')).toBe('b');
  });
});
