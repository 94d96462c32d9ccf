import {
  defaultTypeResolver,
  type GraphQLAbstractType,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  getArgumentValues,
  isObjectType,
  locatedError,
  type ResponsePath,
  responsePathAsArray,
} from 'graphql';
import type { FieldPlan, ValuePlan } from './graphql-plans.ts';
import type { Answer, Run } from './graphql-run.ts';

/** Whether something is to be waited for. */
export function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** Answers fields of one object, those that wait side by side. @throws GraphQLError of a field that may not be null */
export function answerObject(
  run: Run,
  fields: readonly FieldPlan[],
  source: unknown,
  place: ResponsePath | undefined,
): Answer | Promise<Answer> {
  const answer: Answer = {};
  let isWaiting = false;
  try {
    for (const field of fields) {
      const value = answerField(run, field, source, place);
      answer[field.name] = value;
      if (isPromise(value)) isWaiting = true;
    }
  } catch (error) {
    if (!isWaiting) throw error;
    // The others may fail too, which is nobody's error then.
    return arrived(answer).finally(() => {
      throw error;
    });
  }
  return isWaiting ? arrived(answer) : answer;
}

/** Answers fields of the root of a mutation, each when the one before is done. */
export function answerInTurn(run: Run, fields: readonly FieldPlan[]): Answer | Promise<Answer> {
  const next = (answer: Answer, field: FieldPlan): Answer | Promise<Answer> => {
    const value = answerField(run, field, run.rootValue, undefined);
    if (isPromise(value)) return value.then((made) => Object.assign(answer, { [field.name]: made }));
    answer[field.name] = value;
    return answer;
  };
  let answer: Answer | Promise<Answer> = {};
  for (const field of fields) {
    answer = answer instanceof Promise ? answer.then((before) => next(before, field)) : next(answer, field);
  }
  return answer;
}

function arrived(answer: Answer): Promise<Answer> {
  const names = Object.keys(answer);
  return Promise.all(Object.values(answer)).then((values) => {
    const whole: Answer = {};
    for (const [index, name] of names.entries()) whole[name] = values[index];
    return whole;
  });
}

function answerField(run: Run, field: FieldPlan, source: unknown, above: ResponsePath | undefined): unknown {
  if (field.typeName !== undefined) return field.typeName;
  const { leaf, isRequired } = field.value;
  if (field.property === undefined || leaf === undefined || !isRecord(source))
    return resolve(run, field, source, above);
  const value = source[field.property];
  if (value === undefined || typeof value === 'function' || isPromise(value)) return resolve(run, field, source, above);
  try {
    if (value === null) return nothing(field, isRequired);
    return serialized(leaf, value);
  } catch (error) {
    return failed(run, field, isRequired, error, placeOf(field, above));
  }
}

function resolve(run: Run, field: FieldPlan, source: unknown, above: ResponsePath | undefined): unknown {
  const place = placeOf(field, above);
  const { definition, nodes, loaded, value: plan } = field;
  const info = infoOf(run, field, place);
  try {
    const given = definition.args.length === 0 ? {} : getArgumentValues(definition, nodes[0], run.variableValues);
    const isAtHand = loaded?.leadsToRow === true && field.isSelfContained && loaded.isIn(source);
    const resolver = isAtHand ? loaded.resolve : field.resolve;
    return completeSafely(run, field, plan, resolver(source, given, run.contextValue, info), place, info);
  } catch (error) {
    return failed(run, field, plan.isRequired, error, place);
  }
}

/**
 * Makes of a value, or of what is to be waited for, what its type makes of it, or null. @throws what goes wrong at once
 */
function completeSafely(
  run: Run,
  field: FieldPlan,
  plan: ValuePlan,
  value: unknown,
  place: ResponsePath,
  info: GraphQLResolveInfo,
): unknown {
  const completed = isPromise(value)
    ? value.then((made) => complete(run, field, plan, made, place, info))
    : complete(run, field, plan, value, place, info);
  if (!isPromise(completed)) return completed;
  return completed.then(undefined, (error: unknown) => failed(run, field, plan.isRequired, error, place));
}

function placeOf({ name, parentType }: FieldPlan, above: ResponsePath | undefined): ResponsePath {
  return { prev: above, key: name, typename: parentType.name };
}

