/** A chat as Markdown: what a page, a file or a title brought in loads nothing where the file is shown. */
import MarkdownIt from 'markdown-it';
import { expect, test } from 'vitest';
import type { Chat, Message } from '../../core/chat';
import { chatMarkdown } from '../../storage/export-markdown';
import { CANARY, payloads } from './payloads';

const words = {
  you: 'You',
  answer: (provider: string, model: string) => `${provider} ${model}`,
  image: (name: string) => `Picture ${name}`,
  interrupted: 'Interrupted',
};
/** As freely as anything shows Markdown: with HTML. */
const reader = new MarkdownIt({ html: true, linkify: true });

const hostile = payloads.map(({ text }) => text.replaceAll(CANARY, 'https://canary.example'));
const loads = (html: string): string[] =>
  html.match(
    /<(?:img|image|picture|video|audio|source|track|iframe|frame|embed|object|applet|script|link|style|svg|meta|base|form|input|portal|math)\b[^>]*>/gi,
  ) ?? [];

const chatOf = (title: string): Chat => ({
  id: 'c',
  title,
  titled: true,
  createdAt: 1,
  updatedAt: 1,
  leafId: 'q',
  nextOrder: 2,
});
const asked = (text: string): Message => ({
  id: 'q',
  chatId: 'c',
  parentId: null,
  order: 0,
  createdAt: 1,
  role: 'user',
  parts: [
    { type: 'quote', id: 'a', text, source: { title: text, url: 'https://page.example/' } },
    { type: 'page', id: 'b', text: 'x', source: { title: text, url: text }, hidden: 0, removed: 0 },
    { type: 'image', id: 'd', mediaType: 'image/png', data: 'AAAA', name: text },
  ],
});

test('quotes, titles and names load nothing', () => {
  for (const text of hostile) {
    const html = reader.render(chatMarkdown(chatOf(text), [asked(text)], words));
    expect(loads(html), text).toEqual([]);
  }
});

test('and are read as they were', () => {
  const text = 'A <b>tag</b>, ![a picture](x) and 1 < 2.';
  const html = reader.render(chatMarkdown(chatOf('T'), [asked(text)], words));
  expect(html.replaceAll(/<[^>]*>/g, '')).toContain('A &lt;b&gt;tag&lt;/b&gt;, !a picture and 1 &lt; 2.');
});

test('whoever looks is awake', () => {
  expect(loads(reader.render(hostile.join('\n\n')))).not.toEqual([]);
});
