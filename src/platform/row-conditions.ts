import { type Link, type RowModel, rowModel } from './row-models.ts';

/** Operators of Prisma's conditions on a column. */
const operators: Readonly<Record<string, string>> = {
  equals: '=',
  // Holds for no row without a value, as with Prisma.
  not: '<>',
  gt: '>',
  gte: '>=',
  lt: '<',
  lte: '<=',
};

/**
 * Writes Prisma's `where` as SQL: columns that are equal, different, greater or less, AND, OR, and the same of a linked
 * row. What is compared with goes behind `values`. Null when it says anything else.
 */
export function readCondition(
  model: RowModel,
  where: unknown,
  values: unknown[],
  alias = 't',
  depth = 0,
): string | null {
  if (where === undefined) return 'true';
  if (!isRecord(where)) return null;
  const parts: string[] = [];
  for (const [name, wish] of Object.entries(where)) {
    if (wish === undefined) continue;
    const link = model.links.get(name);
    const part =
      name === 'AND' || name === 'OR'
        ? joined(model, name, wish, values, alias, depth)
        : link !== undefined
          ? linked(link, wish, values, alias, depth)
          : compared(model, name, wish, values, alias);
    if (part === null) return null;
    parts.push(part);
  }
  return parts.length === 0 ? 'true' : parts.join(' AND ');
}

function joined(
  model: RowModel,
  word: 'AND' | 'OR',
  wish: unknown,
  values: unknown[],
  alias: string,
  depth: number,
): string | null {
  const parts: string[] = [];
  for (const one of Array.isArray(wish) ? wish : [wish]) {
    const part = readCondition(model, one, values, alias, depth);
    // Prisma takes an empty condition in OR for one that never holds: nobody means that.
    if (part === null || (word === 'OR' && part === 'true')) return null;
    parts.push(`(${part})`);
  }
  if (parts.length === 0) return word === 'AND' ? 'true' : 'false';
  return `(${parts.join(` ${word} `)})`;
}

/** A row is linked that fulfils a condition. */
function linked(link: Link, wish: unknown, values: unknown[], alias: string, depth: number): string | null {
  if (!isRecord(wish) || 'is' in wish || 'isNot' in wish) return null;
  const other = `c${depth}`;
  const part = readCondition(rowModel(link.model), wish, values, other, depth + 1);
  if (part === null) return null;
  return `EXISTS (SELECT FROM "${link.model}" ${other}
    WHERE ${other}."${link.to}" = ${alias}."${link.from}" AND ${part})`;
}

function compared(model: RowModel, name: string, wish: unknown, values: unknown[], alias: string): string | null {
  const column = model.columns.get(name);
  if (column === undefined || column.isList || column.type === 'Json') return null;
  const place = `${alias}."${name}"`;
  if (wish === null) return `${place} IS NULL`;
  if (isPlain(wish)) return `${place} = $${values.push(wish)}`;
  if (!isRecord(wish)) return null;
  const parts: string[] = [];
  for (const [word, value] of Object.entries(wish)) {
    if (value === undefined) continue;
    const operator = operators[word];
    if (operator === undefined || !isPlain(value)) return null;
    parts.push(`${place} ${operator} $${values.push(value)}`);
  }
  return parts.length === 0 ? 'true' : parts.join(' AND ');
}

function isPlain(value: unknown): boolean {
  return ['string', 'number', 'boolean', 'bigint'].includes(typeof value) || value instanceof Date;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
