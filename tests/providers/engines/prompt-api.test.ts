/** Against a stand-in of the browser's interface: no browser here has a model. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ChatEvent, ChatRequest } from '../../../core/chat';
import { createGrowth } from '../../../providers/engines/growth';
import { downloadModel, promptApi } from '../../../providers/engines/prompt-api';

interface Asked {
  initialPrompts?: { role: string; content: unknown }[];
  expectedInputs?: { type: string }[];
  temperature?: number;
  topK?: number;
}

interface StandIn {
  state?: string;
  /** What `availability` says when images are asked for. */
  images?: string;
  pieces?: readonly unknown[];
  /** Thrown by the stream after its pieces. */
  breaks?: Error;
  /** Thrown by `create`, by how many earlier turns there are. */
  refuses?: (turns: number) => Error | undefined;
  /** Context taken by each turn, of a window of 10. */
  perTurn?: number;
  /** The stream stays open until the signal ends it. */
  hangs?: boolean;
}

const named = (name: string, message = ''): Error => new DOMException(message, name);

function standIn(with_: StandIn = {}) {
  const sessions: { asked: Asked; prompted: unknown[]; destroyed: boolean }[] = [];
  const model = {
    availability: vi.fn((options?: Asked) =>
      Promise.resolve(options?.expectedInputs ? (with_.images ?? 'unavailable') : (with_.state ?? 'available')),
    ),
    params: () => Promise.resolve({ defaultTopK: 3, maxTemperature: 2 }),
    create(asked: Asked & { signal?: AbortSignal; monitor?: (target: EventTarget) => void } = {}) {
      const turns = (asked.initialPrompts ?? []).filter((prompt) => prompt.role !== 'system').length;
      const refusal = with_.refuses?.(turns);
      if (refusal) return Promise.reject(refusal);
      const { signal: _signal, monitor, ...kept } = asked;
      if (monitor) {
        const target = new EventTarget();
        monitor(target);
        for (const [loaded, total] of [
          [0, 1],
          [0.5, 1],
          [300, 400],
        ])
          target.dispatchEvent(Object.assign(new Event('downloadprogress'), { loaded, total }));
      }
      const session = { asked: kept, prompted: [] as unknown[], destroyed: false };
      sessions.push(session);
      return Promise.resolve({
        ...(with_.perTurn === undefined
          ? {}
          : {
              contextWindow: 10,
              contextUsage: turns * with_.perTurn,
              measureContextUsage: () => Promise.resolve(with_.perTurn),
            }),
        promptStreaming(input: unknown, { signal }: { signal: AbortSignal }) {
          session.prompted.push(input);
          const pieces = [...(with_.pieces ?? ['Hel', 'lo'])];
          return new ReadableStream({
            start(controller) {
              signal.addEventListener('abort', () => controller.error(named('AbortError')));
            },
            pull(controller) {
              if (pieces.length > 0) controller.enqueue(pieces.shift());
              else if (with_.breaks) controller.error(with_.breaks);
              else if (!with_.hangs) controller.close();
            },
          });
        },
        destroy() {
          session.destroyed = true;
        },
      });
    },
  };
  vi.stubGlobal('LanguageModel', model);
  return { sessions, model };
}

afterEach(() => vi.unstubAllGlobals());

const chat: ChatRequest = {
  model: 'built-in',
  turns: [{ role: 'user', parts: [{ type: 'text', text: 'Hello?' }] }],
  stream: true,
};
const longer: ChatRequest = {
  ...chat,
  turns: Array.from({ length: 9 }, (_, place): ChatRequest['turns'][number] =>
    place % 2 === 0
      ? { role: 'user', parts: [{ type: 'text', text: `Question ${place}` }] }
      : { role: 'assistant', parts: [{ type: 'text', text: `Answer ${place}` }] },
  ),
};

async function run(asked: ChatRequest = chat, signal = new AbortController().signal): Promise<ChatEvent[]> {
  const events: ChatEvent[] = [];
  for await (const event of promptApi.run(asked, signal)) events.push(event);
  return events;
}
const textOf = (events: readonly ChatEvent[]): string =>
  events.flatMap((event) => (event.type === 'text-delta' ? [event.text] : [])).join('');

describe('availability', () => {
  it.each(['available', 'downloadable', 'downloading', 'unavailable'])('says %s as the browser does', async (state) => {
    standIn({ state });
    expect(await promptApi.availability()).toBe(state);
  });

  it('is unavailable where the browser has no such interface, has another by that name, or fails', async () => {
    expect(await promptApi.availability()).toBe('unavailable');
    vi.stubGlobal('LanguageModel', { create: 1 });
    expect(await promptApi.availability()).toBe('unavailable');
    vi.stubGlobal('LanguageModel', {
      create: () => undefined,
      availability: () => Promise.reject(named('InvalidStateError')),
    });
    expect(await promptApi.availability()).toBe('unavailable');
    standIn({ state: 'of-a-later-version' });
    expect(await promptApi.availability()).toBe('unavailable');
  });
});

