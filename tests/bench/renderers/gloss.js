import { createMarkdownView } from '../../../components/markdown/view';

export const labels = {
  copy: 'Copy',
  copied: 'Copied',
  copyFailed: 'Could not copy',
  wrap: 'Wrap lines',
  download: 'Download',
  code: 'Code',
  done: 'Done',
  notDone: 'Not done',
  renderAnyway: 'Render anyway',
  tooLarge: 'Too large',
  image: (host) => `Image from ${host}`,
  linkToOtherHost: (host) => `Goes to ${host}`,
  linkCarriesData: (host) => `Sends data to ${host}`,
  open: 'Open',
  cancel: 'Cancel',
};

export const start = (container) => {
  const view = createMarkdownView(container, { labels, onLink() {} });
  return { push: (text, _added, done) => view.update(text, done) };
};
