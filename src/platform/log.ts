import { type DestinationStream, type Logger, pino } from 'pino';

export type Log = Logger;

/** Fields that never reach a log, wherever they stand. */
const secretFields = [
  'authorization',
  'cookie',
  'password',
  'passwordHash',
  'token',
  'accessToken',
  'refreshToken',
  'key',
  'apiKey',
  'secret',
  'SECRET_KEY',
  'DATABASE_URL',
  'REDIS_URL',
];

/**
 * Makes the structured log: one JSON object a line on standard error, so that standard output stays a command's own.
 * Tokens and passwords are replaced by [redacted] in the record itself and in its direct children.
 */
export function createLog(level: string, destination?: DestinationStream): Log {
  const paths = secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError },
      redact: { paths: [...paths, '*["x-api-key"]', '*.*["x-api-key"]'], censor: '[redacted]' },
    },
    destination ?? pino.destination({ dest: 2, sync: true }),
  );
}

/** What a log keeps of an error: not its other properties, which may hold connections, requests and their secrets. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...('code' in error && { code: error.code }),
    ...(error.cause !== undefined && { cause: describeError(error.cause) }),
  };
}

/** A URL without the parts that may carry a credential: the query's values and the user info. */
export function redactUrl(url: string): string {
  return url.replace(/([?&][^=&#]*)=[^&#]*/g, '$1=[redacted]').replace(/\/\/[^/@]*@/, '//[redacted]@');
}
