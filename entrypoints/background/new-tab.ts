import { browser } from 'wxt/browser';
import { placeIn } from '../../core/text-fragment';

/** After that many milliseconds the reader is elsewhere in the page, or has left it. */
const patience = 15_000;

/** Opens an address in a new tab, at the place that it may name. */
export async function openTab(url: string): Promise<void> {
  const opening = browser.tabs.create({ url });
  if (import.meta.env.FIREFOX && placeIn(url)) goThere(opening, url);
  await opening;
}

/** Firefox does not follow a place in an address that an extension opens; in a page that is there already it does. */
function goThere(opening: Promise<{ id?: number | undefined }>, url: string): void {
  const created = opening.then(
    ({ id }) => id,
    () => undefined,
  );
  async function hear(id: number, { status }: { status?: string }): Promise<void> {
    if (status !== 'complete' || id !== (await created)) return;
    end();
    await browser.tabs.update(id, { url }).catch(() => undefined);
  }
  const timer = setTimeout(end, patience);
  function end(): void {
    browser.tabs.onUpdated.removeListener(hear);
    clearTimeout(timer);
  }
  // The page may be there before the browser has said which tab it is in.
  browser.tabs.onUpdated.addListener(hear);
}
