import {
  type ExecutionArgs,
  type FieldNode,
  GraphQLError,
  type GraphQLField,
  type GraphQLNamedType,
  getArgumentValues,
  getNamedType,
  getNullableType,
  getOperationAST,
  getVariableValues,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { costLimit, defaultPageSize, maxPageSize } from './builder.ts';
import { unfit, ValidationError } from './errors.ts';
import { isUuid } from './scalars.ts';

/** How long a list without pages is taken to be. */
const ordinaryListSize = 10;

/** What an operation costs, or why it is refused. */
export type Cost =
  | { readonly points: number; readonly refusal?: never }
  | { readonly points?: never; readonly refusal: GraphQLError };

/**
 * Counts what an operation may cost at most: each field a point, and what is below it as often as its page or list may
 * be long. Gives a refusal when that is too much, or when a page is asked for that there cannot be. Arguments that do
 * not fit otherwise are left to the execution.
 */
export function costOf(args: ExecutionArgs): Cost {
  const { document, operationName, schema } = args;
  const operation = getOperationAST(document, operationName);
  const root = operation && schema.getRootType(operation.operation);
  if (!operation || !root) return { points: 0 };
  const known = fixedCosts.get(operation);
  if (known !== undefined) return known;
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], { ...args.variableValues });
  if (coerced === undefined) return { points: 0 };
  const counter = new CostCounter(args, coerced);
  const cost = countOrRefuse(() => counter.ofSelections(operation.selectionSet, root));
  if (!counter.followsVariables && cost.refusal === undefined) fixedCosts.set(operation, cost);
  return cost;
}

/** What operations cost whatever their variables are; documents are kept, and with them these. */
const fixedCosts = new WeakMap<OperationDefinitionNode, Cost>();

function countOrRefuse(count: () => number): Cost {
  try {
    const points = count();
    if (points <= costLimit) return { points };
    const refusal = new GraphQLError(
      `This operation costs ${points} points, more than ${costLimit}: ask for smaller pages or fewer fields`,
      { extensions: { code: 'QUERY_TOO_COMPLEX', limit: 'cost', maximum: costLimit } },
    );
    return { refusal };
  } catch (error) {
    if (error instanceof ValidationError) return { refusal: error };
    throw error;
  }
}

interface FieldCost {
  readonly field: number;
  readonly multiplier: number;
}

class CostCounter {
  /** Whether other variables might cost more or less. */
  followsVariables = false;
  readonly #args: ExecutionArgs;
  readonly #variables: Record<string, unknown>;
  readonly #fragments = new Map<string, number>();

  constructor(args: ExecutionArgs, variables: Record<string, unknown>) {
    this.#args = args;
    this.#variables = variables;
  }

  ofSelections(set: SelectionSetNode, parent: GraphQLNamedType): number {
    let cost = 0;
    // A fragment spread twice at one place is executed once.
    const spread = new Set<string>();
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) cost += this.#ofField(selection, parent);
      else if (selection.kind === Kind.FRAGMENT_SPREAD) spread.add(selection.name.value);
      else {
        const type = selection.typeCondition && this.#args.schema.getType(selection.typeCondition.name.value);
        cost += this.ofSelections(selection.selectionSet, type ?? parent);
      }
    }
    for (const name of spread) cost += this.#ofFragment(name);
    return cost;
  }

  #ofFragment(name: string): number {
    const known = this.#fragments.get(name);
    if (known !== undefined) return known;
    const fragment = this.#args.document.definitions.find(
      (node) => node.kind === Kind.FRAGMENT_DEFINITION && node.name.value === name,
    );
    if (fragment?.kind !== Kind.FRAGMENT_DEFINITION) return 0;
    const type = this.#args.schema.getType(fragment.typeCondition.name.value);
    const cost = type === undefined ? 0 : this.ofSelections(fragment.selectionSet, type);
    this.#fragments.set(name, cost);
    return cost;
  }

  #ofField(node: FieldNode, parent: GraphQLNamedType): number {
    const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[node.name.value] : undefined;
    // Introspection: its depth is limited by validation.
    if (field === undefined) return 1;
    const { field: own, multiplier } = this.#costOf(field, node);
    const below = node.selectionSet ? this.ofSelections(node.selectionSet, getNamedType(field.type)) : 0;
    return own + multiplier * below;
  }

  #costOf(field: GraphQLField<unknown, unknown>, node: FieldNode): FieldCost {
    const type = getNullableType(field.type);
    if (isObjectType(type) && type.name.endsWith('Connection')) {
      return { field: 1, multiplier: pageSize(this.#argumentsOf(field, node)) };
    }
    const otherwise = { field: 1, multiplier: isListType(type) ? ordinaryListSize : 1 };
    const option: unknown = field.extensions.complexity;
    const said: unknown =
      typeof option === 'function' ? option(this.#argumentsOf(field, node), this.#args.contextValue, field) : option;
    if (typeof said === 'number') return { ...otherwise, field: said };
    return typeof said === 'object' && said !== null ? { ...otherwise, ...said } : otherwise;
  }

  /** Only for fields whose cost is told by their arguments. */
  #argumentsOf(field: GraphQLField<unknown, unknown>, node: FieldNode): Record<string, unknown> {
    this.followsVariables ||= node.arguments?.some(({ value }) => holdsVariable(value)) === true;
    try {
      return getArgumentValues(field, node, this.#variables);
    } catch {
      return {};
    }
  }
}

function holdsVariable(value: ValueNode): boolean {
  if (value.kind === Kind.VARIABLE) return true;
  if (value.kind === Kind.LIST) return value.values.some(holdsVariable);
  return value.kind === Kind.OBJECT && value.fields.some((field) => holdsVariable(field.value));
}

/** How many things a page may hold; every connection here has the ids as its cursors. @throws ValidationError */
function pageSize(args: Readonly<Record<string, unknown>>): number {
  for (const name of ['first', 'last']) {
    const size = args[name];
    if (typeof size === 'number' && (size < 0 || size > maxPageSize)) {
      throw unfit(name, `must be from 0 to ${maxPageSize}`);
    }
  }
  for (const name of ['after', 'before']) {
    const cursor = args[name];
    if (typeof cursor === 'string' && !isCursor(cursor)) throw unfit(name, 'not a cursor this server has given out');
  }
  const size = args.first ?? args.last;
  return typeof size === 'number' ? size : defaultPageSize;
}

function isCursor(cursor: string): boolean {
  const [namespace, form, id, ...more] = Buffer.from(cursor, 'base64').toString('utf8').split(':');
  return namespace === 'GPC' && form === 'S' && id !== undefined && isUuid(id) && more.length === 0;
}
