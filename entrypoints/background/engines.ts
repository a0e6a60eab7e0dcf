/** The engines that answer on this device, speaking the user's language. */
import { i18n } from '#i18n';
import type { Engine, EngineId } from '../../providers/contract';
import { engines as speechless } from '../../providers/engines/index';

/** Ranking is a library of its own size: read with the first question that Passages answers. */
const passages: Engine = {
  availability: async () => 'available',
  async *run(chat, signal) {
    const { createPassages } = await import('../../providers/engines/passages');
    yield* createPassages({
      nothingAttached: () => i18n.t('passages.nothingAttached'),
      found: (title) => i18n.t('passages.found', [title]),
      notFound: (title) => i18n.t('passages.notFound', [title]),
      beginning: (title) => i18n.t('passages.beginning', [title]),
      cannotWrite: () => i18n.t('passages.cannotWrite'),
      headings: () => i18n.t('passages.headings'),
      show: () => i18n.t('passages.show'),
      untitled: () => i18n.t('passages.untitled'),
    }).run(chat, signal);
  },
};

export const engines: Partial<Record<EngineId, Engine>> = { ...speechless, passages };
