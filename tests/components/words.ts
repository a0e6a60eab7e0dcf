/** The English words, for components that are drawn without a browser. Use with `vi.mock('#i18n', …)`. */
import { resolve } from 'node:path';
import { generateChromeMessages, parseMessagesFile } from '@wxt-dev/i18n/build';

// Tests run from the root; in a DOM environment a module's own address is no file.
const file = resolve('locales/en.yml');
const messages = generateChromeMessages(await parseMessagesFile(file));

/** As `i18n.t` of the product, for messages without plural forms. A key without words is an error. */
export function t(key: string, substitutions: readonly string[] = []): string {
  const message = messages[key.replaceAll('.', '_')]?.message;
  if (message === undefined) throw new Error(`No words for ${key}`);
  return message.replace(/\$(\d)/g, (_, number: string) => substitutions[Number(number) - 1] ?? '');
}
