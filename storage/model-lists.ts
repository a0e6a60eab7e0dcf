/** Model lists as servers gave them, so that a list can be opened at once. Written by the background alone. */
import { storage } from 'wxt/utils/storage';
import type { ModelList } from '../core/protocol';

/** Lists by what they were asked with, the newest last. */
const lists = storage.defineItem<Record<string, ModelList>>('local:modelLists', { version: 1, fallback: {} });

/** More lists than this are not kept; the oldest goes first. */
const most = 30;

export const modelLists = {
  async get(id: string): Promise<ModelList | undefined> {
    return (await lists.getValue())[id];
  },
  async set(id: string, list: ModelList): Promise<void> {
    const { [id]: _old, ...others } = await lists.getValue();
    const kept = Object.entries(others).slice(1 - most);
    await lists.setValue({ ...Object.fromEntries(kept), [id]: list });
  },
};
