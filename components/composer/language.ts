/** What a language is called, in itself if the browser knows that. `tag` is BCP 47; empty means the browser's own. */
export function languageName(tag: string): string {
  const wanted = tag === '' ? navigator.language : tag;
  try {
    const names = new Intl.DisplayNames([navigator.language], { type: 'language', languageDisplay: 'standard' });
    // A region in brackets is no help in a button.
    return names.of(new Intl.Locale(wanted).language) ?? wanted;
  } catch {
    return wanted;
  }
}
