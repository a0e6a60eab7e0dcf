/**
 * Takes the film of an answer: the built panel at moments when something is half written, side by side in one picture. The
 * server waits at each of them until it has been taken. Run it when the look of answers has changed.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { addressOf, ask, newChat } from './drive.mjs';
import { root } from './node.mjs';
import { onStage } from './on-stage.mjs';

const path = (colorScheme) => join(root, 'docs', 'images', `stream-${colorScheme}.png`);
const [width, height] = [340, 560];
const columns = 4;

/** With a ¦ wherever a picture is taken. */
const script = `Some **words that ¦are bold** and *some with ¦emphasis*, \`code in ¦a line\`, and [a link ¦to somewhere](https://example.org/). It costs $5 ¦or $10, not a formula.

- One item
- Another **with ¦marks**

| Kind ¦| Says |
| --- | ---: |
| Interlinear | what ¦it means |
| Marginal | why it matters |

$$\\frac{a + b}{c} ¦= \\sqrt{d}$$

\`\`\`js
const answer = ¦await fetch(url);
if (answer.ok) show(answer);
\`\`\`

> And a quote ¦at the end.
`;
const [...stops] = script.split('¦').slice(0, -1).keys();
const upTo = (stop) =>
  script
    .split('¦')
    .slice(0, stop + 1)
    .join('')
    .trimEnd();

/** The pictures beside each other, each with its number. */
async function sheet(context, pictures, colorScheme) {
  const page = await context.newPage();
  await page.emulateMedia({ colorScheme });
  await page.setViewportSize({ width: columns * (width + 8) + 8, height: 100 });
  const [paper, ink] = colorScheme === 'dark' ? ['#333', '#eee'] : ['#ddd', '#222'];
  await page.setContent(`<style>
    body { margin: 8px; background: ${paper}; color: ${ink}; font: 14px sans-serif; }
    main { display: grid; grid-template-columns: repeat(${columns}, ${width}px); gap: 8px; }
    figure { margin: 0; } img { display: block; width: ${width}px; }
  </style><main>${pictures
    .map(
      (bytes, place) =>
        `<figure><figcaption>${place + 1}</figcaption><img src="data:image/png;base64,${bytes.toString('base64')}"></figure>`,
    )
    .join('')}</main>`);
  await page.screenshot({ path: path(colorScheme), fullPage: true });
  await page.close();
}

let reached = () => undefined;
let goOn = () => undefined;
const afterWord = (said) => {
  if (!stops.some((stop) => upTo(stop) === said.trimEnd())) return Promise.resolve();
  return new Promise((resolve) => {
    goOn = resolve;
    reached();
  });
};

mkdirSync(join(root, 'docs', 'images'), { recursive: true });
const play = { answer: script.replaceAll('¦', ''), model: 'qwen3:8b', afterWord, scale: 1 };
await onStage(play, async ({ id, connect }) => {
  const browser = await connect();
  const [context] = browser.contexts();
  for (const colorScheme of ['light', 'dark']) {
    const panel = await context.newPage();
    await panel.emulateMedia({ colorScheme });
    await panel.setViewportSize({ width, height });
    await panel.goto(addressOf(id, 'sidepanel.html'));
    await newChat(panel);
    const pictures = [];
    const next = () => new Promise((resolve) => (reached = resolve));
    let waiting = next();
    await ask(panel, 'Show me everything');
    for (const _ of stops) {
      await waiting;
      // What waited for its frame, and what is loaded with the first formula or fence.
      await panel.waitForTimeout(400);
      pictures.push(await panel.screenshot());
      waiting = next();
      goOn();
    }
    await panel.getByRole('button', { name: 'Regenerate' }).waitFor();
    await panel.waitForTimeout(400);
    pictures.push(await panel.screenshot());
    await panel.close();
    await sheet(context, pictures, colorScheme);
  }
  await browser.close();
});
