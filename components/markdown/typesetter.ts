/** Draws formulas. The library loads with the first of them; until then, and where it fails, the source shows. */

/** What one view may spend on formulas: how many different ones, and how many characters in all. */
const mostFormulas = 200;
const mostCharacters = 50_000;
/** Braces within each other: layout of nested fractions and scripts takes time that doubles with each level. */
const deepest = 16;

type Render = (source: string, place: HTMLElement, display: boolean) => void;

let loading: Promise<Render> | undefined;
let loaded: Render | undefined;

/** Starts loading the library, once. */
function load(): Promise<Render> {
  loading ??= import('./mathml').then((module) => (loaded = module.renderFormula));
  return loading;
}

export class Typesetter {
  private readonly seen = new Set<string>();
  private characters = 0;

  /** Shows a formula in `place`. */
  draw(place: HTMLElement, source: string, display: boolean): void {
    place.textContent = source;
    place.classList.add('source');
    if (!this.afford(source)) return;
    const render = (set: Render) => {
      const drawn = document.createElement('span');
      try {
        set(source, drawn, display);
      } catch {
        // Not every source is a formula the library knows; it is shown as written.
        return;
      }
      place.classList.remove('source');
      place.replaceChildren(...drawn.childNodes);
    };
    if (loaded) render(loaded);
    else void this.drawLater(place, render);
  }

  private async drawLater(place: HTMLElement, render: (set: Render) => void): Promise<void> {
    try {
      const set = await load();
      // The text may have been replaced meanwhile.
      if (place.isConnected) render(set);
    } catch {
      // Without the library the source stays; the next formula tries again.
      loading = undefined;
    }
  }

  private afford(source: string): boolean {
    if (depthOf(source) > deepest) return false;
    if (this.seen.has(source)) return true;
    if (this.seen.size >= mostFormulas || this.characters + source.length > mostCharacters) return false;
    this.seen.add(source);
    this.characters += source.length;
    return true;
  }
}

function depthOf(source: string): number {
  let depth = 0;
  let most = 0;
  for (const character of source) {
    if (character === '{') most = Math.max(most, (depth += 1));
    else if (character === '}') depth -= 1;
  }
  return most;
}
