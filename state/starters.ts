/** One-click questions about what is attached. Which there are is decided here; their words come from the locale. */
import type { Action } from '../storage/settings';
import type { Writing } from './composer';

export const builtInStarters = ['explain', 'summarise', 'key-points', 'translate', 'fix-writing'] as const;
export type BuiltInStarter = (typeof builtInStarters)[number];

export type Starter = { kind: BuiltInStarter } | { kind: 'action'; action: Action };

/** A quote shorter than this has nothing to sum up; UTF-16 units. */
const worthSumming = 400;

const needs = (prompt: string, name: 'selection' | 'page') => prompt.includes(`{${name}}`);

/** Starters for what is attached. The user's own come last, and only where what they speak of is there. */
export function startersFor(
  { quotes, pages }: Pick<Writing, 'quotes' | 'pages'>,
  actions: readonly Action[],
): Starter[] {
  const kinds = new Set<BuiltInStarter>();
  if (quotes.length > 0) {
    kinds.add('explain');
    if (quotes.some(({ text }) => text.length >= worthSumming)) kinds.add('summarise');
    kinds.add('translate');
    kinds.add('fix-writing');
  }
  if (pages.length > 0) {
    kinds.add('summarise');
    kinds.add('key-points');
    if (quotes.length === 0) kinds.add('explain');
    kinds.add('translate');
  }
  const own = actions.filter(
    ({ prompt }) => (quotes.length > 0 || !needs(prompt, 'selection')) && (pages.length > 0 || !needs(prompt, 'page')),
  );
  return [
    ...builtInStarters.filter((kind) => kinds.has(kind)).map((kind) => ({ kind })),
    ...own.map((action) => ({ kind: 'action' as const, action })),
  ];
}

/**
 * Puts names in the place of `{selection}`, `{page}` and `{language}`. The texts themselves go along as attachments, fenced as
 * data; a copy in the question would be outside the fence.
 */
export function fillPrompt(prompt: string, names: { selection: string; page: string; language: string }): string {
  return prompt.replace(/\{(selection|page|language)\}/g, (_, name: keyof typeof names) => names[name]);
}
