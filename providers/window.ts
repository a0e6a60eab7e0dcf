/**
 * How much fits into a question where the server gives only as much room as it is asked for. Ollama gives a model 4,096 tokens
 * on most machines whatever the model could take, and leaves out what is longer without a word (docs.ollama.com/context-length).
 */
import type { ChatRequest } from '../core/chat';
import { answerText, charactersPerToken, questionText } from '../core/prompt';
import type { Connection, Provider } from './contract';

type Windowed = Pick<Provider, 'quirks' | 'models'>;

/** Tokens a picture takes, roughly. */
const picture = 1000;
/** What an answer needs when nobody says how long it may get, in tokens. */
const answerReserve = 2048;

/** The most that question and answer may take together, in tokens. `undefined`: the server needs not to be asked, or the user has said. */
export function mostRoom({ quirks, models }: Windowed, connection: Connection | undefined, model: string) {
  if (!quirks?.window || connection?.options?.contextLength !== undefined) return undefined;
  const own = models?.find(({ id }) => id === model)?.contextLength;
  return Math.min(own ?? quirks.window.most, quirks.window.most);
}

/**
 * The room this question is sent with. It grows by doubling, because a server loads the model anew for every other size, and
 * begins where most chats stay.
 */
export function roomFor(chat: ChatRequest, provider: Windowed, connection?: Connection): number | undefined {
  const said = connection?.options?.contextLength;
  const most = mostRoom(provider, connection, chat.model);
  const { window } = provider.quirks ?? {};
  if (said !== undefined || most === undefined || !window) return said;
  const needed = tokensOf(chat) + (chat.maxTokens ?? answerReserve);
  let room = window.usual;
  while (room < needed) room *= 2;
  return Math.min(room, most);
}

/** By bytes, because scripts with few characters for a word have many bytes for a character. */
function tokensOf({ system = '', turns, fence }: ChatRequest): number {
  let bytes = lengthOf(system);
  let pictures = 0;
  for (const turn of turns) {
    bytes += lengthOf(turn.role === 'user' ? questionText(turn.parts, fence) : answerText(turn.parts));
    pictures += turn.parts.filter((part) => part.type === 'image').length;
  }
  return Math.ceil(bytes / charactersPerToken) + pictures * picture;
}

const lengthOf = (text: string): number => new TextEncoder().encode(text).length;
