/**
 * One model of everything that can happen to a chat: what the user does, what the wire says, what dies. The real runs,
 * commands and storage code live through random sequences of it; after every step the invariants must hold.
 */
import fc from 'fast-check';
import type { AnswerMessage, ChatEvent, Message } from '../../core/chat';
import { createWorld, say, settle, textOf, type Call, type Panel, type Worker, type World } from '../background/world';

/** What must be true of one answer, as far as the user and the wire made it. */
interface Expected {
  chatId: string;
  call: Call | undefined;
  /** Everything the wire has said in this worker's life. */
  said: string;
  /** How much had been said when, so that what is older than a second can be held against what survived. */
  log: { length: number; at: number }[];
  /** What must survive: said a second or more before the worker died, or before the wire ended it. */
  safe: string;
  /** How it ended; absent while it lives. */
  over?: 'complete' | 'error' | 'stopped' | 'interrupted';
}

export interface Model {
  questions: Map<string, string>;
  answers: Map<string, Expected>;
  /** Requests the user's accepted actions account for. */
  accepted: number;
  deleted: Set<string>;
  next: number;
  /** The disk is full. */
  full: boolean;
}

export interface Real {
  world: World;
  worker: Worker;
  panels: Panel[];
  /** The disk is full: nothing more can be stored. */
  full: boolean;
  /** Questions whose transaction is complete, and requests that left before theirs was. */
  committed: number;
  early: number;
}

export const freshModel = (): Model => ({
  questions: new Map(),
  answers: new Map(),
  accepted: 0,
  deleted: new Set(),
  next: 0,
  full: false,
});

/** What fails on a full disk; reading goes on. */
const writes = new Set(['ask', 'journal', 'finish', 'patch', 'undelete', 'purge', 'sweep']);

export async function freshReal(): Promise<Real> {
  const world = createWorld();
  const real: Real = { world, worker: world.start(), panels: [], full: false, committed: 0, early: 0 };
  world.seam = (operation, phase) => {
    if (real.full && phase === 'begin' && writes.has(operation)) throw new DOMException('full', 'QuotaExceededError');
    if (operation === 'ask' && phase === 'done') real.committed += 1;
  };
  const { upstream } = world;
  const request = upstream.ask.bind(upstream);
  upstream.ask = (...asked) => {
    if (upstream.calls.length >= real.committed) real.early += 1;
    return request(...asked);
  };
  await real.worker.runs.ready();
  return real;
}

class Broken extends Error {
  override name = 'InvariantBroken';
}

function must(condition: boolean, words: () => string): asserts condition {
  if (!condition) throw new Broken(words());
}

const chats = ['a', 'b'] as const;
const liveOf = (model: Model, chatId?: string) =>
  [...model.answers].filter(([, each]) => !each.over && (chatId === undefined || each.chatId === chatId));

async function stored(real: Real, chatId: string): Promise<Message[]> {
  return real.world.reader.messages(chatId);
}

const answersIn = (messages: readonly Message[]) =>
  messages.filter((message): message is AnswerMessage => message.role === 'assistant');

/** The text a reader would get who opened the chat now: the row and what the journal adds. */
async function readable(real: Real, answer: AnswerMessage): Promise<string> {
  const rows = await real.world.reader.journal(answer.id);
  const added = rows.flatMap((row) => row.events).map((event) => (event.type === 'text-delta' ? event.text : ''));
  return textOf(answer) + added.join('');
}

