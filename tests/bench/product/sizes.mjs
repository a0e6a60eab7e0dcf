import { budgets, weigh } from '../../../scripts/sizes.mjs';
import { row, shown } from './rows.mjs';

/** d, g: what is shipped. Exact, whatever the machine does. */
export function sizes({ built }) {
  const [panel, , worker, whole] = weigh(built).map(({ bytes }) => bytes);
  const kB = (bytes) => `${shown(bytes / 1000)} kB`;
  return [
    row('d', 'Entry JavaScript, gzip', kB(panel), '–', '–', '≤ 35 kB', panel <= budgets.panel),
    row('d', 'All files, deflated', kB(whole), '–', '–', '≤ 400 kB', whole <= budgets.package),
    row(
      'g',
      'Worker, minified, one file',
      kB(worker),
      '–',
      '–',
      '≤ 120 kB',
      worker <= 120_000,
      'Wires, retries, storage, checks and Passages all run without a page open (docs/decisions/worker-size.md).',
    ),
  ];
}
