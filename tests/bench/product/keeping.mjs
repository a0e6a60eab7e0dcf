/** Much of everything: a long chat, many chats, and what memory keeps of them. */
import { answerToEnd, answers, ask, newChat } from '../../../scripts/drive.mjs';
import { longAnswer, longChat, longHistory, seedChats } from '../../../scripts/seed.mjs';
import { freshPanel, openSeeded, question } from './panel.mjs';
import { ratio, row, shown, signed, spread, times } from './rows.mjs';
import { interleaved, longTasks, meter } from './stage.mjs';
import { median } from '../figures.mjs';

/** What the targets above need in the store. */
export async function prepare(stage) {
  const panel = await stage.open(stage.panel);
  await panel.getByRole('button', { name: 'History', exact: true }).waitFor();
  await panel.waitForTimeout(500);
  const texts = Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? 'More, please' : longAnswer(100_000)));
  await seedChats(panel, [{ id: 'bench-mega', title: 'Bench of a megabyte', updatedAt: Date.now(), texts }]);
  await panel.close();
}

/** h: a chat of 1,000 messages beside one that has only its last 40. */
export async function longList(stage, repetitions) {
  const once = async (title) => {
    const panel = await freshPanel(stage);
    await panel.waitForTimeout(300);
    const devtools = await meter(panel);
    const spend = async (act) => {
      const before = await devtools.read();
      await act();
      await panel.waitForTimeout(700);
      return (await devtools.read()).cpu - before.cpu;
    };
    const open = await spend(() => openSeeded(panel, title));
    const heap = await devtools.heap();
    const type = await spend(() =>
      panel.getByRole('textbox', { name: 'Message' }).pressSequentially('Twenty letters, no more'),
    );
    const resize = await spend(() => panel.setViewportSize({ width: 500, height: 700 }));
    const stream = await spend(async () => {
      await panel.getByRole('textbox', { name: 'Message' }).fill('');
      await ask(panel, question('answer', { size: 1_000, pace: 400 }));
      await panel.getByText('The bench ends here.').last().waitFor();
      await answerToEnd(panel);
    });
    await panel.close();
    return { open, type, resize, stream, heap };
  };
  const seed = async () => {
    const options = await stage.open(stage.options);
    const now = Date.now();
    const long = longChat(1_000);
    // Anew each time: every run adds a question.
    await seedChats(options, [
      { id: 'bench-long', title: 'Bench of a thousand', updatedAt: now, texts: long },
      { id: 'bench-short', title: 'Bench of forty', updatedAt: now, texts: long.slice(-40) },
    ]);
    await options.close();
  };
  const got = await interleaved(repetitions, {
    long: async () => {
      await seed();
      return once('Bench of a thousand');
    },
    short: async () => {
      await seed();
      return once('Bench of forty');
    },
  });
  const rows = [
    ['open', 'open'],
    ['stream', 'stream 1 KB into'],
    ['resize', 'resize'],
    ['type', 'type 23 letters'],
  ].map(([name, what]) => {
    const [ours, limit] = [got.long.map((one) => one[name]), got.short.map((one) => one[name])];
    const value = ratio(ours, limit);
    return row(
      'h',
      `1,000 messages: ${what}, thread time`,
      spread(ours),
      `${spread(limit)} (its last 40)`,
      times(value),
      '≤ 2 ×',
      value <= 2,
      'All rows of the chat are read and their order is worked out; only those near the view are drawn.',
    );
  });
  const more = median(got.long.map((one) => one.heap)) - median(got.short.map((one) => one.heap));
  return [
    ...rows,
    row('h', '1,000 messages: heap above the chat of 40', `${shown(more)} MB`, '–', '–', '≤ 15 MB', more <= 15),
  ];
}

