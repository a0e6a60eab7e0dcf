import { expect, test } from 'vitest';
import { fileNameOf } from '../../components/markdown/code-view';

test.each([
  ['python', 'code.python'],
  ['js', 'code.js'],
  ['', 'code.txt'],
  ['c++', 'code.txt'],
  ['../../x', 'code.txt'],
  ['exe\u202Etxt', 'code.txt'],
  ['txt.exe', 'code.txt'],
  ['a'.repeat(13), 'code.txt'],
  ['exe', 'code.exe.txt'],
  ['BAT', 'code.BAT.txt'],
  ['hta', 'code.hta.txt'],
  ['lnk', 'code.lnk.txt'],
  ['desktop', 'code.desktop.txt'],
  ['webloc', 'code.webloc.txt'],
  ['jnlp', 'code.jnlp.txt'],
])('code in %j is saved as %s', (language, name) => {
  expect(fileNameOf(language)).toBe(name);
});
