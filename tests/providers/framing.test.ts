import { describe, expect, it } from 'vitest';
import type { Frame, Framing } from '../../providers/contract';
import { frames } from '../../providers/framing';
import { FramingError, longestFrame } from '../../providers/splitting';
import { bytesOf, everySplit, joinedBytes } from './ask';

async function* chunked(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield chunk;
}

const collected = async (chunks: readonly Uint8Array[], framing: Framing): Promise<Frame[] | string> => {
  const result: Frame[] = [];
  try {
    for await (const batch of frames(chunked(chunks), framing)) result.push(...batch);
  } catch (thrown) {
    if (thrown instanceof FramingError) return thrown.kind;
    throw thrown;
  }
  return result;
};

/** The frames of a body, equal for every way of cutting it. */
const framed = async (body: string | Uint8Array, framing: Framing = 'sse'): Promise<Frame[] | string> => {
  const bytes = bytesOf(body);
  const whole = await collected([bytes], framing);
  for (const chunks of everySplit(bytes)) expect(await collected(chunks, framing)).toEqual(whole);
  return whole;
};

const data = (...texts: string[]): Frame[] => texts.map((text) => ({ data: text }));

describe('server-sent events', () => {
  it.each([
    ['LF', 'data: {"a":1}\n\ndata: {"b":2}\n\n'],
    ['CRLF', 'data: {"a":1}\r\n\r\ndata: {"b":2}\r\n\r\n'],
    ['CR', 'data: {"a":1}\r\rdata: {"b":2}\r\r'],
    ['mixed endings', 'data: {"a":1}\n\r\ndata: {"b":2}\r\n\n'],
    ['no space after the colon', 'data:{"a":1}\n\ndata:{"b":2}\n\n'],
    ['a byte order mark', '\uFEFFdata: {"a":1}\n\ndata: {"b":2}\n\n'],
    ['comments, ids and retries', ': hi\nid: 1\nretry: 5\ndata: {"a":1}\n\n:\n\n: x\n\ndata: {"b":2}\n\n'],
    ['blank lines before', '\n\n\r\ndata: {"a":1}\n\ndata: {"b":2}\n\n'],
    ['no blank line at the end', 'data: {"a":1}\n\ndata: {"b":2}\n'],
    ['no line end at the end', 'data: {"a":1}\n\ndata: {"b":2}'],
    ['unknown fields', 'foo: bar\ndata: {"a":1}\n\nnonsense\ndata: {"b":2}\n\n'],
    ['JSON instead of events', '{"a":1}\n{"b":2}\n'],
    ['JSON with an event after it', '{"a":1}\n\ndata: {"b":2}\n\n'],
    ['JSON on the line of an event after it', '{"a":1}data: {"b":2}'],
    ['JSON alone after an event', 'data: {"a":1}\n\n{"b":2}'],
  ])('%s', async (_name, body) => {
    expect(await framed(body)).toEqual(data('{"a":1}', '{"b":2}'));
  });

  it('joins the lines of one event', async () => {
    expect(await framed('data: {"a":\ndata: 1}\n\n')).toEqual(data('{"a":\n1}'));
  });

  it('takes one space away and no more', async () => {
    expect(await framed('data:  x \n\n')).toEqual(data(' x '));
  });

  it('takes exactly one byte order mark away', async () => {
    expect(await framed('\uFEFF\uFEFFdata: a\n\ndata: b\n\n')).toEqual(data('b'));
  });

  it('keeps the name of an event', async () => {
    expect(await framed('event: error\ndata: {"a":1}\n\n')).toEqual([{ event: 'error', data: '{"a":1}' }]);
  });

  it('gives a field named error, cut anywhere', async () => {
    expect(await framed('data: a\n\nerror: {"code":500}\n\n')).toEqual([
      { data: 'a' },
      { field: 'error', data: '{"code":500}' },
    ]);
  });

  it('gives an event at its CR without waiting for the next byte', async () => {
    async function* open(): AsyncGenerator<Uint8Array> {
      yield bytesOf('data: a\r\r');
      await new Promise(() => undefined);
    }
    const iterator = frames(open(), 'sse');
    expect((await iterator.next()).value).toEqual([{ data: 'a' }]);
  });

  it('puts a JSON tail of several lines together', async () => {
    expect(await framed('data: a\n\n{\n  "error": {\n    "code": 503\n  }\n}\n')).toEqual(
      data('a', '{\n  "error": {\n    "code": 503\n  }\n}'),
    );
  });

  it('drops a last event that was cut, keeps one that is words', async () => {
    expect(await framed('data: {"a":1}\n\ndata: {"b":')).toEqual(data('{"a":1}'));
    expect(await framed('data: {"a":1}\n\ndata: [DONE]')).toEqual(data('{"a":1}', '[DONE]'));
    expect(await framed('data: overloaded')).toEqual(data('overloaded'));
  });

  it('never takes U+2028, U+2029 or U+0085 for the end of a line', async () => {
    expect(await framed('data: {"a":"\u2028\u2029\u0085\u000b\u000c"}\n\n')).toEqual(
      data('{"a":"\u2028\u2029\u0085\u000b\u000c"}'),
    );
  });

  it('decodes characters cut anywhere', async () => {
    expect(await framed('data: äöü €uro 😀 한국어 \u{1F468}\u200D\u{1F469}\n\n')).toEqual(
      data('äöü €uro 😀 한국어 \u{1F468}\u200D\u{1F469}'),
    );
  });

  it('makes U+FFFD only of bytes that are not UTF-8', async () => {
    expect(await framed(joinedBytes('data: a', new Uint8Array([0xff]), 'b\n\n'))).toEqual(data('a\uFFFDb'));
    expect(await framed(joinedBytes('data: a', new Uint8Array([0xe2, 0x82])))).toEqual(data('a\uFFFD'));
  });

  it('gives nothing for nothing', async () => {
    for (const body of ['', '\n', '\r\n\r\n', ': only\n\n: comments\n\n', '\uFEFF'])
      expect(await framed(body)).toEqual([]);
  });

  it('knows plain text and web pages for what they are', async () => {
    expect(await framed('Internal Server Error')).toBe('not-an-api');
    expect(await framed('upstream connect error\nor disconnect')).toBe('not-an-api');
    expect(await framed('<!DOCTYPE html><title>x</title>')).toBe('not-an-api');
    expect(await framed('\n\n  <html>')).toBe('not-an-api');
  });

  it('takes a line of many megabytes and refuses one of more than sixteen', async () => {
    const long = `data: ${'x'.repeat(5_000_000)}\n\n`;
    const bytes = bytesOf(long);
    const chunks = Array.from({ length: 100 }, (_, place) => bytes.subarray(place * 60_000, (place + 1) * 60_000));
    expect(await collected(chunks, 'sse')).toEqual([{ data: 'x'.repeat(5_000_000) }]);
    const piece = bytesOf('x'.repeat(1_000_000));
    const endless = [bytesOf('data: '), ...Array.from({ length: 1 + longestFrame / 1_000_000 }, () => piece)];
    expect(await collected(endless, 'sse')).toBe('too-large');
    expect(await collected([bytesOf('{"a":"'), ...endless.slice(1)], 'sse')).toBe('too-large');
    expect(await collected([bytesOf('{"a":"'), ...endless.slice(1)], 'ndjson')).toBe('too-large');
    const lines = Array.from({ length: 1 + longestFrame / 1_000_000 }, () => joinedBytes('data: ', piece, '\n'));
    expect(await collected(lines, 'sse')).toBe('too-large');
  });

  it('takes any number of short ones, of pings too, and refuses one too long among them, however they come', async () => {
    const pings = bytesOf(`: ${'ping'.repeat(300_000)}\n\n`);
    const many = Array.from({ length: 1 + Math.ceil(longestFrame / pings.length) }, () => pings);
    expect(await collected([...many, bytesOf('data: a\n\n')], 'sse')).toEqual(data('a'));
    expect(await collected([joinedBytes(...many, 'data: a\n\n')], 'sse')).toEqual(data('a'));
    const long = `data: ${'x'.repeat(longestFrame)}\n\n`;
    expect(await collected([bytesOf(`data: a\n\n${long}data: b\n\n`)], 'sse')).toBe('too-large');
  });
});

