import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import { answerInTurn, answerObject } from './graphql-answers.ts';
import { canBePlanned, type FieldPlan, planSelection } from './graphql-plans.ts';
import { type Answer, FieldErrors, type Run } from './graphql-run.ts';

/** What an execution is given; fields and types are resolved by what the schema says. */
export interface PlannedArgs
  extends Pick<ExecutionArgs, 'schema' | 'document' | 'operationName' | 'variableValues' | 'rootValue'> {
  readonly contextValue: object;
}

/** What is asked of the root, and the document's fragments by name. */
interface OperationPlan {
  readonly fields: readonly FieldPlan[];
  readonly fragments: Record<string, FragmentDefinitionNode>;
}

/** Null for operations that are left to graphql-js. */
type Plans = WeakMap<OperationDefinitionNode, OperationPlan | null>;
const plans = new WeakMap<GraphQLSchema, Plans>();

/**
 * Runs an operation of a valid document: gives the answer that graphql-js' `execute` gives, with the same errors. What
 * the document asks of each type is worked out once and kept for as long as the document is, and a row that holds what
 * a field needs is read without the layers around that field. Documents whose selections follow the variables are left
 * to `execute`.
 */
export function executePlanned(args: PlannedArgs): ExecutionResult | Promise<ExecutionResult> {
  const { schema, document, variableValues, contextValue, rootValue } = args;
  const operation = getOperationAST(document, args.operationName);
  const plan = operation && planOf(schema, document, operation);
  if (!operation || !plan) return execute(args);
  const { errors, coerced } = variablesOf(schema, operation, variableValues);
  if (errors !== undefined) return { errors };
  const { fields, fragments } = plan;
  const run: Run = {
    schema,
    fragments,
    operation,
    rootValue,
    contextValue,
    variableValues: coerced,
    errors: new FieldErrors(),
  };
  const respond = (data: Answer | null) =>
    run.errors.list.length === 0 ? { data } : { errors: run.errors.list, data };
  const fail = (error: unknown) => {
    if (!(error instanceof GraphQLError)) throw error;
    run.errors.add(error, undefined);
    return respond(null);
  };
  try {
    const isMutation = operation.operation === OperationTypeNode.MUTATION;
    const data = isMutation ? answerInTurn(run, fields) : answerObject(run, fields, rootValue, undefined);
    return data instanceof Promise ? data.then(respond, fail) : respond(data);
  } catch (error) {
    return fail(error);
  }
}

/** As many complaints about variables as graphql-js makes. */
const mostComplaints = 50;

function variablesOf(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  given: PlannedArgs['variableValues'],
): ReturnType<typeof getVariableValues> {
  if (variableDefinitions.length === 0) return { coerced: {} };
  return getVariableValues(schema, variableDefinitions, given ?? {}, { maxErrors: mostComplaints });
}

function planOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): OperationPlan | null {
  let known = plans.get(schema);
  if (known === undefined) {
    known = new WeakMap();
    plans.set(schema, known);
  }
  let plan = known.get(operation);
  if (plan === undefined) {
    plan = makePlan(schema, document, operation);
    known.set(operation, plan);
  }
  return plan;
}

function makePlan(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): OperationPlan | null {
  const root = schema.getRootType(operation.operation);
  if (!root || !canBePlanned(document)) return null;
  const fragments: Record<string, FragmentDefinitionNode> = Object.create(null);
  for (const node of document.definitions)
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments[node.name.value] = node;
  return { fields: planSelection({ schema, fragments }, root, [operation.selectionSet]), fragments };
}