function infoOf(
  { schema, fragments, rootValue, operation, variableValues }: Run,
  { definition, nodes, parentType }: FieldPlan,
  path: ResponsePath,
): GraphQLResolveInfo {
  const { name: fieldName, type: returnType } = definition;
  return {
    fieldName,
    fieldNodes: nodes,
    returnType,
    parentType,
    path,
    schema,
    fragments,
    rootValue,
    operation,
    variableValues,
  };
}

/** An error makes its field null, or is thrown on where that may not be. */
function failed(run: Run, { nodes }: FieldPlan, isRequired: boolean, error: unknown, place: ResponsePath): null {
  const located = locatedError(error, nodes, responsePathAsArray(place));
  if (isRequired) throw located;
  run.errors.add(located, place);
  return null;
}

/** Makes of a value what its type makes of it. */
function complete(
  run: Run,
  field: FieldPlan,
  plan: ValuePlan,
  value: unknown,
  place: ResponsePath,
  info: GraphQLResolveInfo,
): unknown {
  if (value instanceof Error) throw value;
  if (value === null || value === undefined) return nothing(field, plan.isRequired);
  const { leaf, item, object, abstract } = plan;
  if (leaf !== undefined) return serialized(leaf, value);
  if (item !== undefined) return completeList(run, field, item, value, place, info);
  if (object !== undefined) return completeObject(run, field, object, value, place, info);
  if (abstract !== undefined) return completeAbstract(run, field, abstract, value, place, info);
  throw new Error(`${nameOf(field)} has a type that is none`);
}

function nameOf({ parentType, definition }: FieldPlan): string {
  return `${parentType.name}.${definition.name}`;
}

function nothing(field: FieldPlan, isRequired: boolean): null {
  if (isRequired) throw new Error(`Cannot return null for non-nullable field ${nameOf(field)}.`);
  return null;
}

function serialized(leaf: GraphQLLeafType, value: unknown): unknown {
  if (value instanceof Error) throw value;
  const made: unknown = leaf.serialize(value);
  if (made === null || made === undefined) throw new Error(`${leaf.name} makes nothing of a value`);
  return made;
}

function completeList(
  run: Run,
  field: FieldPlan,
  item: ValuePlan,
  list: unknown,
  place: ResponsePath,
  info: GraphQLResolveInfo,
): unknown {
  if (!isIterable(list)) throw new Error(`${nameOf(field)} gives no list`);
  const completed: unknown[] = [];
  let isWaiting = false;
  try {
    for (const value of list) {
      const made = completeItem(
        run,
        field,
        item,
        value,
        { prev: place, key: completed.length, typename: undefined },
        info,
      );
      completed.push(made);
      if (isPromise(made)) isWaiting = true;
    }
  } catch (error) {
    // What is still on its way may fail too, which is nobody's error then.
    if (isWaiting) void Promise.allSettled(completed);
    throw error;
  }
  return isWaiting ? Promise.all(completed) : completed;
}

function completeItem(
  run: Run,
  field: FieldPlan,
  item: ValuePlan,
  value: unknown,
  place: ResponsePath,
  info: GraphQLResolveInfo,
): unknown {
  try {
    return completeSafely(run, field, item, value, place, info);
  } catch (error) {
    return failed(run, field, item.isRequired, error, place);
  }
}

function completeObject(
  run: Run,
  field: FieldPlan,
  type: GraphQLObjectType,
  value: unknown,
  place: ResponsePath,
  info: GraphQLResolveInfo,
): unknown {
  const answer = () => answerObject(run, field.selectionOn(type), value, place);
  if (!type.isTypeOf) return answer();
  const check = (isOfType: boolean) => {
    if (!isOfType) throw new Error(`${nameOf(field)} gives no ${type.name}`);
    return answer();
  };
  const isOfType = type.isTypeOf(value, run.contextValue, info);
  return typeof isOfType === 'boolean' ? check(isOfType) : isOfType.then(check);
}

function completeAbstract(
  run: Run,
  field: FieldPlan,
  abstract: GraphQLAbstractType,
  value: unknown,
  place: ResponsePath,
  info: GraphQLResolveInfo,
): unknown {
  const go = (name: unknown) => {
    const type = typeof name === 'string' ? run.schema.getType(name) : undefined;
    if (!isObjectType(type) || !run.schema.isSubType(abstract, type)) {
      throw new Error(`${nameOf(field)} gives what is no ${abstract.name}`);
    }
    return completeObject(run, field, type, value, place, info);
  };
  const name = (abstract.resolveType ?? defaultTypeResolver)(value, run.contextValue, info, abstract);
  return isPromise(name) ? name.then(go) : go(name);
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
