/** Figures of a bench: what is in the middle, how far they spread, and how they are written. */
export function median(values) {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const rounded = (value, digits) => (Math.abs(value) < 10 ? value.toFixed(digits) : value.toFixed(0));

/** `12 [11..14]` */
export const spread = (values, digits = 1) =>
  `${rounded(median(values), digits)} [${rounded(Math.min(...values), digits)}..${rounded(Math.max(...values), digits)}]`;

/** `1.36 × [1.30..1.41]` */
export const times = (values) =>
  `${median(values).toFixed(2)} × [${Math.min(...values).toFixed(2)}..${Math.max(...values).toFixed(2)}]`;

export const table = (head, rows) =>
  [head, head.map((_, column) => (column === 0 ? '---' : '---:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
