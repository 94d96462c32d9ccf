import { getDatamodel } from '../generated/pothos.ts';

/** A column of a table. */
export interface Column {
  readonly name: string;
  /** Prisma's word for what it holds: `String`, `DateTime`, or the name of an enum. */
  readonly type: string;
  readonly isEnum: boolean;
  readonly isList: boolean;
}

/** A way from a row to the one row of another table or to none, or to the many rows that point to it. */
export interface Link {
  /** The table at the other end; the same name as its model. */
  readonly model: string;
  /** The column of this table and the column of the other that are equal. */
  readonly from: string;
  readonly to: string;
}

/** What of Prisma's data model a reader of rows needs. */
export interface RowModel {
  readonly name: string;
  readonly columns: ReadonlyMap<string, Column>;
  /** To single rows, by the names of their fields. */
  readonly links: ReadonlyMap<string, Link>;
  /** To many rows, by the names of their fields. */
  readonly lists: ReadonlyMap<string, Link>;
}

type Datamodel = ReturnType<typeof getDatamodel>['datamodel'];
type ModelField = Datamodel['models'][string]['fields'][number];

let known: ReadonlyMap<string, RowModel> | undefined;

/** The model of a table. @throws Error for a name that is none */
export function rowModel(name: string): RowModel {
  known ??= readModels();
  const model = known.get(name);
  if (model === undefined) throw new Error(`there is no model ${name}`);
  return model;
}

function readModels(): ReadonlyMap<string, RowModel> {
  const { models } = getDatamodel().datamodel;
  return new Map(
    Object.entries(models).map(([name, { fields }]) => [
      name,
      {
        name,
        columns: new Map(fields.filter(({ kind }) => kind !== 'object').map((field) => [field.name, columnOf(field)])),
        links: new Map(fields.filter(({ isList }) => !isList).flatMap((field) => linkOf(models, field))),
        lists: new Map(fields.filter(({ isList }) => isList).flatMap((field) => linkOf(models, field))),
      },
    ]),
  );
}

function columnOf({ name, type, kind, isList }: ModelField): Column {
  return { name, type, isEnum: kind === 'enum', isList };
}

/** Only over one column: a link over several is left to Prisma. */
function linkOf(models: Datamodel['models'], field: ModelField): [string, Link][] {
  if (field.kind !== 'object') return [];
  const back = models[field.type]?.fields.find(
    ({ relationName, relationFromFields }) =>
      relationName === field.relationName && relationFromFields !== undefined && relationFromFields.length > 0,
  );
  const isOwn = field.relationFromFields !== undefined && field.relationFromFields.length > 0;
  const holder = isOwn ? field : back;
  const [column, ...more] = holder?.relationFromFields ?? [];
  // What is pointed to is always a table's one key.
  const key = holder && models[holder.type]?.fields.find(({ isId }) => isId)?.name;
  if (column === undefined || key === undefined || more.length > 0) return [];
  const [from, to] = isOwn ? [column, key] : [key, column];
  return [[field.name, { model: field.type, from, to }]];
}
