import { decodeHTMLStrict } from 'entities/decode';

/** ASCII characters a backslash takes their meaning from. */
const escapable = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

export function isEscapable(character: string): boolean {
  return character !== '' && escapable.includes(character);
}

const entity = /&(?:#x[0-9a-f]{1,6}|#[0-9]{1,7}|[a-z][a-z0-9]{1,31});/iy;
const escapeOrEntity = /\\[!-/:-@[-`{-~]|&(?:#x[0-9a-f]{1,6}|#[0-9]{1,7}|[a-z][a-z0-9]{1,31});/gi;

/** The entity that starts at `at`, with what it stands for, or nothing where there is none or its name is unknown. */
export function entityAt(source: string, at: number): { text: string; end: number } | undefined {
  entity.lastIndex = at;
  const found = entity.exec(source)?.[0];
  if (found === undefined) return undefined;
  const text = decodeEntity(found);
  return text === found ? undefined : { text, end: at + found.length };
}

function decodeEntity(entitySource: string): string {
  if (entitySource[1] !== '#') return decodeHTMLStrict(entitySource);
  const hexadecimal = entitySource[2] === 'x' || entitySource[2] === 'X';
  const code = Number.parseInt(entitySource.slice(hexadecimal ? 3 : 2, -1), hexadecimal ? 16 : 10);
  const character = code <= 0x10ffff ? String.fromCodePoint(code) : '';
  // Controls, halves of pairs and code points that will never be characters say nothing.
  return character === '' || /[\p{Cs}\p{Noncharacter_Code_Point}]|[^\P{Cc}\t\n\f\r]/u.test(character)
    ? '\uFFFD'
    : character;
}

/** Resolves backslash escapes and entities, as link addresses, titles and fence labels need it. */
export function unescapeText(source: string): string {
  if (!source.includes('\\') && !source.includes('&')) return source;
  return source.replace(escapeOrEntity, (found) => (found[0] === '\\' ? found.slice(1) : decodeEntity(found)));
}

/** Chinese, Japanese and Korean text has no spaces between words, so its letters do not say whether a mark opens or closes. */
export type Side = 'space' | 'punctuation' | 'ideograph' | 'letter';

const space = /\s/u;
const punctuation = /[\p{P}\p{S}]/u;
const ideograph =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\u3000-\u303F\uFF00-\uFFEF]/u;

/** What kind of character stands beside a run of `*`, `_` or `~`; `''` is the edge of the text. */
export function sideOf(character: string): Side {
  if (character === '') return 'space';
  const code = character.charCodeAt(0);
  if (code < 128) {
    if (code <= 32) return 'space';
    const letter = (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
    return letter || code === 127 ? 'letter' : 'punctuation';
  }
  if (space.test(character)) return 'space';
  if (punctuation.test(character)) return 'punctuation';
  return ideograph.test(character) ? 'ideograph' : 'letter';
}

/** The whole character before `at`, surrogate pairs included. */
export function characterBefore(source: string, at: number): string {
  const last = source.charCodeAt(at - 1);
  if (Number.isNaN(last)) return '';
  if (last >= 0xdc00 && last <= 0xdfff && at >= 2) return source.slice(at - 2, at);
  return source[at - 1] ?? '';
}

/** The whole character at `at`, surrogate pairs included. */
export function characterAt(source: string, at: number): string {
  const code = source.codePointAt(at);
  return code === undefined ? '' : String.fromCodePoint(code);
}
