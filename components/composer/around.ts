/** What stands around the composer's field, in one chunk. */
export { Chips } from './Chips';
export { Remarks } from './Remarks';
export { Starters } from './Starters';
