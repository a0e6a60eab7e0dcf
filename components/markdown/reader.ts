import { BlockParser } from './blocks';
import { mayShow } from './unfinished';

/** An unfinished line longer than this is read again only when it has grown by a part of itself. */
const longLine = 8000;
const partToGrow = 1 / 64;

/** Feeds growing text to a parser line by line. What has been read once is not read again. */
export class Reader {
  readonly parser = new BlockParser();
  /** Start of the first line not yet given to the parser as a whole, and the place its end has been looked for up to. */
  private start = 0;
  private searched = 0;
  private previewed = 0;
  /** The next carriage return at or after `searched`, and how far it has been looked for. */
  private carriage = -1;
  private carriageSearched = 0;
  private finished = false;

  /** Everything has been read and no more will come. */
  get complete(): boolean {
    return this.finished;
  }

  /**
   * Reads on in `text`, which extends the text given before; `done` says it will not grow further.
   * Stops after `most` whole lines if there are more; then it is called again with the same text.
   */
  read(text: string, done: boolean, most: number): 'all' | 'part' {
    for (let lines = 0; ; lines += 1) {
      if (lines === most) return 'part';
      const end = this.lineEnd(text, done);
      if (end === -1) break;
      this.parser.add(clean(text.slice(this.start, end)));
      this.start = text[end] === '\r' && text[end + 1] === '\n' ? end + 2 : end + 1;
      this.searched = this.start;
      this.previewed = 0;
    }
    const rest = text.slice(this.start);
    if (done) this.finish(rest);
    else this.preview(rest);
    return 'all';
  }

  /** The end of the line at `start`, or −1 if it is not there yet. */
  private lineEnd(text: string, done: boolean): number {
    const feed = text.indexOf('\n', this.searched);
    const carriage = this.nextCarriage(text);
    this.searched = text.length;
    if (carriage === -1 || (feed !== -1 && feed < carriage)) return feed;
    // A carriage return at the very end may be the first half of a line end.
    if (carriage === text.length - 1 && !done) {
      this.searched = carriage;
      return -1;
    }
    return carriage;
  }

  private nextCarriage(text: string): number {
    if (this.carriage < this.searched && this.carriageSearched < text.length) {
      this.carriage = text.indexOf('\r', Math.max(this.searched, this.carriageSearched));
      this.carriageSearched = this.carriage === -1 ? text.length : this.carriage + 1;
    }
    return this.carriage < this.searched ? -1 : this.carriage;
  }

  private finish(rest: string): void {
    if (this.finished) return;
    this.finished = true;
    if (rest !== '') this.parser.add(clean(rest));
    this.parser.finish();
  }

  private preview(rest: string): void {
    if (rest.length > longLine && rest.length - this.previewed < rest.length * partToGrow) return;
    this.previewed = rest.length;
    // Half a surrogate pair is no character yet.
    const line = clean(/[\uD800-\uDBFF\r]$/.test(rest) ? rest.slice(0, -1) : rest);
    if (mayShow(line, this.parser.tip)) this.parser.preview(line);
    else this.parser.forget();
  }
}

function clean(line: string): string {
  return line.includes('\0') ? line.replaceAll('\0', '\uFFFD') : line;
}
