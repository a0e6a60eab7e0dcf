/** Stores that are still being loaded, with the shape of those that are there. */
import type { Stored } from '../../state/site-access';
import type { ChatReader } from '../../storage/chats';

export function lazyReader(loading: Promise<ChatReader>): ChatReader {
  return {
    chat: async (id) => (await loading).chat(id),
    messages: async (chatId) => (await loading).messages(chatId),
    journal: async (run, after) => (await loading).journal(run, after),
    history: async (options) => (await loading).history(options),
    async *search(query, signal) {
      yield* (await loading).search(query, signal);
    },
    prepareSearch: async () => (await loading).prepareSearch(),
    count: async () => (await loading).count(),
  };
}

/** A stored item that may be watched before it is loaded. */
export function lazyStored<Value>(
  loading: Promise<Pick<Stored<Value>, 'getValue' | 'watch'>>,
): Pick<Stored<Value>, 'getValue' | 'watch'> {
  return {
    getValue: async () => (await loading).getValue(),
    watch(changed) {
      let ended = false;
      let stop = () => {
        ended = true;
      };
      void loading.then((item) => {
        if (!ended) stop = item.watch(changed);
      });
      return () => stop();
    },
  };
}
