import { browser } from 'wxt/browser';

/** As much of the browsers' different interfaces as is used here; each is missing somewhere. */
interface PanelApis {
  sidePanel?: { open(options: { windowId: number }): Promise<void> };
  /** Firefox. */
  sidebarAction?: { open(): Promise<void> };
}

/** What the browser says when a panel was opened without a click; then there is nobody to open anything for. */
const noGesture = /gesture|user input/i;

/**
 * Opens the panel of a window. Call it before anything else in a click's listener: after the first `await` the browser no
 * longer believes in the click. Never fails: what was to be delivered is delivered all the same.
 */
export function openPanel(windowId: number): void {
  const { sidePanel, sidebarAction }: PanelApis = browser;
  try {
    const opening = sidePanel ? sidePanel.open({ windowId }) : sidebarAction?.open();
    if (!opening) void openWindow(windowId);
    // Some browsers have the interface and no panel.
    else opening.catch((error: unknown) => (noGesture.test(String(error)) ? undefined : openWindow(windowId)));
  } catch {
    void openWindow(windowId);
  }
}

/** The same app in a window of its own. `beside` says for which window it takes the mail. */
async function openWindow(windowId: number): Promise<void> {
  const beside = windowId < 0 ? (await browser.windows.getLastFocused()).id : windowId;
  const url = `${browser.runtime.getURL('/sidepanel.html')}?beside=${beside}`;
  const [open] = await browser.tabs.query({ url });
  if (open?.windowId === undefined) await browser.windows.create({ type: 'popup', url, width: 420, height: 760 });
  else await browser.windows.update(open.windowId, { focused: true });
}
