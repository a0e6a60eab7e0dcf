import type { UserPart } from '../../core/chat';

/** The longest title made here; a title the user gives may be longer. */
const longest = 80;

/** A chat is called after its first question; one that begins with only a quote, a page or a picture, after that. */
export function titleOf(parts: readonly UserPart[]): string {
  for (const type of ['text', 'quote', 'page', 'image'] as const) {
    for (const part of parts) {
      const title = part.type === type ? firstLine(wordsOf(part)) : '';
      if (title) return title;
    }
  }
  return '';
}

function wordsOf(part: UserPart): string {
  switch (part.type) {
    case 'text':
    case 'quote':
      return part.text;
    case 'page':
      return part.source.title;
    case 'image':
      return part.name ?? '';
    default:
      return part satisfies never;
  }
}

function firstLine(text: string): string {
  const line = text.trim().split(/\r?\n/, 1)[0]?.replaceAll(/\s+/g, ' ').trim() ?? '';
  if (line.length <= longest) return line;
  const cut = line.slice(0, longest - 1);
  // A word longer than half the title is cut in the middle rather than lost.
  const space = cut.lastIndexOf(' ');
  const kept = space > longest / 2 ? cut.slice(0, space) : cut;
  return `${kept.isWellFormed() ? kept : kept.slice(0, -1)}…`;
}
