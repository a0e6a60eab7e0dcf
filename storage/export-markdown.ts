/** One branch of a chat as Markdown, to be read, kept or pasted elsewhere. */
import type { Chat, Message, Part } from '../core/chat';
import type { ChatReader } from './chats';
import { chatWithJournal } from './export';

/** What stands around the messages, in the user's language. */
export interface MarkdownWords {
  you: string;
  /** Heading of an answer. */
  answer(provider: string, model: string): string;
  /** Stands for a picture, which stays behind. */
  image(name: string): string;
  interrupted: string;
}

/** The branch a chat was left on, oldest first, with what an answer has of its words so far. */
export async function readBranch(reader: ChatReader, chat: Chat): Promise<Message[]> {
  const { messages } = await chatWithJournal(reader, chat);
  const byId = new Map(messages.map((message) => [message.id, message]));
  const branch: Message[] = [];
  for (let at = byId.get(chat.leafId ?? '') ?? messages.at(-1); at; at = byId.get(at.parentId ?? '')) {
    branch.push(at);
    // Each is taken once, so that not even a circle goes on for ever.
    byId.delete(at.id);
  }
  return branch.reverse();
}

/** A file's name that every system takes. */
export function markdownName(title: string): string {
  const name = [...oneLine(title.replaceAll(/[\p{C}\\/:*?"<>|]/gu, ' '))].slice(0, 80).join('');
  return `${name.replaceAll(/^[. ]+|[. ]+$/g, '') || 'gloss'}.md`;
}

/** `branch` is what is on show, oldest first. Thoughts, notices and the bytes of pictures stay behind. */
export function chatMarkdown(chat: Chat, branch: readonly Message[], words: MarkdownWords): string {
  const sections = branch.map((message) => {
    const heading = message.role === 'user' ? words.you : words.answer(message.provider, message.model);
    const parts = message.parts.map((part: Part) => partMarkdown(part, words)).filter(Boolean);
    const cut = message.role === 'assistant' && message.state !== 'complete' ? [`*${words.interrupted}*`] : [];
    return [`## ${inert(oneLine(heading))}`, ...parts, ...cut].join('\n\n');
  });
  return `${[`# ${inert(oneLine(chat.title))}`, ...sections].join('\n\n')}\n`;
}

function partMarkdown(part: Part, words: MarkdownWords): string {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return part.text.trim();
    case 'quote':
      return `${part.text
        .trim()
        .split('\n')
        .map((line) => `> ${inert(line)}`)
        .join('\n')}\n>\n> ${link(part.source.title, part.source.url)}`;
    case 'page':
      return `> ${link(part.source.title, part.source.url)}`;
    case 'image':
      return `*${inert(oneLine(words.image(part.name ?? '')))}*`;
    case 'citation':
      return `- ${link(part.title ?? part.url, part.url)}`;
    case 'reasoning':
    case 'tool-call':
    case 'opaque':
    case 'notice':
      return '';
    default:
      return part satisfies never;
  }
}

/** A page's words are no Markdown: whoever shows the file must not load a picture for them or take a tag for one. */
const inert = (text: string): string => text.replaceAll(/!(?=\[)|<(?=[a-z/!?])/gi, '\\$&');

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

/** Title and address are a page's own words; neither may end the link early. Other schemes than the web's stay text. */
function link(title: string, url: string): string {
  const label = inert(oneLine(title || url).replaceAll(/[\\[\]]/g, '\\$&'));
  if (!/^https?:/i.test(url)) return label;
  return `[${label}](<${url.replaceAll(/[<>\s]/g, encodeURIComponent)}>)`;
}
