import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text as readAll } from 'node:stream/consumers';
import { z } from 'zod';
import { anthropicAnswer, anthropicStream, openAiAnswer, openAiStream, type Said } from './model-wire.ts';

/** What the server does with one request. */
export type Turn =
  /** Answers. `usage: null` keeps the cost to itself. */
  | ({ readonly does: 'answer' } & Partial<Said>)
  /** Refuses by status before anything else. */
  | {
      readonly does: 'refuse';
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body?: string;
    }
  /** Sends these first words and breaks the connection. */
  | { readonly does: 'cut'; readonly text: string }
  /** Sends these first words and ends the answer properly but for its end. */
  | { readonly does: 'stop short'; readonly text: string }
  /** Sends this as it is, with status 200. */
  | { readonly does: 'send'; readonly type: string; readonly body: string }
  /** Sends these first words and then an event that is no JSON. */
  | { readonly does: 'garble'; readonly text: string }
  /** Sends these first words, or nothing at all, and then stays silent until the caller goes. */
  | { readonly does: 'hang'; readonly text?: string }
  /** Sends words without end, whatever limit it was given. */
  | { readonly does: 'flood' };

const message = z.looseObject({ role: z.string(), content: z.unknown().optional() });
const body = z.looseObject({
  model: z.string(),
  stream: z.boolean().optional(),
  max_tokens: z.int().optional(),
  max_completion_tokens: z.int().optional(),
  system: z.unknown().optional(),
  messages: z.array(message),
  tools: z.array(z.unknown()).optional(),
  response_format: z.unknown().optional(),
});

/** A request as it came in. */
export interface SeenRequest {
  readonly form: 'openai' | 'anthropic';
  readonly headers: IncomingMessage['headers'];
  readonly body: z.infer<typeof body>;
  /** Everything the model was told, as one text. */
  readonly told: string;
  /** Resolves when the caller has gone before the answer was whole. */
  readonly abandoned: Promise<void>;
  /** By a clock that nobody sets back, in milliseconds. */
  readonly at: number;
}

/** What decides on a request: the turns of a test in their order, or a function of what was asked. */
export type Script = readonly Turn[] | ((request: SeenRequest, index: number) => Turn);

/** A real local server that speaks OpenAI's chat completions and Anthropic's messages, as a test says. */
export interface ModelServer {
  /** Settings that make an app ask it. */
  readonly settings: { readonly openai: Record<string, string>; readonly anthropic: Record<string, string> };
  /** What it does from now on; forgets what it has seen. A list that is used up is answered by 500. */
  play(script: Script): void;
  readonly requests: readonly SeenRequest[];
  /** Resolves with request number `index` (from 0) as soon as it has come in. */
  request(index: number): Promise<SeenRequest>;
  close(): Promise<void>;
}

/** Starts the server on a free port. */
export async function modelServer(): Promise<ModelServer> {
  let script: Script = [];
  let requests: SeenRequest[] = [];
  const waiting = new Map<number, (request: SeenRequest) => void>();
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => response.writeHead(400).end(String(error)));
  });
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const isAnthropic = request.url === '/v1/messages';
    if (!isAnthropic && request.url !== '/v1/chat/completions') return void response.writeHead(404).end();
    const told = await readAll(request);
    const abandoned = Promise.withResolvers<void>();
    response.once('close', () => !response.writableFinished && abandoned.resolve());
    const seen: SeenRequest = {
      form: isAnthropic ? 'anthropic' : 'openai',
      headers: request.headers,
      body: body.parse(JSON.parse(told)),
      told,
      abandoned: abandoned.promise,
      at: performance.now(),
    };
    const index = requests.push(seen) - 1;
    waiting.get(index)?.(seen);
    const turn = typeof script === 'function' ? script(seen, index) : script[index];
    await perform(turn ?? { does: 'refuse', status: 500 }, seen, response);
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const url = `http://127.0.0.1:${address.port}/v1`;
  return {
    settings: {
      openai: { OPENAI_API_KEY: 'sk-test-openai', OPENAI_BASE_URL: url, AI_MODEL: 'test-model' },
      anthropic: { ANTHROPIC_API_KEY: 'sk-test-anthropic', ANTHROPIC_BASE_URL: url, AI_MODEL: 'claude-test' },
    },
    play(next) {
      script = next;
      requests = [];
      waiting.clear();
    },
    get requests() {
      return requests;
    },
    request(index) {
      const there = requests[index];
      if (there !== undefined) return Promise.resolve(there);
      return new Promise((resolve) => waiting.set(index, resolve));
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function perform(turn: Turn, seen: SeenRequest, response: ServerResponse): Promise<void> {
  if (turn.does === 'refuse') {
    const refusal =
      turn.body ?? JSON.stringify({ error: { message: `refused: ${seen.told.slice(0, 200)}`, type: 'x' } });
    response.writeHead(turn.status, { 'content-type': 'application/json', ...turn.headers }).end(refusal);
    return;
  }
  if (turn.does === 'hang' && turn.text === undefined) return;
  if (turn.does === 'send') return void response.writeHead(200, { 'content-type': turn.type }).end(turn.body);
  const stream = seen.form === 'openai' ? openAiStream : anthropicStream;
  if (turn.does === 'answer') {
    const said: Said = { text: '', tools: [], finish: 'stop', usage: usualUsage(seen, turn), pieces: 3, ...turn };
    if (seen.body.stream !== true) {
      const whole =
        seen.form === 'openai' ? openAiAnswer(seen.body.model, said) : anthropicAnswer(seen.body.model, said);
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(whole));
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(stream(seen.body.model, said).join(''));
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const words = turn.does === 'flood' ? 'again and '.repeat(1000) : (turn.text ?? '');
  const events = stream(seen.body.model, { text: words, tools: [], finish: 'stop', usage: null, pieces: 1 });
  const opening = events.slice(0, seen.form === 'openai' ? 1 : 3);
  await write(response, opening.join(''));
  if (turn.does === 'cut') response.destroy();
  if (turn.does === 'stop short') response.end();
  if (turn.does === 'garble') response.end('data: {"choices": [{"delta"\n\n');
  while (turn.does === 'flood' && !response.destroyed) await write(response, opening.at(-1) ?? '');
}

/** Resolves when the text has left, or the caller has. */
async function write(response: ServerResponse, text: string): Promise<void> {
  if (response.destroyed) return;
  await new Promise<void>((resolve) => {
    response.once('close', resolve);
    response.write(text, () => {
      response.off('close', resolve);
      resolve();
    });
  });
}

/** About what a tokenizer would count. */
function usualUsage(seen: SeenRequest, { text = '', tools = [] }: Partial<Said>): Said['usage'] {
  const written = text.length + JSON.stringify(tools).length - 2;
  return { input: Math.ceil(seen.told.length / 4), output: Math.max(1, Math.ceil(written / 4)) };
}
