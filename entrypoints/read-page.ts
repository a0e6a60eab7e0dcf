/** The script that `scripting.executeScript` puts into a page to read it. A file of its own: the worker would read it at every start. */
import { defineUnlistedScript } from 'wxt/utils/define-unlisted-script';
import { pageCap } from '../core/attachment';
import { readPage } from './background/reader';

/**
 * How a page is read. A slice is well below the 50 ms after which a page feels stuck, also on a machine that is four times
 * slower; a page that is not read after ten seconds is cut there.
 */
export default defineUnlistedScript(() => readPage({ sliceMs: 6, limitMs: 10_000, characters: 4 * pageCap }));
