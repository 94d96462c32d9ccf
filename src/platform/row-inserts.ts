import type { Prisma } from '../generated/prisma/client.ts';
import { rowModel } from './row-models.ts';
import { type Statement, statementName } from './statements.ts';

/**
 * The statement that inserts a row of a table with the given columns; the others get the database's defaults, and none of
 * Prisma's. Columns that are undefined count as not given.
 */
export function insertStatement(table: Prisma.ModelName, row: object, returning: readonly string[] = []): Statement {
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
  const back = returning.length === 0 ? '' : ` RETURNING ${returning.map((name) => `"${name}"`).join(', ')}`;
  const text = `INSERT INTO "${table}" (${names.join(', ')}) VALUES (${places})${back}`;
  return { name: statementName(text), text, values };
}
