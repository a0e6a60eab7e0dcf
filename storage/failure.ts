import type { StorageTrouble } from '../core/protocol';

/** Something was not stored or could not be read. `kind` decides what the user is told. */
export class StorageFailure extends Error {
  constructor(
    readonly kind: StorageTrouble['kind'],
    message: string,
    options?: { cause: unknown },
  ) {
    super(message, options);
    this.name = 'StorageFailure';
  }
}

/** An error of an operation in our own words. */
export function failureOf(error: unknown): StorageFailure {
  if (error instanceof StorageFailure) return error;
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  const message = error instanceof Error || error instanceof DOMException ? error.message : String(error);
  const kind = name === 'QuotaExceededError' ? 'quota' : name === 'VersionError' ? 'newer' : 'failed';
  return new StorageFailure(kind, message || name, { cause: error });
}
