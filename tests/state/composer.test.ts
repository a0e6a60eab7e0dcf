import { describe, expect, it } from 'vitest';
import type { PagePart, QuotePart } from '../../core/chat';
import { ComposerModel, type Draft, type Question } from '../../state/composer';
import { question, settle } from './fakes';

const quote = (id: string, text = `Quoted ${id}`): QuotePart => ({
  type: 'quote',
  id,
  text,
  source: { title: 'A page', url: 'https://page.example/a' },
});
const page = (id: string, url: string): PagePart => ({
  type: 'page',
  id,
  text: 'Text',
  source: { title: 'A page', url },
  hidden: 0,
  removed: 0,
});

/** A composer with a draft store and timers that run when told to. */
function desk(stored?: Draft) {
  let kept = stored;
  let broken = false;
  const timers: { at: number; call: () => void }[] = [];
  let time = 0;
  let ids = 0;
  const deps = {
    drafts: {
      load: async () => kept,
      save: async (draft: Draft) => {
        if (broken) throw new Error('full');
        kept = structuredClone(draft);
      },
    },
    newId: () => `id-${++ids}`,
    after(ms: number, call: () => void) {
      const timer = { at: time + ms, call };
      timers.push(timer);
      return () => void timers.splice(timers.indexOf(timer), timers.includes(timer) ? 1 : 0);
    },
  };
  return {
    composer: new ComposerModel(deps),
    another: () => new ComposerModel(deps),
    kept: () => kept,
    breakStore: (is: boolean) => (broken = is),
    async pass(ms: number) {
      time += ms;
      for (const timer of timers.filter(({ at }) => at <= time)) {
        timers.splice(timers.indexOf(timer), 1);
        timer.call();
      }
      await settle();
    },
  };
}

const accept = () => {
  const questions: Question[] = [];
  return {
    questions,
    ask: async (asked: Question) => {
      questions.push(asked);
      return true;
    },
  };
};

