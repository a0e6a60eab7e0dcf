import { storedConnections } from '../../scripts/drive.mjs';
import type { Gloss } from '../e2e/harness/browser';
import { makeDefault } from '../e2e/harness/gateways';
import type { RawServer } from '../e2e/harness/raw';
import { setUpConnection } from '../e2e/harness/session';

/** Sets up a server below HTTP and makes it the one that answers. */
export async function connectTo(gloss: Gloss, raw: RawServer): Promise<void> {
  await setUpConnection(gloss, { baseUrl: raw.baseUrl, model: 'raw-model', key: 'long-key-1234567890' });
  const options = await gloss.openOptions();
  const added = (await storedConnections(options)).find((one) => one.baseUrl === raw.baseUrl);
  await makeDefault(options, added?.id ?? '');
  await options.close();
}
