/** What the part of the address after `#` asks the options page to show. Panel and first-run page link to these. */
export const sections = [
  'connections',
  'instructions',
  'actions',
  'appearance',
  'privacy',
  'data',
  'shortcuts',
  'about',
] as const;
export type Section = (typeof sections)[number];

export type Route =
  | { section: Section }
  /** A new connection, empty or for one provider of the catalog. */
  | { section: 'connections'; add: string | null }
  /** One stored connection, opened. */
  | { section: 'connections'; connection: string }
  /** The button that looks for local models, which only a click may press. */
  | { section: 'connections'; local: true };

/** `#add`, `#add=<provider id>`, `#connection=<id>`, `#local` and `#<section>`; anything else is the first section. */
export function routeOf(hash: string): Route {
  const [name = '', ...rest] = decode(hash.replace(/^#/, '')).split('=');
  const value = rest.join('=');
  if (name === 'add') return { section: 'connections', add: value === '' ? null : value };
  if (name === 'local') return { section: 'connections', local: true };
  if (name === 'connection' && value !== '') return { section: 'connections', connection: value };
  const section = sections.find((one) => one === name);
  return { section: section ?? 'connections' };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