describe('run', () => {
  it('streams the answer, ends once, and gives the session back', async () => {
    const { sessions } = standIn();
    expect(await run()).toEqual([
      { type: 'text-delta', text: 'Hel' },
      { type: 'text-delta', text: 'lo' },
      { type: 'end', finish: { reason: 'stop' } },
    ]);
    expect(sessions.map((session) => session.destroyed)).toEqual([true]);
  });

  it('puts the instructions first, then the earlier turns, and asks the last', async () => {
    const { sessions } = standIn();
    await run({ ...longer, turns: longer.turns.slice(0, 3), system: 'Be brief.' });
    expect(sessions[0]?.asked.initialPrompts).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Question 0' },
      { role: 'assistant', content: 'Answer 1' },
    ]);
    expect(sessions[0]?.prompted).toEqual([[{ role: 'user', content: 'Question 2' }]]);
  });

  it('marks quotes with the word of the request', async () => {
    const { sessions } = standIn();
    const quote = {
      type: 'quote',
      id: 'q',
      text: 'Said.',
      source: { title: 'T', url: 'https://page.example/' },
    } as const;
    await run({ ...chat, fence: 'f00', turns: [{ role: 'user', parts: [quote] }] });
    expect(JSON.stringify(sessions[0]?.prompted)).toContain('<quote id=f00>');
  });

  it('38: takes pieces that repeat everything so far', async () => {
    standIn({
      pieces: [
        'The capital',
        'The capital of France',
        'The capital of France is Paris',
        'The capital of France is Paris.',
      ],
    });
    expect(textOf(await run())).toBe('The capital of France is Paris.');
  });

  it('takes thoughts apart where the browser tells them apart', async () => {
    standIn({
      pieces: [
        { type: 'thought', value: 'Hm' },
        { type: 'text', value: 'Yes' },
      ],
    });
    expect(await run()).toEqual([
      { type: 'reasoning-delta', text: 'Hm' },
      { type: 'text-delta', text: 'Yes' },
      { type: 'end', finish: { reason: 'stop' } },
    ]);
  });

  it.each([['downloadable'], ['downloading'], ['unavailable']])(
    'says that nothing is set up while the model is %s',
    async (state) => {
      standIn({ state });
      expect(await run()).toEqual([
        {
          type: 'error',
          error: { kind: 'not-set-up', message: expect.stringMatching(/\w/), code: `built-in-${state}` },
        },
      ]);
    },
  );

  it('says so where there is no such model at all', async () => {
    expect(await run()).toEqual([
      {
        type: 'error',
        error: { kind: 'not-set-up', message: expect.stringMatching(/^This browser/), code: 'built-in-unavailable' },
      },
    ]);
  });

  it.each([
    ['QuotaExceededError', 'too-long'],
    ['NotSupportedError', 'bad-request'],
    ['NotReadableError', 'blocked-content'],
    ['NotAllowedError', 'not-set-up'],
    ['UnknownError', 'server'],
  ])('tells %s as %s', async (name, kind) => {
    const { sessions } = standIn({ breaks: named(name, 'words') });
    const last = (await run()).at(-1);
    expect(last).toMatchObject({ type: 'error', error: { kind } });
    expect(sessions[0]?.destroyed).toBe(true);
  });

  it('ends as aborted when the user stops it, and gives the session back', async () => {
    const { sessions } = standIn({ hangs: true });
    const stop = new AbortController();
    const events: ChatEvent[] = [];
    for await (const event of promptApi.run(chat, stop.signal)) {
      events.push(event);
      if (textOf(events) === 'Hello') stop.abort();
    }
    expect(events.at(-1)).toEqual({ type: 'error', error: { kind: 'aborted', message: '' } });
    expect(sessions[0]?.destroyed).toBe(true);
  });

  it('gives the session back when the reader leaves', async () => {
    const { sessions } = standIn({ hangs: true });
    for await (const event of promptApi.run(chat, new AbortController().signal)) if (event.type === 'text-delta') break;
    expect(sessions[0]?.destroyed).toBe(true);
  });

  it('leaves out the oldest turns that do not fit, and says how many', async () => {
    const { sessions } = standIn({ perTurn: 2 });
    const events = await run(longer);
    expect(events[0]).toEqual({ type: 'notice', notice: { kind: 'turns-left-out', turns: 4 } });
    expect(sessions.map((session) => session.destroyed)).toEqual([true, true, true]);
    expect(sessions.at(-1)?.asked.initialPrompts).toHaveLength(4);
  });

  it('does the same where the browser refuses the session itself', async () => {
    standIn({ refuses: (turns) => (turns > 2 ? named('QuotaExceededError') : undefined) });
    const events = await run(longer);
    expect(events[0]).toEqual({ type: 'notice', notice: { kind: 'turns-left-out', turns: 8 } });
    expect(events.at(-1)).toMatchObject({ type: 'end' });
  });

  it('says too-long when not even the question alone fits', async () => {
    standIn({ refuses: () => named('QuotaExceededError', 'too large') });
    expect(await run(longer)).toEqual([
      { type: 'error', error: { kind: 'too-long', message: 'too large', code: 'QuotaExceededError' } },
    ]);
  });

  it('sends images where the model sees, and names what it left out where it does not', async () => {
    const seeing: ChatRequest = {
      ...chat,
      turns: [
        {
          role: 'user',
          parts: [
            { type: 'image', id: 'i', mediaType: 'image/png', data: 'aW1n' },
            { type: 'text', text: 'Look' },
          ],
        },
      ],
    };
    const blind = standIn();
    expect((await run(seeing))[0]).toEqual({
      type: 'notice',
      notice: { kind: 'part-left-out', part: 'image', count: 1 },
    });
    expect(blind.sessions[0]?.prompted).toEqual([[{ role: 'user', content: 'Look' }]]);

    const sharp = standIn({ images: 'available' });
    expect((await run(seeing))[0]).toMatchObject({ type: 'text-delta' });
    expect(sharp.sessions[0]?.asked.expectedInputs).toEqual([{ type: 'text' }, { type: 'image' }]);
    const [prompt] = Object(sharp.sessions[0]?.prompted[0]);
    expect(prompt.content[0].value).toBeInstanceOf(Blob);
    expect(await prompt.content[0].value.text()).toBe('img');
    expect(prompt.content[1]).toEqual({ type: 'text', value: 'Look' });
  });

  it('gives temperature together with topK, or neither', async () => {
    const { sessions, model } = standIn();
    await run({ ...chat, sampling: { temperature: 5 } });
    await run({ ...chat, sampling: { topP: 0.5 } });
    vi.stubGlobal('LanguageModel', { ...model, params: undefined });
    await run({ ...chat, sampling: { temperature: 1 } });
    expect(sessions.map(({ asked: { temperature, topK } }) => [temperature, topK])).toEqual([
      [2, 3],
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });
});