/** I1–I5, I8: checked after every step. */
async function check(model: Model, real: Real): Promise<void> {
  await settle();
  for (const chatId of chats) {
    // A deleted chat may go at any time; *Undo* finds it whole or not at all.
    if (model.deleted.has(chatId)) continue;
    const messages = await stored(real, chatId);
    const ids = new Set(messages.map((message) => message.id));
    const orders = messages.map((message) => message.order);
    must(new Set(orders).size === orders.length, () => `I8: two messages of ${chatId} share a place: ${orders.join()}`);
    for (const [id, chat] of model.questions) {
      must(chat !== chatId || ids.has(id), () => `I1: the accepted question ${id} is not stored`);
    }
    for (const answer of answersIn(messages)) {
      const expected = model.answers.get(answer.id);
      must(expected !== undefined, () => `an answer nobody asked for: ${answer.id}`);
      if (answer.state === 'complete')
        must(expected.over === 'complete', () => `I3: ${answer.id} is complete too early`);
      if (!expected.over || model.full) continue;
      must(answer.state === expected.over, () => `I7: ${answer.id} is ${answer.state}, not ${expected.over}`);
      if (expected.over === 'interrupted') {
        const text = await readable(real, answer);
        must(
          text.startsWith(expected.safe) && expected.said.startsWith(text),
          () => `I2: ${answer.id} kept “${text}” of “${expected.said}”, “${expected.safe}” was safe`,
        );
      } else
        must(
          textOf(answer) === expected.said,
          () => `I2: ${answer.id} holds “${textOf(answer)}”, not “${expected.said}”`,
        );
    }
    for (const panel of real.panels) {
      for (const [run, expected] of liveOf(model, chatId)) {
        if (!panel.answers.has(run)) continue;
        must(
          expected.said.startsWith(panel.text(run)),
          () => `I8: a panel shows “${panel.text(run)}” of “${expected.said}”`,
        );
      }
    }
  }
  must(real.early === 0, () => 'I1: a request left before its question was stored');
  const calls = real.world.upstream.calls.length;
  must(calls <= model.accepted, () => `I5: ${calls} requests for ${model.accepted} accepted actions`);
}

type Step = fc.AsyncCommand<Model, Real>;

abstract class Action implements Step {
  abstract get name(): string;
  abstract act(model: Model, real: Real): Promise<void>;
  check(_model: Readonly<Model>): boolean {
    return true;
  }
  async run(model: Model, real: Real): Promise<void> {
    await this.act(model, real);
    await check(model, real);
  }
  toString(): string {
    return this.name;
  }
}

/** Asks through a command; what was accepted must have been asked exactly once. */
async function ask(
  model: Model,
  real: Real,
  chatId: string,
  command: () => Promise<{ answer: AnswerMessage; question?: { id: string } }>,
): Promise<void> {
  const before = real.world.upstream.calls.length;
  const busy = liveOf(model, chatId).length > 0;
  let accepted: { answer: AnswerMessage; question?: { id: string } };
  try {
    accepted = await command();
  } catch {
    await settle();
    must(real.world.upstream.calls.length === before, () => 'I5: a refused action was asked all the same');
    return;
  }
  must(!busy, () => `a second question was accepted while ${chatId} was being answered`);
  await settle();
  model.accepted += 1;
  const calls = real.world.upstream.calls.slice(before);
  must(calls.length === 1, () => `I5: one action made ${calls.length} requests`);
  if (accepted.question) model.questions.set(accepted.question.id, chatId);
  // I1: a request is only there once its question is.
  const ids = (await stored(real, chatId)).map((message) => message.id);
  must(ids.includes(accepted.answer.id), () => 'I1: asked before it was stored');
  const text = textOf(accepted.answer);
  model.answers.set(accepted.answer.id, { chatId, call: calls[0], said: text, safe: text, log: [] });
}

class SendQuestion extends Action {
  get name() {
    return `send(${this.chatId}${this.edit ? ', edit' : ''}${this.twice ? ', twice' : ''})`;
  }
  constructor(
    readonly chatId: string,
    readonly edit: boolean,
    readonly twice: boolean,
  ) {
    super();
  }
  override check(model: Readonly<Model>) {
    return !model.deleted.has(this.chatId);
  }
  async act(model: Model, real: Real) {
    const chat = await real.world.reader.chat(this.chatId);
    const messageId = `q${(model.next += 1)}`;
    const parentId = this.edit ? null : (chat?.leafId ?? null);
    const send = () =>
      real.worker.run('chat.send', { chatId: this.chatId, messageId, parentId, parts: say(`Question ${messageId}`) });
    await ask(model, real, this.chatId, async () => {
      const [first] = await Promise.all([send(), ...(this.twice ? [send().catch(() => undefined)] : [])]);
      return first;
    });
  }
}

class AskAgain extends Action {
  get name() {
    return `${this.how}(${this.chatId})`;
  }
  constructor(
    readonly chatId: string,
    readonly how: 'chat.regenerate' | 'chat.continue',
  ) {
    super();
  }
  override check(model: Readonly<Model>) {
    return !model.deleted.has(this.chatId);
  }
  async act(model: Model, real: Real) {
    const last = answersIn(await stored(real, this.chatId)).at(-1);
    if (!last) return;
    const newAnswerId = `r${(model.next += 1)}`;
    await ask(model, real, this.chatId, () =>
      real.worker.run(this.how, { chatId: this.chatId, answerId: last.id, newAnswerId }),
    );
  }
}

