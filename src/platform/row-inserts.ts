import type { Prisma } from '../generated/prisma/client.ts';
import { rowModel } from './row-models.ts';
import { type Statement, statementName } from './statements.ts';

/**
 * The statement that inserts a row of a table with the given columns; the others get the database's defaults, and none
 * of Prisma's. Columns that are undefined count as not given.
 */
export function insertStatement(table: Prisma.ModelName, row: object): Statement {
  const { columns } = rowModel(table);
  const names: string[] = [];
  const values: unknown[] = [];
  for (const [name, value] of Object.entries(row)) {
    const column = columns.get(name);
    if (column === undefined) throw new Error(`${table} has no column ${name}`);
    if (value === undefined) continue;
    names.push(`"${name}"`);
    // pg would make an array of PostgreSQL's of a list.
    values.push(column.type === 'Json' && value !== null ? JSON.stringify(value) : value);
  }
  const places = names.map((_name, index) => `$${index + 1}`).join(', ');
  const text = `INSERT INTO "${table}" (${names.join(', ')}) VALUES (${places})`;
  return { name: statementName(text), text, values };
}

/**
 * The statements that insert some rows of a table: one for all where they have the same columns and none of them holds
 * bytes, which would be twice as long in JSON; else one for each.
 */
export function insertStatements(table: Prisma.ModelName, rows: readonly object[]): readonly Statement[] {
  const [first, ...others] = rows.map((row) => Object.entries(row).filter(([, value]) => value !== undefined));
  if (first === undefined || others.length === 0) return rows.map((row) => insertStatement(table, row));
  const names = first.map(([name]) => name);
  const isAlike = others.every((row) => row.length === names.length && row.every(([name], at) => name === names[at]));
  const holdsBytes = [first, ...others].some((row) => row.some(([, value]) => value instanceof Uint8Array));
  if (!isAlike || holdsBytes) return rows.map((row) => insertStatement(table, row));
  const { columns } = rowModel(table);
  const unknown = names.find((name) => !columns.has(name));
  if (unknown !== undefined) throw new Error(`${table} has no column ${unknown}`);
  const list = names.map((name) => `"${name}"`).join(', ');
  const text = `INSERT INTO "${table}" (${list})
    SELECT ${list} FROM jsonb_populate_recordset(NULL::"${table}", $1::jsonb)`;
  return [{ name: statementName(text), text, values: [JSON.stringify(rows)] }];
}
