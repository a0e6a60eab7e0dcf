import './frame.css';
import { render } from 'preact';
import { effect, signal } from '@preact/signals';
import { browser } from 'wxt/browser';
import { GlossContext, type Gloss } from '../../components/chat/context';
import { PanelView } from '../../components/chat/PanelView';
import { languageName } from '../../components/composer/language';
import { filled } from '../../components/composer/filled';
import type { Chat } from '../../core/chat';
import { panelPort } from '../../core/protocol';
import { ChatModel } from '../../state/chat';
import { ComposerModel } from '../../state/composer';
import { FindModel } from '../../state/find';
import { ModelsModel } from '../../state/models';
import { PanelModel } from '../../state/panel';
import { SettingsModel } from '../../state/settings';
import { createActs } from './acts';
import { createDesk } from './desk';
import { whenKeysCome } from './keys';
import { defaults, followAppearance } from './appearance';
import { createLine, type LinePort } from './line';
import { openMailbox } from './mailbox';
import { createSend } from './send';
import { lazyReader, lazyStored } from './late';
import { sessionMail } from './session-mail';

const now = () => Date.now();
const newId = () => crypto.randomUUID();
const after = (ms: number, call: () => void) => {
  const timer = setTimeout(call, ms);
  return () => clearTimeout(timer);
};
const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

// The disk, the Markdown view and the first paint do not wait for each other.
const stores = import('./stores');
// Where a browser has no side panel, this is a window of its own that belongs to the one it was opened from.
const beside = Number(new URLSearchParams(location.search).get('beside') ?? Number.NaN);
const thisWindow = Number.isInteger(beside)
  ? Promise.resolve(beside)
  : browser.windows.getCurrent().then(({ id }) => id ?? browser.windows.WINDOW_ID_NONE);
const reader = lazyReader(stores.then(({ createChatReader }) => createChatReader()));
const drafts = stores.then(({ createDrafts }) => createDrafts());

const send = createSend((message) => browser.runtime.sendMessage(message), wait);
const line = createLine(() => browser.runtime.connect({ name: panelPort }) as LinePort, after);
const desk = createDesk({
  drafts: () => drafts,
  windowId: () => thisWindow,
  openWindows: async () => (await browser.windows.getAll()).map(({ id }) => id ?? browser.windows.WINDOW_ID_NONE),
  now,
});

const settings = new SettingsModel({
  preferences: lazyStored(stores.then(({ preferences }) => preferences)),
  connections: lazyStored(stores.then(({ connections }) => connections)),
  defaultConnection: lazyStored(stores.then(({ defaultConnection }) => defaultConnection)),
  fallback: defaults,
});
const chat = new ChatModel({ send, line, reader, newId, now });
const composer = new ComposerModel({ drafts: desk.drafts, newId, after });
const models = new ModelsModel({
  send,
  connections: settings.connections,
  catalog: () => import('../../providers/catalog').then(({ catalog }) => catalog),
});
const find = new FindModel({ turns: chat.turns, message: chat.message });
const panel = new PanelModel({
  send,
  chat,
  composer,
  settings,
  memory: desk.memory,
  windowId: () => thisWindow,
  newId,
  fill: (prompt) => filled(prompt, languageName(settings.preferences.peek().language)),
});

const saving = () => import('./save');
const files = {
  exportChats: async () => {
    const messages = chat.turns.peek().flatMap(({ id }) => chat.message(id)?.peek() ?? []);
    await (await saving()).saveExport(reader, now(), { chat: chat.chat.peek(), messages });
  },
  saveMarkdown: async (row: Chat) => (await saving()).saveMarkdown(reader, row),
};

const gloss: Gloss = {
  panel,
  chat,
  composer,
  settings,
  models,
  find,
  send,
  reader,
  browser: createActs(send, files),
  now,
  focus: signal(0),
  jump: signal(0),
  droppedFiles: signal([]),
  pickingModel: signal(false),
};

followAppearance(settings);
mount(document.querySelector('#app')!);

chat.connect();
// Whatever comes on show in this window is what it shows next time.
effect(() => {
  const row = chat.chat.value;
  if (row) void desk.memory.save(row.id).catch(() => undefined);
});
void settings.follow();
void start();

/** Puts the panel in the place of its first frame, and goes on with what was typed there. */
function mount(place: Element): void {
  const keys = place.querySelector('textarea');
  if (keys?.value) composer.type(keys.value);
  place.replaceChildren();
  render(
    <GlossContext value={gloss}>
      <PanelView />
    </GlossContext>,
    place,
  );
}

async function start(): Promise<void> {
  await Promise.all([panel.start(), composer.restore()]);
  openMailbox({
    store: sessionMail,
    windowId: await thisWindow,
    alone: (work) => navigator.locks.request('gloss-mail', work),
    isSeen: () => document.visibilityState === 'visible',
    whenSeen(call) {
      document.addEventListener('visibilitychange', call);
      return () => document.removeEventListener('visibilitychange', call);
    },
    async take(mail) {
      panel.takeMail(mail);
      gloss.focus.value += 1;
      whenKeysCome(() => (gloss.focus.value += 1));
      await composer.flush();
    },
  });
}

// The last moment in which a draft can be written; `visibilitychange` also comes where `pagehide` does not.
const keep = () => void composer.flush();
addEventListener('pagehide', keep);
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'hidden') keep();
});
