/** The engines by name. A new one is one line here. */
import type { Engine, EngineId } from '../contract';

export const engines: Partial<Record<EngineId, Engine>> = {};
