// @vitest-environment happy-dom
import { render, type ComponentChildren } from 'preact';
import { act } from 'preact/test-utils';
import { signal, type Signal } from '@preact/signals';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AnswerMessage } from '../../core/chat';
import { AnswerTurn } from '../../components/chat/AnswerTurn';
import { GlossContext, type Gloss } from '../../components/chat/context';
import { ChatModel } from '../../state/chat';
import { ComposerModel } from '../../state/composer';
import { FindModel } from '../../state/find';
import { ModelsModel } from '../../state/models';
import { PanelModel } from '../../state/panel';
import { SettingsModel } from '../../state/settings';
import type { Versions } from '../../state/tree';
import { defaultPreferences } from '../../storage/settings';
import { answerTo, fakeBackground, fakeLine, fakeStore, refusal } from '../state/fakes';

vi.mock('#i18n', async () => ({ i18n: { t: (await import('./words')).t } }));
vi.mock('../../components/markdown/Markdown', () => ({
  Markdown: ({ text }: { text: Signal<string> }) => <div class="markdown">{text}</div>,
}));

let root: HTMLElement;
beforeEach(() => {
  root = document.body.appendChild(document.createElement('div'));
});
afterEach(() => {
  render(null, root);
  root.remove();
});

function gloss() {
  const line = fakeLine();
  const store = fakeStore();
  // Nothing is really asked; what was asked is enough.
  const refuse = async () => refusal();
  const background = fakeBackground({ 'chat.regenerate': refuse, 'chat.continue': refuse });
  const stored = <Value,>(value: Value) => ({ getValue: async () => value, watch: () => () => undefined });
  const newId = () => 'new';
  const { send } = background;
  const chat = new ChatModel({ send, line: line.line, reader: store.reader, newId, now: () => 0 });
  const composer = new ComposerModel({
    drafts: { load: async () => undefined, save: async () => undefined },
    newId,
    after: () => () => undefined,
  });
  const settings = new SettingsModel({
    preferences: stored(defaultPreferences),
    connections: stored([]),
    defaultConnection: stored(null),
    fallback: defaultPreferences,
  });
  const opened: (string | undefined)[] = [];
  const links: string[] = [];
  const value: Gloss = {
    chat,
    composer,
    settings,
    send,
    reader: store.reader,
    models: new ModelsModel({ send, connections: settings.connections, catalog: async () => [] }),
    find: new FindModel({ turns: chat.turns, message: chat.message }),
    panel: new PanelModel({
      send,
      chat,
      composer,
      settings,
      memory: { load: async () => undefined, save: async () => undefined },
      windowId: async () => 1,
      newId,
      fill: (prompt) => prompt,
    }),
    browser: {
      openSettings: (place) => void opened.push(place),
      openLink: (url) => void links.push(url),
      showSource: () => undefined,
      requestAccess: async () => true,
      exportChats: async () => undefined,
      saveMarkdown: async () => undefined,
      builtIn: async () => 'unavailable',
      returnAccess: async () => true,
      shortcut: async () => '',
    },
    now: () => 10_000,
    focus: signal(0),
    jump: signal(0),
    droppedFiles: signal([]),
    pickingModel: signal(false),
  };
  chat.connect();
  line.connect();
  return { value, background, line, opened, links };
}

const answer = (over: Partial<AnswerMessage>) =>
  answerTo('q', 'a', { state: 'complete', parts: [{ type: 'text', text: 'Said.' }], endedAt: 9_000, ...over });

function draw(message: Signal<AnswerMessage>, world = gloss(), versions: Versions = { index: 0, count: 1 }) {
  const Within = ({ children }: { children: ComponentChildren }) => (
    <GlossContext value={world.value}>{children}</GlossContext>
  );
  void act(() =>
    render(
      <Within>
        <AnswerTurn message={message} versions={versions} last />
      </Within>,
      root,
    ),
  );
  return world;
}
const nameOf = (button: Element) => button.getAttribute('aria-label') ?? button.textContent;
const names = () => [...root.querySelectorAll('button')].map(nameOf);
const press = (name: string) =>
  void act(() => [...root.querySelectorAll('button')].find((button) => nameOf(button) === name)?.click());
