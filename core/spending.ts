/** What was asked for and what it cost, month by month and connection by connection. Kept on this device. */

export interface Spent {
  answers: number;
  /** Tokens. */
  input: number;
  output: number;
  /** US dollars: what providers told, else what the known price makes. */
  cost: number;
}

/** `2026-11` → connection id → what it came to. */
export type SpendingBook = Readonly<Record<string, Readonly<Record<string, Spent>>>>;

/** Older months are forgotten. */
const monthsKept = 13;

/** The month on the reader's own calendar. */
export function monthOf(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}`;
}

/** The book with one more answer in it. */
export function withAnswer(
  book: SpendingBook,
  month: string,
  connectionId: string,
  spent: Omit<Spent, 'answers'>,
): SpendingBook {
  const before = book[month]?.[connectionId] ?? { answers: 0, input: 0, output: 0, cost: 0 };
  const now: Spent = {
    answers: before.answers + 1,
    input: before.input + spent.input,
    output: before.output + spent.output,
    cost: before.cost + spent.cost,
  };
  const months = { ...book, [month]: { ...book[month], [connectionId]: now } };
  return Object.fromEntries(
    Object.entries(months)
      .toSorted(([a], [b]) => (a < b ? 1 : -1))
      .slice(0, monthsKept),
  );
}
