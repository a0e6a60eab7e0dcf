/** Behaviours of streams that are nasty but legal, or were seen all the same. Each is told in bytes, cut at every byte. */
import { describe, expect, it, vi } from 'vitest';
import type { ChatEvent } from '../../core/chat';
import {
  answering,
  ask,
  bytesOf,
  custom,
  delta,
  handClock,
  joined,
  lastOf,
  says,
  sse,
  stops,
  textOf,
  told,
} from './ask';

// Every body is told thousands of times, cut in every way.
vi.setConfig({ testTimeout: 60_000 });

const text = (value: string): ChatEvent => ({ type: 'text-delta', text: value });
const reasoning = (value: string): ChatEvent => ({ type: 'reasoning-delta', text: value });
const end: ChatEvent = { type: 'end', finish: { reason: 'stop', raw: 'stop' } };
const usage = (inputTokens: number, outputTokens: number): ChatEvent => ({
  type: 'usage',
  usage: { inputTokens, outputTokens },
});
const failing = (kind: string, more: Record<string, unknown> = {}): unknown => ({
  type: 'error',
  error: expect.objectContaining({ kind, ...more }),
});
const hello = sse(says('Hel'), says('lo'), stops(), '[DONE]');
const greeting = [text('Hello'), end];

describe('1–7: bytes and lines', () => {
  it('1: a byte order mark before the first field', async () => {
    expect(await told(`\uFEFF${hello}`)).toEqual(greeting);
  });
  it('2: CRLF line ends', async () => {
    expect(await told(hello.replaceAll('\n', '\r\n'))).toEqual(greeting);
  });
  it('3: CR line ends', async () => {
    expect(await told(hello.replaceAll('\n', '\r'))).toEqual(greeting);
  });
  it('4: CR and LF in different reads make no blank line', async () => {
    const twoLines = 'data: {"choices":[{"delta":\r\ndata: {"content":"Hello"},"finish_reason":"stop"}]}\r\n\r\n';
    expect(await told(twoLines)).toEqual(greeting);
  });
  it('5: mixed line ends', async () => {
    let place = 0;
    const mixed = hello.replaceAll('\n\n', () => ['\n\r\n', '\r\n\n', '\r\r\n', '\n\n'][(place += 1) % 4] ?? '');
    expect(await told(mixed)).toEqual(greeting);
  });
  it('6: a character cut between reads', async () => {
    const words = 'Grüße, €5, 你好, 👩‍💻!';
    expect(await told(sse(says(words), stops(), '[DONE]'))).toEqual([text(words), end]);
  });
  it('7: one event over many reads, many events in one', async () => {
    const words = Array.from({ length: 8 }, (_, place) => `word${place} `);
    expect(await told(sse(...words.map(says), stops()))).toEqual([text(words.join('')), end]);
  });
});

describe('8–16: events and their end', () => {
  it('8: comments and keep-alive lines', async () => {
    const noisy = `: OPENROUTER PROCESSING\n\n: keep-alive\n\n${sse(says('Hel'))}:\n\n:\n${sse(says('lo'), stops())}: bye\n\n`;
    expect(await told(noisy)).toEqual(greeting);
  });
  it('9: blank lines before a JSON body', async () => {
    const body = { choices: [{ message: { content: 'Hello' }, finish_reason: 'stop' }] };
    expect(await told(`\n\n\n${JSON.stringify(body)}`, { chat: { stream: false } })).toEqual(greeting);
  });
  it('10: data over several lines', async () => {
    const lines = JSON.stringify(says('Hello'), null, 1)
      .split('\n')
      .map((line) => `data: ${line}\n`)
      .join('');
    expect(await told(`${lines}\n${sse(stops())}`)).toEqual(greeting);
  });
  it('11: data without the space; only one space is framing', async () => {
    expect(await told(hello.replaceAll('data: ', 'data:'))).toEqual(greeting);
    expect(await told(hello.replaceAll('data: ', 'data:   '))).toEqual(greeting);
  });
  it('12: U+2028 and U+0085 inside JSON are no line ends', async () => {
    expect(await told(sse(says('a\u2028b\u2029c\u0085d'), stops()))).toEqual([text('a\u2028b\u2029c\u0085d'), end]);
  });
  it('13: the last event without blank line or line end', async () => {
    const bare = sse(says('Hel'), delta({ content: 'lo' }, 'stop'));
    expect(await told(bare.slice(0, -1))).toEqual(greeting);
    expect(await told(bare.slice(0, -2))).toEqual(greeting);
    expect(await told(hello.slice(0, -2))).toEqual(greeting);
  });
  it('14: no [DONE] ever', async () => {
    expect(await told(sse(says('Hello'), stops()))).toEqual(greeting);
  });
  it('15: [DONE], then the socket stays open', async () => {
    let cancelled = false;
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) => controller.enqueue(new Uint8Array(bytesOf(hello))),
      cancel: () => {
        cancelled = true;
      },
    });
    expect(joined(await ask(() => Promise.resolve(new Response(body))))).toEqual(greeting);
    expect(cancelled).toBe(true);
  });
  it('15: a finish reason, then the socket stays open: five seconds for usage, then the end', async () => {
    const clock = handClock();
    const asked = ask(answering([bytesOf(sse(says('Hello'), stops()))], {}, 'open'), { clock });
    let over = false;
    void asked.then(() => (over = true));
    await clock.pass(4_900);
    expect(over).toBe(false);
    await clock.pass(200);
    expect(joined(await asked)).toEqual(greeting);
  });
  it('16: events after the end', async () => {
    expect(await told(`${hello}${sse(says(' again'), { error: { message: 'late' } })}`)).toEqual(greeting);
    expect(await told(sse(says('Hello'), stops(), says(' again'), stops('length'), '[DONE]'))).toEqual(greeting);
  });
});

