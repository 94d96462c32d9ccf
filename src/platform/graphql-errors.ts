import { AsyncLocalStorage } from 'node:async_hooks';
import { type ExecutionResult, GraphQLError, type GraphQLErrorOptions, type GraphQLFormattedError } from 'graphql';
import { Prisma } from '../generated/prisma/client.ts';
import { isDatabaseAway, isOwnerGone } from './database.ts';
import { DomainError, UnauthenticatedError } from './errors.ts';
import type { Log } from './log.ts';

/** The request being answered, for errors that arise where no context is at hand. */
const requestInHand = new AsyncLocalStorage<string>();

/** Runs the handling of one request, so that errors outside of its execution know its id too. */
export function inRequest<T>(requestId: string, handle: () => T): T {
  return requestInHand.run(requestId, handle);
}

/** The result of an execution as the caller may see it. */
export function maskResult(result: ExecutionResult, log: Log, requestId: string): ExecutionResult {
  if (result.errors === undefined) return result;
  return { ...result, errors: result.errors.map((error) => maskError(error, log, requestId)) };
}

/** Masks what goes wrong before or after an execution: an unexpected error there is a failed request. */
export function maskOutsideExecution(error: unknown, log: Log, requestId = requestInHand.getStore()): GraphQLError {
  const masked = maskError(error, log, requestId);
  if (masked.extensions.code !== internal || masked === error) return masked;
  return new GraphQLError(masked.message, { extensions: { ...masked.extensions, http: { status: 500 } } });
}

const internal = 'INTERNAL_SERVER_ERROR';

/**
 * Turns an error into what the caller may see. Refusals and GraphQL's own errors pass; who writes while their account
 * is being deleted is nobody any more; values that the database cannot take are the caller's mistake; a database that
 * is away is a 503; everything else is a bug: logged with the request id, which is all the caller gets.
 */
export function maskError(error: unknown, log: Log, requestId: string | undefined): GraphQLError {
  if (error instanceof GraphQLError) {
    const { originalError } = error;
    if (originalError === undefined || originalError === null) return withCode(error);
    if (originalError instanceof DomainError || originalError instanceof GraphQLError) {
      return located(originalError, error);
    }
    if (isOwnerGone(originalError)) return located(new UnauthenticatedError('This account has been deleted'), error);
    if (isUnfitValue(originalError)) {
      return new GraphQLError('A value does not fit', { ...place(error), extensions: { code: 'BAD_USER_INPUT' } });
    }
  }
  if (isDatabaseAway(error instanceof GraphQLError ? error.originalError : error)) {
    log.warn({ err: error, requestId }, 'the database is away');
    return new GraphQLError('This server cannot reach its database at the moment; try again', {
      ...(error instanceof GraphQLError && place(error)),
      extensions: { code: 'SERVICE_UNAVAILABLE', retryable: true, requestId, http: { status: 503 } },
    });
  }
  log.error({ err: error instanceof GraphQLError ? (error.originalError ?? error) : error, requestId }, 'unexpected');
  return new GraphQLError('Unexpected error', {
    ...(error instanceof GraphQLError && place(error)),
    extensions: { code: internal, requestId },
  });
}

/** An error as it is sent on streams and sockets, where no HTTP status goes with it. */
export function formatError(error: GraphQLError): GraphQLFormattedError {
  const { extensions, ...formatted } = error.toJSON();
  const { http: _status, ...rest } = extensions ?? {};
  return Object.keys(rest).length === 0 ? formatted : { ...formatted, extensions: rest };
}

function withCode(error: GraphQLError): GraphQLError {
  if (typeof error.extensions.code === 'string') return error;
  const code = error.message.startsWith('Syntax Error') ? 'GRAPHQL_PARSE_FAILED' : 'BAD_USER_INPUT';
  return new GraphQLError(error.message, { ...place(error), extensions: { code, ...error.extensions } });
}

function located(original: GraphQLError, error: GraphQLError): GraphQLError {
  const code = original.extensions.code ?? 'BAD_USER_INPUT';
  return new GraphQLError(original.message, { ...place(error), extensions: { ...original.extensions, code } });
}

function place(error: GraphQLError): Pick<GraphQLErrorOptions, 'nodes' | 'path' | 'source' | 'positions'> {
  const { nodes, path, source, positions } = error;
  return { nodes: nodes ?? null, path: path ?? null, source: source ?? null, positions: positions ?? null };
}

/** Whether the database refused a value for its form: a malformed id, a NUL character, a number out of range. */
function isUnfitValue(error: unknown): boolean {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return false;
  return ['P2000', 'P2005', 'P2006', 'P2007', 'P2009', 'P2020', 'P2023', 'P2033'].includes(error.code);
}
