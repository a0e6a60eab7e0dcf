/** How pictures are made to fit before they are attached. The drawing itself needs a canvas and is done elsewhere. */

/** Pixels; more than this most models scale down themselves, and charge for. */
export const longestSide = 1568;
/** Bytes of one picture as it is sent, before base64. */
export const mostBytes = 5 * 1024 * 1024;
/** Pictures in one question. */
export const mostPictures = 8;

/** What providers take. Everything else is drawn again as one of these. */
export const sentTypes = ['image/png', 'image/jpeg', 'image/webp', 'image/gif'] as const;

/** The size to draw at: no side longer than `longestSide`, no pixel lost that need not be. */
export function fitted(width: number, height: number): { width: number; height: number } {
  const scale = Math.min(1, longestSide / Math.max(width, height, 1));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** Whether the file can go as it is. */
export function goesAsItIs(file: { type: string; size: number }, width: number, height: number): boolean {
  const known = sentTypes.some((type) => type === file.type);
  return known && file.size <= mostBytes && Math.max(width, height) <= longestSide;
}

/** What to draw it as, in the order to try until one is small enough. */
export const drawnAs = [
  { type: 'image/png', quality: undefined },
  { type: 'image/jpeg', quality: 0.9 },
  { type: 'image/jpeg', quality: 0.75 },
  { type: 'image/jpeg', quality: 0.5 },
] as const;
