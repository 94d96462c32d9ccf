import SchemaBuilder from '@pothos/core';
import ComplexityPlugin from '@pothos/plugin-complexity';
import ErrorsPlugin from '@pothos/plugin-errors';
import PrismaPlugin from '@pothos/plugin-prisma';
import RelayPlugin from '@pothos/plugin-relay';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import ValidationPlugin from '@pothos/plugin-validation';
import { type GraphQLSchema, isObjectType } from 'graphql';
import type PrismaTypes from '../generated/pothos.ts';
import { getDatamodel } from '../generated/pothos.ts';
import { type Context, signedIn } from './context.ts';
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
import { knowLoadedColumns } from './loaded-columns.ts';
import { isUuid } from './scalars.ts';
import type { UploadedFile } from './uploaded-file.ts';
import type { Permission } from './viewer.ts';

/** Most points one operation may cost: each field 1, lists times their size. */
export const costLimit = 20_000;
/** Deepest nesting. Relay pages need 4 levels a connection; the introspection query needs 13. */
export const depthLimit = 15;

/** Most things on one page of a connection, and how many when nothing is said. */
export const maxPageSize = 100;
export const defaultPageSize = 20;

export interface SchemaTypes {
  Context: Context;
  PrismaTypes: PrismaTypes;
  DefaultFieldNullability: false;
  DefaultInputFieldRequiredness: true;
  Scalars: {
    UUID: { Input: string; Output: string };
    DateTime: { Input: Date; Output: Date };
    JSON: { Input: unknown; Output: unknown };
    Upload: { Input: UploadedFile; Output: never };
    ID: { Input: string; Output: string };
  };
  AuthScopes: { signedIn: boolean; permission: Permission };
  DefaultEdgesNullability: { list: false; items: false };
  DefaultNodeNullability: false;
}

/** The schema under construction; every feature's schema.ts adds its part. */
export type Builder = ReturnType<typeof createBuilder>;

