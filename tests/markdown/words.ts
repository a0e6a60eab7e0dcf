import type { MarkdownLabels } from '../../components/markdown/view';

/** Words for views under test, each of them to be found again. */
export const labels: MarkdownLabels = {
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
