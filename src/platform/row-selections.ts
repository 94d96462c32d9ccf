import { readCondition } from './row-conditions.ts';
import { type Column, type Link, type RowModel, rowModel } from './row-models.ts';

/** What makes the rows of a selection: the columns, the tables they come from, and the way back to an object. */
export interface Selection {
  /** The columns of SELECT, in the order `read` takes them. */
  readonly columns: string;
  /** The tables of FROM; the selected one goes by `t`. */
  readonly tables: string;
  /** Makes the object Prisma would have given of a row's values, of the type that Prisma has for the selection. */
  readonly read: <Row>(values: readonly unknown[]) => Row;
}

type Reading = (values: readonly unknown[]) => Record<string, unknown>;
/** A value's place in the row, and how it becomes what Prisma gives. */
type Reader = (values: readonly unknown[]) => unknown;

/** What of Prisma's selections is understood. */
interface Wanted {
  readonly select?: unknown;
  readonly include?: unknown;
}

/** Of a list also which of its rows, in what order and how many at most. */
interface WantedList extends Wanted {
  readonly where?: unknown;
  readonly orderBy?: unknown;
  readonly take?: unknown;
}

/** Gathers the columns of a selection, table by table. */
interface Gathering {
  readonly columns: string[];
  readonly joins: string[];
  /** What the statement is given, to which the conditions of lists add. */
  readonly values: unknown[];
  /** Before the names of its tables. */
  readonly alias: string;
  /** Whether values come as JSON, which knows no moments and no long integers. */
  readonly isJson: boolean;
}

/** Arguments a function of PostgreSQL takes at most. */
const mostArguments = 100;

/**
 * Reads Prisma's `select` or `include` over columns, links to single rows, lists of rows in an order and under a
 * condition, and how long lists are. What conditions compare with goes behind `values`. The columns are for an array of
 * JSON where `isJson`. Null when it asks for anything else, or for what JSON cannot hold.
 */
export function readSelection(model: RowModel, wanted: Wanted, values: unknown[], isJson = false): Selection | null {
  const gathering: Gathering = { columns: [], joins: [], values, alias: 't', isJson };
  const read = readerOf(gathering, model, 't', wanted);
  if (read === null || gathering.columns.length === 0) return null;
  if (isJson && gathering.columns.length > mostArguments) return null;
  return {
    columns: gathering.columns.join(', '),
    tables: [`"${model.name}" t`, ...gathering.joins].join(' '),
    read: <Row>(values: readonly unknown[]) => rowOf<Row>(read(values)),
  };
}

/** The selection is read by the same Prisma schema that the type of the row is made of. */
function rowOf<Row>(row: unknown): Row {
  return row as Row;
}

/** Writes Prisma's `orderBy` over columns as SQL, the other way round where asked. Null for anything else. */
export function readOrder(model: RowModel, orderBy: unknown, alias: string, isReversed = false): string | null {
  if (orderBy === undefined) return '';
  const parts: string[] = [];
  for (const one of Array.isArray(orderBy) ? orderBy : [orderBy]) {
    for (const [name, way] of Object.entries(typeof one === 'object' && one !== null ? one : { orderBy: one })) {
      if (!model.columns.has(name) || (way !== 'asc' && way !== 'desc')) return null;
      parts.push(`${alias}."${name}" ${(way === 'asc') === isReversed ? 'DESC' : 'ASC'}`);
    }
  }
  return parts.length === 0 ? '' : `ORDER BY ${parts.join(', ')}`;
}

function readerOf(gathering: Gathering, model: RowModel, alias: string, wanted: Wanted): Reading | null {
  const { select, include, ...more } = wanted;
  if (Object.keys(more).length > 0) return null;
  const readers: [string, Reader][] = [];
  const wishes = Object.entries(select ?? include ?? {}).filter(([, wish]) => wish !== undefined && wish !== false);
  // Without a `select` all columns are meant.
  const columns = select === undefined || select === null ? [...model.columns.keys()] : [];
  for (const [name, wish] of [...columns.map((column) => [column, true] as const), ...wishes]) {
    const reader = fieldReader(gathering, model, alias, name, wish);
    if (reader === null) return null;
    readers.push([name, reader]);
  }
  return (values) => {
    const row: Record<string, unknown> = {};
    for (const [name, reader] of readers) row[name] = reader(values);
    return row;
  };
}

function fieldReader(gathering: Gathering, model: RowModel, alias: string, name: string, wish: unknown): Reader | null {
  const column = model.columns.get(name);
  if (column !== undefined) return wish === true ? columnReader(gathering, alias, column) : null;
  const wanted = wish === true ? {} : wish;
  if (typeof wanted !== 'object' || wanted === null) return null;
  if (name === '_count') return countReader(gathering, model, alias, wanted);
  const link = model.links.get(name);
  if (link !== undefined) return linkReader(gathering, alias, link, wanted);
  const list = model.lists.get(name);
  return list === undefined ? null : listReader(gathering, alias, list, wanted);
}

