/**
 * Characters that nobody sees but a model reads: bidirectional controls, zero-width characters, tags, fillers. Text taken
 * from pages is sent without them, and what was taken out is counted. Set and exceptions: UNI-1 and UNI-2 of the security
 * requirements.
 */

/**
 * What is taken out wherever it stands, besides control characters: direction marks and embeddings, zero-width space and
 * joiner, invisible operators, deprecated controls, interlinear marks, Mongolian and Hangul fillers, musical controls,
 * the tag block, and variation selectors of the supplement.
 */
const alwaysInvisible =
  '\\u034F\\u061C\\u115F\\u1160\\u180E\\u200B\\u200E\\u200F\\u202A-\\u202E\\u2060-\\u2064\\u2066-\\u206F\\u3164\\uFEFF\\uFFA0' +
  '\\uFFF9-\\uFFFB\\u{1D173}-\\u{1D17A}\\u{E0000}-\\u{E007F}\\u{E0100}-\\u{E01EF}';

/** Controls other than tab and line breaks. */
const controls = '\\u0000-\\u0008\\u000E-\\u001F\\u007F-\\u009F';

/** A joiner has work to do only between two of these: letters with their marks, or the parts of one emoji. */
const joined = '[\\p{L}\\p{M}\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\uFE0F]';

/** The flag of a part of a country: a black flag, its code in tag letters, the end tag. */
const flag = '\\u{1F3F4}[\\u{E0030}-\\u{E0039}\\u{E0061}-\\u{E007A}]{2,7}\\u{E007F}';

/** A variation selector has work to do only after a sign, an emoji, or a letter without case; in a row they are a code. */
const variation = '(?<![\\p{Emoji}\\p{S}\\p{P}\\p{Lo}])[\\uFE00-\\uFE0F]';

const unseenSource = `(${flag})|${variation}|[${alwaysInvisible}${controls}]|(?<!${joined})[\\u200C\\u200D]|[\\u200C\\u200D](?!${joined})`;
/** Made when it is first needed: making it takes a millisecond of every start. */
let unseen: RegExp | undefined;

/** Almost every text has none; this finds that out without building a new one. */
const suspect = new RegExp(`[\\u200C\\u200D\\uFE00-\\uFE0F${alwaysInvisible}${controls}]`, 'u');

/** The text without what cannot be seen, and how many characters (code points) were taken out. */
export function withoutInvisible(text: string): { text: string; removed: number } {
  if (!suspect.test(text)) return { text, removed: 0 };
  let removed = 0;
  const clean = text.replace((unseen ??= new RegExp(unseenSource, 'gu')), (_, kept: string | undefined) => {
    if (kept !== undefined) return kept;
    removed += 1;
    return '';
  });
  return { text: clean, removed };
}
