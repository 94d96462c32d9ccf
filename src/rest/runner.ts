import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { type DocumentNode, type GraphQLSchema, type OperationTypeNode, validate } from 'graphql';
import { followEnd } from '../jobs/service.ts';
import type { Context } from '../platform/context.ts';
import { maskError } from '../platform/graphql-errors.ts';
import { executePlanned } from '../platform/graphql-execution.ts';
import { refusal, refusalOfErrors, refusalOfMember } from './refusal.ts';
import type { AnyRow, Root, Runner } from './route.ts';

/**
 * Checks the documents of every row against the schema and that each has one root field, aliased `r`.
 * @throws Error naming the row, which stops the start
 */
export function validateRows(schema: GraphQLSchema, rows: readonly AnyRow[]): void {
  for (const { method, path, document, read } of rows) {
    validateDocuments(
      schema,
      `${method} ${path}`,
      [document, read].filter((node) => node !== undefined),
    );
  }
}

/** Checks the documents of one row or socket. @throws Error naming it */
export function validateDocuments(schema: GraphQLSchema, where: string, documents: readonly DocumentNode[]): void {
  for (const node of documents) {
    if (!('definitions' in node)) throw new Error(`${where}: its document is not in src/gql: run codegen`);
    const [error] = validate(schema, node);
    if (error !== undefined) throw new Error(`${where} does not fit the schema: ${error.message}`);
    if (!hasOneRoot(node)) throw new Error(`${where}: its document must have one root field, aliased r`);
  }
}

function hasOneRoot(node: DocumentNode): boolean {
  return rootFieldOf(node)?.alias === 'r';
}

/** The one root field of a document; undefined when it has not exactly one. */
export function rootFieldOf(
  node: DocumentNode,
): { operation: OperationTypeNode; field: string; alias: string | undefined } | undefined {
  if (!('definitions' in node)) return undefined;
  const [operation, ...others] = node.definitions.filter((definition) => definition.kind === 'OperationDefinition');
  const [field, ...more] = operation?.selectionSet.selections ?? [];
  if (operation === undefined || others.length > 0 || more.length > 0 || field?.kind !== 'Field') return undefined;
  return { operation: operation.operation, field: field.name.value, alias: field.alias?.value };
}

/**
 * Runs documents for one request, through the executor directly: parsed and validated once, at start. `waits` is told
 * when the request begins to wait for a job.
 */
export function createRunner(schema: GraphQLSchema, context: Context, waits: () => void = () => {}): Runner {
  return {
    async run<Data, Variables>(
      document: TypedDocumentNode<Data, Variables>,
      variables: Variables,
      { missing = 'Thing', names = {} }: Parameters<Runner['run']>[2],
    ) {
      const result = await executePlanned({
        schema,
        document,
        variableValues: record(variables),
        contextValue: context,
      });
      const errors = result.errors?.map((error) => maskError(error, context.app.log, context.requestId));
      const failed = refusalOfErrors({ ...(errors && { errors }) }, names);
      if (failed !== null) return { refusal: failed };
      const root = result.data?.r ?? null;
      if (root === null) return { refusal: refusal('NOT_FOUND', `${missing} not found`) };
      const refused = refusalOfMember(root, names);
      if (refused !== null) return { refusal: refused };
      return { thing: rootOf<Data>(root) };
    },
    async jobEnded(jobId, seconds) {
      waits();
      const viewer = await context.viewer();
      return viewer !== null && followEnd(context.app, viewer, jobId, { seconds, hangUp: context.hangUp.signal });
    },
  };
}

/** The executor gives what the document's type says: both come from the same schema. */
function rootOf<Data>(root: unknown): Root<Data> {
  return root as Root<Data>;
}

function record(variables: unknown): Record<string, unknown> {
  return typeof variables === 'object' && variables !== null ? { ...variables } : {};
}
