import type { Alignment } from './tree';

/** Splits a table's line at its unescaped pipes. `\|` is a pipe within a cell. */
export function cellsOf(line: string): string[] {
  const cells: string[] = [];
  let cell = '';
  let from = 0;
  for (let place = 0; place < line.length; place += 1) {
    const character = line[place];
    if (character === '\\') {
      if (line[place + 1] === '|') {
        cell += line.slice(from, place);
        from = place + 1;
      }
      place += 1;
    } else if (character === '|') {
      cells.push((cell + line.slice(from, place)).trim());
      cell = '';
      from = place + 1;
    }
  }
  const rest = (cell + line.slice(from)).trim();
  if (rest !== '' || !line.trimEnd().endsWith('|') || cells.length === 0) cells.push(rest);
  if (line.trimStart().startsWith('|')) cells.shift();
  return cells;
}

/** The cells of a table's line, as many as its header has. */
export function rowOf(line: string, columns: number): string[] {
  const cells = cellsOf(line);
  return Array.from({ length: columns }, (_, column) => cells[column] ?? '');
}

const delimiterRow = /^[|:-][ \t|:-]*$/;

/** The alignments a line like `| :-- | --: |` sets, or nothing if it is no such line. */
export function alignmentsOf(line: string): Alignment[] | undefined {
  const trimmed = line.trim();
  if (!delimiterRow.test(trimmed) || !trimmed.includes('-')) return undefined;
  const alignments: Alignment[] = [];
  for (const cell of cellsOf(trimmed)) {
    if (!/^:?-+:?$/.test(cell)) return undefined;
    const left = cell.startsWith(':');
    const right = cell.endsWith(':');
    alignments.push(left && right ? 'center' : right ? 'right' : left ? 'left' : undefined);
  }
  // `---` alone underlines a heading or parts the page.
  return trimmed.includes('|') || trimmed.includes(':') ? alignments : undefined;
}
