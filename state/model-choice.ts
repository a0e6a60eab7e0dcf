/** Finding one model among hundreds: what is listed, in which order, for what was typed so far. */
import type { ModelEntry } from '../core/protocol';

/** No list is drawn longer than this; typing narrows it. */
export const longestList = 100;

export interface ModelChoice {
  entry: ModelEntry;
  favourite: boolean;
}

/**
 * The entries that fit, favourites first, then those whose name begins with what was typed, then the rest in the server's
 * order. Words may stand in any order and anywhere. `more` counts what was left out.
 * @param exact what is chosen now: a list opened on it shows everything, not only itself
 */
export function modelChoices(
  entries: readonly ModelEntry[],
  favourites: readonly string[],
  typed: string,
  exact = false,
): { choices: ModelChoice[]; more: number } {
  const known = new Set(entries.map((entry) => entry.id));
  const starred = favourites.filter((id) => !known.has(id)).map((id): ModelEntry => ({ id }));
  const words = exact ? [] : typed.toLowerCase().split(/\s+/).filter(Boolean);
  const fitting = [...starred, ...entries].filter((entry) => {
    const text = `${entry.id} ${entry.name ?? ''}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const first = words.join(' ');
  const rank = (entry: ModelEntry): number => {
    if (favourites.includes(entry.id)) return 0;
    if (first !== '' && (entry.id.toLowerCase().startsWith(first) || entry.name?.toLowerCase().startsWith(first)))
      return 1;
    return 2;
  };
  const sorted = fitting
    .map((entry, place) => ({ entry, place, rank: rank(entry) }))
    .toSorted((a, b) => a.rank - b.rank || a.place - b.place)
    .map(({ entry }) => ({ entry, favourite: favourites.includes(entry.id) }));
  return { choices: sorted.slice(0, longestList), more: Math.max(0, sorted.length - longestList) };
}

/** Names of models that make no answers in words, or are made for something else. */
const notForChat =
  /embed|rerank|retriev|whisper|\btts\b|-tts|speech|audio|voice|transcri|translat|moderation|guard|safety|\bocr\b|image|dall-e|diffusion|flux|imagen|veo|video|sora|realtime|babbage|davinci|instruct-\d{4}|\bbge\b|colbert|clip\b/i;

/** The model to begin with where nobody chose one: the first of the server's list that looks like one to talk to. */
export const modelToBeginWith = (entries: readonly ModelEntry[]): string | undefined =>
  (entries.find(({ id }) => !notForChat.test(id)) ?? entries[0])?.id;

/** Edits that turn one name into the other, letters apart; counted up to `limit`. */
export function distance(a: string, b: string, limit = Infinity): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before = Array.from({ length: b.length + 1 }, (_, place) => place);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (before[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min((before[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, change));
    }
    before = row;
  }
  return before[b.length] ?? 0;
}

/** The names most like the one asked for, best first; nothing that only shares a few letters. */
export function nearestNames(wanted: string, names: readonly string[], count = 3): string[] {
  const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');
  const goal = plain(wanted);
  if (goal === '') return names.slice(0, count);
  return names
    .map((name) => {
      const bare = plain(name);
      const tail = plain(name.split('/').at(-1) ?? name);
      const whole = Math.min(distance(goal, bare), distance(goal, tail));
      const within = bare.includes(goal) || goal.includes(tail) ? 0.5 : 0;
      return { name, score: whole / Math.max(goal.length, tail.length) - within };
    })
    .filter(({ score }) => score < 0.5)
    .toSorted((a, b) => a.score - b.score || a.name.length - b.name.length)
    .slice(0, count)
    .map(({ name }) => name);
}