describe('17–22: bodies that are not what they should be', () => {
  it('17: the bytes end without a finish reason', async () => {
    expect(await told(sse(says('Hel'), says('lo')))).toEqual([text('Hello'), failing('interrupted')]);
    expect(await told(sse(says('Hel'), says('lo')).slice(0, -8))).toEqual([text('Hel'), failing('interrupted')]);
  });
  it('17: also where the events are labelled as JSON, or no content came yet', async () => {
    const labelled = { headers: { 'content-type': 'application/json' } };
    expect(await told(sse(says('Hel'), says('lo')), {}, labelled)).toEqual([text('Hello'), failing('interrupted')]);
    expect(await told(sse(delta({ role: 'assistant', content: '' })))).toEqual([failing('interrupted')]);
  });
  it('18: [DONE] alone, or no deltas', async () => {
    expect(await told(sse('[DONE]'))).toEqual([failing('empty')]);
    expect(await told(sse(delta({ role: 'assistant', content: '' }), stops(), '[DONE]'))).toEqual([
      failing('empty', { code: 'stop' }),
    ]);
    expect(await told('')).toEqual([failing('empty')]);
  });
  it('19: 200 with a web page', async () => {
    const page = '<!DOCTYPE html>\n<html><head><title>Just a moment...</title></head><body>x</body></html>';
    expect(await told(page, {}, { headers: { 'content-type': 'text/html' } })).toEqual([
      failing('not-an-api', { message: 'Just a moment...' }),
    ]);
    expect(await told(`\r\n ${page}`)).toEqual([failing('not-an-api', { message: 'Just a moment...' })]);
  });
  it('20: 200 with a JSON error', async () => {
    const body = { code: 'The service is currently unavailable', error: 'Model is overloaded' };
    expect(await told(JSON.stringify(body), {}, { headers: { 'content-type': 'application/json' } })).toEqual(
      Array.from({ length: 2 }, (_, place) => ({
        type: 'notice',
        notice: expect.objectContaining({ attempt: place + 2 }) as unknown,
      })).concat([failing('overloaded', { message: 'Model is overloaded' }) as never]),
    );
  });
  it('21: one JSON where a stream was asked for', async () => {
    const body = {
      choices: [
        {
          message: {
            content: 'Hello',
            reasoning_content: 'hm',
            tool_calls: [{ id: 't1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
          },
          finish_reason: 'tool_calls',
        },
      ],
      usage: { prompt_tokens: 1, completion_tokens: 2 },
    };
    expect(await told(JSON.stringify(body))).toEqual([
      usage(1, 2),
      reasoning('hm'),
      text('Hello'),
      { type: 'tool-call-delta', index: 0, id: 't1', name: 'f', input: '{"a":1}' },
      { type: 'end', finish: { reason: 'tool-calls', raw: 'tool_calls' } },
    ]);
    const bare = { choices: [{ message: { role: 'assistant', content: 'Hello' } }] };
    expect(await told(JSON.stringify(bare, null, 2))).toEqual(greeting);
  });
  it('22: events without their content type, events where JSON was asked for, JSON with [DONE] after it', async () => {
    for (const type of ['text/plain', 'application/json', 'text/html', ''])
      expect(await told(hello, {}, { headers: { 'content-type': type } })).toEqual(greeting);
    expect(await told(hello, { chat: { stream: false } })).toEqual(greeting);
    const body = JSON.stringify({ choices: [{ message: { content: 'Hello' }, finish_reason: 'stop' }] });
    expect(await told(`${body}\n\ndata: [DONE]\n\n`)).toEqual(greeting);
  });
});

describe('23–30: errors where they are least expected', () => {
  const began = sse(says('Hel'));
  it('23: an error object in mid-stream', async () => {
    const body =
      began +
      sse({
        error: { message: 'Upstream gave out', code: 502 },
        choices: [{ delta: { content: '' }, finish_reason: 'error' }],
      });
    expect(await told(body)).toEqual([text('Hel'), failing('server', { message: 'Upstream gave out', code: '502' })]);
  });
  it('24: an event named error', async () => {
    expect(await told(`${began}event: error\ndata: {"message":"Out of memory"}\n\n`)).toEqual([
      text('Hel'),
      failing('server', { message: 'Out of memory' }),
    ]);
    expect(await told(`${began}event: error\ndata: Out of memory\n\n`)).toEqual([
      text('Hel'),
      failing('server', { message: 'Out of memory' }),
    ]);
  });
  it('25: a field named error', async () => {
    const body = `${began}error: {"code":500,"message":"Slot gone","type":"server_error"}\n\n`;
    expect(await told(body)).toEqual([text('Hel'), failing('server', { message: 'Slot gone', code: 'server_error' })]);
  });
  it.each([
    [{ error_type: 'overloaded', error_message: 'Busy' }, 'overloaded', 'Busy'],
    [{ object: 'error', message: 'Busy', type: 'BadRequestError', code: 500 }, 'server', 'Busy'],
    [{ detail: 'Busy' }, 'server', 'Busy'],
    [{ detail: [{ loc: ['body', 'model'], msg: 'Busy', type: 'x' }] }, 'server', 'body.model: Busy'],
    [{ object: 'error', message: { detail: [{ loc: ['a', 0], msg: 'Busy' }] } }, 'server', 'a.0: Busy'],
    [{ code: 'x', error: 'Busy' }, 'server', 'Busy'],
    [{ error: 'Busy' }, 'server', 'Busy'],
    [[{ error: { message: 'Busy', code: 503 } }], 'overloaded', 'Busy'],
    [{ type: 'error', error: { type: 'api_error', message: 'Busy' } }, 'server', 'Busy'],
  ])('26: a flat or odd error: %j', async (body, kind, message) => {
    expect(await told(began + sse(body))).toEqual([text('Hel'), failing(kind, { message })]);
  });
  it('26: error: null is no error', async () => {
    expect(await told(sse({ error: null, choices: [{ delta: { content: 'Hello' }, finish_reason: 'stop' }] }))).toEqual(
      greeting,
    );
  });
  it('27: a JSON error without data: after the events', async () => {
    const tail = JSON.stringify({ error: { code: 503, message: 'Gone', status: 'UNAVAILABLE' } }, null, 2);
    expect(await told(began + tail)).toEqual([text('Hel'), failing('overloaded', { message: 'Gone' })]);
  });
  it('28: an error line that is not JSON', async () => {
    expect(await told(`${began}data: the model runner has stopped\n\n`)).toEqual([
      text('Hel'),
      failing('server', { message: 'the model runner has stopped' }),
    ]);
  });
  it('29: an error swallowed into an empty delta', async () => {
    expect(await told(sse(says('Hel'), delta({ content: '' })))).toEqual([text('Hel'), failing('interrupted')]);
  });
  it('30: 403 without a body', async () => {
    expect(await told('', {}, { status: 403 })).toEqual([failing('origin-refused', { status: 403 })]);
  });
});

describe('31–36: where the words are', () => {
  it('31: no choices in the first, a middle or the last chunk', async () => {
    const none = { choices: [], prompt_filter_results: [], id: '', created: 0, model: '', object: '' };
    const last = { choices: [], usage: { prompt_tokens: 3, completion_tokens: 4 } };
    expect(await told(sse(none, says('Hel'), none, says('lo'), stops(), last, '[DONE]'))).toEqual([
      text('Hello'),
      usage(3, 4),
      end,
    ]);
  });
  it('32: choices null or missing, no id', async () => {
    expect(
      await told(sse({ choices: null }, {}, { choices: [null] }, { choices: [{}] }, says('Hello'), stops())),
    ).toEqual(greeting);
  });
  it.each([
    { content: null },
    { content: '' },
    { role: 'assistant' },
    { role: '' },
    { role: null, content: null },
    { role: 'assistant', content: '' },
  ])('33: an empty delta %j', async (empty) => {
    expect(await told(sse(delta(empty), says('Hel'), delta(empty, null), says('lo'), delta(empty, 'stop')))).toEqual(
      greeting,
    );
    expect(await told(sse({ choices: [{ delta: null }] }, says('Hello'), stops()))).toEqual(greeting);
  });
  it('34: content as a list', async () => {
    const thinking = delta({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] }] });
    const answer = delta({
      content: [
        { type: 'text', text: 'Hel' },
        { type: 'reference', reference_ids: [1] },
        { type: 'text', text: 'lo' },
      ],
    });
    expect(await told(sse(thinking, answer, stops()))).toEqual([reasoning('hm'), text('Hello'), end]);
  });
  it('35: a refusal', async () => {
    expect(await told(sse(delta({ refusal: 'I can' }), delta({ refusal: 'not.' }), stops()))).toEqual([
      { type: 'refusal-delta', text: 'I cannot.' },
      end,
    ]);
  });
  it.each(['reasoning_content', 'reasoning', 'thinking', 'thought'])('36: reasoning in %s', async (field) => {
    expect(
      await told(sse(delta({ [field]: 'h', content: null }), delta({ [field]: 'm' }), says('Hello'), stops())),
    ).toEqual([reasoning('hm'), text('Hello'), end]);
  });
  it('36: reasoning in two places is told once', async () => {
    const twice = delta({
      reasoning: 'hm',
      reasoning_content: 'hm',
      reasoning_details: [{ type: 'reasoning.text', text: 'hm' }],
    });
    expect(await told(sse(twice, says('Hello'), stops()))).toEqual([reasoning('hm'), text('Hello'), end]);
    const details = delta({
      reasoning_details: [
        { type: 'reasoning.text', text: 'h' },
        { type: 'reasoning.summary', summary: 'm' },
      ],
    });
    expect(await told(sse(details, says('Hello'), stops()))).toEqual([reasoning('hm'), text('Hello'), end]);
  });
});

