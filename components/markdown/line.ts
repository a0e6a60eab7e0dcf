/**
 * One source line with a reader's place in it. Tabs count to the next multiple of four columns and may be taken in part,
 * as indentation and the width of list markers need it.
 */
export class Line {
  offset = 0;
  column = 0;
  /** Part of the tab at `offset` is already used up. */
  private inTab = false;
  /** Place and indentation of the first character that is no space. */
  content = 0;
  indent = 0;
  blank = false;

  readonly text: string;

  constructor(text: string) {
    this.text = text;
    this.look();
  }

  /** The line from its first character that is no space. */
  get rest(): string {
    return this.text.slice(this.content);
  }

  /** Four columns or more make code, not marks. */
  get indented(): boolean {
    return this.indent >= 4;
  }

  private look(): void {
    let place = this.offset;
    let column = this.column;
    for (; ; place += 1) {
      const code = this.text.charCodeAt(place);
      if (code === 0x20) column += 1;
      else if (code === 0x09) column += 4 - (column % 4);
      else break;
    }
    this.content = place;
    this.indent = column - this.column;
    this.blank = place >= this.text.length;
  }

  /** Moves on by up to `columns` columns of space. */
  skipColumns(columns: number): void {
    let left = columns;
    while (left > 0) {
      const code = this.text.charCodeAt(this.offset);
      if (code === 0x09) {
        const width = 4 - (this.column % 4);
        const used = Math.min(left, width);
        this.column += used;
        left -= used;
        this.inTab = used < width;
        if (!this.inTab) this.offset += 1;
      } else if (code === 0x20) {
        this.offset += 1;
        this.column += 1;
        left -= 1;
      } else break;
    }
    this.look();
  }

  /** Moves past the space before the content and past `characters` of it, none of them a tab. */
  skipContent(characters: number): void {
    this.column += this.indent + characters;
    this.offset = this.content + characters;
    this.inTab = false;
    this.look();
  }

  /** One space or one column of a tab, as it follows `>`. */
  skipOneSpace(): boolean {
    const code = this.text.charCodeAt(this.offset);
    if (code !== 0x20 && code !== 0x09) return false;
    this.skipColumns(1);
    return true;
  }

  /** What is left, a tab in part use turned into the spaces it still stands for. */
  remainder(): string {
    if (!this.inTab) return this.text.slice(this.offset);
    return ' '.repeat(4 - (this.column % 4)) + this.text.slice(this.offset + 1);
  }
}
