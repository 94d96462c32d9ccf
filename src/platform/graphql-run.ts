import type {
  FragmentDefinitionNode,
  GraphQLError,
  GraphQLSchema,
  OperationDefinitionNode,
  ResponsePath,
} from 'graphql';

/** One execution of an operation. */
export interface Run {
  readonly schema: GraphQLSchema;
  readonly fragments: Record<string, FragmentDefinitionNode>;
  readonly operation: OperationDefinitionNode;
  readonly rootValue: unknown;
  readonly contextValue: object;
  readonly variableValues: Record<string, unknown>;
  readonly errors: FieldErrors;
}

/** An object of an answer. */
export type Answer = Record<string, unknown>;

/** The errors of an execution, without those below a place that has become null by another. */
export class FieldErrors {
  readonly list: GraphQLError[] = [];
  readonly #places = new Set<ResponsePath | undefined>();

  add(error: GraphQLError, place: ResponsePath | undefined): void {
    if (this.#places.has(undefined)) return;
    for (let above = place; above !== undefined; above = above.prev) if (this.#places.has(above)) return;
    this.#places.add(place);
    this.list.push(error);
  }
}
