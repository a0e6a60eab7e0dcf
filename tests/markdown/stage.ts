import { createMarkdownView } from '../../components/markdown/view';
import { TinyElement } from './tiny-dom';
import { labels } from './words';

/** A view in the tiny DOM. */
export class Stage {
  readonly container = new TinyElement('div');
  private readonly view = createMarkdownView(this.container as never, { labels, onLink() {} });
  private text = '';

  /** Adds to the text and draws, as one frame does. */
  add(added: string, done = false): this {
    this.text += added;
    this.view.update(this.text, done);
    this.view.flush();
    return this;
  }

  end(): this {
    return this.add('', true);
  }

  get tree(): string {
    return this.container.serialise();
  }

  get words(): string {
    return this.container.textContent;
  }
}

/** The tree of text that came in these pieces. */
export function treeOf(pieces: Iterable<string>): string {
  const stage = new Stage();
  for (const piece of pieces) stage.add(piece);
  return stage.end().tree;
}
