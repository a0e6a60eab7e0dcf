/**
 * Characters nobody sees, made visible, for titles, hosts and quotes from pages: with them a name can be written that reads
 * as another one. The set is UNI-1 of the security requirements.
 */
const unseen = new RegExp(
  // The flag of a part of a country is seen: a black flag, its code in tag letters, the end tag.
  '\\u{1F3F4}[\\u{E0030}-\\u{E0039}\\u{E0061}-\\u{E007A}]{2,7}\\u{E007F}|[\\u061C\\u115F\\u1160\\u180E\\u200B\\u200E\\u200F\\u202A-\\u202E\\u2060\\u2066-\\u2069\\u3164\\uFEFF\\uFFA0' +
    '\\uFFF9-\\uFFFB\\u{E0000}-\\u{E007F}\\u{E0100}-\\u{E01EF}]',
  'gu',
);

/** The text with a marker such as `⟨U+202E⟩` for every character that would not show. */
export const visible = (text: string): string =>
  text.replace(unseen, (found) =>
    found.startsWith('\u{1F3F4}') ? found : `⟨U+${found.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}⟩`,
  );

/** The host of an address as a reader should see it: punycode stays punycode. Empty for what has none. */
export const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : '');
