import { budgets, weigh } from '../../../scripts/sizes.mjs';
import { row, shown } from './rows.mjs';

/** d, g: what is shipped. Exact, whatever the machine does. */
export function sizes({ built }) {
  const { panel, worker, package: whole } = Object.fromEntries(weigh(built).map(({ name, bytes }) => [name, bytes]));
  const kB = (bytes) => `${shown(bytes / 1000)} kB`;
  return [
    row('d', 'Entry JavaScript, gzip', kB(panel), '–', '–', '≤ 35 kB', panel <= budgets.panel),
    row('d', 'All files, deflated', kB(whole), '–', '–', '≤ 400 kB', whole <= budgets.package),
    row(
      'g',
      'Worker, minified, what it reads before it does anything',
      kB(worker),
      '–',
      '–',
      '≤ 120 kB',
      worker <= budgets.worker,
      'The rest is read when it is first needed (docs/decisions/worker-size.md).',
    ),
  ];
}
