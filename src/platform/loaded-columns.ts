import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core';
import type { GraphQLFieldResolver } from 'graphql';

declare global {
  namespace PothosSchemaTypes {
    interface Plugins<Types extends SchemaTypes> {
      loadedColumns: LoadedColumnsPlugin<Types>;
    }
  }
}

/**
 * Answers fields that need nothing but columns from a row that has them. The Prisma plugin finds out by the path of the
 * answer whether a row was loaded for a field, which takes longer than all else that is done for a column of a page.
 * Stands just before that plugin, which keeps every row that lacks something and every field that leads to other rows.
 */
class LoadedColumnsPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(
    resolver: GraphQLFieldResolver<unknown, Types['Context'], object>,
    fieldConfig: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    const selection = fieldConfig.extensions?.pothosPrismaSelect;
    const { resolve } = fieldConfig;
    if (fieldConfig.kind !== 'PrismaObject' || !isOfColumns(selection) || resolve === undefined) return resolver;
    if (!this.#isLeaf(fieldConfig)) return resolver;
    return (parent, args, context, info) =>
      holds(parent, selection) ? resolve(parent, args, context, info) : resolver(parent, args, context, info);
  }

  #isLeaf({ type }: PothosOutputFieldConfig<Types>): boolean {
    const item = type.kind === 'List' ? type.type : type;
    if (item.kind === 'List') return false;
    const config = this.buildCache.getTypeConfig(item.ref);
    return config.kind === 'Scalar' || config.kind === 'Enum';
  }
}

/** Adds the plugin to those a builder can have. */
export function knowLoadedColumns(): void {
  SchemaBuilder.allowPluginReRegistration = true;
  SchemaBuilder.registerPlugin('loadedColumns', LoadedColumnsPlugin);
  SchemaBuilder.allowPluginReRegistration = false;
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
