import { describe, expect, it } from 'vitest';
import { classifySender, createRate, type Sender } from '../../entrypoints/background/sender';

const own = { id: 'ownid', origin: 'chrome-extension://ownid' };
const page = (path: string, more: Partial<Sender> = {}): Sender => ({
  id: own.id,
  origin: own.origin,
  url: `${own.origin}${path}`,
  ...more,
});

describe('a sender', () => {
  it.each<[string, Sender, 'panel' | 'options' | null]>([
    ['the side panel', page('/sidepanel.html'), 'panel'],
    ['the panel in a tab', page('/sidepanel.html', { frameId: 0 }), 'panel'],
    ['the panel with a query', page('/sidepanel.html?x=1#y'), 'panel'],
    ['the options', page('/options.html'), 'options'],
    ['the options at a place', page('/options.html#providers'), 'options'],
    ['a frame inside our page', page('/sidepanel.html', { frameId: 3 }), null],
    ['another page of ours', page('/welcome.html'), null],
    ['our root', page('/'), null],
    ['a path that begins like ours', page('/sidepanel.html.evil'), null],
    ['a path below ours', page('/sidepanel.html/x'), null],
    ['a doubled slash', page('//sidepanel.html'), null],
    ['another case', page('/SidePanel.html'), null],
    ['a name of JavaScript itself', page('/constructor'), null],
    [
      'a script in a web page, under our id',
      { id: own.id, origin: 'https://evil.example', url: 'https://evil.example/sidepanel.html' },
      null,
    ],
    [
      'a web page that claims our address',
      { id: own.id, origin: 'https://evil.example', url: `${own.origin}/sidepanel.html` },
      null,
    ],
    [
      'our origin with a foreign address',
      { id: own.id, origin: own.origin, url: 'https://evil.example/options.html' },
      null,
    ],
    ['an origin that begins like ours', page('/options.html', { origin: `${own.origin}evil` }), null],
    [
      'an address that begins like ours',
      { id: own.id, origin: own.origin, url: `${own.origin}evil/options.html` },
      null,
    ],
    ['an opaque origin', page('/options.html', { origin: 'null' }), null],
    ['another extension', page('/options.html', { id: 'other' }), null],
    [
      'another extension with its own address',
      { id: 'other', origin: 'chrome-extension://other', url: 'chrome-extension://other/options.html' },
      null,
    ],
    ['no origin', { id: own.id, url: `${own.origin}/options.html` }, null],
    ['no address', { id: own.id, origin: own.origin }, null],
    ['nobody', {}, null],
  ])('%s', (_name, sender, wanted) => {
    expect(classifySender(sender, own)).toBe(wanted);
  });

  it('in Firefox', () => {
    const uuid = { id: 'gloss@example', origin: 'moz-extension://0b1c' };
    const sender = { id: uuid.id, origin: uuid.origin, url: `${uuid.origin}/options.html` };
    expect(classifySender(sender, uuid)).toBe('options');
    expect(
      classifySender({ ...sender, origin: 'moz-extension://ffff', url: 'moz-extension://ffff/options.html' }, uuid),
    ).toBeNull();
  });
});

describe('a rate', () => {
  it('lets a burst through, then so many a second, whatever the clock does', () => {
    let now = 0;
    const rate = createRate(() => now, 3, 2);
    const take = (times: number) => Array.from({ length: times }, () => rate.take()).filter(Boolean).length;
    expect(take(5)).toBe(3);
    now += 500;
    expect(take(5)).toBe(1);
    now -= 1_000_000;
    expect(take(5)).toBe(0);
    now += 1_000;
    expect(take(5)).toBe(2);
    now += 1_000_000;
    expect(take(9)).toBe(3);
  });
});
