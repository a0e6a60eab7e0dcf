/** Everything that reads the disk, in one chunk that loads beside the first paint. */
export { createChatReader } from '../../storage/chat-reader';
export { createDrafts } from '../../storage/drafts';
export { connections, defaultConnection, preferences } from '../../storage/settings';
