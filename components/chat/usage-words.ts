/** Tokens and dollars, in words. */
import { i18n } from '#i18n';

export const tokenWords = (out: number, into: number | undefined): string =>
  into === undefined
    ? i18n.t('panel.usage.tokens', [out.toLocaleString()])
    : i18n.t('panel.usage.both', [into.toLocaleString(), out.toLocaleString()]);

/** Less than this is not worth more digits; US dollars. */
const smallestCost = 0.0001;

/** US dollars; nothing where it cost nothing. An estimate is said to be one. */
export function costWords(dollars: number, estimated: boolean): string {
  if (dollars <= 0) return '';
  const digits = { maximumFractionDigits: dollars < 0.01 ? 4 : 2 };
  const inDollars = new Intl.NumberFormat(undefined, { style: 'currency', currency: 'USD', ...digits });
  const words =
    dollars < smallestCost
      ? i18n.t('panel.usage.costUnder', [inDollars.format(smallestCost)])
      : inDollars.format(dollars);
  return estimated ? i18n.t('panel.usage.about', [words]) : words;
}
