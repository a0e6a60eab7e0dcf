/**
 * The model of `model.ts` against the built extension in a real browser: what a user clicks, what a wire says, what dies. After
 * every step the store, the server's log and every open panel must agree with what was done (I1–I9 in docs/reliability.md).
 */
import fc from 'fast-check';
import { answers, newChat, questions, until } from '../../scripts/drive.mjs';
import { ask, cut, openFromHistory, sendEnd, sendError, sendPiece, shown } from './browser-world';
import type { BrowserWorld, Stored, Wire } from './browser-world';

type Over = 'complete' | 'error' | 'stopped' | 'interrupted';

interface Answer {
  /** The row's id, as soon as it is known. */
  id: string | undefined;
  question: string;
  wire: Wire | undefined;
  said: string;
  /** What was on the disk at the last look; nothing may take it away. */
  safe: string;
  over?: Over;
}

export interface Model {
  life: number;
  next: number;
  /** Everything asked in this life, by its words. */
  questions: string[];
  answers: Answer[];
  /** The branch on show: questions by their words. */
  branch: string[];
  /** The chat's: its first question, as it was asked last. */
  title: string;
  open: boolean;
  second: boolean;
  draft: string;
  /** Requests that accepted actions and declared retries account for, at most. */
  requests: number;
  /** And at least: a server that keeps failing is not asked again by itself. */
  least: number;
  tally: Tally;
}

/** What all lives together came to. */
export interface Tally {
  steps: number;
  lost: number;
  duplicates: number;
}

export const freshModel = (life: number, requests: number, tally: Tally): Model => ({
  life,
  next: 0,
  questions: [],
  answers: [],
  branch: [],
  title: '',
  open: true,
  second: false,
  draft: '',
  requests,
  least: requests,
  tally,
});

class Broken extends Error {
  override name = 'InvariantBroken';
}

const live = (model: Readonly<Model>) => model.answers.find(({ over }) => over === undefined);
const last = (model: Readonly<Model>) => model.answers.at(-1);
/** The question comes to stand at the end of the branch. */
function put(model: Model, question: string): void {
  model.questions.push(question);
  model.branch.push(question);
  if (model.branch.length === 1) model.title = question;
}

/** What must never be, at no moment. */
function never(model: Model, world: BrowserWorld, stored: Stored): string | null {
  const requests = world.raw.chats.length;
  if (requests > model.requests) {
    model.tally.duplicates += requests - model.requests;
    return `I5: ${requests} requests for ${model.requests} accepted`;
  }
  for (const question of model.questions) {
    const rows = stored.messages.filter(({ role, text }) => role === 'user' && text === question);
    if (rows.length === 0) model.tally.lost += question.length;
    if (rows.length !== 1) return `I1: “${question}” is stored ${rows.length} times`;
  }
  for (const answer of model.answers) {
    const row = stored.messages.find(({ id }) => id === answer.id);
    if (!row) continue;
    if (!row.text.startsWith(answer.safe)) {
      model.tally.lost += answer.safe.length;
      return `I2: “${row.text}” is stored, but “${answer.safe}” was already`;
    }
    if (!answer.said.startsWith(row.text)) return `I8: “${row.text}” is stored of “${answer.said}”`;
    if (row.state === 'complete' && answer.over !== 'complete') return `I3: complete, but ${answer.over ?? 'alive'}`;
    answer.safe = row.text;
  }
  for (const chatId of new Set(stored.messages.map((message) => message.chatId))) {
    const orders = stored.messages.filter((message) => message.chatId === chatId).map(({ order }) => order);
    if (new Set(orders).size < orders.length) return `I8: two messages of one chat share a place`;
  }
  return null;
}