const alert = () => root.querySelector('[role="alert"]');
/** What was loaded is there and drawn. */
async function settled() {
  await vi.dynamicImportSettled();
  await act(async () => undefined);
}

describe('an answer', () => {
  it('has its name, its text and its buttons', async () => {
    draw(signal(answer({ model: 'm', usage: { outputTokens: 90 }, firstAt: 8_000, endedAt: 9_000 })));
    await settled();
    expect(root.querySelector('article')?.getAttribute('aria-label')).toBe('Answer');
    expect(root.querySelector('.markdown')?.textContent).toBe('Said.');
    expect(names()).toEqual(['Copy', 'Regenerate']);
    expect(root.textContent).toContain('m · 90 tokens · 90 tok/s');
    expect(alert()).toBeNull();
  });

  it('says what went in where that is known, too', () => {
    draw(
      signal(answer({ model: 'm', usage: { inputTokens: 1200, outputTokens: 90 }, firstAt: 8_000, endedAt: 9_000 })),
    );
    expect(root.textContent).toContain('m · 1,200 in, 90 out · 90 tok/s');
  });

  it('has no buttons while it is made', () => {
    const { line, value } = draw(signal(answer({ state: 'streaming' })));
    expect(names()).toEqual([]);
    expect(root.querySelector('article')?.getAttribute('aria-busy')).toBe('true');
    expect(value.chat.alive.value).toBeNull();
    line.drop();
  });

  it('turns to its other versions', () => {
    const { background } = draw(signal(answer({})), gloss(), { index: 1, count: 2, previous: 'older' });
    press('Previous version');
    expect(root.textContent).toContain('2/2');
    expect(background.inputs('chat.select')).toHaveLength(1);
  });

  it('asks for one more, once a click', () => {
    const { background, value } = draw(signal(answer({})));
    press('Regenerate');
    expect(background.inputs('chat.regenerate')).toEqual([
      { chatId: value.chat.chatId.value, answerId: 'a', newAnswerId: 'new' },
    ]);
  });

  it('grows without its outline being drawn again', async () => {
    const message = signal(answer({ state: 'streaming' }));
    draw(message);
    await settled();
    const article = root.querySelector('article');
    const text = root.querySelector('.markdown');
    message.value = answer({ state: 'streaming', parts: [{ type: 'text', text: 'Said. More.' }] });
    await settled();
    expect(text?.textContent).toBe('Said. More.');
    expect(root.querySelector('.markdown')).toBe(text);
    expect(root.querySelector('article')).toBe(article);
  });
});

