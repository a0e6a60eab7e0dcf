/** What the built panel loads when an answer first needs it does the same as its source: grammars, and the typesetter. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Highlighter } from '../../components/markdown/highlighter';
import { grammarOf } from '../../components/markdown/languages';
import { answers } from '../../scripts/drive.mjs';
import { everyLanguage } from '../markdown/every-language';
import { Session } from './harness/session';

/** Something for everyone. */
const code = `int main(double value) { return "text"; } // 42
if select table varchar def class struct end while true null
.a { color: red; display: block; width: 12px } @media print { }
# <a href="b"> \\section{c} $d = [1, 2] - FROM set server add_test message
my $list = qw(a b); local x <- function(y) let z = 'w'`;

let session: Session;
beforeAll(async () => {
  session = await Session.start();
});
afterAll(() => session?.close());

async function colouredBySource(language: string): Promise<string[]> {
  const grammar = await grammarOf(language)?.();
  if (!grammar) throw new Error(`no grammar for ${language}`);
  const highlighter = new Highlighter(grammar);
  return code
    .split('\n')
    .flatMap((line) => highlighter.line(line))
    .filter(({ colour }) => colour !== '')
    .map(({ text, colour }) => `${colour} ${text}`);
}

test('code is coloured in every language', async () => {
  const panel = await session.freshPanel();
  session.upstream.next({ pieces: everyLanguage.map((language) => `\`\`\`${language}\n${code}\n\`\`\`\n\n`) });
  await session.askAndWait(panel, 'Show me all of them');
  const expected = Object.fromEntries(
    await Promise.all(everyLanguage.map(async (language) => [language, await colouredBySource(language)] as const)),
  );
  expect(Object.values(expected).filter((tokens) => tokens.length > 0).length).toBeGreaterThan(40);
  await expect
    .poll(() =>
      answers(panel)
        .last()
        .evaluate(
          (answer, names) =>
            Object.fromEntries(
              [...answer.querySelectorAll('pre code')].map((block, place) => [
                names[place],
                [...block.querySelectorAll('span[class]:not(.lines)')].map(
                  (token) => `${token.className} ${token.textContent}`,
                ),
              ]),
            ),
          everyLanguage,
        ),
    )
    .toEqual(expected);
  session.expectNoTrouble();
});

test('formulas are set', async () => {
  const panel = await session.freshPanel();
  session.upstream.next({ pieces: ['In a line $x^2 + y$, and displayed:\n\n$$\\frac{a + b}{c} = \\sqrt{d}$$\n'] });
  await session.askAndWait(panel, 'Show me two');
  const formulas = answers(panel).last().locator('math');
  await expect.poll(() => formulas.allTextContents()).toEqual(['x2+y', 'a+bc=d']);
  for (const element of ['msup', 'mfrac', 'msqrt']) expect(await formulas.locator(element).count(), element).toBe(1);
  session.expectNoTrouble();
});
