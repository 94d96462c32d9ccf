import type { Prisma } from '../generated/prisma/client.ts';
import { BatchLoader } from './batch-loader.ts';
import type { Database } from './database.ts';
import { onePer } from './one-per.ts';
import { rowModel } from './row-models.ts';
import { readSelection, type Selection } from './row-selections.ts';
import { statementName } from './statements.ts';

const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/**
 * Reads rows of a table by their ids: those that requests ask for within one turn of the event loop come by one
 * statement. Of each come the columns of `select`, all of them unless given. Undefined where there is no such row.
 */
export function gatheredRows<Row extends { readonly id: string }>(
  model: Prisma.ModelName,
  select?: { readonly [Column in keyof Row]: true },
): (database: Database, id: string) => Promise<Row | undefined> {
  let plan: Plan | undefined;
  const load = async ({ statements }: Database, ids: readonly string[]) => {
    plan ??= planFor(model, select);
    const { name, text, read } = plan;
    const rows = await statements.runForArrays({ name, text, values: [ids] });
    return new Map(rows.map((values) => read<Row>(values)).map((row) => [row.id, row]));
  };
  const loaderOf = onePer((database: Database) => new BatchLoader<Row>((ids) => load(database, ids)));
  // What cannot be an id would fail the statement for all.
  return async (database, id) => (uuid.test(id) ? loaderOf(database).get(id.toLowerCase()) : undefined);
}

/** The statement, and how its rows are read. */
interface Plan {
  readonly name: string;
  readonly text: string;
  readonly read: Selection['read'];
}

function planFor(model: Prisma.ModelName, select: object | undefined): Plan {
  const selection = readSelection(rowModel(model), { select }, []);
  if (selection === null) throw new Error(`not all that is selected of ${model} can be read by one statement`);
  const text = `SELECT ${selection.columns} FROM ${selection.tables} WHERE t."id" = ANY($1::uuid[])`;
  return { name: statementName(text), text, read: selection.read };
}