/** What must come to be, however long it takes. */
async function notYet(model: Model, world: BrowserWorld, stored: Stored): Promise<string | null> {
  const alive = live(model);
  for (const answer of model.answers) {
    const row = stored.messages.find(({ id }) => id === answer.id);
    if (!row) return `the answer to “${answer.question}” is not stored`;
    const open = row.state === 'pending' || row.state === 'streaming';
    if (answer.over ? row.state !== answer.over : !open) return `I7: ${row.state}, not ${answer.over ?? 'alive'}`;
    // What is said reaches the disk, alive or over; only what dies with its worker may lack its last second.
    if (answer.over !== 'interrupted' && row.text !== answer.said) return `I2: “${row.text}” of “${answer.said}”`;
  }
  if (stored.live !== (alive ? 1 : 0)) return `I4: ${stored.live} rows of live answers`;
  if (!alive && stored.journalled > 0) return 'I4: a journal was left behind';
  if (world.raw.chats.length < model.least) return 'a request has not come yet';
  for (const page of world.panels()) {
    const view = await shown(page);
    const words = model.branch;
    if (view.questions.length !== words.length || !words.every((text, at) => view.questions[at]?.includes(text)))
      return `I8: a panel shows ${JSON.stringify(view.questions)}, not ${JSON.stringify(words)}`;
    if (view.stop !== (alive !== undefined)) return `I7: Stop is ${view.stop ? 'there' : 'not there'}`;
    const answer = last(model);
    const text = (answer?.over === 'interrupted' ? answer.safe : (answer?.said ?? '')).replaceAll(/\s+/g, ' ').trim();
    if (words.length > 0 && !view.answers.at(-1)?.includes(text))
      return `I8: “${view.answers.at(-1)}” without “${text}”`;
    const failed = answer?.over === 'error' || answer?.over === 'interrupted';
    if (failed && (await answers(page).last().getByRole('alert').getByRole('button').count()) === 0)
      return 'I7: nothing can be done about a failure';
  }
  if (world.panel) {
    const { draft } = await shown(world.panel);
    if (draft !== model.draft) return `I9: the draft is “${draft}”, not “${model.draft}”`;
  }
  return null;
}

const patience = 20_000;

