/**
 * A chat is a tree: messages with the same parent are versions of each other, and one branch of it is on show.
 * Pure functions over the shape alone, so that a growing text never makes anyone look at the tree again.
 */
import type { Message } from '../core/chat';

/** What a message says about its place. */
export type Place = Pick<Message, 'id' | 'parentId' | 'role' | 'order'>;

export interface Tree {
  readonly places: ReadonlyMap<string, Place>;
  /** Children by parent id (`''` for the start of the chat), oldest first. */
  readonly children: ReadonlyMap<string, readonly Place[]>;
}

/** Which version of a message is on show, and its neighbours. `index` counts from 0. */
export interface Versions {
  index: number;
  count: number;
  previous?: string;
  next?: string;
}

export const emptyTree: Tree = { places: new Map(), children: new Map() };

/** The tree of these messages, in whatever order they come. */
export function growTree(messages: Iterable<Place>): Tree {
  const places = new Map<string, Place>();
  const children = new Map<string, Place[]>();
  for (const { id, parentId, role, order } of messages) places.set(id, { id, parentId, role, order });
  for (const place of places.values()) {
    const siblings = children.get(place.parentId ?? '');
    if (siblings) siblings.push(place);
    else children.set(place.parentId ?? '', [place]);
  }
  for (const siblings of children.values()) siblings.sort((one, other) => one.order - other.order);
  return { places, children };
}

/** The branch that ends in `leafId`, from the chat's start. Stops at a gap or a circle, which only a broken import can hold. */
export function branchTo(tree: Tree, leafId: string | null): Place[] {
  const branch: Place[] = [];
  const seen = new Set<string>();
  for (let id = leafId; id !== null && !seen.has(id);) {
    const place = tree.places.get(id);
    if (!place) break;
    seen.add(id);
    branch.push(place);
    id = place.parentId;
  }
  return branch.reverse();
}

/** The end of the newest branch that goes through `id`: what is shown when a reader turns to another version. */
export function newestLeaf(tree: Tree, id: string): string {
  const seen = new Set([id]);
  for (;;) {
    const next = tree.children.get(id)?.at(-1);
    if (!next || seen.has(next.id)) return id;
    id = next.id;
    seen.add(id);
  }
}

/** The end of the newest branch of the whole chat. */
export function newestLeafOfAll(tree: Tree): string | null {
  const root = tree.children.get('')?.at(-1);
  return root ? newestLeaf(tree, root.id) : null;
}

/**
 * The versions of one message. `counts` leaves out versions nobody wants to turn to, such as an answer that failed before its
 * first word; the one on show always counts.
 */
export function versionsOf(tree: Tree, id: string, counts: (id: string) => boolean = () => true): Versions {
  const place = tree.places.get(id);
  const siblings = (place && tree.children.get(place.parentId ?? '')) ?? [];
  const versions = siblings.filter(
    (sibling) => sibling.role === place?.role && (sibling.id === id || counts(sibling.id)),
  );
  const index = versions.findIndex((sibling) => sibling.id === id);
  const previous = versions[index - 1];
  const next = versions[index + 1];
  return {
    index: Math.max(0, index),
    count: Math.max(1, versions.length),
    ...(previous ? { previous: previous.id } : {}),
    ...(next ? { next: next.id } : {}),
  };
}
