/** Renders `assets/icon.svg` (and its version for 16 pixels) to the sizes browsers want. Run it after changing a drawing. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { ensureChromium, isRoot } from './browsers.mjs';
import { root } from './node.mjs';

const sizes = [16, 32, 48, 96, 128];
const folder = join(root, 'public', 'icons');
mkdirSync(folder, { recursive: true });

const browser = await chromium.launch({ executablePath: await ensureChromium(), chromiumSandbox: !isRoot });
const page = await browser.newPage();
for (const size of sizes) {
  const drawing = readFileSync(join(root, 'assets', size === 16 ? 'icon-16.svg' : 'icon.svg')).toString('base64');
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(
    `<style>body{margin:0}img{display:block}</style><img width="${size}" height="${size}" src="data:image/svg+xml;base64,${drawing}">`,
  );
  writeFileSync(join(folder, `${size}.png`), await page.screenshot({ omitBackground: true }));
}
await browser.close();
