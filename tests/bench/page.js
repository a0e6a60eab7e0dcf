import './page.css';

const renderers = {
  idle: () => import('./renderers/idle'),
  floor: () => import('./renderers/floor'),
  'floor-contained': () => import('./renderers/floor'),
  replay: () => import('./renderers/replay'),
  gloss: () => import('./renderers/gloss'),
  'streaming-markdown': () => import('./renderers/streaming-markdown'),
  streamdown: () => import('./renderers/streamdown'),
  'marked-dompurify': () => import('./renderers/marked-dompurify'),
  'react-markdown': () => import('./renderers/react-markdown'),
};

/** Frames without a change after which the text counts as settled. */
const stillFrames = 40;
const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));

const asked = new URLSearchParams(location.search);
const scroller = document.querySelector('main');
const container = document.querySelector('.markdown');
if (!scroller || !container) throw new Error('the page is not as expected');

const tokens = await fetch(`/body?${asked}`).then((response) => response.json());
window.benchAnswer = Promise.resolve(tokens.join(''));
// That each block is laid out and painted by itself is a part of what Gloss does; the others do without.
container.classList.toggle('plain', !['gloss', 'replay', 'floor-contained'].includes(asked.get('renderer') ?? ''));
const { start } = await (renderers[asked.get('renderer') ?? ''] ?? renderers.idle)();
const renderer = await start(container);
// The reader is at the end, as a reader of a growing answer is.
new ResizeObserver(() => (scroller.scrollTop = scroller.scrollHeight)).observe(container);

window.benchRun = async (perFrame) => {
  const longTasks = [];
  new PerformanceObserver((list) => longTasks.push(...list.getEntries().map((entry) => entry.duration))).observe({
    type: 'longtask',
  });
  let text = '';
  let frames = 0;
  let slowFrames = 0;
  let last = await frame();
  for (let at = 0; at < tokens.length; at += perFrame) {
    const added = tokens.slice(at, at + perFrame).join('');
    text += added;
    renderer.push(text, added, at + perFrame >= tokens.length);
    const now = await frame();
    if (now - last > 25) slowFrames += 1;
    last = now;
    frames += 1;
  }
  for (let still = 0, length = -1; still < stillFrames; still += 1) {
    await frame();
    const now = container.textContent?.length ?? 0;
    if (now !== length) still = 0;
    length = now;
  }
  return { frames, letters: container.textContent?.length ?? 0, slowFrames, longTasks };
};
