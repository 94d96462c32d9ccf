import type { Prisma } from '../generated/prisma/client.ts';
import { BatchLoader } from './batch-loader.ts';
import type { Database } from './database.ts';
import { rowModel } from './row-models.ts';
import { readSelection, type Selection } from './row-selections.ts';
import { statementName } from './statements.ts';

const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/**
 * Reads rows of a table by their ids: those that requests ask for within one turn of the event loop come by one statement.
 * Of each come the columns of `select`, all of them unless given. Undefined where there is no such row.
 */
export function gatheredRows<Row extends { readonly id: string }>(
  model: Prisma.ModelName,
  select?: { readonly [Column in keyof Row]: true },
): (database: Database, id: string) => Promise<Row | undefined> {
  const loaders = new WeakMap<Database, BatchLoader<Row>>();
  let plan: Plan | undefined;
  const load = async ({ statements }: Database, ids: readonly string[]) => {
    plan ??= planFor(model, select);
    const { name, text, read } = plan;
    const rows = await statements.runForArrays({ name, text, values: [ids] });
    return new Map(rows.map((values) => rowOf<Row>(read(values))).map((row) => [row.id, row]));
  };
  return async (database, id) => {
    // What cannot be an id would fail the statement for all.
    if (!uuid.test(id)) return undefined;
    let loader = loaders.get(database);
    if (loader === undefined) {
      loader = new BatchLoader((ids) => load(database, ids));
      loaders.set(database, loader);
    }
    return loader.get(id.toLowerCase());
  };
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

/** The selection is made of the same Prisma schema as the type of the row. */
function rowOf<Row>(row: unknown): Row {
  return row as Row;
}