describe('one JSON', () => {
  it.each([
    ['alone', '{"a":"}{\\"]","b":[1,{"c":2}]}'],
    ['after blank lines', '\n\n\r\n  {"a":"}{\\"]","b":[1,{"c":2}]}\n'],
    ['as an event', 'data: {"a":"}{\\"]","b":[1,{"c":2}]}\n\n'],
    ['after a byte order mark', '\uFEFF{"a":"}{\\"]","b":[1,{"c":2}]}'],
  ])('%s', async (_name, body) => {
    expect(await framed(body, 'json')).toEqual(data('{"a":"}{\\"]","b":[1,{"c":2}]}'));
  });

  it('with [DONE] after it', async () => {
    expect(await framed('{"a":1}\n\ndata: [DONE]\n\n', 'json')).toEqual(data('{"a":1}', '[DONE]'));
  });

  it('laid out over lines', async () => {
    expect(await framed('{\n  "a": 1,\n  "b": "x"\n}', 'json')).toEqual(data('{\n  "a": 1,\n  "b": "x"\n}'));
    expect(await framed('[\n{"a":1},\n{"b":2}]', 'json')).toEqual(data('[\n{"a":1},\n{"b":2}]'));
  });

  it('is nothing where its end is missing', async () => {
    expect(await framed('{"a":"b', 'json')).toEqual([]);
  });

  it('is a value of another kind where it is one', async () => {
    expect(await framed('"quota exceeded"', 'json')).toEqual(data('"quota exceeded"'));
    expect(await framed('null', 'json')).toEqual(data('null'));
  });

  it('is refused at more than ten megabytes, counted in bytes', async () => {
    const piece = bytesOf('€'.repeat(500_000));
    expect(await collected([bytesOf('{"a":"'), ...Array.from({ length: 7 }, () => piece)], 'json')).toBe('too-large');
  });
});

