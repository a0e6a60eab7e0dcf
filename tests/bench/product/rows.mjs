/** Rows of the table, and figures as they stand in it. */
import { median } from '../figures.mjs';

export const shown = (value) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));
export const spread = (values, unit = 'ms') =>
  `${shown(median(values))} ${unit} [${shown(Math.min(...values))}..${shown(Math.max(...values))}]`;
export const ratio = (ours, limit) => median(ours) / median(limit);
export const signed = (value, unit) => `${value >= 0 ? '+' : '−'}${shown(Math.abs(value))} ${unit}`;
export const times = (value) => `${value.toFixed(2)} ×`;
export const row = (target, what, ours, limit, relation, wanted, met, why = '') => ({
  target,
  what,
  ours,
  limit,
  relation,
  wanted,
  met,
  why,
});
