import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core';
import type { GraphQLFieldResolver } from 'graphql';

declare global {
  namespace PothosSchemaTypes {
    interface Plugins<Types extends SchemaTypes> {
      loadedColumns: LoadedColumnsPlugin<Types>;
    }
  }
}

/** A field without arguments that needs nothing but what its row holds once it is loaded. */
export interface LoadedField {
  /** Whether it leads to another row rather than to a column's value. */
  readonly leadsToRow: boolean;
  /** The name of the one thing it needs; absent when it needs several, or something of a linked row. */
  readonly column: string | undefined;
  /** Whether a row holds what the field needs. */
  isIn(row: unknown): boolean;
  /** Gives the value of a row that does. */
  readonly resolve: GraphQLFieldResolver<unknown, object>;
}

/** The fields by what the schema resolves them with: one that anything else stands before is not found by it. */
const loadedFields = new WeakMap<object, LoadedField>();

/** What is known of the field that a schema resolves by this function and by nothing around it. */
export function loadedFieldOf(resolver: object): LoadedField | undefined {
  return loadedFields.get(resolver);
}

/**
 * Answers fields that need nothing but columns from a row that has them. The Prisma plugin finds out by the path of the
 * answer whether a row was loaded for a field, which takes longer than all else that is done for a column of a page.
 * Stands just before that plugin, which keeps every row that lacks something and, but for whom `loadedFieldOf` is
 * there, every field that leads to other rows.
 */
class LoadedColumnsPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(
    resolver: GraphQLFieldResolver<unknown, Types['Context'], object>,
    fieldConfig: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    const { resolve } = fieldConfig;
    if (fieldConfig.kind !== 'PrismaObject' || resolve === undefined) return resolver;
    const selection = fieldConfig.extensions?.pothosPrismaSelect;
    if (isOfColumns(selection) && this.#isLeaf(fieldConfig)) {
      const wrapped: typeof resolver = (parent, args, context, info) =>
        holds(parent, selection) ? resolve(parent, args, context, info) : resolver(parent, args, context, info);
      if (Object.keys(fieldConfig.args).length === 0) know(wrapped, resolve, selection, false);
      return wrapped;
    }
    const link = Object.keys(fieldConfig.args).length === 0 ? linkOf(selection) : undefined;
    if (link !== undefined && this.#isRow(fieldConfig)) know(resolver, resolve, link, true);
    return resolver;
  }

  #isLeaf({ type }: PothosOutputFieldConfig<Types>): boolean {
    const item = type.kind === 'List' ? type.type : type;
    if (item.kind === 'List') return false;
    const config = this.buildCache.getTypeConfig(item.ref);
    return config.kind === 'Scalar' || config.kind === 'Enum';
  }

  #isRow({ type }: PothosOutputFieldConfig<Types>): boolean {
    if (type.kind === 'List') return false;
    const { graphqlKind } = this.buildCache.getTypeConfig(type.ref);
    return graphqlKind === 'Object' || graphqlKind === 'Interface';
  }
}

/** Adds the plugin to those a builder can have. */
export function knowLoadedColumns(): void {
  SchemaBuilder.allowPluginReRegistration = true;
  SchemaBuilder.registerPlugin('loadedColumns', LoadedColumnsPlugin);
  SchemaBuilder.allowPluginReRegistration = false;
}

function know(resolver: object, resolve: LoadedField['resolve'], needs: Columns, leadsToRow: boolean): void {
  const [name, ...more] = Object.keys(needs);
  const column = name !== undefined && more.length === 0 && needs[name] === true ? name : undefined;
  loadedFields.set(resolver, { leadsToRow, column, resolve, isIn: (row) => holds(row, needs) });
}

/** Columns by name, and columns of linked rows by the name of the link. */
interface Columns {
  readonly [name: string]: true | { readonly select: Columns };
}

function isOfColumns(selection: unknown): selection is Columns {
  return (
    isRecord(selection) &&
    Object.values(selection).every(
      (wish) => wish === true || (isRecord(wish) && Object.keys(wish).join() === 'select' && isOfColumns(wish.select)),
    )
  );
}

/** Stands for arguments and context, which a selection that is the same for all does not look at. */
const unseen: object = new Proxy(
  {},
  {
    get() {
      throw new Error('this selection depends on who asks');
    },
  },
);

/**
 * Where a field leads that selects one linked row, whoever asks and whatever of it: the link counts as a column.
 * Undefined for any other.
 */
function linkOf(selection: unknown): Columns | undefined {
  if (typeof selection !== 'function') return undefined;
  let asked = 0;
  const nested = (query: unknown) => {
    asked += query === undefined || query === true || (isRecord(query) && Object.keys(query).length === 0) ? 1 : 2;
    return true;
  };
  let wanted: unknown;
  try {
    wanted = selection(unseen, unseen, nested);
  } catch {
    return undefined;
  }
  // One that has to be waited for is none of these, and may fail for what it cannot see.
  if (wanted instanceof Promise) wanted.catch(() => {});
  const isPlain = asked === 1 && isRecord(wanted) && Object.keys(wanted).join() === 'select';
  return isPlain && isRecord(wanted) && isOfColumns(wanted.select) ? wanted.select : undefined;
}

function holds(row: unknown, columns: Columns): boolean {
  if (!isRecord(row)) return false;
  for (const name in columns) {
    const value = row[name];
    const wish = columns[name];
    if (value === undefined) return false;
    // A link to no row is an answer too.
    if (wish !== true && wish !== undefined && value !== null && !holds(value, wish.select)) return false;
  }
  return true;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