describe('lines of JSON', () => {
  it.each([
    ['LF', '{"a":1}\n{"b":2}\n'],
    ['CRLF', '{"a":1}\r\n{"b":2}\r\n'],
    ['blank lines', '\n{"a":1}\n\n\n{"b":2}'],
    ['a byte order mark', '\uFEFF{"a":1}\n{"b":2}'],
    ['events instead', 'data: {"a":1}\n\ndata: {"b":2}\n\n'],
    ['a value over several lines', '{"a":1}\n{"b":2}\n{\n"c":'],
  ])('%s', async (_name, body) => {
    expect(await framed(body, 'ndjson')).toEqual(data('{"a":1}', '{"b":2}'));
  });

  it('gives a value over several lines whole', async () => {
    expect(await framed('{\n"a":1,\n"b":{\n}\n}\n{"c":3}\n', 'ndjson')).toEqual(
      data('{\n"a":1,\n"b":{\n}\n}', '{"c":3}'),
    );
  });

  it('gives a line that is not JSON as it is', async () => {
    expect(await framed('{"a":1}\nout of memory\n', 'ndjson')).toEqual(data('{"a":1}', 'out of memory'));
    expect(await framed('out of memory', 'ndjson')).toEqual(data('out of memory'));
    expect(await framed('{"a":1}\n{oops\n{"b":2}\n', 'ndjson')).toEqual(data('{"a":1}', '{oops', '{"b":2}'));
  });

  it('knows a web page', async () => {
    expect(await framed('<html>x</html>', 'ndjson')).toBe('not-an-api');
  });
});
