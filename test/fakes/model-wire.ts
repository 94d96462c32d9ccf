/** What a model says in one turn. */
export interface Said {
  readonly text: string;
  readonly tools: readonly { readonly name: string; readonly input: unknown }[];
  readonly finish: 'stop' | 'length' | 'declined';
  /** In tokens; null where it is not told. */
  readonly usage: { readonly input: number; readonly output: number } | null;
  /** How many pieces the text comes in. */
  readonly pieces: number;
}

let calls = 0;

function callId(): string {
  calls += 1;
  return `call_${calls}`;
}

function piecesOf({ text, pieces }: Said): string[] {
  const size = Math.max(1, Math.ceil(text.length / pieces));
  return Array.from({ length: Math.ceil(text.length / size) }, (_, n) => text.slice(n * size, (n + 1) * size));
}

const openAiFinish = { stop: 'stop', length: 'length', declined: 'content_filter' } as const;

function openAiReason({ tools, finish }: Said): string {
  return tools.length > 0 ? 'tool_calls' : openAiFinish[finish];
}

function openAiUsage({ usage }: Said): object {
  if (usage === null) return {};
  const { input, output } = usage;
  return { usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output } };
}

/** A chat completion as one JSON body. */
export function openAiAnswer(model: string, said: Said): object {
  const tool_calls = said.tools.map(({ name, input }) => ({
    id: callId(),
    type: 'function',
    function: { name, arguments: JSON.stringify(input) },
  }));
  const message = { role: 'assistant', content: said.text, ...(tool_calls.length > 0 && { tool_calls }) };
  const choices = [{ index: 0, message, finish_reason: openAiReason(said) }];
  return { id: 'chatcmpl-1', object: 'chat.completion', created: 1, model, choices, ...openAiUsage(said) };
}

/** The same as server-sent events. */
export function openAiStream(model: string, said: Said): string[] {
  const chunk = (delta: object, finish_reason: string | null, more: object = {}): string =>
    event({
      id: 'chatcmpl-1',
      object: 'chat.completion.chunk',
      created: 1,
      model,
      choices: [{ index: 0, delta, finish_reason }],
      ...more,
    });
  const tools = said.tools.flatMap(({ name, input }, index) => {
    const json = JSON.stringify(input);
    const half = Math.ceil(json.length / 2);
    const call = (part: object): string => chunk({ tool_calls: [{ index, ...part }] }, null);
    return [
      call({ id: callId(), type: 'function', function: { name, arguments: json.slice(0, half) } }),
      call({ function: { arguments: json.slice(half) } }),
    ];
  });
  return [
    ...piecesOf(said).map((content) => chunk({ role: 'assistant', content }, null)),
    ...tools,
    chunk({}, openAiReason(said)),
    ...(said.usage === null ? [] : [event({ id: 'chatcmpl-1', created: 1, model, choices: [], ...openAiUsage(said) })]),
    'data: [DONE]\n\n',
  ];
}

const anthropicFinish = { stop: 'end_turn', length: 'max_tokens', declined: 'refusal' } as const;

function anthropicReason({ tools, finish }: Said): string {
  return tools.length > 0 ? 'tool_use' : anthropicFinish[finish];
}

/** A message as one JSON body. */
export function anthropicAnswer(model: string, said: Said): object {
  const content = [
    ...(said.text === '' ? [] : [{ type: 'text', text: said.text }]),
    ...said.tools.map(({ name, input }) => ({ type: 'tool_use', id: callId(), name, input })),
  ];
  const { input, output } = said.usage ?? { input: 0, output: 0 };
  const usage = { input_tokens: input, output_tokens: output };
  return { id: 'msg_1', type: 'message', role: 'assistant', model, content, stop_reason: anthropicReason(said), usage };
}

/** The same as server-sent events. */
export function anthropicStream(model: string, said: Said): string[] {
  const { input, output } = said.usage ?? { input: 0, output: 0 };
  const named = (data: { type: string; [field: string]: unknown }): string => `event: ${data.type}\n${event(data)}`;
  const block = (index: number, content_block: object, deltas: readonly object[]): string[] => [
    named({ type: 'content_block_start', index, content_block }),
    ...deltas.map((delta) => named({ type: 'content_block_delta', index, delta })),
    named({ type: 'content_block_stop', index }),
  ];
  const blocks = [
    ...(said.text === ''
      ? []
      : [{ block: { type: 'text', text: '' }, deltas: piecesOf(said).map((text) => ({ type: 'text_delta', text })) }]),
    ...said.tools.map((tool) => ({
      block: { type: 'tool_use', id: callId(), name: tool.name, input: {} },
      deltas: [{ type: 'input_json_delta', partial_json: JSON.stringify(tool.input) }],
    })),
  ];
  const usage = { input_tokens: input, output_tokens: 1 };
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model, content: [], stop_reason: null, usage };
  return [
    named({ type: 'message_start', message }),
    ...blocks.flatMap(({ block: content, deltas }, index) => block(index, content, deltas)),
    named({
      type: 'message_delta',
      delta: { stop_reason: anthropicReason(said), stop_sequence: null },
      usage: { output_tokens: output },
    }),
    named({ type: 'message_stop' }),
  ];
}

function event(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}
