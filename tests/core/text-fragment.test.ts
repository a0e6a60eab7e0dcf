import { describe, expect, it } from 'vitest';
import { addressOfText, isSameDocument, placeIn, textDirective } from '../../core/text-fragment';

describe('textDirective', () => {
  it.each([
    ['a short text is named whole', 'It was a dark night', 'text=It%20was%20a%20dark%20night'],
    ['what the syntax needs is encoded', 'one, two - three & four', 'text=one%2C%20two%20%2D%20three%20%26%20four'],
    ['what Markdown needs too', "f(x)* isn't!", 'text=f%28x%29%2A%20isn%27t%21'],
    ['white space around is not part of it', '  word \n', 'text=word'],
    [
      'a long line is named by both its ends',
      'one two three four five six seven eight nine ten eleven twelve thirteen',
      'text=one%20two%20three%20four%20five%20six%20seven,nine%20ten%20eleven%20twelve%20thirteen',
    ],
    ['lines are too', 'First line\nsecond\n\nthe last one', 'text=First%20line,the%20last%20one'],
    ['lines without words do not count', '---\nFirst line\n***', 'text=First%20line'],
    ['umlauts and emoji', 'Größe 😀', 'text=Gr%C3%B6%C3%9Fe%20%F0%9F%98%80'],
  ])('%s', (_, text, directive) => {
    expect(textDirective(text)).toBe(directive);
  });

  it('names eleven words by their beginning: both ends would overlap', () => {
    expect(textDirective('1 2 3 4 5 6 7 8 9 10 11')).toBe('text=1%202%203%204%205%206%207');
  });

  it('shortens text without spaces, and never tears a character', () => {
    const directive = textDirective('漢'.repeat(23) + '😀'.repeat(40)) ?? '';
    expect(() => decodeURIComponent(directive)).not.toThrow();
    expect(decodeURIComponent(directive).length).toBeLessThan(120);
  });

  it('says so when there is nothing to look for', () => {
    expect(textDirective(' \n -- ')).toBeUndefined();
  });
});

describe('addressOfText', () => {
  it.each([
    ['https://a.example/x', 'https://a.example/x#:~:text=word'],
    ['https://a.example/x#part', 'https://a.example/x#part:~:text=word'],
    ['https://a.example/x#/route?q', 'https://a.example/x#/route?q:~:text=word'],
    ['https://a.example/x#part:~:text=old', 'https://a.example/x#part:~:text=word'],
    ['file:///tmp/x.html', 'file:///tmp/x.html#:~:text=word'],
  ])('%s', (url, address) => {
    expect(addressOfText(url, 'word')).toBe(address);
  });

  it.each(['chrome://settings', 'javascript:alert(1)', 'data:text/html,x', 'not an address', ''])(
    'has none for %j',
    (url) => {
      expect(addressOfText(url, 'word')).toBeUndefined();
    },
  );

  it('is the plain address where there is nothing to look for', () => {
    expect(addressOfText('https://a.example/x', '…')).toBe('https://a.example/x');
  });
});

it('isSameDocument passes over what stands behind the hash', () => {
  expect(isSameDocument('https://a.example/x#1', 'https://a.example/x#2')).toBe(true);
  expect(isSameDocument('https://a.example/x?1', 'https://a.example/x?2')).toBe(false);
});

describe('placeIn', () => {
  it.each<[string, ReturnType<typeof placeIn>]>([
    ['https://a.example/#:~:text=one%20two', { start: 'one two', end: '' }],
    ['https://a.example/#x:~:text=one,two%2C', { start: 'one', end: 'two,' }],
    ['https://a.example/#:~:text=before-,one,two,-after&text=more', { start: 'one', end: 'two' }],
    ['https://a.example/#:~:other=1&text=one', { start: 'one', end: '' }],
    ['https://a.example/#:~:text=%E0%A4%A', undefined],
    ['https://a.example/#text=one', undefined],
    ['https://a.example/', undefined],
  ])('%s', (url, place) => {
    expect(placeIn(url)).toEqual(place);
  });

  it('finds what addressOfText wrote', () => {
    const text = 'A line, with - signs & (more) that is long enough to be named by both of its ends';
    const { start = '', end = '' } = placeIn(addressOfText('https://a.example/', text) ?? '') ?? {};
    expect(text.startsWith(start) && text.endsWith(end) && start !== '' && end !== '').toBe(true);
  });
});
