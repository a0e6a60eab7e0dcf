/** Files for the user: all chats as one, or one chat as Markdown. Loaded when the first is asked for. */
import { i18n } from '#i18n';
import type { Chat, Message } from '../../core/chat';
import type { ChatReader } from '../../storage/chats';
import { collectChats, exportData, withShown } from '../../storage/export';
import { chatMarkdown, markdownName, readBranch } from '../../storage/export-markdown';
import { connections, preferences } from '../../storage/settings';

/** Everything there is, and of the chat on show also what could not be stored. */
export async function saveExport(
  reader: ChatReader,
  now: number,
  shown: { chat: Chat | null; messages: readonly Message[] },
): Promise<void> {
  const text = exportData({
    exportedAt: now,
    preferences: await preferences.getValue(),
    connections: await connections.getValue(),
    chats: withShown(await collectChats(reader), shown.chat, shown.messages),
  });
  saveFile(`gloss-${new Date(now).toISOString().slice(0, 10)}.json`, 'application/json', text);
}

export async function saveMarkdown(reader: ChatReader, chat: Chat): Promise<void> {
  const text = chatMarkdown(chat, await readBranch(reader, chat), {
    you: i18n.t('panel.you'),
    answer: (provider, model) => i18n.t('panel.chats.fileAnswer', [provider, model]),
    image: (name) => i18n.t('panel.chats.fileImage', [name]),
    interrupted: i18n.t('panel.chats.fileUnfinished'),
  });
  saveFile(markdownName(chat.title), 'text/markdown', text);
}

function saveFile(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has to have begun before its source goes.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
