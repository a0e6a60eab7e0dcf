import { CodeLines } from './code-lines';
import { element, type BlockView, type Drawing } from './drawing';
import { Highlighter } from './highlighter';
import { grammarOf } from './languages';
import { visible } from '../ui/visible';
import type { MarkdownLabels } from './view';
import type { Block, CodeBlock } from './tree';

/** Lines from which on a block of code can be saved as a file. */
const linesToDownload = 30;
/** Milliseconds of one frame that go into colouring. */
const colourBudget = 5;
/** How long a button says that it has done its work, in milliseconds. */
const noticeFor = 1600;

/** A block of code: its language, its buttons, its lines. */
export class CodeView implements BlockView {
  readonly element = element('div', 'code');
  private readonly lines: CodeLines;
  private readonly bar = element('div', 'code-bar');
  private readonly labels: MarkdownLabels;
  private block: CodeBlock;
  private download: HTMLButtonElement | undefined;
  private highlighter: Highlighter | undefined;
  private colouringLater = false;
  /** Loading the grammar, or waiting for more code: the pieces are still needed. */
  private loading = false;
  private settled = false;

  constructor(drawing: Drawing, block: CodeBlock) {
    this.block = block;
    const { labels } = drawing;
    // Not the drawing: the buttons keep this view for as long as the code shows.
    this.labels = labels;
    const code = element('code');
    const pre = element('pre');
    // Long lines scroll, and what scrolls must be reachable by keyboard.
    pre.tabIndex = 0;
    pre.append(code);
    this.lines = new CodeLines(code);
    const wrap = button(labels.wrap, () => {
      const wrapped = this.element.classList.toggle('wrapped');
      wrap.setAttribute('aria-pressed', String(wrapped));
    });
    wrap.setAttribute('aria-pressed', 'false');
    const copy = button(labels.copy, () => void this.copy(copy));
    this.bar.append(element('span', 'code-name', visible(languageOf(block) || labels.code)), wrap, copy);
    this.element.dir = 'ltr';
    this.element.append(this.bar, pre);
    void this.loadGrammar(block);
  }

  private async loadGrammar(block: CodeBlock): Promise<void> {
    const loading = grammarOf(languageOf(block))?.();
    if (!loading) return;
    this.loading = true;
    try {
      this.highlighter = new Highlighter(await loading);
      this.loading = false;
      this.colour();
    } catch {
      // Code without colour is still code.
      this.loading = false;
      this.letGo();
    }
  }

  fits(block: Block): boolean {
    return block.kind === 'code' && languageOf(block) === languageOf(this.block);
  }

  update(block: Block, settled: boolean): void {
    if (block.kind !== 'code') return;
    this.settled = settled;
    // Code keeps its whole lines only as long as it is the same block; a previewed one is made anew each time.
    if (block !== this.block) this.lines.clear();
    this.block = block;
    this.lines.show(block.text, block.partial);
    if (!this.download && this.lines.count > linesToDownload) this.offerDownload();
    this.colour();
  }

  /** Colours whole lines: the few that came with this frame at once, many in slices. */
  private colour(): void {
    if (this.colouringLater) return;
    if (!this.highlighter) return this.letGo();
    const until = performance.now() + colourBudget;
    try {
      this.colouringLater = !this.lines.colour(this.highlighter, () => performance.now() >= until);
    } catch {
      // A grammar that stumbles leaves the rest plain.
      this.highlighter = undefined;
    }
    if (!this.colouringLater) return this.letGo();
    requestAnimationFrame(() => {
      this.colouringLater = false;
      if (this.element.isConnected) this.colour();
    });
  }

  /** What is finished needs nothing but its elements, and its source for the buttons. */
  private letGo(): void {
    if (!this.settled || this.loading) return;
    this.highlighter = undefined;
    this.lines.forget();
  }

  private async copy(copy: HTMLButtonElement): Promise<void> {
    const { labels } = this;
    const done = await navigator.clipboard.writeText(this.block.text).then(
      () => true,
      () => false,
    );
    copy.textContent = done ? labels.copied : labels.copyFailed;
    setTimeout(() => {
      copy.textContent = labels.copy;
    }, noticeFor);
  }

  private offerDownload(): void {
    this.download = button(this.labels.download, () => {
      const file = element('a');
      file.href = URL.createObjectURL(new Blob([this.block.text], { type: 'text/plain' }));
      file.download = fileNameOf(languageOf(this.block));
      file.click();
      setTimeout(() => URL.revokeObjectURL(file.href), 10_000);
    });
    this.bar.insertBefore(this.download, this.bar.lastChild);
  }
}

/** Endings that a system runs when such a file is opened. Which one a file gets is the model's word. */
const run =
  /^(?:app|appx|application|bat|chm|cmd|com|command|cpl|desktop|dll|exe|fileloc|gadget|hta|inetloc|inf|iqy|jar|jnlp|jse|lnk|msc|msi|pif|pyw|rdp|reg|scf|scr|sct|terminal|tool|url|vb|vbe|vbs|webloc|website|workflow|ws|wsc|wsf|wsh)$/i;

/** What code is saved as: by its language, unless that is no ending, or one that would run when it is opened. */
export function fileNameOf(language: string): string {
  if (!/^[a-z0-9]{1,12}$/i.test(language)) return 'code.txt';
  return run.test(language) ? `code.${language}.txt` : `code.${language}`;
}

/** The first word after the fence. */
export function languageOf(block: CodeBlock): string {
  return /^\S+/.exec(block.fence?.info ?? '')?.[0] ?? '';
}

function button(label: string, act: () => void): HTMLButtonElement {
  const made = element('button', '', label);
  made.type = 'button';
  made.addEventListener('click', act);
  return made;
}
