/** The engines by name. A new one is one line here. */
import type { Engine, EngineId } from '../contract';
import { promptApi } from './prompt-api';

export const engines: Partial<Record<EngineId, Engine>> = {
  'prompt-api': promptApi,
};