/** The wire says something to one of the answers being made. */
class Wire extends Action {
  get name() {
    return `wire(${this.place}, ${this.event.type}${'text' in this.event ? ` ${JSON.stringify(this.event.text)}` : ''})`;
  }
  constructor(
    readonly place: number,
    readonly event: ChatEvent,
  ) {
    super();
  }
  override check(model: Readonly<Model>) {
    return liveOf(model).length > 0;
  }
  async act(model: Model, real: Real) {
    const live = liveOf(model);
    const [, answer] = live[this.place % live.length] ?? [];
    if (!answer) return;
    answer.call?.say(this.event);
    if (this.event.type === 'text-delta') grow(answer, this.event.text, real);
    if (this.event.type === 'end') answer.over = 'complete';
    if (this.event.type === 'error') answer.over = this.event.error.kind === 'interrupted' ? 'interrupted' : 'error';
    if (answer.over) answer.safe = answer.said;
  }
}

function grow(answer: Expected, words: string, real: Real): void {
  answer.said += words;
  answer.log.push({ length: answer.said.length, at: real.world.clock.now() });
}

/** A stretch of an answer, piece by piece, with time between the pieces. */
class Talk extends Action {
  get name() {
    return `talk(${this.place}, ${JSON.stringify(this.pieces)}, ${this.ms} ms apart)`;
  }
  constructor(
    readonly place: number,
    readonly pieces: readonly string[],
    readonly ms: number,
  ) {
    super();
  }
  override check(model: Readonly<Model>) {
    return liveOf(model).length > 0;
  }
  async act(model: Model, real: Real) {
    const live = liveOf(model);
    const [, answer] = live[this.place % live.length] ?? [];
    for (const piece of answer ? this.pieces : []) {
      answer?.call?.say({ type: 'text-delta', text: piece });
      if (answer) grow(answer, piece, real);
      await real.world.clock.advance(this.ms);
    }
  }
}

class Stop extends Action {
  get name() {
    return `stop(${this.chatId})`;
  }
  constructor(readonly chatId: string) {
    super();
  }
  async act(model: Model, real: Real) {
    for (const [run, answer] of liveOf(model, this.chatId)) {
      await real.worker.run('chat.stop', { run });
      answer.over = 'stopped';
    }
  }
}

class Delete extends Action {
  get name() {
    return `delete(${this.chatId})`;
  }
  constructor(readonly chatId: string) {
    super();
  }
  override check(model: Readonly<Model>) {
    return !model.full && !model.deleted.has(this.chatId);
  }
  async act(model: Model, real: Real) {
    if (!(await real.world.reader.chat(this.chatId))) return;
    await real.worker.run('chat.delete', { chatId: this.chatId });
    for (const [, answer] of liveOf(model, this.chatId)) answer.over = 'stopped';
    model.deleted.add(this.chatId);
  }
}

class Undelete extends Action {
  get name() {
    return `undelete(${this.chatId})`;
  }
  constructor(readonly chatId: string) {
    super();
  }
  override check(model: Readonly<Model>) {
    return !model.full && model.deleted.has(this.chatId);
  }
  async act(model: Model, real: Real) {
    try {
      await real.worker.run('chat.undelete', { chatId: this.chatId });
      model.deleted.delete(this.chatId);
    } catch {
      // Too late: it is gone with everything in it.
      forget(model, this.chatId);
    }
  }
}

function forget(model: Model, chatId: string): void {
  for (const [id, chat] of model.questions) if (chat === chatId) model.questions.delete(id);
  for (const [id, answer] of model.answers) if (answer.chatId === chatId) model.answers.delete(id);
  model.deleted.delete(chatId);
}

class OpenPanel extends Action {
  get name() {
    return `open(${this.chatId})`;
  }
  constructor(readonly chatId: string) {
    super();
  }
  override check(model: Readonly<Model>) {
    return !model.deleted.has(this.chatId);
  }
  async act(model: Model, real: Real) {
    const panel = await real.worker.open(this.chatId);
    real.panels.push(panel);
    for (const [run, answer] of liveOf(model, this.chatId)) {
      must(
        panel.text(run) === answer.said,
        () => `I8: a panel that opens reads “${panel.text(run)}”, not “${answer.said}”`,
      );
    }
  }
}

class ClosePanel extends Action {
  get name() {
    return 'close';
  }

