/** *Find in chat*: over the stored text, because the browser's own find never searches a side panel and what is far away is not drawn. */
import { computed, createModel, signal, type ReadonlySignal } from '@preact/signals';
import type { Message } from '../core/chat';
import type { Turn } from './chat';

export interface FindDeps {
  turns: ReadonlySignal<readonly Turn[]>;
  message(id: string): ReadonlySignal<Message> | undefined;
}

/** One place where the words stand: the `nth` in the text of this message, from 0. */
export interface Match {
  id: string;
  nth: number;
}

/** More than anyone steps through. */
export const mostMatches = 2_000;

/**
 * Markdown as it reads: without the marks that are not shown, so that what is counted is what is seen. It need not be exact;
 * a match the drawn text does not have still leads to its message.
 */
export function asRead(markdown: string): string {
  return (
    markdown
      .replace(/^ {0,3}(`{3,}|~{3,}).*$/gm, '')
      .replace(/^ {0,3}(#{1,6}\s+|>\s?)/gm, '')
      // Without a second bracket inside, so that a long run of them is not tried from every place.
      .replace(/!?\[([^[\]\n]*)\]\([^()\n]*\)/g, '$1')
      .replace(/(\*\*|__|~~|`)/g, '')
      .replace(/(^|[\s(])[*_](?=\S)|(?<=\S)[*_](?=$|[\s).,;:!?])/gm, '$1')
  );
}

/** The text of a message that *Find* looks through, in the order it is drawn. */
export function searchable(message: Message): string {
  return message.parts
    .map((part) => {
      if (message.role === 'user') return part.type === 'text' || part.type === 'quote' ? part.text : '';
      return part.type === 'text' || part.type === 'refusal' ? asRead(part.text) : '';
    })
    .filter((text) => text !== '')
    .join('\n');
}

/** How often the words occur, whatever their case. Nothing in them is a pattern. */
export function occurrences(text: string, words: string): number {
  const wanted = words.toLowerCase();
  const lower = text.toLowerCase();
  let count = 0;
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, at + wanted.length)) count += 1;
  return count;
}

export const FindModel = createModel(({ turns, message }: FindDeps) => {
  const open = signal(false);
  const query = signal('');
  const index = signal(0);
  /** A message to show, whether it has a match or not. */
  const wanted = signal<string | null>(null);

  const matches = computed<readonly Match[]>(() => {
    const words = query.value.trim();
    if (!open.value || words === '') return [];
    const found: Match[] = [];
    for (const { id } of turns.value) {
      const row = message(id)?.value;
      const count = row ? occurrences(searchable(row), words) : 0;
      for (let nth = 0; nth < count && found.length < mostMatches; nth += 1) found.push({ id, nth });
    }
    return found;
  });
  /** The match on show; the list may have become shorter under it. */
  const current = computed(() => matches.value[Math.min(index.value, matches.value.length - 1)] ?? null);

  /** Letters typed before there is a field for them; null once there is. */
  let ahead: string | null = null;

  return {
    open,
    query,
    index,
    matches,
    current,
    wanted,

    /** Brings a message into view. */
    reveal(id: string | null): void {
      wanted.value = id;
    },
    show(words?: string): void {
      if (!open.peek()) ahead = '';
      open.value = true;
      if (words !== undefined) query.value = words;
      index.value = 0;
    },
    hide(): void {
      ahead = null;
      open.value = false;
    },
    search(words: string): void {
      query.value = words;
      index.value = 0;
    },
    /** Takes a letter that comes before the field has been drawn. False if there is none to wait for. */
    typeAhead(letter: string): boolean {
      if (ahead === null) return false;
      ahead += letter;
      this.search(ahead);
      return true;
    },
    /** The field has been drawn. Whether letters came before it. */
    arrived(): boolean {
      const early = ahead;
      ahead = null;
      return !!early;
    },
    /** Goes on by so many matches, around the end. */
    step(by: number): void {
      const count = matches.peek().length;
      if (count > 0) index.value = (Math.min(index.peek(), count - 1) + by + count) % count;
    },
    /** Goes to the first match in this message, if it has one. */
    stepTo(id: string): void {
      const at = matches.peek().findIndex((match) => match.id === id);
      if (at >= 0) index.value = at;
    },
  };
});

export type Find = InstanceType<typeof FindModel>;