describe('37–43: what the words mean', () => {
  it('37: <think> inside the content, the tag cut anywhere', async () => {
    const pieces = [...'<think>hm\nhm</think>\n\nHello'].map(says);
    expect(await told(sse(...pieces, stops()))).toEqual([reasoning('hm\nhm'), text('Hello'), end]);
    expect(await told(sse(says('\n<Thinking>hm</Thinking>Hello'), stops()))).toEqual([
      reasoning('hm'),
      text('Hello'),
      end,
    ]);
  });
  it('37: the closing tag alone', async () => {
    expect(await told(sse(says('hm\n</think>\n\nHello'), stops()))).toEqual([reasoning('hm\n'), text('Hello'), end]);
    expect(await told(sse(says('h'), says('m\n</thi'), says('nk>\n\nHello'), stops()))).toEqual([
      text('hm\n'),
      { type: 'retract', reason: '' },
      reasoning('hm\n'),
      text('Hello'),
      end,
    ]);
  });
  it('37: a text about tags stays a text', async () => {
    const about = 'Use `<think>` and `</think>`:\n```\n</think>\n```\ndone <think> x </think>';
    expect(await told(sse(says(about), stops()))).toEqual([text(about), end]);
  });
  it('37: what looked like a tag comes out at the end', async () => {
    expect(await told(sse(says('<thi'), stops()))).toEqual([text('<thi'), end]);
    expect(await told(sse(says('a </thin'), stops()))).toEqual([text('a </thin'), end]);
    expect(await told(sse(says('<think>hm</thi'), stops()))).toEqual([reasoning('hm</thi'), end]);
    expect(await told(sse(says('<thi')))).toEqual([text('<thi'), failing('interrupted')]);
  });
  it('38: deltas that repeat everything so far', async () => {
    const provider = { ...custom, quirks: { cumulativeDeltas: true } };
    const body = sse(says('H'), says('He'), says('Hello'), says('Hello'), stops());
    expect(await told(body, { provider })).toEqual(greeting);
    expect(textOf(await told(sse(says('ha'), says('haha'), stops())))).toBe('hahaha');
  });
  it('39: the last chunk repeats the whole message', async () => {
    const last = { choices: [{ message: { content: 'Hello' }, finish_reason: 'stop' }] };
    expect(await told(sse(says('Hel'), says('lo'), last, '[DONE]'))).toEqual(greeting);
  });
  it('40: usage on every chunk, with content, twice, after the end', async () => {
    const counting = (content: string, completion: number, finish?: string): unknown => ({
      choices: [{ delta: { content }, finish_reason: finish ?? null }],
      usage: { prompt_tokens: 1, completion_tokens: completion },
    });
    const groq = {
      choices: [{ delta: {}, finish_reason: null }],
      x_groq: { usage: { prompt_tokens: 1, completion_tokens: 9 } },
    };
    expect(await told(sse(counting('Hel', 1), counting('lo', 2, 'stop'), groq, '[DONE]'))).toEqual([
      usage(1, 1),
      text('Hel'),
      usage(1, 2),
      text('lo'),
      usage(1, 9),
      end,
    ]);
  });
  it('41: usage that contradicts itself', async () => {
    const counted = {
      choices: [],
      usage: {
        prompt_tokens: 12,
        completion_tokens: 1,
        total_tokens: 303,
        completion_tokens_details: { reasoning_tokens: 290 },
        prompt_tokens_details: { cached_tokens: -1 },
      },
    };
    expect(await told(sse(says('Hello'), stops(), counted))).toEqual([
      text('Hello'),
      { type: 'usage', usage: { inputTokens: 12, outputTokens: 1, reasoningTokens: 290 } },
      end,
    ]);
  });
  it.each([
    ['length', 'length'],
    ['model_length', 'length'],
    ['max_tokens', 'length'],
    ['content_filter', 'content-filter'],
    ['STOP', 'stop'],
    ['eos', 'stop'],
    ['something_new', 'other'],
  ])('42: finish reason %s', async (raw, reason) => {
    expect(lastOf(await told(sse(says('Hello'), stops(raw))))).toEqual({ type: 'end', finish: { reason, raw } });
  });
  it('42: finish reasons that are errors, or none', async () => {
    expect(await told(sse(says('Hello'), stops('error')))).toEqual([text('Hello'), failing('server')]);
    expect(await told(sse(says('Hello'), stops('insufficient_system_resource')))).toEqual([
      text('Hello'),
      failing('overloaded'),
    ]);
    expect(await told(sse(delta({ content: 'Hel' }, ''), delta({ content: 'lo' }, '')))).toEqual([
      text('Hello'),
      failing('interrupted'),
    ]);
    expect(await told(sse(stops('content_filter')))).toEqual([failing('blocked-content', { code: 'content_filter' })]);
  });
  it('43: stop although tools were asked for; an answer of tools alone', async () => {
    const call = delta({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '{}' } }] });
    expect(lastOf(await told(sse(call, stops('stop'))))).toEqual({
      type: 'end',
      finish: { reason: 'tool-calls', raw: 'stop' },
    });
  });
});

