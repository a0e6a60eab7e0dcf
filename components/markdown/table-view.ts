import { element, type BlockView, type Drawing } from './drawing';
import { parseInline } from './inline';
import { patchInline } from './inline-view';
import { tooLarge } from './large-view';
import { rowOf } from './rows';
import type { Alignment, Block, Inline, TableBlock } from './tree';

/** The header and the line below it. */
const linesAbove = 2;

interface Cell {
  element: HTMLTableCellElement;
  source: string | undefined;
  growing: boolean;
  nodes: readonly Inline[];
}

/** A table. Rows that are whole are never looked at again. */
export class TableView implements BlockView {
  readonly element = element('div', 'table');
  private readonly drawing: Drawing;
  private readonly body = element('tbody');
  private readonly rows: { element: HTMLTableRowElement; cells: Cell[] }[] = [];
  private settled = 0;
  private block: TableBlock;

  constructor(drawing: Drawing, block: TableBlock) {
    this.drawing = drawing;
    this.block = block;
    const head = element('thead');
    const table = element('table');
    table.dir = 'auto';
    table.append(head, this.body);
    this.element.tabIndex = 0;
    this.element.append(table);
    head.append(this.addRow('th', block.alignments));
    this.fill(0, block.header, -1);
  }

  fits(block: Block): boolean {
    if (block.kind !== 'table' || tooLarge(block)) return false;
    return (
      String(block.header) === String(this.block.header) && String(block.alignments) === String(this.block.alignments)
    );
  }

  update(block: Block, settled: boolean): void {
    if (block.kind !== 'table') return;
    this.block = block;
    const growing = !settled && this.drawing.growing === block;
    const rows = block.lines.length - linesAbove;
    for (let index = this.settled; index < rows; index += 1) {
      if (!this.rows[index + 1]) this.body.append(this.addRow('td', block.alignments));
      const cells = this.cells(index);
      const growingRow = growing && index === rows - 1;
      this.fill(index + 1, cells, growingRow ? cells.findLastIndex((cell) => cell !== '') : -1);
    }
    for (const row of this.rows.splice(rows + 1)) row.element.remove();
    this.settled = growing ? Math.max(0, rows - 1) : rows;
  }

  redraw(): void {
    for (const row of this.rows) for (const cell of row.cells) cell.source = undefined;
    this.fill(0, this.block.header, -1);
    for (let index = 0; index < this.rows.length - 1; index += 1) this.fill(index + 1, this.cells(index), -1);
  }

  private cells(row: number): string[] {
    return rowOf(this.block.lines[row + linesAbove] ?? '', this.block.header.length);
  }

  private addRow(name: 'td' | 'th', alignments: readonly Alignment[]): HTMLTableRowElement {
    const row = element('tr');
    const cells = alignments.map((alignment): Cell => {
      const cell = element(name, alignment ?? '');
      return { element: cell, source: undefined, growing: false, nodes: [] };
    });
    row.append(...cells.map((cell) => cell.element));
    this.rows.push({ element: row, cells });
    return row;
  }

  private fill(rowIndex: number, sources: readonly string[], growingColumn: number): void {
    const { drawing } = this;
    this.rows[rowIndex]?.cells.forEach((cell, column) => {
      const source = sources[column] ?? '';
      const growing = column === growingColumn;
      if (cell.source === source && cell.growing === growing) return;
      const { nodes, missing } = parseInline(source, { references: drawing.references, growing, breaks: true });
      patchInline(drawing, cell.element, cell.nodes, nodes);
      Object.assign(cell, { source, growing, nodes });
      drawing.await(this, missing);
    });
  }
}
