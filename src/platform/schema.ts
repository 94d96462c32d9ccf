import type { Builder } from './builder.ts';
import {
  ConflictError,
  DomainError,
  ExternalServiceError,
  ForbiddenError,
  NotConfiguredError,
  NotFoundError,
  UnauthenticatedError,
  ValidationError,
} from './errors.ts';
import { addScalars } from './scalars.ts';

/** What every refusal is; features with refusals of their own pass it to them. */
export type ErrorRef = ReturnType<typeof addRefusals>;

/**
 * Adds what all features share: scalars, the refusals every mutation may answer, and the root types. Gives the
 * interface of refusals.
 */
export function addPlatform(builder: Builder): ErrorRef {
  addScalars(builder);
  const errorRef = addRefusals(builder);
  builder.queryType({ description: 'Everything that can be read.' });
  builder.mutationType({ description: 'Everything that can be done; each answers the thing or a refusal.' });
  builder.subscriptionType({ description: 'Live streams. Each replays from a cursor, then goes on live.' });
  return errorRef;
}

function addRefusals(builder: Builder) {
  const ErrorRef = builder.interfaceRef<DomainError>('Error').implement({
    description: 'Why a request was refused, in words for people and a code for programs.',
    fields: (t) => ({
      code: t.exposeString('code', { description: 'A stable word for programs, e.g. NOT_FOUND.' }),
      message: t.exposeString('message', { description: 'One sentence for people.' }),
    }),
  });
  const refusals = [
    [NotFoundError, 'There is no such thing, or it belongs to somebody else.'],
    [ConflictError, 'The present state stands against it; `code` says what.'],
    [ForbiddenError, "The viewer's role lacks a permission."],
    [UnauthenticatedError, 'Nobody is signed in, or the credential is not good.'],
  ] as const;
  for (const [type, description] of refusals) {
    builder.objectType(type, { name: type.name, description, interfaces: [ErrorRef] });
  }
  builder.objectType(NotConfiguredError, {
    name: 'NotConfiguredError',
    description: 'An integration this needs has no settings on this server.',
    interfaces: [ErrorRef],
    fields: (t) => ({
      settings: t.exposeStringList('settings', { description: 'The names of what is to be set.' }),
    }),
  });
  builder.objectType(ExternalServiceError, {
    name: 'ExternalServiceError',
    description: "Somebody else's service failed or refused.",
    interfaces: [ErrorRef],
    fields: (t) => ({
      retryable: t.exposeBoolean('retryable', { description: 'Whether the same request may succeed later.' }),
      retryAt: t.expose('retryAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When to ask again; null when the service did not say.',
      }),
      upstreamRequestId: t.exposeString('upstreamRequestId', {
        nullable: true,
        description: "The service's own id of the request, for its support; null when it gave none.",
      }),
    }),
  });
  builder.objectType(DomainError, {
    name: 'RefusedError',
    description: 'Any other refusal; `code` says which.',
    interfaces: [ErrorRef],
  });
  const IssueRef = builder.objectRef<ValidationError['issues'][number]>('FieldIssue').implement({
    description: 'One thing wrong with one field of the input.',
    fields: (t) => ({
      path: t.exposeString('path', { description: 'The field, dotted when nested.' }),
      message: t.exposeString('message', { description: 'What is wrong with it.' }),
    }),
  });
  builder.objectType(ValidationError, {
    name: 'ValidationError',
    description: 'The input does not fit.',
    interfaces: [ErrorRef],
    fields: (t) => ({
      issues: t.expose('issues', { type: [IssueRef], description: 'What is wrong, field by field.' }),
    }),
  });
  return ErrorRef;
}