describe('an end that is not one', () => {
  it('interrupted: the text stays, with Continue and Retry', async () => {
    const { background } = draw(signal(answer({ state: 'interrupted' })));
    await settled();
    expect(alert()?.textContent).toMatch(/interrupted/);
    expect(root.querySelector('.markdown')?.textContent).toBe('Said.');
    expect(names()).toEqual(['Continue', 'Retry', 'Copy']);
    press('Continue');
    expect(background.inputs('chat.continue')).toMatchObject([{ answerId: 'a' }]);
  });

  it('an answer that nobody makes any more is interrupted, whatever its row says', () => {
    const world = gloss();
    const chatId = world.value.chat.chatId.value;
    world.line.say({ type: 'watching', chatId, runs: [] });
    draw(signal(answer({ state: 'streaming', parts: [] })), world);
    expect(alert()?.textContent).toMatch(/interrupted/);
    expect(names()).toEqual(['Retry']);
  });

  it('stopped: says so quietly and offers to go on', () => {
    draw(signal(answer({ state: 'stopped' })));
    expect(alert()).toBeNull();
    expect(root.textContent).toContain('Stopped.');
    expect(names()).toEqual(['Copy', 'Regenerate', 'Continue']);
  });

  it("failed: the sentence first, the provider's words under it, then what to do", () => {
    const error = { kind: 'auth', message: 'Bad key <b>x</b>', status: 401, origin: 'https://api.example' } as const;
    const { opened } = draw(signal(answer({ state: 'error', parts: [], error, connectionId: 'c1', provider: 'Mine' })));
    expect(alert()?.textContent).toMatch(
      /^Mine refused the key.*Bad key <b>x<\/b>.*https:\/\/api\.example · status 401.*Open settings/s,
    );
    expect(alert()?.querySelector('b')).toBeNull();
    press('Open settings');
    expect(opened).toEqual(['connection=c1']);
  });

  it('no access: asks the browser first of all in the click, then asks again', async () => {
    const world = gloss();
    const asked: (readonly string[])[] = [];
    world.value.browser.requestAccess = async (urls) => {
      asked.push(urls);
      return true;
    };
    draw(
      signal(
        answer({
          state: 'error',
          parts: [],
          error: { kind: 'site-access', message: '', origin: 'https://api.example' },
        }),
      ),
      world,
    );
    press('Grant access');
    expect(asked).toEqual([['https://api.example']]);
    await settled();
    expect(world.background.inputs('chat.regenerate')).toHaveLength(1);
  });
});

describe('what comes beside the text', () => {
  it('sources are numbered and opened only by a click', async () => {
    const parts: AnswerMessage['parts'] = [
      { type: 'text', text: 'Said.' },
      { type: 'citation', url: 'https://one.example/a', title: 'One\u202Egnp' },
      { type: 'citation', url: 'https://two.example/b' },
    ];
    const { links } = draw(signal(answer({ parts })));
    const sources = [...root.querySelectorAll('li')].map((item) => item.textContent);
    expect(sources).toEqual(['1One⟨U+202E⟩gnpone.example', '2https://two.example/btwo.example']);
    expect(links).toEqual([]);
    root.querySelector<HTMLElement>('li button')?.click();
    expect(links).toEqual(['https://one.example/a']);
    expect(root.querySelector('a[href]')).toBeNull();
  });

  it('thoughts are folded, and drawn only while they are open', async () => {
    const parts: AnswerMessage['parts'] = [
      { type: 'reasoning', text: 'Secret steps', ms: 65_000 },
      { type: 'text', text: 'Said.' },
    ];
    draw(signal(answer({ parts })));
    await settled();
    expect(root.textContent).toContain('Thought for 1 min 5 s');
    expect(root.textContent).not.toContain('Secret steps');
    press('Thought for 1 min 5 s');
    await settled();
    expect(root.textContent).toContain('Secret steps');
  });

  it('a tool the model asked for is shown, and nothing is done', async () => {
    const parts: AnswerMessage['parts'] = [{ type: 'tool-call', id: '1', name: 'send_mail', input: '{"to":"x"}' }];
    const { background } = draw(signal(answer({ parts, finish: { reason: 'tool-calls' } })));
    expect(root.textContent).toContain('send_mail');
    press('The model asked for a tool: send_mail');
    await settled();
    expect(root.querySelector('pre')?.textContent).toBe('{\n  "to": "x"\n}');
    expect(background.asked).toEqual([]);
  });

  it('a wait counts down and can be ended', () => {
    const notice = { kind: 'retry', at: 15_000, attempt: 2, attempts: 3, reason: 'overloaded' } as const;
    const { background } = draw(signal(answer({ state: 'pending', parts: [{ type: 'notice', notice }] })));
    expect(root.textContent).toMatch(/Trying again in 5 s \(2 of 3\)/);
    press('Retry now');
    expect(background.inputs('chat.retryNow')).toEqual([{ run: 'a' }]);
  });

  it('says whose page text it used', () => {
    draw(signal(answer({ sourceHosts: ['one.example', 'two.example'] })));
    expect(root.textContent).toContain('Used content from one.example, two.example');
  });
});
