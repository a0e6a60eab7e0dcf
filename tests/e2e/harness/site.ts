/** Pages to read, under names of their own, so that access to the test's server is not access to them. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SitePage {
  type?: string;
  headers?: Record<string, string>;
  body: string | Buffer;
}

export interface Site {
  /** `name`: one of `siteNames`. */
  url(path: string, name?: string): string;
  /** Serves these too; the path begins with `/`. */
  put(path: string, page: SitePage): void;
  close(): Promise<void>;
}

/** Lead to this machine; for `LaunchOptions.hosts`. */
export const siteNames = ['page.test', 'other.test'] as const;

export async function openSite(pages: Record<string, SitePage> = {}): Promise<Site> {
  const all = new Map(Object.entries(pages));
  const server = createServer((request, response) => {
    const page = all.get((request.url ?? '').split('?', 1)[0] ?? '');
    response.writeHead(page ? 200 : 404, {
      'content-type': page?.type ?? 'text/html; charset=utf-8',
      ...page?.headers,
    });
    response.end(page?.body ?? 'nothing here');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: (path, name = siteNames[0]) => `http://${name}:${port}${path}`,
    put: (path, page) => void all.set(path, page),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** A PDF of one page with the same line of text a number of times, byte positions and all. */
export function pdfOf(text: string, lines = 1): Buffer {
  const stream = `BT /F1 16 Tf 20 760 Td 18 TL ${`(${text.repeat(3)}) Tj T* `.repeat(lines)}ET`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  let file = '%PDF-1.4\n';
  const places: number[] = [];
  for (const [number, object] of objects.entries()) {
    places.push(file.length);
    file += `${number + 1} 0 obj\n${object}\nendobj\n`;
  }
  const table = file.length;
  const rows = places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`).join('');
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}`;
  file += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`;
  return Buffer.from(file, 'latin1');
}