describe('downloadModel', () => {
  it('asks for the model before anything is waited for, so that the click still counts, and tells the progress', async () => {
    const { sessions, model } = standIn({ state: 'downloadable' });
    const create = vi.spyOn(model, 'create');
    const done: number[] = [];
    const download = downloadModel((part) => done.push(part));
    expect(create).toHaveBeenCalledTimes(1);
    await download;
    expect(done).toEqual([0, 0.5, 0.75]);
    expect(sessions[0]?.destroyed).toBe(true);
  });

  it('gives the browser’s own words when it fails, and says so where there is no model', async () => {
    standIn({ refuses: () => named('NotAllowedError', 'Requires a user gesture') });
    await expect(downloadModel(() => undefined)).rejects.toThrow('Requires a user gesture');
    vi.unstubAllGlobals();
    await expect(downloadModel(() => undefined)).rejects.toThrow('This browser has no built-in model.');
  });
});

describe('growth', () => {
  const grown = (...pieces: string[]): string => {
    const growth = createGrowth();
    return pieces.map((piece) => growth.take(piece)).join('') + growth.flush();
  };
  it.each([
    [['a', 'b', 'c'], 'abc'],
    [['ha', 'ha', 'ha'], 'hahaha'],
    [['*', '**Bold', '** text'], '***Bold** text'],
    [['*', '**'], '***'],
    [['--------', '--------', '--------'], '------------------------'],
    [['', 'a', '', 'b'], 'ab'],
    [['Hello wo', 'Hello world, how', 'Hello world, how are you'], 'Hello world, how are you'],
    [['H', 'He', 'Hel', 'Hell', 'Hello', 'Hello w', 'Hello wo', 'Hello wor', 'Hello world'], 'Hello world'],
    [['Hello wo', 'Hello world, how', 'Hello world, how are', ' you'], 'Hello world, how are you'],
  ])('%j', (pieces, text) => expect(grown(...pieces)).toBe(text));
});
