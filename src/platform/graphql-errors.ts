import { GraphQLError, type GraphQLErrorOptions } from 'graphql';
import { Prisma } from '../generated/prisma/client.ts';
import { DomainError } from './errors.ts';
import type { Log } from './log.ts';

/**
 * Turns an error into what the caller may see. Refusals and GraphQL's own errors pass; values that the database
 * cannot take are the caller's mistake; everything else is a bug: logged with the request id, which is all the caller
 * gets.
 */
export function maskError(error: unknown, log: Log, requestId: string | undefined): GraphQLError {
  if (error instanceof GraphQLError) {
    const { originalError } = error;
    if (originalError === undefined || originalError === null) return withCode(error);
    if (originalError instanceof DomainError || originalError instanceof GraphQLError) {
      return located(originalError, error);
    }
    if (isUnfitValue(originalError)) {
      return new GraphQLError('A value does not fit', { ...place(error), extensions: { code: 'BAD_USER_INPUT' } });
    }
  }
  log.error({ err: error instanceof GraphQLError ? (error.originalError ?? error) : error, requestId }, 'unexpected');
  return new GraphQLError('Unexpected error', {
    ...(error instanceof GraphQLError && place(error)),
    extensions: { code: 'INTERNAL_SERVER_ERROR', requestId },
  });
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
