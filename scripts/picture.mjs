/**
 * Takes the README's pictures: the built panel beside the article, light and dark, with an answer written for the occasion.
 * Run it when the look has changed.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { serveArticle } from './article/serve.mjs';
import { ask, newChat, openSidePanel } from './drive.mjs';
import { root } from './node.mjs';
import { onStage } from './on-stage.mjs';

const host = 'margins.example';
const model = 'qwen3:8b';
const quoted = 'A marginal gloss stands beside the column and has more room';
const question = 'How is it different from the other kind?';
const answer = `An **interlinear** gloss explains one word, right above it. A **marginal** one has the room to say *why*.

| | Interlinear | Marginal |
| --- | --- | --- |
| Place | between the lines | beside the column |
| Length | a word | a paragraph |
| Says | what it means | why it matters |

1. The first *translates*.
2. The second *comments*, and may disagree.
`;

const pictures = join(root, 'docs', 'images');

async function compose(context, images, path) {
  const page = await context.newPage();
  await page.setViewportSize({ width: 1240, height: 800 });
  const [article, panel] = images.map((bytes) => `data:image/png;base64,${bytes.toString('base64')}`);
  await page.setContent(`<style>
    body { margin: 0; padding: 24px; background: transparent; }
    div { display: flex; border: 1px solid #8884; border-radius: 12px; overflow: hidden; width: 1192px; height: 752px; box-shadow: 0 8px 24px #0003; }
    img { display: block; height: 752px; } img + img { border-left: 1px solid #8884; }
  </style><div><img src="${article}" width="811"><img src="${panel}" width="380"></div>`);
  await page.screenshot({ path, omitBackground: true });
  await page.close();
}

/** The menu item, as if it had been clicked: the menu itself is not part of any page. */
const askAboutSelection = (worker, url) =>
  worker.evaluate(
    `chrome.tabs.query({ url: ${JSON.stringify(`${url}*`)} }).then(([tab]) => chrome.contextMenus.onClicked.dispatch(
      { menuItemId: 'ask-selection', selectionText: ${JSON.stringify(quoted)}, pageUrl: tab.url, frameId: 0, editable: false }, tab))`,
  );

async function take(connect, id, colorScheme) {
  const browser = await connect();
  const [context] = browser.contexts();
  const page = await context.newPage();
  await page.setViewportSize({ width: 811, height: 752 });
  await page.goto(`http://${host}/?${colorScheme}`);
  const panel = await openSidePanel(browser, id, page, connect);
  // Only now: the panel's own connection sets everything back to the beginning.
  for (const one of [page, panel]) await one.emulateMedia({ colorScheme });
  await panel.setViewportSize({ width: 380, height: 752 });
  await newChat(panel);
  await page.evaluate(`find(${JSON.stringify(quoted)})`);
  await askAboutSelection(context.serviceWorkers()[0], page.url());
  await panel.getByRole('group', { name: 'Quote' }).waitFor();
  await ask(panel, question);
  await panel.getByRole('button', { name: 'Regenerate' }).waitFor();
  await panel.mouse.move(0, 0);
  const images = [await page.screenshot(), await panel.screenshot()];
  await compose(context, images, join(pictures, `panel-${colorScheme}.png`));
  await panel.close();
  await page.close();
  await browser.close();
}

mkdirSync(pictures, { recursive: true });
const article = await serveArticle();
try {
  await onStage({ answer, model, hosts: `MAP ${host} ${new URL(article.url).host}` }, async ({ connect, id }) => {
    for (const colorScheme of ['light', 'dark']) await take(connect, id, colorScheme);
  });
} finally {
  article.close();
}