describe('44–50: pieces of all kinds', () => {
  const call = (fields: Record<string, unknown>): unknown => delta({ tool_calls: [fields] });
  const calls = async (...fields: Record<string, unknown>[]): Promise<unknown[]> => {
    const grown: { id: string; name: string; input: string }[] = [];
    for (const event of await told(sse(...fields.map(call), stops('tool_calls')))) {
      if (event.type !== 'tool-call-delta') continue;
      const one = (grown[event.index] ??= { id: '', name: '', input: '' });
      one.id ||= event.id ?? '';
      one.name ||= event.name ?? '';
      one.input += event.input ?? '';
    }
    return grown;
  };
  const f = (args?: unknown, name?: string): Record<string, unknown> => ({
    function: { ...(name ? { name } : {}), arguments: args },
  });
  const both = [
    { id: 'a', name: 'f', input: '{"x":1}' },
    { id: 'b', name: 'g', input: '{"y":2}' },
  ];
  it('44: tool calls by index', async () => {
    expect(
      await calls(
        { index: 0, id: 'a', ...f('', 'f') },
        { index: 0, ...f('{"x"') },
        { index: 1, id: 'b', ...f('{"y":', 'g') },
        { index: 0, ...f(':1}') },
        { index: 1, id: '', ...f('2}') },
      ),
    ).toEqual(both);
  });
  it('44: tool calls with sparse or repeated indexes', async () => {
    expect(
      await calls({ index: 3, id: 'a', ...f('{"x":1}', 'f') }, { index: 7, id: 'b', ...f('{"y":2}', 'g') }),
    ).toEqual(both);
    expect(
      await calls(
        { index: 0, id: 'a', ...f('{"x":1}', 'f') },
        { index: 0, id: 'b', ...f('{"y"', 'g') },
        { index: 0, ...f(':2}') },
      ),
    ).toEqual(both);
  });
  it('44: tool calls without index', async () => {
    expect(
      await calls(
        { id: 'a', ...f('{"x"', 'f') },
        { id: '', ...f(':1}') },
        { id: 'b', ...f('{"y":', 'g') },
        { id: 'b', ...f('2}') },
      ),
    ).toEqual(both);
    expect(await calls({ ...f('{"x":1}', 'f') }, { ...f('{"y":2}', 'g') })).toEqual(
      both.map((one) => ({ ...one, id: '' })),
    );
  });
  it('44: name or id late, type missing, input an object or empty', async () => {
    expect(await calls({ index: 0, ...f('{"x"') }, { index: 0, id: 'a', ...f(':1}', 'f') })).toEqual([both[0]]);
    expect(await calls({ index: 0, id: 'a', ...f({ x: 1 }, 'f') })).toEqual([both[0]]);
    expect(await calls({ index: 0, id: 'a', ...f('', 'f') })).toEqual([{ id: 'a', name: 'f', input: '{}' }]);
    expect(await calls({ index: 0, id: 'a', function: { name: 'f' } })).toEqual([{ id: 'a', name: 'f', input: '{}' }]);
    expect(await calls({ index: 0, id: 'a', type: 'custom', custom: { name: 'f', input: '{"x":1}' } })).toEqual([
      both[0],
    ]);
  });
  it('44: the old function_call', async () => {
    const events = await told(
      sse(
        delta({ function_call: { name: 'f', arguments: '{"x"' } }),
        delta({ function_call: { arguments: ':1}' } }),
        stops('function_call'),
      ),
    );
    expect(events.map((event) => (event.type === 'tool-call-delta' ? event.index : event.type))).toEqual([0, 0, 'end']);
  });
  it('45: a surrogate pair cut between deltas', async () => {
    const body =
      'data: {"choices":[{"delta":{"content":"a\\ud83d"}}]}\n\ndata: {"choices":[{"delta":{"content":"\\ude00b"},"finish_reason":"stop"}]}\n\n';
    const apart = body.indexOf('data:', 1);
    const events = await ask(answering([bytesOf(body.slice(0, apart)), bytesOf(body.slice(apart))]));
    expect(events).toEqual([text('a'), text('😀b'), end]);
    expect(await told(body)).toEqual([text('a😀b'), end]);
    expect(textOf(await told(body.replace('"\\ude00b"', '"b"')))).toBe('a\ud83db');
  });
  it('46: U+FFFD that the server made is passed on', async () => {
    expect(await told(sse(says('a\uFFFDb'), stops()))).toEqual([text('a\uFFFDb'), end]);
  });
  it('47: a line of megabytes', async () => {
    const long = 'x'.repeat(1_500_000);
    const bytes = bytesOf(sse(says(long), stops()));
    const chunks = Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, place) =>
      bytes.subarray(place * 65_536, (place + 1) * 65_536),
    );
    expect(textOf(await ask(answering(chunks)))).toBe(long);
  });
  it('48: padding', async () => {
    expect(await told(sse({ ...(says('Hello') as object), obfuscation: 'aB3xYz', p: 'abcdef' }, stops()))).toEqual(
      greeting,
    );
  });
  it('49: events nobody knows', async () => {
    const odd = `event: keepalive\ndata: {"type":"keepalive","sequence_number":3}\n\nevent: x\ndata: null\n\ndata: 7\n\ndata: []\n\nevent: ping\ndata:\n\n`;
    expect(await told(sse(says('Hel')) + odd + sse(says('lo'), stops()))).toEqual(greeting);
  });
  it('50: the same first chunk twice', async () => {
    const first = delta({ role: 'assistant', content: '' });
    expect(await told(sse(first, first, says('Hello'), stops()))).toEqual(greeting);
  });
});

