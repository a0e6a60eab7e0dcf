import { signal } from '@preact/signals';
import { describe, expect, it } from 'vitest';
import type { Message } from '../../core/chat';
import type { Turn } from '../../state/chat';
import { asRead, FindModel, occurrences, searchable } from '../../state/find';
import { answerTo, question } from './fakes';

const turn = ({ id, role }: Message): Turn => ({ id, role, versions: { index: 0, count: 1 } });

function chat(...messages: Message[]) {
  const rows = new Map(messages.map((message) => [message.id, signal<Message>(message)]));
  const turns = signal(messages.map(turn));
  return { find: new FindModel({ turns, message: (id) => rows.get(id) }), rows, turns };
}
const says = (id: string, text: string) => answerTo('q', id, { state: 'complete', parts: [{ type: 'text', text }] });

describe('asRead', () => {
  it.each([
    ['**light** point', 'light point'],
    ['# Heading', 'Heading'],
    ['> quoted', 'quoted'],
    ['a [link](https://x.example/a?b) here', 'a link here'],
    ['`code` and ~~gone~~', 'code and gone'],
    ['*so* it _is_.', 'so it is.'],
    ['snake_case and 2 * 3 * 4', 'snake_case and 2 * 3 * 4'],
    ['```js\nconst x = 1;\n```', '\nconst x = 1;\n'],
  ])('%j reads %j', (markdown, read) => {
    expect(asRead(markdown)).toBe(read);
  });

  it('stays linear on long runs of one mark', () => {
    for (const mark of ['*', '_', '[', '`', '#', '> ', '![']) {
      expect(typeof asRead(mark.repeat(50_000))).toBe('string');
    }
  });
});

describe('letters that come before the field', () => {
  it('are looked for, and only until it is there', () => {
    const { find } = chat(says('a', 'a needle'));
    expect(find.typeAhead('x')).toBe(false);
    find.show();
    expect(['n', 'e'].map((letter) => find.typeAhead(letter))).toEqual([true, true]);
    expect(find.query.value).toBe('ne');
    expect(find.arrived()).toBe(true);
    expect(find.typeAhead('e')).toBe(false);
    find.show('again');
    expect(find.typeAhead('x'), 'it is there already').toBe(false);
    find.hide();
    expect(find.typeAhead('x')).toBe(false);
  });

  it('are none as a rule', () => {
    const { find } = chat();
    find.show('earlier');
    expect(find.arrived()).toBe(false);
    expect(find.query.value).toBe('earlier');
  });
});

describe('what is searched', () => {
  it('is what is drawn: text and quotes, not pages, thoughts or signatures', () => {
    const asked = question('q', {
      parts: [
        { type: 'quote', id: '1', text: 'quoted', source: { title: 'T', url: '' } },
        { type: 'page', id: '2', text: 'page text', source: { title: 'T', url: '' }, hidden: 0, removed: 0 },
        { type: 'text', text: 'asked' },
      ],
    });
    expect(searchable(asked)).toBe('quoted\nasked');
    const answered = answerTo('q', 'a', {
      parts: [
        { type: 'reasoning', text: 'thought' },
        { type: 'text', text: '**said**' },
        { type: 'refusal', text: 'declined' },
      ],
    });
    expect(searchable(answered)).toBe('said\ndeclined');
  });

  it('takes the words as they are, whatever their case', () => {
    expect(occurrences('Light, light and LIGHT.', 'light')).toBe(3);
    expect(occurrences('a.c abc', 'a.c')).toBe(1);
    expect(occurrences('aaaa', 'aa')).toBe(2);
  });
});

describe('stepping', () => {
  const messages = [says('a', 'one two one'), says('b', 'nothing'), says('c', 'One')];

  it('counts through all messages and goes around the end', () => {
    const { find } = chat(...messages);
    find.show('one');
    expect(find.matches.value).toEqual([
      { id: 'a', nth: 0 },
      { id: 'a', nth: 1 },
      { id: 'c', nth: 0 },
    ]);
    find.step(-1);
    expect(find.current.value).toEqual({ id: 'c', nth: 0 });
    find.step(1);
    expect(find.current.value).toEqual({ id: 'a', nth: 0 });
  });

  it('goes to a message that a search of the history found', () => {
    const { find } = chat(...messages);
    find.show('one');
    find.stepTo('c');
    expect(find.current.value).toEqual({ id: 'c', nth: 0 });
    find.stepTo('b');
    expect(find.current.value).toEqual({ id: 'c', nth: 0 });
  });

  it('follows a growing answer, and a branch that becomes shorter', () => {
    const { find, rows, turns } = chat(...messages);
    find.show('one');
    find.step(-1);
    rows.get('c')!.value = says('c', 'One and one');
    expect(find.matches.value).toHaveLength(4);
    turns.value = turns.value.slice(0, 1);
    expect(find.current.value).toEqual({ id: 'a', nth: 1 });
    turns.value = [];
    expect(find.current.value).toBeNull();
    find.step(1);
    expect(find.current.value).toBeNull();
  });

  it('costs nothing while it is closed', () => {
    const { find } = chat(...messages);
    find.show('one');
    find.hide();
    expect(find.matches.value).toEqual([]);
  });
});
