/**
 * The browser's own permissions, as far as pages of Gloss use them. Entry points make it from `browser.permissions`.
 * Patterns are those of `originPattern` (core/address.ts): one host, no port.
 */
export interface SiteAccess {
  /**
   * Asks the browser, which asks the user. Has to be called straight from a click, before anything is awaited.
   * Resolves `true` at once if everything is granted already.
   */
  request(patterns: string[]): Promise<boolean>;
  has(patterns: string[]): Promise<boolean>;
  /** Gives access back. Resolves `false` if there was none. */
  remove(patterns: string[]): Promise<boolean>;
  /** Every host the user has granted. */
  all(): Promise<string[]>;
  /** Calls back after any grant or withdrawal, by whomever; returns how to stop. */
  watch(changed: () => void): () => void;
}

/** A stored item as pages see it; the items of `storage/settings.ts` fit. */
export interface Stored<Value> {
  getValue(): Promise<Value>;
  setValue(value: Value): Promise<void>;
  watch(changed: (value: Value) => void): () => void;
}
