import { type DocumentNode, type GraphQLSchema, getOperationAST, OperationTypeNode } from 'graphql';
import type { GraphQLParams } from 'graphql-yoga';
import { jsonIn } from './graphql-body.ts';
import type { DocumentCache, Documents } from './graphql-documents.ts';
import { isValid, parseWithin } from './graphql-limits.ts';

/** An operation that has been parsed and validated, with what it is asked with. */
export interface ReadyOperation {
  readonly document: DocumentNode;
  readonly operationName: string | null | undefined;
  readonly variableValues: Record<string, unknown> | null | undefined;
  readonly type: OperationTypeNode.QUERY | OperationTypeNode.MUTATION;
}

/** Finds the operation a body in JSON asks for; undefined when anything of it is not in order or not ordinary. */
export type OperationReader = (bytes: Uint8Array) => ReadyOperation | undefined;

interface ReaderOptions {
  readonly schema: GraphQLSchema;
  readonly documents: Documents;
  readonly kept: DocumentCache;
}

/** Makes the reader. Documents are parsed and validated once; what refuses them is up to whoever gets the request. */
export function operationReader({ schema, documents, kept }: ReaderOptions): OperationReader {
  const validity = new WeakMap<DocumentNode, boolean>();
  const validDocument = (text: string): DocumentNode | undefined => {
    let document = kept.get(text);
    if (document === undefined) {
      document = parseWithin(text);
      kept.set(text, document);
    }
    let valid = validity.get(document);
    if (valid === undefined) {
      valid = isValid(schema, document);
      validity.set(document, valid);
    }
    return valid ? document : undefined;
  };
  return (bytes) => {
    const params = orderly(() => jsonIn(bytes));
    if (params === undefined || !isWellFormed(params)) return undefined;
    const { operationName, variables } = params;
    const document = orderly(() => validDocument(documents.resolve(params)));
    const type = document && getOperationAST(document, operationName)?.operation;
    if (document === undefined || type === undefined || type === OperationTypeNode.SUBSCRIPTION) return undefined;
    return { document, operationName, variableValues: variables, type };
  };
}

/** What is refused here is refused again, with the reason, by whoever gets the request then. */
function orderly<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** Whether a request holds what may be in one and nothing else. */
function isWellFormed(params: GraphQLParams): boolean {
  for (const name in params) if (!known.has(name)) return false;
  const { query, operationName, variables, extensions } = params;
  return (
    (query === undefined || query === null || typeof query === 'string') &&
    (operationName === undefined || operationName === null || typeof operationName === 'string') &&
    isObjectOrAbsent(variables) &&
    isObjectOrAbsent(extensions) &&
    !Array.isArray(params)
  );
}

const known: ReadonlySet<string> = new Set(['query', 'operationName', 'variables', 'extensions']);

function isObjectOrAbsent(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'object' && !Array.isArray(value));
}