describe('sending', () => {
  it('empties only when the question is stored', async () => {
    const { composer } = desk();
    await composer.restore();
    composer.type('Why?');
    composer.quote(quote('q'));
    expect(await composer.submit(async () => false)).toBe(false);
    expect(composer.text.value).toBe('Why?');
    expect(composer.quotes.value).toHaveLength(1);
    const { ask, questions } = accept();
    expect(await composer.submit(ask)).toBe(true);
    expect(composer.text.value).toBe('');
    expect(composer.quotes.value).toEqual([]);
    expect(questions[0]?.parts).toEqual([quote('q'), { type: 'text', text: 'Why?' }]);
  });

  it('a double click sends once', async () => {
    const { composer } = desk();
    composer.type('Why?');
    const { ask, questions } = accept();
    const both = await Promise.all([composer.submit(ask), composer.submit(ask)]);
    expect(both).toEqual([true, false]);
    expect(questions).toHaveLength(1);
  });

  it('keeps the id while the same question is tried again, and takes a new one when it changed', async () => {
    const { composer } = desk();
    const ids: string[] = [];
    const refuse = async ({ messageId }: Question) => {
      ids.push(messageId);
      return false;
    };
    composer.type('Why?');
    await composer.submit(refuse);
    await composer.submit(refuse);
    composer.type('Why not?');
    await composer.submit(refuse);
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  it('does not take away what is typed or quoted while the question is on its way', async () => {
    const { composer } = desk();
    composer.type('Why?');
    composer.quote(quote('q'));
    await composer.submit(async () => {
      composer.type('Why? And then');
      composer.quote(quote('r'));
      return true;
    });
    expect(composer.text.value).toBe(' And then');
    expect(composer.quotes.value.map(({ id }) => id)).toEqual(['r']);
  });

  it('nothing to ask, nothing sent', async () => {
    const { composer } = desk();
    const { ask, questions } = accept();
    composer.type('  \n ');
    composer.quote(quote('q'));
    expect(await composer.submit(ask)).toBe(false);
    expect(questions).toEqual([]);
  });
});

describe('chips', () => {
  it('a refinement changes its chip, but does not bring back one that was sent or taken away', async () => {
    const { composer } = desk();
    composer.quote(quote('q', 'first reading'));
    composer.quote(quote('q', 'line\nbreak'));
    expect(composer.quotes.value.map(({ text }) => text)).toEqual(['line\nbreak']);
    composer.dropQuote('q');
    composer.quote(quote('q', 'again'));
    expect(composer.quotes.value).toEqual([]);
    composer.quote(quote('r'));
    composer.type('x');
    await composer.submit(async () => true);
    composer.quote(quote('r', 'late'));
    expect(composer.quotes.value).toEqual([]);
  });

  it('a page that is read again replaces its older reading', () => {
    const { composer } = desk();
    composer.page(page('1', 'https://a.example/'));
    composer.page(page('2', 'https://b.example/'));
    composer.page(page('3', 'https://a.example/'));
    expect(composer.pages.value.map(({ id }) => id)).toEqual(['3', '2']);
  });
});

describe('drafts', () => {
  it('are kept soon after the first key, and again after the next', async () => {
    const { composer, kept, pass } = desk();
    await composer.restore();
    composer.type('H');
    composer.type('He');
    await pass(249);
    expect(kept()).toBeUndefined();
    await pass(1);
    expect(kept()?.text).toBe('He');
    composer.type('Hel');
    await pass(250);
    expect(kept()?.text).toBe('Hel');
  });

  it('come back with everything, behind them what was typed in the meantime', async () => {
    const first = desk();
    await first.composer.restore();
    first.composer.type('Kept ');
    first.composer.quote(quote('q'));
    await first.composer.flush();
    const again = first.another();
    again.type('and typed');
    await again.restore();
    expect(again.text.value).toBe('Kept and typed');
    expect(again.quotes.value).toEqual([quote('q')]);
  });

  it('are not overwritten before they are read', async () => {
    const { composer, kept, pass } = desk({ text: 'Precious', quotes: [], pages: [], images: [] });
    composer.type('x');
    await pass(1_000);
    await composer.flush();
    expect(kept()?.text).toBe('Precious');
  });

  it('empty at once when the question is stored', async () => {
    const { composer, kept } = desk();
    await composer.restore();
    composer.type('Why?');
    await composer.flush();
    await composer.submit(async () => true);
    expect(kept()?.text).toBe('');
  });

  it('say when they cannot be kept', async () => {
    const { composer, breakStore, pass } = desk();
    await composer.restore();
    breakStore(true);
    composer.type('x');
    await pass(250);
    expect(composer.unsaved.value).toBe('full');
    breakStore(false);
    composer.type('xy');
    await pass(250);
    expect(composer.unsaved.value).toBeNull();
  });
});

describe('editing an older question', () => {
  const older = question('q', {
    parentId: 'p',
    parts: [quote('c'), { type: 'text', text: 'Older words' }],
  });

  it('asks as a version of it, and gives back what was being written', async () => {
    const { composer } = desk();
    composer.type('Half a thought');
    composer.edit(older);
    expect(composer.text.value).toBe('Older words');
    expect(composer.quotes.value).toEqual([quote('c')]);
    composer.type('Newer words');
    const { ask, questions } = accept();
    await composer.submit(ask);
    expect(questions[0]).toMatchObject({ parentId: 'p', parts: [quote('c'), { type: 'text', text: 'Newer words' }] });
    expect(composer.editing.value).toBeNull();
    expect(composer.text.value).toBe('Half a thought');
    expect(composer.quotes.value).toEqual([]);
  });

  it('can be given up, survives a reload, and never buries the first draft under a second edit', async () => {
    const { composer, another } = desk();
    await composer.restore();
    composer.type('Half a thought');
    composer.edit(older);
    composer.edit(question('q2', { parts: [{ type: 'text', text: 'Another' }] }));
    await composer.flush();
    const again = another();
    await again.restore();
    expect(again.text.value).toBe('Another');
    again.cancelEdit();
    expect(again.text.value).toBe('Half a thought');
  });
});