describe('51–57: time, money and second thoughts', () => {
  it('51: the connection breaks after the first words: they stay, nothing is asked again', async () => {
    let requests = 0;
    const events = await ask((...request) => {
      requests += 1;
      return answering([bytesOf(sse(says('Hel')))], {}, 'fail')(...request);
    });
    expect(events).toEqual([text('Hel'), failing('interrupted')]);
    expect(requests).toBe(1);
  });
  it('51: the connection breaks before the first words: asked again', async () => {
    let requests = 0;
    const events = await ask((...request) => {
      requests += 1;
      const broken = requests === 1;
      return answering([bytesOf(broken ? ': hi\n\n' : hello)], {}, broken ? 'fail' : 'end')(...request);
    });
    expect(joined(events)).toEqual([
      { type: 'notice', notice: expect.objectContaining({ kind: 'retry', reason: 'network' }) as unknown },
      ...greeting,
    ]);
  });
  it('52: no bytes at all: the waiting is told, then it ends', async () => {
    const clock = handClock();
    const asked = ask(answering([bytesOf(sse(says('Hel')))], {}, 'open'), { clock });
    await clock.pass(301_000);
    expect(joined(await asked)).toEqual([
      text('Hel'),
      { type: 'notice', notice: { kind: 'waiting', since: expect.any(Number) as unknown } },
      failing('interrupted'),
    ]);
  });
  it('52: nothing but pings: they prove the connection, not progress', async () => {
    const clock = handClock();
    const pinging = (): Promise<Response> => {
      const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
        start(controller) {
          let pings = 0;
          const ping = (): void => {
            if ((pings += 1) > 30) return;
            controller.enqueue(new Uint8Array(bytesOf(': ping\n\n')));
            clock.after(10_000, ping);
          };
          ping();
        },
      });
      return Promise.resolve(new Response(stream));
    };
    const asked = ask(pinging, { clock });
    let over = false;
    void asked.then(() => (over = true));
    await clock.pass(295_000);
    expect(over).toBe(false);
    await clock.pass(10_000);
    expect(lastOf(await asked)).toEqual(failing('interrupted', { code: 'no-content' }));
  });
  it('52: a stall that ends is only told', async () => {
    const clock = handClock();
    const stalling = (): Promise<Response> => {
      const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
        start(controller) {
          controller.enqueue(new Uint8Array(bytesOf(sse(says('Hel')))));
          clock.after(60_000, () => {
            controller.enqueue(new Uint8Array(bytesOf(sse(says('lo'), stops(), '[DONE]'))));
          });
        },
      });
      return Promise.resolve(new Response(stream));
    };
    const asked = ask(stalling, { clock });
    await clock.pass(61_000);
    expect((await asked).map((event) => (event.type === 'notice' ? event.notice.kind : event.type))).toEqual([
      'text-delta',
      'waiting',
      'text-delta',
      'end',
    ]);
  });
  const waits = async (headers: Record<string, string>, body = '{}'): Promise<number[]> => {
    const slept: number[] = [];
    await ask(answering([bytesOf(body)], { status: 429, headers }), {
      sleep: (ms) => {
        slept.push(ms);
        return Promise.resolve();
      },
      now: () => Date.parse('2026-01-01T00:00:00Z'),
    });
    return slept;
  };
  const usual = [500, 1000];
  it.each([
    ['5', [5000, 5000]],
    ['0.25', [250, 250]],
    ['5.289', [5289, 5289]],
    ['Thu, 01 Jan 2026 00:00:07 GMT', [7000, 7000]],
    ['-5', usual],
    ['0', usual],
    ['soon', usual],
    ['', usual],
    ['NaN', usual],
    ['1e3', usual],
    ['2000', []],
    ['3600', []],
    ['1000000000000', usual],
    ['Wed, 31 Dec 2025 23:59:00 GMT', usual],
    ['2026-01-01', usual],
  ])('53: Retry-After: %s', async (value, wanted) => {
    expect(await waits({ 'retry-after': value })).toEqual(wanted);
  });
  it.each([
    [{ 'retry-after-ms': '120' }, '{}', 120],
    [{ 'retry-after-ms': '120', 'retry-after': '9' }, '{}', 120],
    [{ 'retry-after-ms': 'x', 'retry-after': '9' }, '{}', 9000],
    [{ 'x-ratelimit-reset-requests': '12ms' }, '{}', 12],
    [{ 'x-ratelimit-reset-tokens': '0m5s', 'x-ratelimit-remaining-tokens': '0' }, '{}', 5000],
    [{ 'x-ratelimit-reset-tokens': '0m5s', 'x-ratelimit-remaining-tokens': '9' }, '{}', undefined],
    [{ 'anthropic-ratelimit-tokens-reset': '2026-01-01T00:00:03Z' }, '{}', 3000],
    [{}, '{"error":{"message":"Rate limit. Please try again in 5.289s."}}', 5289],
    [{}, '{"error":{"message":"Please retry after 250ms"}}', 250],
    [{}, '{"error":{"message":"Try again in 1m2.5s."}}', undefined],
    [{}, '{"error":{"message":"Try again in 0m2.5s."}}', 2500],
    [{}, '{"detail":"Please wait 5 seconds"}', 5000],
    [{}, '[{"error":{"code":429,"details":[{"@type":"t/google.rpc.RetryInfo","retryDelay":"34.4s"}]}}]', 34_400],
  ])('54: a wait in %j %s', async (headers, body, wait) => {
    const slept = await waits(headers as Record<string, string>, body);
    // More than a minute is told instead of kept.
    if (wait === undefined) expect(slept).toEqual(body.includes('1m2.5s') ? [] : usual);
    else expect(slept).toEqual([wait, wait]);
  });
  it('55: a limit that no waiting lifts', async () => {
    for (const body of [
      '{"error":{"message":"You exceeded your current quota","code":"insufficient_quota","type":"insufficient_quota"}}',
      '{"error":{"type":"enforced_spend_limit_reached","message":"Spend limit"}}',
    ])
      expect(await told(body, {}, { status: 429 })).toEqual([failing('quota', { status: 429 })]);
    expect(await told('{"error":{"message":"Payment required"}}', {}, { status: 402 })).toEqual([
      failing('quota', { status: 402 }),
    ]);
  });
  it('56: nothing is asked again once there was text', async () => {
    let requests = 0;
    const events = await ask((...request) => {
      requests += 1;
      return answering([bytesOf(sse(says('Hel'), { error: { message: 'Rate limit', code: 'rate_limit_exceeded' } }))])(
        ...request,
      );
    });
    expect(events).toEqual([text('Hel'), failing('rate-limit')]);
    expect(requests).toBe(1);
  });
  it('57: a filter’s verdict after the text was shown', async () => {
    const safe = { hate: { filtered: false, severity: 'safe' } };
    const hit = { hate: { filtered: true, severity: 'high' } };
    const offsets = { check_offset: 0, start_offset: 0, end_offset: 40 };
    const verdict = (results: unknown, finish: string | null): unknown => ({
      choices: [{ index: 0, finish_reason: finish, content_filter_results: results, content_filter_offsets: offsets }],
    });
    expect(await told(sse(says('Hello'), verdict(safe, null), verdict(hit, 'content_filter'), '[DONE]'))).toEqual([
      text('Hello'),
      { type: 'retract', reason: 'hate' },
      { type: 'end', finish: { reason: 'content-filter', raw: 'hate' } },
    ]);
    expect(await told(sse(says('Hello'), stops(), verdict(hit, null), '[DONE]'))).toEqual([
      text('Hello'),
      { type: 'retract', reason: 'hate' },
      { type: 'end', finish: { reason: 'content-filter', raw: 'hate' } },
    ]);
    expect(await told(sse(says('Hello'), verdict(safe, null), stops(), '[DONE]'))).toEqual(greeting);
    const inTime = { choices: [{ delta: {}, finish_reason: 'content_filter', content_filter_results: hit }] };
    expect(await told(sse(says('Hello'), inTime))).toEqual([
      text('Hello'),
      { type: 'end', finish: { reason: 'content-filter', raw: 'content_filter' } },
    ]);
  });
});
