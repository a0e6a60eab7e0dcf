/** What no panel can do without: one fetch, its events, and letters in paragraphs, once a frame. */
globalThis.benchLimit = async (url, question) => {
  const log = document.querySelector('main');
  log.replaceChildren();
  document.body.classList.add('asked');
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ stream: true, messages: [{ role: 'user', content: question }] }),
  });
  let waiting = '';
  let open;
  const show = () => {
    const blocks = waiting.split('\n\n');
    waiting = '';
    blocks.forEach((block, index) => {
      if (index > 0) open = undefined;
      if (block === '') return;
      if (!open) {
        open = document.createTextNode('');
        const paragraph = document.createElement('p');
        paragraph.append(open);
        log.append(paragraph);
      }
      open.appendData(block);
    });
    log.scrollTop = log.scrollHeight;
  };
  let asked = false;
  let first = true;
  let rest = '';
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    rest += text;
    const events = rest.split('\n\n');
    rest = events.pop();
    for (const event of events) {
      if (event.startsWith('data: {')) waiting += JSON.parse(event.slice(6)).choices[0].delta.content ?? '';
    }
    if (first && waiting !== '') {
      first = false;
      show();
    } else if (!asked) {
      asked = true;
      requestAnimationFrame(() => {
        asked = false;
        show();
      });
    }
  }
  show();
  document.body.classList.remove('asked');
};
