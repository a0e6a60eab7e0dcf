/** What a model list tells of a model, in a few words. */
import { i18n } from '#i18n';
import type { ModelEntry } from '../../core/protocol';

/** 131072 → `131k`, 1048576 → `1M`: how the providers themselves write it. */
export function shortTokens(tokens: number): string {
  if (tokens >= 1_000_000) return `${Math.round(tokens / 100_000) / 10}M`;
  return tokens >= 1000 ? `${Math.round(tokens / 1000)}k` : String(tokens);
}

const money = (dollars: number): string =>
  `$${dollars === 0 ? '0' : dollars < 0.1 ? dollars.toPrecision(2) : dollars.toFixed(2).replace(/\.00$/, '')}`;

/** Context, images, reasoning and price, as far as the list told. */
export function modelFacts(entry: ModelEntry): string[] {
  const facts: string[] = [];
  if (typeof entry.contextLength === 'number') facts.push(shortTokens(entry.contextLength));
  if (entry.images === true) facts.push(i18n.t('options.model.images'));
  if (entry.reasoning === true) facts.push(i18n.t('options.model.reasoning'));
  const { price } = entry;
  if (typeof price === 'object' && price !== null && 'input' in price && 'output' in price) {
    const { input, output } = price;
    if (typeof input === 'number' && typeof output === 'number') {
      facts.push(
        input === 0 && output === 0
          ? i18n.t('options.model.free')
          : i18n.t('options.model.price', [money(input), money(output)]),
      );
    }
  }
  return facts;
}
