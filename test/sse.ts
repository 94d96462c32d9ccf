/** One server-sent event, as an EventSource would see it; a comment has no event and no data. */
export interface ServerEvent {
  readonly id: string | undefined;
  readonly event: string | undefined;
  readonly data: string | undefined;
  readonly comment: boolean;
}

/** Reads a stream of server-sent events piece by piece; ending the iteration hangs up. */
export async function* serverEvents(response: Response): AsyncGenerator<ServerEvent, void, undefined> {
  if (response.body === null) throw new Error('an answer without a body');
  let rest = '';
  for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
    rest += piece;
    const blocks = rest.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) yield parse(block);
  }
  if (rest !== '') throw new Error(`the stream broke off in ${JSON.stringify(rest)}`);
}

function parse(block: string): ServerEvent {
  const fields = new Map<string, string>();
  for (const line of block.split('\n')) {
    const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
    fields.set(name, value);
  }
  return {
    id: fields.get('id'),
    event: fields.get('event'),
    data: fields.get('data'),
    comment: block.split('\n').every((line) => line.startsWith(':')),
  };
}
