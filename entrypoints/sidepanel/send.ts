import type { CommandInput, CommandName, CommandOutput, Reply, Send } from '../../core/protocol';

/** Milliseconds before the second try; by then a worker that was just starting has its listeners. */
const secondTryAfter = 200;

/** A page's way to the background. `post` is `runtime.sendMessage`. */
export function createSend(post: (message: unknown) => Promise<unknown>, wait: (ms: number) => Promise<void>): Send {
  return async <Name extends CommandName>(type: Name, input: CommandInput<Name>) => {
    const message = { type, ...input };
    let answer = await post(message).catch((error: unknown) => error);
    if (answer instanceof Error && isUnheard(answer)) {
      await wait(secondTryAfter);
      answer = await post(message).catch((error: unknown) => error);
    }
    return isReply<CommandOutput<Name>>(answer) ? answer : failure(answer);
  };
}

/** Nobody was there to hear it, so saying it again cannot do anything twice. */
const isUnheard = (error: Error): boolean => /receiving end does not exist/i.test(error.message);

function isReply<Value>(answer: unknown): answer is Reply<Value> {
  return typeof answer === 'object' && answer !== null && 'ok' in answer && typeof answer.ok === 'boolean';
}

function failure(answer: unknown): Reply<never> {
  const message = answer instanceof Error ? answer.message : '';
  return { ok: false, error: { kind: 'not-done', message } };
}
