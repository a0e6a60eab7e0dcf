/** The five gateways, each a server of the test's own, set up through the options page as a user would. */
import type { Page } from 'playwright';
import { until, storedConnections } from '../../../scripts/drive.mjs';
import { startGateway, type Gateway, type GatewayName, type GatewayOptions } from '../../gateways/server';
import type { Gloss } from './browser';

/** The pool's length in the catalog. */
const poolSize = 7;

/** EasyChat's pool: seven names of this machine, because a cookie is shared by all ports of a name. */
export interface Pool {
  gateways: Gateway[];
  /** As the user lists them, in the order of `gateways`. */
  servers: string[];
}

/** Seven servers that answer with their number. */
export async function startPool(options: GatewayOptions = {}): Promise<Pool> {
  const gateways = await Promise.all(
    Array.from({ length: poolSize }, (_, place) =>
      startGateway('easychat', { answer: `Answered by server ${place + 1} of the pool.`, ...options }),
    ),
  );
  return { gateways, servers: gateways.map(({ port }, place) => `http://s${place + 1}.localhost:${port}`) };
}

export interface GatewayConnection {
  name: GatewayName;
  baseUrl?: string;
  servers?: readonly string[];
  model?: string;
  /** Fields under *Advanced*, before *Save*. */
  advanced?(options: Page): Promise<void>;
}

/** Adds a gateway in the options page and makes it the default. The id it is stored under. */
export async function setUpGateway(gloss: Gloss, gateway: GatewayConnection): Promise<string> {
  const addresses = [...(gateway.baseUrl === undefined ? [] : [gateway.baseUrl]), ...(gateway.servers ?? [])];
  for (const address of addresses) await gloss.allow(`http://${new URL(address).hostname}/*`);
  const options = await gloss.openOptions();
  const before = new Set((await storedConnections(options)).map(({ id }) => id));
  await options.getByRole('button', { name: 'Add provider' }).first().click();
  await options.getByRole('combobox', { name: 'Provider' }).selectOption(gateway.name);
  if (gateway.baseUrl !== undefined) await options.getByRole('textbox', { name: 'Base URL' }).fill(gateway.baseUrl);
  if (gateway.servers) await options.getByRole('textbox', { name: 'Servers' }).fill(gateway.servers.join('\n'));
  if (gateway.model !== undefined) {
    await options
      .getByRole('combobox', { name: 'Model' })
      .or(options.getByRole('textbox', { name: 'Model' }))
      .first()
      .fill(gateway.model);
  }
  if (gateway.advanced) {
    await options.getByText('Advanced', { exact: true }).click();
    await gateway.advanced(options);
  }
  await options.getByRole('button', { name: 'Save', exact: true }).click();
  const added = await until('the gateway to be stored', async () =>
    (await storedConnections(options)).find(({ id }) => !before.has(id)),
  );
  await makeDefault(options, added.id);
  await options.close();
  return added.id;
}

/** What the options page itself sends when *Make default* is clicked. */
export async function makeDefault(page: Page, id: string): Promise<void> {
  await page.evaluate(`chrome.runtime.sendMessage({ type: 'connection.setDefault', id: ${JSON.stringify(id)} })`);
}