/** Makes the builder: non-null by default, refusals as union members, scopes by permission, cost limits. */
export function createBuilder() {
  knowLoadedColumns();
  return new SchemaBuilder<SchemaTypes>({
    plugins: [
      ErrorsPlugin,
      ScopeAuthPlugin,
      ValidationPlugin,
      RelayPlugin,
      'loadedColumns',
      PrismaPlugin,
      ComplexityPlugin,
    ],
    defaultFieldNullability: false,
    defaultInputFieldRequiredness: true,
    prisma: {
      client: (context) => context.app.database.prisma,
      dmmf: getDatamodel(),
      exposeDescriptions: false,
      filterConnectionTotalCount: true,
      maxConnectionSize: maxPageSize,
      defaultConnectionSize: defaultPageSize,
    },
    relay: {
      clientMutationId: 'omit',
      cursorType: 'String',
      nodeTypeOptions: { description: 'Anything with a global id that `node` can find again.' },
      pageInfoTypeOptions: { description: 'Where a page stands in its list.' },
      // The connection's own field has multiplied by the page size already.
      nodesOnConnection: {
        description: 'The things of this page, without their cursors.',
        complexity: { field: 1, multiplier: 1 },
      },
      edgesFieldOptions: {
        description: 'The things of this page with their cursors.',
        complexity: { field: 1, multiplier: 1 },
      },
      idFieldOptions: { description: 'Its global id, for `node` and for caches.' },
      defaultConnectionTypeOptions: { description: 'One page of a list.' },
      defaultEdgeTypeOptions: { description: 'One thing of a page, with its place in the list.' },
      nodeFieldOptions: { description: 'The thing.' },
      cursorFieldOptions: { description: 'Its place, for `after` and `before`.' },
      pageInfoFieldOptions: { description: 'Whether and how to go on.' },
      hasNextPageFieldOptions: { description: 'Whether more comes after this page.' },
      hasPreviousPageFieldOptions: { description: 'Whether something comes before this page.' },
      startCursorFieldOptions: { description: 'The first cursor of this page; null when it is empty.' },
      endCursorFieldOptions: { description: 'The last cursor of this page; null when it is empty.' },
      firstArgOptions: { description: 'At most so many from the beginning, up to 100; 20 unless given.' },
      afterArgOptions: { description: 'Only what comes after this cursor.' },
      lastArgOptions: { description: 'At most so many from the end, up to 100.' },
      beforeArgOptions: { description: 'Only what comes before this cursor.' },
      decodeGlobalID,
      nodeQueryOptions: {
        description: 'A thing by its global id; null when there is none or it belongs to somebody else.',
        // The types' own queries carry the owner check and need to know the viewer.
        args: { id: { description: 'The `id` of the thing.' } },
        resolve: async (_root, { id }, context, info, resolveNode) => {
          await signedIn(context);
          requireNodeType(info.schema, id.typename);
          return resolveNode(id);
        },
      },
      nodesQueryOptions: {
        description: 'Up to 100 things by their global ids, in that order; null for each that there is not.',
        complexity: ({ ids }) => ({ field: 1, multiplier: ids.length }),
        args: { ids: { description: 'The `id`s of the things.' } },
        resolve: async (_root, { ids }, context, info, resolveNodes) => {
          await signedIn(context);
          if (ids.length > 100) throw new ValidationError('ids: at most 100 at once');
          for (const { typename } of ids) requireNodeType(info.schema, typename);
          return resolveNodes(ids);
        },
      },
    },
    scopeAuth: {
      authScopes: async (context) => ({
        signedIn: async () => (await context.viewer()) !== null,
        permission: async (permission: Permission) =>
          (await context.viewer())?.permissions.includes(permission) ?? false,
      }),
      unauthorizedError: (_parent, context) =>
        context.found.viewer === undefined ? new UnauthenticatedError() : new ForbiddenError(),
      treatErrorsAsUnauthorized: false,
    },
    validation: {
      validationError: (failure) => {
        const issues = failure.issues.map((issue) => ({ path: pathOf(issue.path), message: issue.message }));
        const first = issues[0];
        return new ValidationError(first === undefined ? 'Invalid input' : `${first.path}: ${first.message}`, issues);
      },
    },
    errors: {
      defaultTypes: [
        ValidationError,
        NotFoundError,
        ConflictError,
        NotConfiguredError,
        ExternalServiceError,
        ForbiddenError,
        UnauthenticatedError,
        DomainError,
      ],
      directResult: true,
      // So that a refused input is a union member like any other refusal; it says nothing but what the input lacks.
      unsafelyHandleInputErrors: true,
      defaultUnionOptions: {
        description: 'What was asked for, or the refusal.',
        name: ({ fieldName }) => `${fieldName.charAt(0).toUpperCase()}${fieldName.slice(1)}Result`,
      },
    },
    // Only for the fields' `complexity` option: graphql-cost.ts counts before the execution, once an operation.
    complexity: { disabled: true },
  });
}

const unknownId = 'id: not an id this server has given out';

/** Reads a global id: base64 of `Type:uuid`. @throws ValidationError */
function decodeGlobalID(globalId: string): { typename: string; id: string } {
  const [typename, id, ...more] = Buffer.from(globalId, 'base64').toString('utf8').split(':');
  if (typename === undefined || id === undefined || more.length > 0 || !/^\w+$/.test(typename) || !isUuid(id)) {
    throw new ValidationError(unknownId);
  }
  return { typename, id };
}

/** Refuses the global id of something that is no node. @throws ValidationError */
function requireNodeType(schema: GraphQLSchema, typename: string): void {
  const type = schema.getType(typename);
  const isNode = isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Node');
  if (!isNode) throw new ValidationError(unknownId);
}

/** An input path without the `input` every mutation starts with, dotted. */
function pathOf(path: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined): string {
  const keys = (path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
  return (keys[0] === 'input' ? keys.slice(1) : keys).join('.');
}
