/** The engines that answer on this device, speaking the user's language. */
import { i18n } from '#i18n';
import type { Engine, EngineId } from '../../providers/contract';
import { engines as speechless } from '../../providers/engines/index';
import { createPassages } from '../../providers/engines/passages';

const passages = createPassages({
  nothingAttached: () => i18n.t('passages.nothingAttached'),
  found: (title) => i18n.t('passages.found', [title]),
  notFound: (title) => i18n.t('passages.notFound', [title]),
  beginning: (title) => i18n.t('passages.beginning', [title]),
  cannotWrite: () => i18n.t('passages.cannotWrite'),
  headings: () => i18n.t('passages.headings'),
  show: () => i18n.t('passages.show'),
  untitled: () => i18n.t('passages.untitled'),
});

export const engines: Partial<Record<EngineId, Engine>> = { ...speechless, passages };