/** Waits until everything that must be is; at once fails on what must never be. */
export async function check(model: Model, world: BrowserWorld): Promise<void> {
  for (const end = Date.now() + patience; ;) {
    const stored = await world.stored();
    const wrong = never(model, world, stored);
    if (wrong !== null) throw new Broken(wrong);
    // A row that nobody has claimed yet is that of the newest answer.
    const newest = last(model);
    if (newest && newest.id === undefined) {
      const known = new Set(model.answers.map(({ id }) => id));
      const question = stored.messages.findLast(({ role, text }) => role === 'user' && text === newest.question);
      newest.id = stored.messages.findLast(
        (row) => row.role === 'assistant' && row.chatId === question?.chatId && !known.has(row.id),
      )?.id;
    }
    const missing = await notYet(model, world, stored);
    if (missing === null) return;
    if (Date.now() > end) throw new Broken(missing);
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
}

abstract class Action implements fc.AsyncCommand<Model, BrowserWorld> {
  abstract readonly name: string;
  abstract act(model: Model, world: BrowserWorld): Promise<void>;
  check(_model: Readonly<Model>): boolean {
    return true;
  }
  async run(model: Model, world: BrowserWorld): Promise<void> {
    await this.act(model, world);
    await check(model, world);
    model.tally.steps += 1;
  }
  toString(): string {
    return this.name;
  }
}

/** Sends, and waits until the composer lets go of the words. From that moment on they must be stored (I1). */
async function submit(model: Model, world: BrowserWorld, question: string): Promise<void> {
  const panel = panelOf(world);
  await ask(panel, question);
  await until('the composer to let go', async () => (await shown(panel)).draft !== question, patience / 1000);
  const { messages } = await world.stored();
  if (!messages.some(({ role, text }) => role === 'user' && text === question)) {
    model.tally.lost += question.length;
    throw new Broken(`I1: the composer let go of “${question}” before it was stored`);
  }
}

/** Waits for the one request that an accepted action makes. */
async function accepted(model: Model, world: BrowserWorld, question: string): Promise<void> {
  model.requests += 1;
  model.least += 1;
  const answer: Answer = { id: undefined, question, wire: undefined, said: '', safe: '' };
  model.answers.push(answer);
  const wire = await until(`“${question}” to be asked`, () => world.waiting.shift(), patience / 1000);
  answer.wire = wire;
  // I1: a request is only there once its question is.
  const { messages } = await world.stored();
  if (!messages.some(({ role, text }) => role === 'user' && text === question))
    throw new Broken(`I1: “${question}” was asked before it was stored`);
  if (!wire.asked.includes(question)) throw new Broken(`“${question}” is not in its request`);
}

const panelOf = (world: BrowserWorld) => {
  if (!world.panel) throw new Error('no panel is open');
  return world.panel;
};

class Send extends Action {
  readonly name = 'send';
  override check(model: Readonly<Model>) {
    return model.open && !live(model);
  }
  async act(model: Model, world: BrowserWorld) {
    const question = `Question ${model.life}.${(model.next += 1)}.`;
    await submit(model, world, question);
    put(model, question);
    model.draft = '';
    await accepted(model, world, question);
  }
}

class Edit extends Action {
  readonly name = 'edit';
  override check(model: Readonly<Model>) {
    return model.open && !live(model) && model.branch.length > 0 && model.draft === '';
  }
  async act(model: Model, world: BrowserWorld) {
    const panel = panelOf(world);
    const question = `Question ${model.life}.${(model.next += 1)}, in other words.`;
    await questions(panel).last().hover();
    await questions(panel).last().getByRole('button', { name: 'Edit', exact: true }).click();
    await submit(model, world, question);
    model.branch.pop();
    put(model, question);
    await accepted(model, world, question);
  }
}

class Again extends Action {
  readonly name = 'regenerate';
  override check(model: Readonly<Model>) {
    return model.open && !live(model) && model.branch.length > 0;
  }
  async act(model: Model, world: BrowserWorld) {
    const answer = answers(panelOf(world)).last();
    await answer.hover();
    await answer
      .getByRole('button', { name: /^(Regenerate|Retry)$/ })
      .first()
      .click();
    await accepted(model, world, model.branch.at(-1) ?? '');
  }
}

/** The wire says some words, and perhaps how it ends. */
class Words extends Action {
  constructor(
    readonly words: readonly string[],
    readonly then: 'goes on' | 'ends' | 'fails' | 'breaks',
  ) {
    super();
  }
  get name() {
    return `wire(${this.words.join('')}, ${this.then})`;
  }
  override check(model: Readonly<Model>) {
    return live(model) !== undefined;
  }
  async act(model: Model, world: BrowserWorld) {
    const answer = live(model);
    if (!answer?.wire) return;
    for (const word of this.words) {
      sendPiece(answer.wire, word);
      answer.said += word;
    }
    if (this.then === 'goes on') return;
    // A broken connection may take with it what has not been read yet; what counts is what had arrived.
    if (this.then === 'breaks') await check(model, world);
    const act = { ends: sendEnd, fails: sendError, breaks: cut }[this.then];
    act(answer.wire);
    answer.over = ({ ends: 'complete', fails: 'error', breaks: 'interrupted' } as const)[this.then];
  }
}

class Stop extends Action {
  readonly name = 'stop';
  override check(model: Readonly<Model>) {
    return model.open && live(model) !== undefined;
  }
  async act(model: Model, world: BrowserWorld) {
    await panelOf(world).getByRole('button', { name: 'Stop', exact: true }).click();
    const answer = live(model);
    if (answer) answer.over = 'stopped';
  }
}

class Type extends Action {
  readonly name = 'type';
  override check(model: Readonly<Model>) {
    return model.open;
  }
  async act(model: Model, world: BrowserWorld) {
    model.draft = `Not sent ${(model.next += 1)}`;
    await panelOf(world).getByRole('textbox', { name: 'Message' }).fill(model.draft);
  }
}

class Close extends Action {
  readonly name = 'close';
  override check(model: Readonly<Model>) {
    return model.open;
  }
  async act(model: Model, world: BrowserWorld) {
    await world.panel?.close({ runBeforeUnload: false });
    world.panel = undefined;
    model.open = false;
  }
}

class Reopen extends Action {
  readonly name = 'reopen';
  override check(model: Readonly<Model>) {
    return !model.open;
  }
  async act(model: Model, world: BrowserWorld) {
    await world.openPanel();
    model.open = true;
  }
}

class SecondPanel extends Action {
  get name() {
    return 'second panel opens or closes';
  }
  override check(model: Readonly<Model>) {
    return model.branch.length > 0;
  }
  async act(model: Model, world: BrowserWorld) {
    if (model.second) {
      await world.second?.close();
      world.second = undefined;
    } else await world.openSecond(model.title);
    model.second = !model.second;
  }
}

class KillWorker extends Action {
  constructor(readonly words: readonly string[]) {
    super();
  }
  get name() {
    return `kill(${this.words.join('')})`;
  }
  async act(model: Model, world: BrowserWorld) {
    const answer = live(model);
    for (const word of answer ? this.words : []) {
      if (answer?.wire) sendPiece(answer.wire, word);
      if (answer) answer.said += word;
    }
    await world.session.gloss.stopWorker();
    if (answer) answer.over = 'interrupted';
    // A worker that nobody needs is not started; the next panel, question or look does that.
    if (!model.open && !model.second)
      await world.eye.evaluate(`chrome.runtime.sendMessage({ type: 'passphrase.status' })`);
  }
}

/** No network: what is being answered breaks, what is asked fails after its declared retries, and nothing is sent later. */
class Offline extends Action {
  readonly name = 'offline';
  override check(model: Readonly<Model>) {
    return model.open && (live(model) === undefined || live(model)?.said !== '');
  }
  async act(model: Model, world: BrowserWorld) {
    world.offline = true;
    const answer = live(model);
    if (answer?.wire) {
      await check(model, world);
      cut(answer.wire);
      answer.over = 'interrupted';
      await check(model, world);
    }
    const question = `Question ${model.life}.${(model.next += 1)}, offline.`;
    await submit(model, world, question);
    put(model, question);
    model.draft = '';
    model.requests += 3;
    model.least += 1;
    model.answers.push({ id: undefined, question, wire: undefined, said: '', safe: '', over: 'error' });
    await check(model, world);
    world.offline = false;
    model.requests = world.raw.chats.length;
    model.least = model.requests;
  }
}

/** The chat is deleted in its history, and taken back. */
class DeleteAndUndo extends Action {
  readonly name = 'delete, undo';
  override check(model: Readonly<Model>) {
    return model.open && model.branch.length > 0;
  }
  async act(model: Model, world: BrowserWorld) {
    const panel = panelOf(world);
    await panel.getByRole('button', { name: 'History' }).click();
    const region = panel.getByRole('region', { name: 'History' });
    const row = region.getByRole('listitem').filter({ hasText: model.title });
    await row.hover();
    await row.getByRole('button', { name: 'Delete' }).click();
    await region.getByRole('button', { name: 'Undo' }).click();
    await row.waitFor();
    await panel.keyboard.press('Escape');
    const answer = live(model);
    if (answer) answer.over = 'stopped';
    await openFromHistory(panel, model.title);
  }
}

/** Ends a life: everything closed, and nothing left open (I4, I7). */
export async function finish(model: Model, world: BrowserWorld): Promise<void> {
  const answer = live(model);
  if (answer?.wire) {
    sendPiece(answer.wire, 'The end.');
    answer.said += 'The end.';
    sendEnd(answer.wire);
    answer.over = 'complete';
  }
  await check(model, world);
}

/** Whatever a life left: the next one begins with one panel and an empty chat. */
export async function begin(world: BrowserWorld): Promise<void> {
  world.offline = false;
  for (const wire of world.waiting.splice(0)) cut(wire);
  await world.second?.close();
  world.second = undefined;
  if (!world.panel) await world.openPanel();
  const panel = panelOf(world);
  const stop = panel.getByRole('button', { name: 'Stop', exact: true });
  if (await stop.isVisible()) await stop.click();
  await newChat(panel);
  await panel.getByRole('textbox', { name: 'Message' }).fill('');
}

const words = fc.array(fc.constantFrom('word ', 'two words ', 'Grüße 👩‍💻 ', 'a'), { minLength: 1, maxLength: 4 });

/** Sequences of everything that can happen. */
export const steps = (size: number) =>
  fc.commands(
    [
      fc.constant(new Send()),
      fc.constant(new Send()),
      fc.constant(new Edit()),
      fc.constant(new Again()),
      words.map((each) => new Words(each, 'goes on')),
      fc.tuple(words, fc.constantFrom('ends', 'fails', 'breaks')).map(([each, then]) => new Words(each, then)),
      fc.constant(new Stop()),
      fc.constant(new Type()),
      fc.constant(new Close()),
      fc.constant(new Reopen()),
      fc.constant(new SecondPanel()),
      words.map((each) => new KillWorker(each)),
      fc.constant(new Offline()),
      fc.constant(new DeleteAndUndo()),
    ],
    { maxCommands: size, size: 'max' },
  );