function linkReader(gathering: Gathering, alias: string, link: Link, wanted: Wanted): Reader | null {
  const { joins, columns } = gathering;
  const other = `${gathering.alias}${joins.length + 1}`;
  joins.push(`LEFT JOIN "${link.model}" ${other} ON ${other}."${link.to}" = ${alias}."${link.from}"`);
  // Tells a row that is not there from one that is empty.
  const present = columns.push(`${other}."${link.to}"`) - 1;
  const read = readerOf(gathering, rowModel(link.model), other, wanted);
  return read && ((values) => (values[present] === null ? null : read(values)));
}

/** The rows of a list come as one JSON value. */
function listReader(
  gathering: Gathering,
  alias: string,
  link: Link,
  { where, orderBy, take, ...wanted }: WantedList,
): Reader | null {
  const model = rowModel(link.model);
  const inner = `${gathering.alias}_${gathering.columns.length}`;
  const within: Gathering = { columns: [], joins: [], values: gathering.values, alias: inner, isJson: true };
  const read = readerOf(within, model, inner, wanted);
  const condition = readCondition(model, where, gathering.values, inner);
  const order = readOrder(model, orderBy, inner);
  const isLimited = Number.isInteger(take) && Number(take) >= 0;
  if (read === null || condition === null || order === null || (take !== undefined && !isLimited)) return null;
  if (within.columns.length === 0 || within.columns.length > mostArguments) return null;
  const rows = `SELECT json_build_array(${within.columns.join(', ')}) AS one FROM "${model.name}" ${inner}
    ${within.joins.join(' ')} WHERE ${inner}."${link.to}" = ${alias}."${link.from}" AND ${condition} ${order}
    ${isLimited ? `LIMIT ${take}` : ''}`;
  const index = gathering.columns.push(`(SELECT coalesce(json_agg(one), '[]') FROM (${rows}) rows)`) - 1;
  return (values) => {
    const list = values[index];
    return Array.isArray(list) ? list.map((one: unknown) => read(Array.isArray(one) ? one : [])) : [];
  };
}

/** How many rows lists have, each under its condition. */
function countReader(
  { columns, values, alias: prefix }: Gathering,
  model: RowModel,
  alias: string,
  { select, ...more }: Wanted,
): Reader | null {
  if (typeof select !== 'object' || select === null || Object.keys(more).length > 0) return null;
  const places: [string, number][] = [];
  for (const [name, wish] of Object.entries(select)) {
    if (wish === undefined || wish === false) continue;
    const link = model.lists.get(name);
    const { where, ...rest }: WantedList = wish === true ? {} : wish;
    if (link === undefined || Object.keys(rest).length > 0) return null;
    const inner = `${prefix}_${columns.length}`;
    const condition = readCondition(rowModel(link.model), where, values, inner);
    if (condition === null) return null;
    const counted = `SELECT count(*)::int FROM "${link.model}" ${inner}
      WHERE ${inner}."${link.to}" = ${alias}."${link.from}" AND ${condition}`;
    places.push([name, columns.push(`(${counted})`) - 1]);
  }
  if (places.length === 0) return null;
  return (row) => Object.fromEntries(places.map(([name, index]) => [name, row[index]]));
}

function columnReader(gathering: Gathering, alias: string, column: Column): Reader | null {
  const { name, type, isList, isEnum } = column;
  const place = `${alias}."${name}"`;
  const at = (sql: string) => gathering.columns.push(sql) - 1;
  if (type === 'Decimal') return null;
  if (gathering.isJson) {
    if (isList || type === 'Bytes') return null;
    const index = at(type === 'BigInt' ? `${place}::text` : place);
    if (type === 'DateTime') return (values) => momentOf(values[index]);
    return type === 'BigInt' ? (values) => bigIntOf(values[index]) : (values) => values[index];
  }
  if (isList && !isEnum && type !== 'String') return null;
  // pg does not know the arrays of our enums.
  const index = at(isList ? `${place}::text[]` : place);
  if (type === 'BigInt') return (values) => bigIntOf(values[index]);
  if (type === 'Bytes') return (values) => bytesOf(values[index]);
  return (values) => values[index];
}

function momentOf(value: unknown): Date | null {
  return typeof value === 'string' ? new Date(value) : null;
}

function bigIntOf(value: unknown): bigint | null {
  return typeof value === 'string' ? BigInt(value) : null;
}

function bytesOf(value: unknown): Uint8Array | null {
  return value instanceof Uint8Array ? new Uint8Array(value) : null;
}