  async act(_model: Model, real: Real) {
    real.panels.shift()?.close();
  }
}

class KillWorker extends Action {
  get name() {
    return 'kill';
  }
  async act(model: Model, real: Real) {
    real.worker.kill();
    real.panels = [];
    const now = real.world.clock.now();
    for (const [, answer] of liveOf(model)) {
      answer.over = 'interrupted';
      const old = answer.log.findLast(({ at }) => at <= now - 1_000);
      if (old) answer.safe = answer.said.slice(0, old.length);
    }
    real.worker = real.world.start();
    await real.worker.runs.ready();
    // The sweep closes what the dead worker left; until it could store that, nothing more is promised.
    await settle();
  }
  override check(model: Readonly<Model>) {
    return !model.full;
  }
}

class FillDisk extends Action {
  get name() {
    return 'disk full';
  }
  override check(model: Readonly<Model>) {
    return !model.full;
  }
  async act(model: Model, real: Real) {
    model.full = true;
    real.full = true;
  }
}

class FreeDisk extends Action {
  get name() {
    return 'disk free';
  }
  override check(model: Readonly<Model>) {
    return model.full;
  }
  async act(model: Model, real: Real) {
    real.full = false;
    // The longest wait between two tries to store a finished answer.
    await real.world.clock.advance(70_000);
    model.full = false;
  }
}

class Wait extends Action {
  get name() {
    return `wait(${this.ms})`;
  }
  constructor(readonly ms: number) {
    super();
  }
  async act(_model: Model, real: Real) {
    await real.world.clock.advance(this.ms);
  }
}

/** Ends what still lives and sees that everything reached an end (I4, I7). */
export async function finish(model: Model, real: Real): Promise<void> {
  if (model.full) await new FreeDisk().run(model, real);
  for (const chatId of chats) await new Stop(chatId).run(model, real);
  real.worker.kill();
  real.worker = real.world.start();
  await real.worker.runs.ready();
  await check(model, real);
  for (const chatId of chats) {
    for (const answer of answersIn(await stored(real, chatId))) {
      must(
        answer.state !== 'pending' && answer.state !== 'streaming',
        () => `I4: ${answer.id} is ${answer.state} for ever`,
      );
      const journal = await real.world.reader.journal(answer.id);
      must(journal.length === 0, () => `the journal of ${answer.id} was left behind`);
    }
  }
}

const chat = fc.constantFrom(...chats);
/** Letters, words, and halves of a character that must not be torn. */
const text = fc.oneof(
  fc.constantFrom('a', 'b ', 'word ', '\n\n', '👍', '👨‍👩‍👧'),
  fc.string({ minLength: 1, maxLength: 8 }),
);
const last: fc.Arbitrary<ChatEvent> = fc.constantFrom<ChatEvent>(
  { type: 'end', finish: { reason: 'stop' } },
  { type: 'end', finish: { reason: 'length' } },
  { type: 'error', error: { kind: 'network', message: 'offline' } },
  { type: 'error', error: { kind: 'interrupted', message: '' } },
);

/** Sequences of everything that can happen. */
export const steps = (size: number) =>
  fc.commands(
    [
      fc.tuple(chat, fc.boolean(), fc.boolean()).map(([id, edit, twice]) => new SendQuestion(id, edit, twice)),
      fc
        .tuple(fc.nat(3), fc.array(text, { minLength: 2, maxLength: 6 }), fc.constantFrom(0, 20, 300, 700))
        .map(([place, pieces, ms]) => new Talk(place, pieces, ms)),
      fc.tuple(fc.nat(3), text).map(([place, words]) => new Wire(place, { type: 'text-delta', text: words })),
      fc.tuple(fc.nat(3), last).map(([place, event]) => new Wire(place, event)),
      fc
        .tuple(chat, fc.constantFrom('chat.regenerate' as const, 'chat.continue' as const))
        .map(([id, how]) => new AskAgain(id, how)),
      chat.map((id) => new Stop(id)),
      chat.map((id) => new Delete(id)),
      chat.map((id) => new Undelete(id)),
      chat.map((id) => new OpenPanel(id)),
      fc.constant(new ClosePanel()),
      fc.constant(new KillWorker()),
      fc.constant(new FillDisk()),
      fc.constant(new FreeDisk()),
      fc.constantFrom(1, 20, 600, 1_000, 5_000).map((ms) => new Wait(ms)),
    ],
    { maxCommands: size, size: 'max' },
  );
