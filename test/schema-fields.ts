import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isObjectType,
} from 'graphql';

/** Every place in the schema where a caller names something by its id, for example `Mutation.updateItem(input.id)`. */
export function doorsById(schema: GraphQLSchema): string[] {
  return fieldsOf(schema).flatMap(({ typeName, field }) =>
    field.args.flatMap((argument) =>
      idPaths(argument.type, [argument.name]).map((path) => `${typeName}.${field.name}(${path})`),
    ),
  );
}

/** Every list with cursors, which hold an id too. */
export function connections(schema: GraphQLSchema): string[] {
  return fieldsOf(schema).flatMap(({ typeName, field }) =>
    getNamedType(field.type).name.endsWith('Connection') ? [`${typeName}.${field.name}`] : [],
  );
}

/** The types that `node` can give. */
export function nodeTypes(schema: GraphQLSchema): string[] {
  return Object.values(schema.getTypeMap()).flatMap((type) =>
    isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Node') ? [type.name] : [],
  );
}

function fieldsOf(schema: GraphQLSchema) {
  return Object.values(schema.getTypeMap()).flatMap((type) =>
    isObjectType(type) && !type.name.startsWith('__')
      ? Object.values(type.getFields()).map((field) => ({ typeName: type.name, field }))
      : [],
  );
}

function idPaths(type: GraphQLInputType, path: readonly string[]): string[] {
  const named = getNamedType(type);
  // Public numbers of repositories and jobs are ids, too, and can be guessed.
  const isNumber = named.name === 'Int' && /(^n|N)umber$/.test(path.at(-1) ?? '');
  if (named.name === 'UUID' || named.name === 'ID' || isNumber) return [path.join('.')];
  if (!isInputObjectType(named)) return [];
  return Object.values(named.getFields()).flatMap((field) => idPaths(field.type, [...path, field.name]));
}

/** A call of a root field with a valid value for every argument; `id` stands wherever an id is asked for. */
export function validCall(operation: 'query' | 'mutation', field: GraphQLField<unknown, unknown>, id: string) {
  const declared = field.args.map(({ name, type }) => `$${name}: ${type}`).join(', ');
  const passed = field.args.map(({ name }) => `${name}: $${name}`).join(', ');
  const call = field.args.length === 0 ? `{ r: ${field.name}` : `(${declared}) { r: ${field.name}(${passed})`;
  return {
    query: `${operation} ${call} { __typename ... on Error { code message } } }`,
    variables: Object.fromEntries(field.args.map(({ name, type }) => [name, validValue(type, name, id)])),
  };
}

function validValue(type: GraphQLInputType, name: string, id: string): unknown {
  const open = getNullableType(type);
  if (isListType(open)) return [validValue(open.ofType, name, id)];
  if (isEnumType(open)) return open.getValues()[0]?.name;
  if (isInputObjectType(open)) {
    return Object.fromEntries(
      Object.values(open.getFields()).map((field) => [field.name, validValue(field.type, field.name, id)]),
    );
  }
  // A file is no JSON: none is sent.
  const samples: Record<string, unknown> = {
    Upload: null,
    UUID: id,
    ID: id,
    Boolean: false,
    Int: 1,
    Float: 1,
    JSON: {},
  };
  return open.name in samples ? samples[open.name] : (texts[name] ?? 'something');
}

/** Values of text arguments that have a form of their own. */
const texts: Record<string, string> = { email: 'somebody@example.com', address: 'owner/name' };
