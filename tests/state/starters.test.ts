import { describe, expect, it } from 'vitest';
import type { PagePart, QuotePart } from '../../core/chat';
import { fillPrompt, startersFor } from '../../state/starters';
import type { Action } from '../../storage/settings';

const source = { title: '', url: '' };
const quote = (text: string): QuotePart => ({ type: 'quote', id: text, text, source });
const page: PagePart = { type: 'page', id: 'p', text: 'x', source, hidden: 0, removed: 0 };
const action = (id: string, prompt: string): Action => ({ id, name: id, prompt, send: true, menu: false });
const kinds = (writing: { quotes: QuotePart[]; pages: PagePart[] }, actions: Action[] = []) =>
  startersFor(writing, actions).map((starter) => (starter.kind === 'action' ? starter.action.id : starter.kind));

describe('starters', () => {
  it('fit what is attached', () => {
    expect(kinds({ quotes: [], pages: [] })).toEqual([]);
    expect(kinds({ quotes: [quote('short')], pages: [] })).toEqual(['explain', 'translate', 'fix-writing']);
    expect(kinds({ quotes: [quote('long '.repeat(100))], pages: [] })).toContain('summarise');
    expect(kinds({ quotes: [], pages: [page] })).toEqual(['explain', 'summarise', 'key-points', 'translate']);
  });

  it('offer actions of the user only where there is what they speak of', () => {
    const actions = [action('any', 'Be brief'), action('sel', 'Rhyme {selection}'), action('page', 'Index {page}')];
    expect(kinds({ quotes: [quote('a')], pages: [] }, actions).slice(-2)).toEqual(['any', 'sel']);
    expect(kinds({ quotes: [], pages: [page] }, actions).slice(-2)).toEqual(['any', 'page']);
  });
});

it('a prompt gets names, never the texts themselves', () => {
  const names = { selection: 'the quoted text', page: 'the page', language: 'Deutsch' };
  expect(fillPrompt('Put {selection} into {language}, {selection}! {other}', names)).toBe(
    'Put the quoted text into Deutsch, the quoted text! {other}',
  );
  expect(fillPrompt('{language}', { ...names, language: '{page} $&' })).toBe('{page} $&');
});
