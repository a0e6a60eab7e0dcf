/** What reading a page costs the page that is read: it is somebody else's, and its reader is in it. */
import { ratio, row, shown, spread, times } from './rows.mjs';
import { interleaved, longTasks, meter } from './stage.mjs';

/** m: a page of a megabyte read by the panel, beside asking the browser for its text. */
export async function pageReading(stage, repetitions) {
  const panel = await stage.open(stage.panel);
  await panel.getByRole('button', { name: 'Add this page' }).waitFor();
  const longest = [];
  const once = async (act) => {
    const page = await stage.open(stage.article);
    await page.waitForTimeout(1_000);
    const devtools = await meter(page);
    const long = await longTasks(page);
    const before = await devtools.read();
    const letters = await act(page);
    await page.waitForTimeout(200);
    const { cpu } = await devtools.read();
    const tasks = await long();
    await devtools.close();
    await page.close();
    if (letters < 300_000) throw new Error(`only ${letters} characters of the page were read`);
    return { cpu: cpu - before.cpu, longest: Math.max(0, ...tasks) };
  };
  const ours = async () => {
    const cost = await once(async (page) => {
      await page.bringToFront();
      const reply = await panel.evaluate(async () => {
        const { id: windowId } = await globalThis.chrome.windows.getCurrent();
        return globalThis.chrome.runtime.sendMessage({ type: 'page.read', windowId });
      });
      if (!reply.ok || !reply.value.granted) throw new Error(JSON.stringify(reply));
      return reply.value.text.length + reply.value.cut;
    });
    longest.push(cost.longest);
    return cost.cpu;
  };
  const limit = async () => (await once((page) => page.evaluate(() => globalThis.document.body.innerText.length))).cpu;
  const got = await interleaved(repetitions, { ours, limit });
  await panel.close();
  const worst = Math.max(...longest);
  return [
    row(
      'm',
      'Reading a page of 1 MB: longest task in it',
      worst === 0 ? 'none over 50 ms' : `${shown(worst)} ms`,
      '–',
      '–',
      'none over 50 ms',
      worst <= 50,
      'The reader works in slices of 6 ms; in those that take longer the browser collects garbage.',
    ),
    row(
      'm',
      'Thread time in the page',
      spread(got.ours),
      `${spread(got.limit)} (innerText)`,
      times(ratio(got.ours, got.limit)),
      '–',
      null,
    ),
  ];
}
