/** Makes a picture fit to be sent: no side longer than 1568 pixels, at most 5 MB, in a format that providers take. */
import type { ImagePart } from '../../core/chat';
import { drawnAs, fitted, goesAsItIs, mostBytes } from '../../state/pictures';

type Prepared = Omit<ImagePart, 'type' | 'id'>;

export async function prepare(file: File): Promise<Prepared | 'unreadable' | 'too-large'> {
  const bitmap = await createImageBitmap(file).catch(() => null);
  if (!bitmap) return 'unreadable';
  try {
    const { width, height } = bitmap;
    const name = file.name === '' ? {} : { name: file.name };
    if (goesAsItIs(file, width, height)) {
      return { mediaType: file.type, data: await base64(file), width, height, ...name };
    }
    const size = fitted(width, height);
    const drawn = await draw(bitmap, size);
    return drawn ? { mediaType: drawn.type, data: await base64(drawn), ...size, ...name } : 'too-large';
  } finally {
    bitmap.close();
  }
}

async function draw(bitmap: ImageBitmap, { width, height }: { width: number; height: number }): Promise<Blob | null> {
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0, width, height);
  for (const { type, quality } of drawnAs) {
    const blob = await canvas.convertToBlob({ type, ...(quality === undefined ? {} : { quality }) });
    if (blob.type === type && blob.size <= mostBytes) return blob;
  }
  return null;
}

/** In pieces: a call with megabytes of arguments would overflow the stack. */
async function base64(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let binary = '';
  for (let start = 0; start < bytes.length; start += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  }
  return btoa(binary);
}
