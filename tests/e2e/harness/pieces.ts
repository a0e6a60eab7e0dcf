/** Long texts in the pieces in which they are asked, streamed or watched. */

export const inBatches = <Item>(all: readonly Item[], size: number): Item[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size));

export const inPieces = (text: string, length: number): string[] =>
  Array.from({ length: Math.ceil(text.length / length) }, (_, index) =>
    text.slice(index * length, (index + 1) * length),
  );

/** An answer as server-sent events, with whatever fields. */
export const events = (...chunks: object[]): string =>
  [
    ...chunks.map((delta) => ({ id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta }] })),
    { id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
  ]
    .map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`)
    .join('') + 'data: [DONE]\n\n';
