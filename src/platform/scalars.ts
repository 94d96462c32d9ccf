import { GraphQLError, Kind, type ValueNode } from 'graphql';
import type { Builder } from './builder.ts';
import { isUploadedFile } from './uploaded-file.ts';

const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const dateForm = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** Whether a text is a UUID in its usual form. */
export function isUuid(text: string): boolean {
  return uuidForm.test(text);
}

/** Adds the scalars this schema has beyond GraphQL's own. */
export function addScalars(builder: Builder): void {
  builder.scalarType('UUID', {
    description: 'A UUID in its usual form, as REST and the database use it.',
    serialize: (value) => value,
    parseValue(value) {
      if (typeof value === 'string' && isUuid(value)) return value.toLowerCase();
      throw new GraphQLError('A UUID looks like 0198c0de-0000-7000-8000-000000000000');
    },
  });
  builder.scalarType('DateTime', {
    description: 'A moment in ISO 8601, UTC, with milliseconds.',
    serialize: (value) => value.toISOString(),
    parseValue(value) {
      const date = typeof value === 'string' ? momentOf(value) : null;
      if (date !== null) return date;
      throw new GraphQLError('A DateTime looks like 2026-01-31T12:00:00Z');
    },
  });
  builder.scalarType('Upload', {
    description: 'A file of a multipart request (graphql-multipart-request-spec), 10 MB at most. Over HTTP only.',
    serialize: () => {
      throw new GraphQLError('An Upload is never given');
    },
    parseValue(value) {
      if (isUploadedFile(value)) return value;
      throw new GraphQLError('An Upload is sent as a file of a multipart request');
    },
  });
  builder.scalarType('JSON', {
    description: 'Any JSON value.',
    serialize: (value) => value,
    parseValue: (value) => value,
    parseLiteral: (node, variables) => literalToJson(node, variables ?? {}, 0),
  });
}

/** JSON has no infinity. */
function finite(number: number): number {
  if (!Number.isFinite(number)) throw new GraphQLError('This number is too large');
  return number;
}

/** Date alone would take February 30 for March 2, and years that PostgreSQL does not take. */
function momentOf(text: string): Date | null {
  const day = dateForm.exec(text)?.[1];
  if (day === undefined) return null;
  const [midnight, date] = [new Date(`${day}T00:00:00Z`), new Date(text)];
  if (Number.isNaN(midnight.getTime()) || Number.isNaN(date.getTime())) return null;
  const year = date.getUTCFullYear();
  return midnight.toISOString().startsWith(day) && year >= 1 && year <= 9999 ? date : null;
}

function literalToJson(node: ValueNode, variables: Record<string, unknown>, depth: number): unknown {
  if (depth > 32) throw new GraphQLError('This JSON literal is nested too deeply');
  switch (node.kind) {
    case Kind.STRING:
    case Kind.BOOLEAN:
    case Kind.ENUM:
      return node.value;
    case Kind.INT:
    case Kind.FLOAT:
      return finite(Number(node.value));
    case Kind.NULL:
      return null;
    case Kind.VARIABLE:
      return variables[node.name.value];
    case Kind.LIST:
      return node.values.map((value) => literalToJson(value, variables, depth + 1));
    case Kind.OBJECT:
      return Object.fromEntries(
        node.fields.map((field) => [field.name.value, literalToJson(field.value, variables, depth + 1)]),
      );
  }
}
