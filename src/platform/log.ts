import { type DestinationStream, type Logger, pino } from 'pino';

export type Log = Logger;

/** Fields whose values never reach a log, wherever they stand and in whatever spelling. */
const secretNames = [
  'authorization',
  'cookie',
  'setCookie',
  'password',
  'passwordHash',
  'token',
  'accessToken',
  'refreshToken',
  'key',
  'apiKey',
  'xApiKey',
  'openaiApiKey',
  'anthropicApiKey',
  'secret',
  'secretKey',
  'clientSecret',
  'signature',
  'databaseUrl',
  'redisUrl',
];
const plain = (name: string) => name.toLowerCase().replace(/[-_]/g, '');
const secretFields = new Set(secretNames.map(plain));
/** Deeper parts of a record are left out: nobody reads them, and they may go round in circles. */
const deepest = 8;

/**
 * Makes the structured log: one JSON object a line on standard error, so that standard output stays a command's own.
 * Tokens and passwords are replaced by [redacted] at any depth of the record.
 */
export function createLog(level: string, destination?: DestinationStream): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: isoTime,
      formatters: { level: (label) => ({ level: label }), log: redactFields },
      // What a child log carries does not pass the formatter.
      redact: { paths: secretNames, censor: '[redacted]' },
      // Errors have become plain objects by then; pino's own serializer would not know them.
      serializers: { err: (error) => error },
    },
    destination ?? standardError(),
  );
}

/**
 * The same log for records in which nothing can be secret, because whoever makes them has seen to it: they are written
 * as they are.
 */
export function withoutSecrets(log: Log): Log {
  return log.child({}, { formatters: { log: (record) => record } });
}

/** pino's number for warnings. */
const warning = 40;
/** How long, in milliseconds, and how many characters of lines below a warning wait for others to be written with. */
const waiting = { time: 10, characters: 16_000 } as const;
let standard: DestinationStream | undefined;

/**
 * Standard error, for all logs of the process. Lines are written together: at once with a warning or worse, and when
 * the process ends. For each line alone a busy server would spend a tenth of its time.
 */
function standardError(): DestinationStream {
  if (standard !== undefined) return standard;
  const stream = pino.destination({ dest: 2, sync: true });
  let lines = '';
  const flush = () => {
    if (lines !== '') stream.write(lines);
    lines = '';
  };
  process.on('exit', flush);
  const together = {
    // Has pino say how bad each record is.
    [Symbol.for('pino.metadata')]: true,
    lastLevel: 0,
    // pino asks for it after a fatal record.
    flushSync() {
      flush();
      stream.flushSync();
    },
    write(line: string) {
      if (lines === '') setTimeout(flush, waiting.time);
      lines += line;
      if (together.lastLevel >= warning || lines.length > waiting.characters) flush();
    },
  };
  standard = together;
  return together;
}

let lastTime = { milliseconds: 0, text: '' };

/** The time as a field of a line; of many lines in one millisecond only the first writes it out. */
function isoTime(): string {
  const milliseconds = Date.now();
  if (milliseconds !== lastTime.milliseconds) {
    lastTime = { milliseconds, text: `,"time":"${new Date(milliseconds).toISOString()}"` };
  }
  return lastTime.text;
}

function redactFields(record: object, depth = 0): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).map(([field, value]) => {
      const secret = secretFields.has(plain(field));
      return [field, secret && value !== null && value !== undefined ? '[redacted]' : redact(value, depth + 1)];
    }),
  );
}

function redact(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return value;
  if (depth > deepest) return '[deep]';
  if (value instanceof Error) return redactFields(describeError(value), depth);
  return Array.isArray(value) ? value.map((part) => redact(part, depth + 1)) : redactFields(value, depth);
}

/** What a log keeps of an error: not its other properties, which may hold connections, requests and their secrets. */
function describeError(error: Error): object {
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...('code' in error && { code: error.code }),
    ...(error.cause !== undefined && { cause: error.cause }),
  };
}

/** A text, such as an error's message, without bearer tokens and the user info of URLs. */
function redactText(text: string): string {
  return text.replace(/\bBearer +[\w.~+/=-]+/gi, 'Bearer [redacted]').replace(userInfo, '//[redacted]@');
}

/** Up to the last @ before path or query: a password may hold one. */
const userInfo = /\/\/[^/?#\s]*@/g;

/** A URL without the parts that may carry a credential: the values of query and fragment, and the user info. */
export function redactUrl(url: string): string {
  if (!/[?&#@]/.test(url)) return url;
  return url.replace(/([?&#][^=&#]*)=[^&#]*/g, '$1=[redacted]').replace(userInfo, '//[redacted]@');
}
