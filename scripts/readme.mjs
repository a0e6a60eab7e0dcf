/** Writes the README's table of providers from the catalog, and the licences of what ships. A test says when that is due. */
import { withGoodNode } from './node.mjs';
import { ensurePackages } from './packages.mjs';
import { runTool } from './run.mjs';

await withGoodNode(import.meta.url);
await ensurePackages();
const { code } = await runTool('vitest', ['run', 'tests/build/readme.test.ts', 'tests/build/licences.test.ts'], {
  env: { GLOSS_WRITE_README: '1' },
});
process.exit(code);