/** j: a rare word in 10,000 messages (9 MB), first and again, beside a plain scan of the same texts in memory. */
export async function search(stage, repetitions) {
  const chats = longHistory(10_000, Date.now() - 60_000, 880);
  chats[9_000].texts = ['Only here is a quincunx.'];
  const options = await stage.open(stage.options);
  await seedChats(options, chats);
  const texts = chats.flatMap((chat) => chat.texts);
  await options.evaluate((all) => (globalThis.benchTexts = all), texts);
  const scan = () =>
    options.evaluate(() => {
      const before = performance.now();
      globalThis.benchTexts.filter((text) => text.toLowerCase().includes('quincunx'));
      return performance.now() - before;
    });
  const ours = async () => {
    const panel = await freshPanel(stage);
    await panel.getByRole('button', { name: 'History', exact: true }).click();
    const field = panel.getByRole('searchbox', { name: 'Search chats' });
    await field.waitFor();
    await panel.waitForTimeout(500);
    const long = await longTasks(panel);
    const find = (words) =>
      panel.evaluate(
        (wanted) =>
          new Promise((resolve) => {
            const input = document.querySelector('input[type="search"]');
            const before = performance.now();
            const watcher = new MutationObserver(() => {
              const mark = [...document.querySelectorAll('mark')].find(
                (one) => one.textContent.toLowerCase() === wanted,
              );
              if (!mark) return;
              watcher.disconnect();
              resolve(performance.now() - before);
            });
            watcher.observe(document.body, { subtree: true, childList: true, characterData: true });
            input.value = wanted;
            input.dispatchEvent(new InputEvent('input', { bubbles: true }));
          }),
        words,
      );
    const first = await find('quincun');
    const again = await find('quincunx');
    await panel.waitForTimeout(300);
    const longest = Math.max(0, ...(await long()));
    await panel.close();
    return { first, again, longest };
  };
  const got = await interleaved(repetitions, { ours, scan });
  await options.close();
  const wait = 80;
  const of = (name) => got.ours.map((one) => one[name]);
  const again = of('again').map((value) => value - wait);
  const longest = Math.max(...of('longest'));
  return [
    row(
      'j',
      'Search in 10,000 messages (9 MB), again: letter to hit, without the pause of 80 ms for the next letter',
      spread(again),
      `${spread(got.scan)} (scan in memory)`,
      times(ratio(again, got.scan)),
      '≤ 16 ms',
      median(again) <= 16,
      'The scan is over before the pause is; what remains is drawing the rows.',
    ),
    row(
      'j',
      'The first search of all, in slices',
      spread(of('first').map((value) => value - wait)),
      '–',
      '–',
      '≤ 16 ms',
      median(of('first')) - wait <= 16,
      'The words of all chats are read while the list is on show, 300 rows at a time; who types before that is done waits for the rest.',
    ),
    row(
      'j',
      'Longest task meanwhile',
      `${shown(longest)} ms`,
      '–',
      '–',
      'none over 50 ms',
      longest <= 50,
      'A task is timed by the clock, so whatever else runs on the machine is in it.',
    ),
  ];
}

/** n: the panel's heap after garbage collection. */
export async function memory(stage) {
  const panel = await freshPanel(stage);
  await panel.waitForTimeout(500);
  const heapNow = async () => {
    const devtools = await meter(panel);
    const heap = await devtools.heap();
    await devtools.close();
    return heap;
  };
  const empty = await heapNow();
  for (let times = 0; times < 10; times += 1) {
    await panel.reload();
    await panel.getByRole('button', { name: 'History', exact: true }).waitFor();
    await panel.waitForTimeout(200);
  }
  await newChat(panel);
  const reloaded = await heapNow();
  for (let times = 0; times < 10; times += 1) {
    await ask(panel, question('answer', { size: 100_000, pace: 20_000 }));
    await panel.getByText('The bench ends here.').nth(times).waitFor({ timeout: 120_000 });
    await answerToEnd(panel, 120_000);
  }
  await panel.waitForTimeout(500);
  const full = await heapNow();
  const count = await answers(panel).count();
  await newChat(panel);
  await panel.waitForTimeout(500);
  const closed = await heapNow();
  await panel.close();
  return [
    row(
      'n',
      'Heap after ten reloads',
      `${shown(reloaded)} MB`,
      `${shown(empty)} MB (empty panel)`,
      signed(reloaded - empty, 'MB'),
      'no growth',
      reloaded - empty <= 1,
    ),
    row(
      'n',
      `Heap with ten answers of 100 KB (${count} drawn)`,
      `${shown(full)} MB`,
      `${shown(empty)} MB (empty panel)`,
      signed(full - empty, 'MB'),
      '≤ 15 MB',
      full - empty <= 15,
      'What was drawn of a chat stays drawn while the chat is on show, so that scrolling back does not jump.',
    ),
    row(
      'n',
      'Heap after that chat was closed',
      `${shown(closed)} MB`,
      `${shown(empty)} MB (empty panel)`,
      signed(closed - empty, 'MB'),
      'nothing kept',
      closed - empty <= 2,
      'Loaded modules stay; the drawn answers must not.',
    ),
  ];
}
