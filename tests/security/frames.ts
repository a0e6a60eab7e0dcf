/** The frames of a body, or `null` where it is too large. */
import { frames, longestJson } from '../../providers/framing';
import { FramingError } from '../../providers/splitting';
import type { Frame } from '../../providers/contract';

export { longestJson };

export async function framesOf(chunks: readonly Uint8Array[], what: 'lines' | 'json'): Promise<Frame[] | null> {
  async function* body() {
    // A line of JSON, or of a stream that says nothing yet.
    yield* chunks;
  }
  const found: Frame[] = [];
  try {
    for await (const batch of frames(body(), what === 'json' ? 'json' : 'ndjson')) found.push(...batch);
    return found;
  } catch (error) {
    if (error instanceof FramingError && error.kind === 'too-large') return null;
    throw error;
  }
}
