import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  type ModelError,
  type ModelSession,
  modelEngine,
  modelTool,
  type SessionLimits,
} from '../src/models/service.ts';
import { ConfigError, readConfig } from '../src/platform/config.ts';
import { DomainError } from '../src/platform/errors.ts';
import { createLog } from '../src/platform/log.ts';
import { type ModelServer, modelServer } from './fakes/model-server.ts';

let server: ModelServer;
const lines: string[] = [];
const log = createLog('trace', { write: (line) => lines.push(line) });

beforeAll(async () => {
  server = await modelServer();
});
afterAll(() => server.close());

const never = new AbortController().signal;

function session(limits: Partial<SessionLimits> = {}, form: 'openai' | 'anthropic' = 'openai'): ModelSession {
  const engine = modelEngine({ config: readConfig(server.settings[form], '/') });
  if (engine === null) throw new Error('no engine');
  return engine.open({ signal: never, maxTokens: 100_000, deadlineSeconds: 25, log, ...limits });
}

const asked = { instructions: 'Be brief.', prompt: 'Say hello to WINTERMUTE.' };

/** What a call is refused with. */
async function refusal(call: Promise<unknown>): Promise<ModelError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof DomainError)) throw error ?? new Error('it was not refused');
  return error as ModelError;
}

describe('the settings', () => {
  const engine = (settings: Record<string, string>, name?: string) => {
    const found = modelEngine({ config: readConfig(settings, '/') }, name);
    return found === null ? null : `${found.provider} ${found.name}`;
  };

  it('give no model without a key', () => {
    expect(engine({})).toBeNull();
    expect(engine({ AI_MODEL: 'gpt-4', OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' })).toBeNull();
    expect(engine({ OPENAI_API_KEY: 'k' }, 'anthropic:claude-x')).toBeNull();
    expect(engine({ ANTHROPIC_API_KEY: 'k' }, 'openai:gpt-4')).toBeNull();
  });

  it.each([
    [{ OPENAI_API_KEY: 'k', AI_MODEL: 'gpt-4' }, 'openai gpt-4'],
    [{ OPENAI_API_KEY: 'k', AI_MODEL: 'claude-x' }, 'openai claude-x'],
    [{ ANTHROPIC_API_KEY: 'k', AI_MODEL: 'claude-x' }, 'anthropic claude-x'],
    [{ OPENAI_API_KEY: 'k', ANTHROPIC_API_KEY: 'k', AI_MODEL: 'claude-x' }, 'anthropic claude-x'],
    [{ OPENAI_API_KEY: 'k', ANTHROPIC_API_KEY: 'k', AI_MODEL: 'gpt-4' }, 'openai gpt-4'],
    [{ OPENAI_API_KEY: 'k', ANTHROPIC_API_KEY: 'k', AI_MODEL: 'openai:claude-x' }, 'openai claude-x'],
    [{ OPENAI_API_KEY: 'k', AI_MODEL: 'anthropic/claude-x:free' }, 'openai anthropic/claude-x:free'],
  ])('%j name %s', (settings, named) => {
    expect(engine(settings)).toBe(named);
  });

  it('take a model of the service where none is named, but not at a service of one’s own', () => {
    expect(engine({ OPENAI_API_KEY: 'k' })).toMatch(/^openai gpt-/);
    expect(engine({ ANTHROPIC_API_KEY: 'k' })).toMatch(/^anthropic claude-/);
    const own = { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: 'http://127.0.0.1:11434/v1' };
    expect(() => readConfig(own, '/')).toThrow(ConfigError);
    expect(() => readConfig(own, '/')).toThrow('AI_MODEL is missing');
  });

  it('are refused where the model they name has no key', () => {
    const lacking = (settings: Record<string, string>) => () => readConfig(settings, '/');
    expect(lacking({ OPENAI_API_KEY: 'k', AI_MODEL: 'anthropic:claude-x' })).toThrow('ANTHROPIC_API_KEY is missing');
    expect(lacking({ ANTHROPIC_API_KEY: 'k', AI_MODEL: 'openai:gpt-4' })).toThrow('OPENAI_API_KEY is missing');
    expect(engine({ AI_MODEL: 'openai:gpt-4' })).toBeNull();
  });

  it('never show their keys in the log', () => {
    lines.length = 0;
    log.info({ config: readConfig({ OPENAI_API_KEY: 's3cret', ANTHROPIC_API_KEY: 's3cret' }, '/') }, 'settings');
    expect(lines.join('')).toContain('OPENAI_API_KEY');
    expect(lines.join('')).not.toContain('s3cret');
  });
});

describe.each(['openai', 'anthropic'] as const)('a model that speaks as %s', (form) => {
  it('writes a text, piece by piece, and its tokens are counted as the provider does', async () => {
    server.play([{ does: 'answer', text: 'Hello, Wintermute.', usage: { input: 21, output: 7 } }]);
    const pieces: string[] = [];
    const own = session({}, form);
    const answer = await own.generateText({ ...asked, maxOutputTokens: 500, onText: (piece) => pieces.push(piece) });
    expect(answer).toEqual({ text: 'Hello, Wintermute.', isCutShort: false });
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join('')).toBe(answer.text);
    expect(own.usage).toEqual({ inputTokens: 21, outputTokens: 7, calls: 1, estimated: false });
    expect(own.left).toBe(100_000 - 28);
    const [seen] = server.requests;
    expect(seen?.body).toMatchObject({ model: server.settings[form].AI_MODEL, max_tokens: 500, stream: true });
    expect(seen?.told).toContain('Be brief.');
    const key = form === 'openai' ? seen?.headers.authorization : seen?.headers['x-api-key'];
    expect(key).toMatch(form === 'openai' ? /^Bearer sk-test-openai$/ : /^sk-test-anthropic$/);
  });

  it('says that it reached its limit, and that it declined', async () => {
    server.play([
      { does: 'answer', text: 'Hel', finish: 'length' },
      { does: 'answer', text: 'No.', finish: 'declined' },
    ]);
    expect(await session({}, form).generateText(asked)).toEqual({ text: 'Hel', isCutShort: true });
    expect((await refusal(session({}, form).generateText(asked))).code).toBe('MODEL_DECLINED');
  });

  it('works with tools until it is done', async () => {
    server.play([
      { does: 'answer', text: 'I look.', tools: [{ name: 'read', input: { path: 'a.ts' } }] },
      { does: 'answer', text: 'It adds.' },
    ]);
    const events: unknown[] = [];
    const result = await session({}, form).runAgent({
      ...asked,
      maxSteps: 5,
      tools: [readTool(async ({ path }) => `the text of ${path}`)],
      onTool: ({ type, tool, input, output }) => events.push([type, tool, input, output]),
    });
    expect(result).toEqual({ text: 'It adds.', steps: 2, stopped: 'finished' });
    expect(events).toEqual([
      ['called', 'read', { path: 'a.ts' }, null],
      ['answered', 'read', { path: 'a.ts' }, 'the text of a.ts'],
    ]);
    expect(server.requests[1]?.told).toContain('the text of a.ts');
  });

  it('is stopped in the middle of its answer, and the call with it', async () => {
    server.play([{ does: 'hang', text: 'Hel' }]);
    const stop = new AbortController();
    const reason = new Error('cancelled by its owner');
    const own = session({ signal: stop.signal }, form);
    const call = own.generateText({ ...asked, onText: () => stop.abort(reason) });
    await expect(call).rejects.toBe(reason);
    await server.requests[0]?.abandoned;
    // What it cost nobody has said: all it could cost counts.
    expect(own.usage).toMatchObject({ calls: 1, estimated: true });
    expect(own.left).toBeLessThan(100_000);
  });

  it('is told from a stream that is cut, that ends too early, and that is no JSON', async () => {
    for (const does of ['cut', 'stop short'] as const) {
      server.play([{ does, text: 'Hel' }]);
      expect([does, (await refusal(session({}, form).generateText(asked))).code]).toEqual([does, 'MODEL_STREAM_CUT']);
      expect(server.requests).toHaveLength(1);
    }
    server.play([{ does: 'garble', text: 'Hel' }]);
    const garbled = await refusal(session({}, form).generateText(asked));
    expect(garbled.code).toBe('MODEL_BAD_ANSWER');
    expect(garbled.retryable).toBe(true);
  });

  it('gives an object of the form that was asked for, at the second try if need be', async () => {
    const wanted = z.object({ name: z.string(), lines: z.array(z.int()) });
    server.play([
      { does: 'answer', text: 'Sure:\n```json\n{"name": "add", "lines": ["three"]}\n```' },
      { does: 'answer', text: '{"name": "add", "lines": [3]}' },
    ]);
    expect(await session({}, form).generateObject(asked, wanted)).toEqual({ name: 'add', lines: [3] });
    expect(server.requests[1]?.told).toContain('lines.0');
    server.play(() => ({ does: 'answer', text: 'I would rather not.' }));
    expect((await refusal(session({}, form).generateObject(asked, wanted))).code).toBe('MODEL_BAD_ANSWER');
    expect(server.requests).toHaveLength(2);
  });
});

describe('a service that is busy or broken', () => {
  it('is asked again when it says so, as soon as it says', async () => {
    server.play([
      { does: 'refuse', status: 429, headers: { 'retry-after': '0' } },
      { does: 'refuse', status: 503, headers: { 'retry-after-ms': '5' } },
      { does: 'answer', text: 'Hello.', usage: { input: 10, output: 2 } },
    ]);
    const own = session();
    expect((await own.generateText(asked)).text).toBe('Hello.');
    expect(server.requests).toHaveLength(3);
    // The refused ones cost nothing.
    expect(own.usage).toEqual({ inputTokens: 10, outputTokens: 2, calls: 3, estimated: false });
  });

  it('is not asked again before that', async () => {
    // Longer than the wait of somebody who was told nothing.
    const wait = 2300;
    for (const headers of [{ 'retry-after-ms': String(wait) }, { 'retry-after': String(wait / 1000) }]) {
      server.play([
        { does: 'refuse', status: 429, headers },
        { does: 'answer', text: 'Hello.' },
      ]);
      await session().generateText(asked);
      const [first, second] = server.requests;
      expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(wait - 1);
    }
  });

  it('is not asked again by one who is stopped while waiting for that', async () => {
    server.play(() => ({ does: 'refuse', status: 429, headers: { 'retry-after': '20' } }));
    const stop = new AbortController();
    const call = session({ signal: stop.signal }).generateText(asked);
    await server.request(0);
    stop.abort(new Error('cancelled'));
    await expect(call).rejects.toThrow('cancelled');
    expect(server.requests).toHaveLength(1);
  });

  it('is not asked again when that is far off: the error says when', async () => {
    server.play([{ does: 'refuse', status: 429, headers: { 'retry-after': '3600' } }]);
    const error = await refusal(session().generateText(asked));
    expect([error.code, error.retryable]).toEqual(['MODEL_RATE_LIMITED', true]);
    expect(Math.round(((error.retryAt?.getTime() ?? 0) - Date.now()) / 60_000)).toBe(60);
    expect(server.requests).toHaveLength(1);
  });

  it('is given up after five times', async () => {
    server.play(() => ({ does: 'refuse', status: 500, headers: { 'retry-after': '0' } }));
    const error = await refusal(session().generateText(asked));
    expect([error.code, error.retryable]).toEqual(['MODEL_UNAVAILABLE', true]);
    expect(server.requests).toHaveLength(5);
  });

  it.each([
    [401, 'MODEL_KEY_REFUSED'],
    [404, 'MODEL_UNKNOWN'],
    [400, 'MODEL_REQUEST_REFUSED'],
  ])('that answers %i is not asked again, and its words go nowhere', async (status, code) => {
    lines.length = 0;
    server.play([{ does: 'refuse', status }]);
    const error = await refusal(session().generateText(asked));
    expect([error.code, error.retryable]).toEqual([code, false]);
    expect(server.requests).toHaveLength(1);
    expect(JSON.stringify([error, error.message, error.stack, error.cause])).not.toContain('WINTERMUTE');
    expect(lines.join('')).toContain(code);
  });

  it('cannot be waited for longer than the deadline, nor in silence', async () => {
    server.play([{ does: 'hang' }]);
    expect((await refusal(session({ deadlineSeconds: 0.2 }).generateText(asked))).code).toBe('MODEL_DEADLINE');
    await server.requests[0]?.abandoned;
    server.play([{ does: 'hang', text: 'Hel' }]);
    expect((await refusal(session({ silenceSeconds: 0.2 }).generateText(asked))).code).toBe('MODEL_SILENT');
    await server.requests[0]?.abandoned;
  });

  it('that cannot be reached is told so', async () => {
    const gone = await modelServer();
    const config = readConfig(gone.settings.openai, '/');
    await gone.close();
    // Its retries would take 30 seconds.
    const own = modelEngine({ config })?.open({ signal: never, maxTokens: 9000, deadlineSeconds: 1, log });
    const error = await refusal(own?.generateText(asked) ?? Promise.resolve());
    expect(['MODEL_DEADLINE', 'MODEL_UNAVAILABLE']).toContain(error.code);
    expect(own?.usage).toMatchObject({ inputTokens: 0, outputTokens: 0 });
  });

  it('that sends words without end is cut off', async () => {
    server.play([{ does: 'flood' }]);
    const error = await refusal(session().generateText({ ...asked, maxOutputTokens: 100 }));
    expect(error.code).toBe('MODEL_BAD_ANSWER');
    await server.requests[0]?.abandoned;
  });
});

describe('an answer that is none', () => {
  const events = (...data: object[]) => ({
    does: 'send' as const,
    type: 'text/event-stream',
    body: data.map((one) => `data: ${JSON.stringify(one)}\n\n`).join(''),
  });
  const delta = (part: object, finish_reason: string | null = null) => ({
    choices: [{ index: 0, delta: part, finish_reason }],
  });
  const failed = { error: { message: 'WINTERMUTE is overloaded', type: 'overloaded_error' } };
  const cost = { choices: [], usage: { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 } };
  const begun = { id: 'm', type: 'message', role: 'assistant', model: 'm', content: [], stop_reason: null };
  const start = { type: 'message_start', message: { ...begun, usage: { input_tokens: 3, output_tokens: 1 } } };

  it.each([
    ['openai', 'a page of HTML', { does: 'send', type: 'text/html', body: '<p>Hello</p>' }, 'MODEL_BAD_ANSWER'],
    ['openai', 'nothing', { does: 'send', type: 'text/event-stream', body: '' }, 'MODEL_BAD_ANSWER'],
    ['openai', 'an error for a body', { does: 'send', type: 'application/json', body: '{}' }, 'MODEL_BAD_ANSWER'],
    ['openai', 'another form', events({ choices: 'none' }), 'MODEL_BAD_ANSWER'],
    ['openai', 'an error in between', events(delta({ content: 'Hel' }), failed), 'MODEL_UNAVAILABLE'],
    ['openai', 'a cost before the end', events(delta({ content: 'Hel' }), cost), 'MODEL_STREAM_CUT'],
    ['anthropic', 'a page of HTML', { does: 'send', type: 'text/html', body: '<p>Hello</p>' }, 'MODEL_BAD_ANSWER'],
    ['anthropic', 'nothing', { does: 'send', type: 'text/event-stream', body: '' }, 'MODEL_BAD_ANSWER'],
    ['anthropic', 'a start alone', events(start), 'MODEL_BAD_ANSWER'],
    ['anthropic', 'an error in between', events(start, { type: 'error', ...failed }), 'MODEL_UNAVAILABLE'],
  ] as const)('of a service that speaks as %s is told: %s', async (form, _what, turn, code) => {
    lines.length = 0;
    server.play([turn]);
    const own = session({ maxTokens: 5000 }, form);
    const error = await refusal(own.generateText({ ...asked, maxOutputTokens: 4000 }));
    expect([error.code, error.retryable]).toEqual([code, true]);
    expect(JSON.stringify([error, error.message, error.stack, error.cause, lines])).not.toContain('WINTERMUTE');
    // What it cost is not known, whatever was said of it: all it could cost counts.
    expect(own.usage).toMatchObject({ calls: 1, outputTokens: 4000, estimated: true });
    expect(own.left).toBeLessThan(1000);
    expect(server.requests).toHaveLength(1);
  });

  it('costs what it could when somebody in between gave up waiting for it', async () => {
    server.play([
      { does: 'refuse', status: 504, headers: { 'retry-after': '0' } },
      { does: 'answer', text: 'Hello.', usage: { input: 10, output: 2 } },
    ]);
    const own = session();
    await own.generateText({ ...asked, maxOutputTokens: 400 });
    expect(own.usage).toMatchObject({ calls: 2, outputTokens: 402, estimated: true });
  });

  it('is told to the model where it is the use of a tool', async () => {
    const call = (name: string, input: string) => ({ index: 0, id: 'c1', function: { name, arguments: input } });
    const use = (name: string, input: string) => events(delta({ tool_calls: [call(name, input)] }, 'tool_calls'));
    server.play([use('read', '{"path": "a'), use('write', '{}'), { does: 'answer', text: 'I see.' }]);
    const tools = [readTool(() => Promise.reject(new Error('used')))];
    expect(await session().runAgent({ ...asked, tools, maxSteps: 5 })).toMatchObject({ text: 'I see.', steps: 3 });
  });
});

describe('the cap of tokens', () => {
  it('lowers what a call may write to what is left', async () => {
    server.play(() => ({ does: 'answer', text: 'Hi.', usage: { input: 50, output: 400 } }));
    const own = session({ maxTokens: 2000 });
    await own.generateText({ ...asked, maxOutputTokens: 400 });
    await own.generateText({ ...asked, maxOutputTokens: 5000 });
    const most = server.requests.map(({ body }) => body.max_tokens ?? 0);
    expect(most[0]).toBe(400);
    expect(most[1]).toBeGreaterThan(0);
    expect(most[1]).toBeLessThan(2000 - 450);
  });

  it('is never passed, whatever the model does with what it is given', async () => {
    // The dearest model there can be: each byte is a token, and it writes as much as it may.
    server.play(({ told, body }) => ({
      does: 'answer',
      text: 'more',
      usage: { input: messageBytes(told), output: body.max_tokens ?? 0 },
    }));
    const own = session({ maxTokens: 3000 });
    let calls = 0;
    const code = await (async () => {
      for (; calls < 100; calls += 1) {
        const call = own.generateText({ ...asked, maxOutputTokens: 300 });
        const error = await call.then(
          () => null,
          (reason: unknown) => reason,
        );
        if (error !== null) return error instanceof DomainError ? error.code : 'other';
      }
      return 'none';
    })();
    expect(code).toBe('MODEL_TOKEN_CAP');
    expect(calls).toBeGreaterThan(2);
    expect(server.requests).toHaveLength(calls);
    expect(own.usage.inputTokens + own.usage.outputTokens).toBeLessThanOrEqual(3000);
  });

  it('counts what a provider does not tell at its most', async () => {
    server.play([{ does: 'answer', text: 'Hello there.', usage: null }]);
    const own = session();
    await own.generateText(asked);
    expect(own.usage).toMatchObject({ calls: 1, estimated: true, outputTokens: 'Hello there.'.length });
    expect(own.usage.inputTokens).toBeGreaterThan(asked.prompt.length);
    for (const usage of [
      { input: 10, output: 0 },
      { input: 0, output: 2 },
    ]) {
      server.play([{ does: 'answer', text: 'Hello there.', usage }]);
      const other = session();
      await other.generateText(asked);
      expect(other.usage).toEqual(own.usage);
    }
  });

  it('holds what an earlier attempt has spent', async () => {
    server.play([]);
    const own = session({ maxTokens: 1000, spentTokens: 990 });
    expect((await refusal(own.generateText(asked))).code).toBe('MODEL_TOKEN_CAP');
    expect(server.requests).toHaveLength(0);
  });
});

describe('work with tools', () => {
  const loop = () => ({ does: 'answer', tools: [{ name: 'read', input: { path: 'a.ts' } }] }) as const;

  it('that never ends is ended by the cap of steps', async () => {
    server.play(loop);
    const tools = [readTool(async () => 'again')];
    const result = await session().runAgent({ ...asked, tools, maxSteps: 4 });
    expect(result).toMatchObject({ steps: 4, stopped: 'step_cap' });
    expect(server.requests).toHaveLength(4);
  });

  it('or by the cap of tokens, with what it did until then', async () => {
    server.play(loop);
    const own = session({ maxTokens: 12_000 });
    const tools = [readTool(async () => 'again '.repeat(200))];
    const result = await own.runAgent({ ...asked, tools, maxSteps: 1000, maxOutputTokens: 200 });
    expect(result.stopped).toBe('token_cap');
    expect(result.steps).toBeGreaterThan(1);
    expect(server.requests).toHaveLength(result.steps);
    expect(own.usage.inputTokens + own.usage.outputTokens).toBeLessThanOrEqual(12_000);
  });

  it('goes on over a refusal in the middle, without doing again what is done', async () => {
    let uses = 0;
    server.play([
      loop(),
      { does: 'refuse', status: 429, headers: { 'retry-after': '0' } },
      { does: 'answer', text: 'Done.' },
    ]);
    const tools = [readTool(async () => `use ${++uses}`)];
    expect(await session().runAgent({ ...asked, tools, maxSteps: 5 })).toMatchObject({ text: 'Done.', steps: 2 });
    expect(uses).toBe(1);
  });

  it('tells the model what a tool refuses, and input that does not fit', async () => {
    server.play([
      { does: 'answer', tools: [{ name: 'read', input: { path: 7 } }] },
      loop(),
      { does: 'answer', text: 'I see.' },
    ]);
    const used: unknown[] = [];
    const tools = [
      readTool(async ({ path }) => {
        used.push(path);
        throw new DomainError('NOT_FOUND', 'There is no a.ts');
      }),
    ];
    expect(await session().runAgent({ ...asked, tools, maxSteps: 5 })).toMatchObject({ text: 'I see.', steps: 3 });
    expect(used).toEqual(['a.ts']);
    expect(server.requests[2]?.told).toContain('Refused: There is no a.ts');
  });

  it('ends with the bug of a tool that has one', async () => {
    server.play(loop);
    const bug = new TypeError('undefined is not a function');
    const tools = [readTool(() => Promise.reject(bug))];
    await expect(session().runAgent({ ...asked, tools, maxSteps: 5 })).rejects.toBe(bug);
    expect(server.requests).toHaveLength(1);
  });

  it('is stopped while a tool is at work that does not listen, and tells nothing of it afterwards', async () => {
    server.play(loop);
    const stop = new AbortController();
    const late = Promise.withResolvers<string>();
    const told: string[] = [];
    const tools = [
      readTool(() => {
        stop.abort(new Error('cancelled'));
        return late.promise;
      }),
    ];
    const onTool = ({ type }: { type: string }) => told.push(type);
    const call = session({ signal: stop.signal }).runAgent({ ...asked, tools, maxSteps: 5, onTool });
    await expect(call).rejects.toThrow('cancelled');
    late.resolve('too late');
    await late.promise;
    await new Promise(setImmediate);
    expect(told).toEqual(['called']);
    expect(server.requests).toHaveLength(1);
  });

  it('is stopped in the middle of a turn, and the call with it', async () => {
    server.play([loop(), { does: 'hang', text: 'I th' }]);
    const stop = new AbortController();
    const tools = [readTool(async () => 'text')];
    const onText = () => stop.abort(new Error('cancelled'));
    const call = session({ signal: stop.signal }).runAgent({ ...asked, tools, maxSteps: 5, onText });
    await expect(call).rejects.toThrow('cancelled');
    await server.requests[1]?.abandoned;
    expect(server.requests).toHaveLength(2);
  });
});

describe('the log of a call', () => {
  it('has its model, its cost and its outcome, and nothing that was said', async () => {
    lines.length = 0;
    server.play([{ does: 'answer', text: 'NEUROMANCER', usage: { input: 10, output: 3 } }]);
    await session().generateText(asked);
    const [line = '{}'] = lines;
    expect(JSON.parse(line)).toMatchObject({
      model: 'test-model',
      provider: 'openai',
      outcome: 'answered',
      calls: 1,
      inputTokens: 10,
      outputTokens: 3,
    });
    for (const word of ['WINTERMUTE', 'NEUROMANCER', 'Be brief', 'sk-test']) expect(lines.join('')).not.toContain(word);
  });
});

describe('the fake', () => {
  it('answers whole where no stream is asked for, as both providers do', async () => {
    server.play(() => ({ does: 'answer', text: 'Hello.', usage: { input: 3, output: 2 } }));
    const ask = async (path: string) => {
      const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hi' }] });
      const base = server.settings.openai.OPENAI_BASE_URL ?? '';
      return (await fetch(`${base}${path}`, { method: 'POST', body })).json();
    };
    expect(await ask('/chat/completions')).toMatchObject({
      choices: [{ message: { content: 'Hello.' }, finish_reason: 'stop' }],
      usage: { total_tokens: 5 },
    });
    expect(await ask('/messages')).toMatchObject({ content: [{ text: 'Hello.' }], stop_reason: 'end_turn' });
  });
});

/** The tool of these tests. */
function readTool(run: (input: { path: string }, signal: AbortSignal) => Promise<string>) {
  return modelTool({ name: 'read', description: 'Reads a file.', input: z.object({ path: z.string() }), run });
}

/** Bytes of everything a model reads in a request. */
function messageBytes(told: string): number {
  const { messages } = z.object({ messages: z.array(z.unknown()) }).parse(JSON.parse(told));
  return Buffer.byteLength(JSON.stringify(messages));
}
