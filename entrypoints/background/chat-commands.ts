import type { ChatWriter } from '../../storage/chats';
import { createAsking, type AskingWorld } from './asking';
import type { Clock } from './clock';
import { Refused, type CommandTable } from './commands';
import { undoFor } from './runs';

export type ChatCommands = Pick<
  CommandTable,
  | 'chat.send'
  | 'chat.preview'
  | 'chat.regenerate'
  | 'chat.continue'
  | 'chat.stop'
  | 'chat.retryNow'
  | 'chat.select'
  | 'chat.rename'
  | 'chat.use'
  | 'chat.delete'
  | 'chat.undelete'
>;

export interface ChatCommandsWorld extends Omit<AskingWorld, 'now'> {
  clock: Clock;
  /** Tells panels that rows of a chat changed. */
  changed(chatId: string): void;
}

/** Everything a panel can do to chats. */
export function createChatCommands(world: ChatCommandsWorld): ChatCommands {
  const { store, runs, clock, changed } = world;
  const asking = createAsking({ ...world, now: () => clock.now() });

  const patch = (chatId: string, changes: Parameters<ChatWriter['patchChat']>[1]) =>
    runs.inTurn(chatId, async () => {
      if (await store.patchChat(chatId, changes)) changed(chatId);
      return null;
    });

  return {
    async 'chat.send'(input) {
      await runs.ready();
      return asking.send(input);
    },
    'chat.preview': (input) => asking.preview(input),
    async 'chat.regenerate'(input) {
      await runs.ready();
      return asking.regenerate(input);
    },
    async 'chat.continue'(input) {
      await runs.ready();
      return asking.goOn(input);
    },
    async 'chat.stop'({ run }) {
      runs.stop(run);
      return null;
    },
    async 'chat.retryNow'({ run }) {
      runs.retryNow(run);
      return null;
    },
    'chat.select': ({ chatId, leafId }) =>
      runs.inTurn(chatId, async () => {
        const messages = await store.messages(chatId);
        if (!messages.some((message) => message.id === leafId)) {
          throw new Refused({ kind: 'not-done', message: 'This message is not in the chat.' });
        }
        if (await store.patchChat(chatId, { leafId })) changed(chatId);
        return null;
      }),
    'chat.rename': ({ chatId, title }) => patch(chatId, { title, titled: true }),
    'chat.use': ({ chatId, ...used }) => patch(chatId, used),
    'chat.delete': ({ chatId }) =>
      runs.inTurn(chatId, async () => {
        // Deleting wins over answering; what was said until now stays, in case the deletion is taken back.
        await runs.stopChat(chatId);
        await store.patchChat(chatId, { deletedAt: clock.now() });
        changed(chatId);
        // A worker that sleeps before this does it at its next start.
        clock.after(undoFor + 1_000, () => {
          store.purge(clock.now() - undoFor).catch(() => undefined);
        });
        return null;
      }),
    'chat.undelete': ({ chatId }) =>
      runs.inTurn(chatId, async () => {
        if (!(await store.undelete(chatId))) {
          throw new Refused({ kind: 'not-done', message: 'This chat is gone.' });
        }
        changed(chatId);
        return null;
      }),
  };
}
