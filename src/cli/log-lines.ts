import { styleText } from 'node:util';
import type { DestinationStream } from 'pino';
import { z } from 'zod';

const record = z.looseObject({
  level: z.string(),
  time: z.string(),
  msg: z.string().default(''),
  err: z.looseObject({ message: z.string().optional(), stack: z.string().optional() }).optional(),
});
const colours = { fatal: 'red', error: 'red', warn: 'yellow', info: 'green', debug: 'gray', trace: 'gray' } as const;

/** Writes the log's records as lines for a person at a terminal. Elsewhere the log stays JSON. */
export function readableLog(stream: NodeJS.WriteStream): DestinationStream {
  return { write: (line) => void stream.write(readableLine(line)) };
}

/** One record as one line; whatever is not a record stays as it is. */
function readableLine(line: string): string {
  const parsed = record.safeParse(parse(line));
  if (!parsed.success) return line;
  const { level, time, msg, err, requestId: _requestId, ...facts } = parsed.data;
  const colour = Object.entries(colours).find(([name]) => name === level)?.[1] ?? 'white';
  const details = Object.entries(facts).map(([name, value]) => `${name}=${text(value)}`);
  const words = [
    styleText('dim', new Date(time).toLocaleTimeString('en-GB')),
    styleText(colour, level.padEnd(5)),
    msg,
    ...(details.length === 0 ? [] : [styleText('dim', details.join(' '))]),
  ];
  const cause = err === undefined ? '' : `\n${styleText('dim', err.stack ?? err.message ?? '')}`;
  return `${words.join(' ')}${cause}\n`;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
