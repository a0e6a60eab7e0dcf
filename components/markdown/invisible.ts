/** Characters that change how text looks or reads without being seen: directions, joiners, fillers, tags, selectors. */
const invisible =
  /[\u061C\u115F\u1160\u180E\u200B\u200E\u200F\u202A-\u202E\u2060\u2066-\u2069\u3164\uFEFF\uFFA0\uFFF9-\uFFFB\u{E0000}-\u{E007F}\u{E0100}-\u{E01EF}]/gu;

/** Puts each invisible character into words, such as `‹U+202E›`. For code, link texts and titles, where they deceive. */
export function showInvisible(text: string): string {
  return text.replace(invisible, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `‹U+${code.toString(16).toUpperCase().padStart(4, '0')}›`;
  });
}
