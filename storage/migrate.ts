/** One version step, from the version of its place in the list to the next. It runs inside the upgrade's one transaction. */
export interface Step {
  /** Creates or deletes stores and indexes. */
  shape?(database: IDBDatabase, transaction: IDBTransaction): void;
  /** Pure changes of rows, by store; `undefined` drops the row. */
  rows?: Readonly<Record<string, (row: unknown) => unknown>>;
}

/** All steps from version `from` on, in one transaction: an upgrade that is cut off anywhere has not happened. */
export function migrate(steps: readonly Step[], from: number, transaction: IDBTransaction): void {
  const next = (version: number) => {
    const step = steps[version];
    if (!step) return;
    step.shape?.(transaction.db, transaction);
    const changes = Object.entries(step.rows ?? {});
    let left = changes.length;
    if (left === 0) return next(version + 1);
    for (const [store, change] of changes) {
      changeRows(transaction.objectStore(store), change, () => {
        left -= 1;
        if (left === 0) next(version + 1);
      });
    }
  };
  next(from);
}

function changeRows(store: IDBObjectStore, change: (row: unknown) => unknown, done: () => void): void {
  const request = store.openCursor();
  request.addEventListener('success', () => {
    const cursor = request.result;
    if (!cursor) return done();
    const changed = change(cursor.value);
    if (changed === undefined) cursor.delete();
    else if (changed !== cursor.value) cursor.update(changed);
    cursor.continue();
  });
}
