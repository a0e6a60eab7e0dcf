// @vitest-environment happy-dom
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lazily } from '../../components/ui/lazily';

let root: HTMLElement;
beforeEach(() => {
  root = document.body.appendChild(document.createElement('div'));
});
afterEach(() => {
  render(null, root);
  root.remove();
});

const Drawn = ({ text }: { text: string }) => <b>{text.replaceAll('*', '')}</b>;
const raw = ({ text }: { text: string }) => <p>{text}</p>;

it('draws at once what was loaded before it was needed', async () => {
  const Lazy = lazily(async () => Drawn, raw);
  Lazy.preload();
  await Promise.resolve();
  await Promise.resolve();
  render(<Lazy text="**bold**" />, root);
  expect(root.innerHTML).toBe('<b>bold</b>');
});

it('shows nothing else while it loads: what it stands in for would flash', async () => {
  let arrive = (_: typeof Drawn) => {};
  const Lazy = lazily(() => new Promise<typeof Drawn>((resolve) => (arrive = resolve)), raw);
  await act(() => render(<Lazy text="**bold**" />, root));
  expect(root.innerHTML).toBe('');
  await act(async () => arrive(Drawn));
  await act(async () => {});
  expect(root.innerHTML).toBe('<b>bold</b>');
});

it('shows the other thing when it cannot be loaded, and tries again the next time', async () => {
  const loads = [Promise.reject(new Error('the extension was replaced')), Promise.resolve(Drawn)];
  const Lazy = lazily(() => loads.shift() ?? Promise.resolve(Drawn), raw);
  await act(() => render(<Lazy text="**bold**" />, root));
  await act(async () => {});
  expect(root.innerHTML).toBe('<p>**bold**</p>');
  await act(() => render(null, root));
  await act(() => render(<Lazy text="**bold**" />, root));
  await act(async () => {});
  expect(root.innerHTML).toBe('<b>bold</b>');
});
