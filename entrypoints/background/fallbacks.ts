import type { ChatError, ChatEvent } from '../../core/chat';
import type { Target } from './targets';

/**
 * Asks one target after the other until one has said something. An answer that has begun is never begun again elsewhere,
 * and the user's own stop is final.
 */
export async function* withFallbacks(
  first: Target,
  others: () => Promise<Target[]>,
  ask: (target: Target) => AsyncIterable<ChatEvent>,
): AsyncGenerator<ChatEvent> {
  let left: Target[] | undefined;
  const failures: { connection: string; model: string; reason: ChatError['kind']; status?: number }[] = [];
  for (let target = first; ;) {
    let begun = false;
    let failure: ChatError | undefined;
    for await (const event of ask(target)) {
      begun ||= isContent(event);
      if (event.type === 'error' && !begun && event.error.kind !== 'aborted') failure = event.error;
      else yield event;
    }
    if (!failure) return;
    left ??= await others();
    const next = left.shift();
    if (!next) {
      yield { type: 'error', error: failure };
      return;
    }
    const { kind: reason, status } = failure;
    const failed = { connection: target.connection.name, model: target.model, reason };
    failures.push(status === undefined ? failed : { ...failed, status });
    target = next;
    const { connection, model } = next;
    yield {
      type: 'notice',
      notice: {
        kind: 'fallback',
        connection: connection.name,
        model,
        connectionId: connection.id,
        providerId: connection.provider,
        reason,
        failures: [...failures],
      },
    };
  }
}

function isContent({ type }: ChatEvent): boolean {
  return type.endsWith('-delta') || type === 'image' || type === 'citation' || type === 'opaque';
}
