/**
 * Ranks short texts by BM25+, over several fields: whole words count most, words that begin with the word that was asked for
 * less, words that are nearly it least. A page has hundreds of passages and is asked once, so there is no index to keep.
 */
export interface Field {
  /** The words of each document, by its place. */
  words: readonly (readonly string[])[];
  /** What a word in this field counts. */
  boost: number;
}

/** The usual numbers: how soon repeating a word stops to count, how much long texts are held back, what any find is worth. */
const saturation = 1.2;
const lengthWeight = 0.7;
const least = 0.5;

const prefixFrom = 4;
const prefixWeight = 0.3;
const fuzzyFrom = 6;
const fuzzyWeight = 0.2;
/** Letters that may differ, for each letter of the word. */
const fuzziness = 0.15;

/** Where a word stands: by field, how often in which document. */
type Places = Map<number, number>[];

/** Places of the documents that hold any of the words asked for, the best first. */
export function rankByWords(fields: readonly Field[], asked: readonly string[]): number[] {
  const places = new Map<string, Places>();
  const lengths = fields.map(({ words }) => words.map((all) => new Set(all).size));
  const means = lengths.map((all) => all.reduce((sum, length) => sum + length, 0) / all.length);
  fields.forEach(({ words }, field) =>
    words.forEach((all, document) => {
      for (const word of all) {
        let known = places.get(word);
        if (!known) places.set(word, (known = fields.map(() => new Map<number, number>())));
        const there = known[field];
        there?.set(document, (there.get(document) ?? 0) + 1);
      }
    }),
  );

  const scores = new Map<number, { score: number; found: Set<string> }>();
  const count = (term: string, weight: number, known: Places) =>
    known.forEach((documents, field) => {
      const { words = [], boost = 1 } = fields[field] ?? {};
      const rarity = Math.log(1 + (words.length - documents.size + 0.5) / (documents.size + 0.5));
      for (const [document, times] of documents) {
        const length = (lengths[field]?.[document] ?? 0) / (means[field] || 1);
        const often = (times * (saturation + 1)) / (times + saturation * (1 - lengthWeight + lengthWeight * length));
        const one = scores.get(document) ?? { score: 0, found: new Set() };
        one.score += weight * boost * rarity * (least + often);
        one.found.add(term);
        scores.set(document, one);
      }
    });
  for (const term of asked) {
    for (const [word, known] of places) {
      const weight = likeness(term, word);
      if (weight > 0) count(term, weight, known);
    }
  }
  // Whoever holds more of what was asked for comes first; of equals, whoever stands first.
  const value = ({ score, found }: { score: number; found: Set<string> }) => score * found.size;
  return [...scores]
    .toSorted(([place, one], [otherPlace, other]) => value(other) - value(one) || place - otherPlace)
    .map(([place]) => place);
}

/** What finding `word` is worth to someone who asked for `term`. */
function likeness(term: string, word: string): number {
  if (word === term) return 1;
  if (term.length >= prefixFrom && word.startsWith(term))
    return (prefixWeight * word.length) / (word.length + 0.3 * (word.length - term.length));
  if (term.length < fuzzyFrom) return 0;
  const most = Math.round(term.length * fuzziness);
  const distance = Math.abs(term.length - word.length) > most ? Infinity : editsBetween(term, word, most);
  return distance > most ? 0 : (fuzzyWeight * term.length) / (term.length + distance);
}

/** Letters to put in, take out or change; anything above `most` once it is more than that. */
function editsBetween(one: string, other: string, most: number): number {
  let row = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let at = 1; at <= one.length; at += 1) {
    const next = [at];
    let best = at;
    for (let column = 1; column <= other.length; column += 1) {
      const changed = (row[column - 1] ?? 0) + (one[at - 1] === other[column - 1] ? 0 : 1);
      const value = Math.min(changed, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1);
      next.push(value);
      if (value < best) best = value;
    }
    if (best > most) return best;
    row = next;
  }
  return row[other.length] ?? Infinity;
}
