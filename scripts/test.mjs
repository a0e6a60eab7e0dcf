/**
 * `npm test`: everything that says whether this tree is good, on a machine with nothing but npm and Node 20.
 * Checks, unit tests, builds for both browsers, end to end. `--long` runs the tests that wait in real time instead.
 * `--only=check,unit,build,e2e` runs a part. Ends with `N passed, N failed`, alone on its line.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { advisories } from './advisories.mjs';
import { ensureChromium, ensureTestTools, findFirefox } from './browsers.mjs';
import { buildExtension } from './build.mjs';
import { root, withGoodNode } from './node.mjs';
import { ensurePackages } from './packages.mjs';
import { runTool } from './run.mjs';

await withGoodNode(import.meta.url);

const long = process.argv.includes('--long');
const only = process.argv
  .find((arg) => arg.startsWith('--only='))
  ?.slice('--only='.length)
  .split(',');
const wants = (part) => (only ? only.includes(part) : long ? part === 'long' : part !== 'long');

mkdirSync(join(root, '.cache'), { recursive: true });
// Of its own, so that two runs side by side do not meet.
const work = mkdtempSync(join(root, '.cache', 'test-'));
const buildFolder = join(work, 'build');
const results = { passed: 0, failed: 0 };
const failures = [];

function count(name, good, detail) {
  if (good) results.passed += 1;
  else {
    results.failed += 1;
    failures.push(detail ? `${name}: ${detail}` : name);
  }
  console.log(`${good ? 'ok' : 'FAILED'}  ${name}`);
}

/** One step that either holds or does not. `proof` looks at what it printed: a tool that read nothing has shown nothing. */
async function step(name, action, proof = () => undefined) {
  console.log(`\n== ${name}`);
  const started = Date.now();
  const { code, output, timedOut } = await action();
  const doubt = code === 0 ? proof(output) : undefined;
  console.log(`   ${((Date.now() - started) / 1000).toFixed(1)} s`);
  count(name, code === 0 && !doubt, timedOut ? 'ran out of time' : doubt);
  return code === 0;
}

/** One vitest run, counted test by test from its own report. Files that could not run and empty runs are failures. */
async function suite(name, args, { minutes, env }) {
  console.log(`\n== ${name}`);
  const report = join(work, `${name}.json`);
  const { code, timedOut } = await runTool(
    'vitest',
    ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...args],
    { minutes, env },
  );
  const said = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined;
  if (timedOut || !said) {
    count(name, false, timedOut ? 'ran out of time' : 'wrote no report');
    return;
  }
  results.passed += said.numPassedTests;
  results.failed += said.numFailedTests;
  for (const file of said.testResults) {
    const broken = file.assertionResults.filter((test) => test.status === 'failed');
    for (const test of broken) failures.push(`${name}: ${test.fullName}`);
    if (file.status === 'failed' && broken.length === 0) count(`${name}: ${file.name}`, false, file.message);
  }
  if (said.numPassedTests + said.numFailedTests === 0) count(name, false, 'ran no test');
  else if (code !== 0 && said.numFailedTests === 0 && said.success)
    count(name, false, 'an error outside of the tests; see above');
}

const needs = {
  lint: (output) => {
    const files = Number(/ on (\d+) files/.exec(output)?.[1] ?? 0);
    return files < 20 ? `read only ${files} files` : undefined;
  },
  format: (output) => {
    const files = Number(/on (\d+) files/.exec(output)?.[1] ?? 0);
    return files < 20 ? `read only ${files} files` : undefined;
  },
  built: (browser) => () =>
    existsSync(join(buildFolder, `${browser}-mv3`, 'manifest.json')) ? undefined : 'left no manifest',
};

const build = (browser) =>
  step(`build for ${browser}`, () => buildExtension(browser, buildFolder).then(showOnFailure), needs.built(browser));

function showOnFailure(result) {
  if (result.code !== 0) console.log(result.output);
  return result;
}

async function everything() {
  await ensurePackages();

  if (wants('check')) {
    await step('types', () => runTool('typescript', ['--noEmit'], { command: 'tsc' }));
    await step('lint', () => runTool('oxlint', ['--type-aware', '--deny-warnings', '.']), needs.lint);
    console.log('\n== advisories');
    const { checked, bad } = await advisories();
    // What nobody could say has not passed either.
    if (checked) count('advisories', !bad);
    await step('format', () => runTool('oxfmt', ['--check', '.']), needs.format);
  }
  if (wants('unit')) await suite('unit', [], { minutes: 20 });
  if (wants('build') || wants('e2e') || wants('long')) {
    await build('chrome');
    await build('firefox');
  }
  if (wants('build')) {
    await step('web-ext lint', () =>
      runTool('web-ext', ['lint', '--source-dir', join(buildFolder, 'firefox-mv3'), '--no-config-discovery'], {
        minutes: 5,
      }),
    );
  }
  if (wants('e2e') || wants('long')) {
    const chromium = await ensureChromium();
    await ensureTestTools();
    const env = { GLOSS_CHROMIUM: chromium, GLOSS_FIREFOX: findFirefox() ?? '', GLOSS_BUILD: buildFolder };
    if (wants('e2e')) await suite('e2e', ['--config', 'vitest.e2e.config.ts'], { minutes: 45, env });
    if (wants('long')) await suite('long', ['--config', 'vitest.long.config.ts'], { minutes: 60, env });
  }
}

try {
  await everything();
} catch (error) {
  count('set-up', false, error instanceof Error ? error.message : String(error));
  console.error(error);
}
rmSync(work, { recursive: true, force: true });
if (results.passed + results.failed === 0) count('tests', false, 'nothing ran');
if (failures.length > 0) console.log(`\nFailed:\n${failures.map((line) => `  ${line}`).join('\n')}`);
console.log(`\n${results.passed} passed, ${results.failed} failed`);
process.exit(results.failed > 0 ? 1 : 0);
