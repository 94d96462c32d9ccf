import { DatabaseError } from 'pg';
import type { Prisma } from '../generated/prisma/client.ts';
import type { Database } from './database.ts';
import { readCondition } from './row-conditions.ts';
import { type RowModel, rowModel } from './row-models.ts';
import { readOrder, readSelection, type Selection } from './row-selections.ts';

/** What of Prisma's arguments for `findMany` and `findFirst` can be read here; more of them is left to Prisma. */
export interface RowQuery {
  readonly select?: unknown;
  readonly include?: unknown;
  readonly where?: unknown;
  readonly orderBy?: unknown;
  readonly skip?: number | undefined;
  readonly take?: number | undefined;
}

/** One statement and how its rows are read. */
interface RowPlan {
  readonly text: string;
  /** Whether it gives all rows as one JSON value. */
  readonly isJson: boolean;
  readonly read: Selection['read'];
  /** What conditions within the selection compare with; goes behind the other values. */
  readonly selected: readonly unknown[];
  /** Absent until it has been asked for often enough to be kept prepared. */
  name?: string;
  uses: number;
}

/** Plans kept; then those that are seldom asked for are made anew, as selections come from strangers. */
const mostPlans = 1000;
/** Characters of a selection and its conditions beyond which its plan is not kept. */
const longestKey = 10_000;
/** From which use on a statement is kept prepared. */
const preparedFrom = 3;
/**
 * From how many rows on a page comes as one JSON value, which is read with half of the processor time; and up to how
 * many, as the database holds it whole before it sends it.
 */
const pageAsJson = { from: 5, to: 200 } as const;
/** Rows that are skipped at most: beyond, the statement takes long. */
const mostSkipped = 1000;

const plans = new Map<string, RowPlan>();
let named = 0;

/**
 * The rows `prisma.<model>.findMany(query)` gives, linked single rows and all, by one prepared statement; it takes a
 * third of the processor time. What it cannot put into one statement is asked of Prisma by `otherwise`, which is given
 * the same query.
 */
export async function findRows<Row>(
  database: Database,
  model: Prisma.ModelName,
  query: RowQuery,
  otherwise: () => PromiseLike<Row[]>,
): Promise<Row[]> {
  const values: unknown[] = [];
  const plan = planOf(rowModel(model), query, values);
  if (plan === null) return otherwise();
  try {
    const { text, name } = plan;
    const given = await database.statements.runForArrays({ text, values, ...(name !== undefined && { name }) });
    const rows = plan.isJson ? arraysIn(given[0]?.[0]) : given;
    const made = rows.map((row) => plan.read<Row>(row));
    return query.take !== undefined && query.take < 0 ? made.reverse() : made;
  } catch (error) {
    // Of a value that does not fit the callers know Prisma's words.
    if (error instanceof DatabaseError && error.code?.startsWith('22') === true) return otherwise();
    throw error;
  }
}

/** The same for `findFirst` and `findUnique`. */
export async function findRow<Row>(
  database: Database,
  model: Prisma.ModelName,
  query: RowQuery,
  otherwise: () => PromiseLike<Row | null>,
): Promise<Row | null> {
  const rows = await findRows<Row | null>(database, model, { ...query, take: 1 }, async () => [await otherwise()]);
  return rows[0] ?? null;
}

/** The rows of a page that came as JSON. */
function arraysIn(page: unknown): readonly (readonly unknown[])[] {
  return Array.isArray(page) ? page.filter((row) => Array.isArray(row)) : [];
}

function planOf(model: RowModel, query: RowQuery, values: unknown[]): RowPlan | null {
  const { select, include, where, orderBy, skip, take, ...more } = query;
  if (Object.values(more).some((value) => value !== undefined) || (skip ?? 0) > mostSkipped) return null;
  const condition = readCondition(model, where, values);
  const order = readOrder(model, orderBy, 't', (take ?? 1) < 0);
  if (condition === null || order === null) return null;
  let end = `WHERE ${condition} ${order}`;
  if (take !== undefined) end += ` LIMIT $${values.push(Math.abs(take))}`;
  if (skip !== undefined && skip > 0) end += ` OFFSET $${values.push(skip)}`;
  const size = Math.abs(take ?? Number.POSITIVE_INFINITY);
  const asJson = size >= pageAsJson.from && size <= pageAsJson.to;
  const key = `${model.name} ${asJson ? 'page ' : ''}${JSON.stringify(select ?? { include })} ${end}`;
  const known = plans.get(key);
  const plan = known ?? makePlan(model, { select, include }, end, { given: values.length, asJson });
  if (plan === null) return null;
  values.push(...plan.selected);
  plan.uses += 1;
  if (plan.uses === preparedFrom) {
    named += 1;
    plan.name = `rows-${named}`;
  }
  if (known === undefined && key.length <= longestKey) keepPlan(key, plan);
  return plan;
}

function keepPlan(key: string, plan: RowPlan): void {
  if (plans.size >= mostPlans) {
    // As a rule pages behind a cursor, each of which is asked for once.
    for (const [other, { uses }] of plans) if (uses < preparedFrom) plans.delete(other);
    if (plans.size >= mostPlans) plans.clear();
  }
  plans.set(key, plan);
}

function makePlan(
  model: RowModel,
  wanted: Pick<RowQuery, 'select' | 'include'>,
  end: string,
  { given, asJson }: { readonly given: number; readonly asJson: boolean },
): RowPlan | null {
  // The values before are numbered already.
  const values: unknown[] = Array.from({ length: given });
  const selection = readSelection(model, wanted, values, asJson);
  // What JSON cannot hold comes as rows.
  if (selection === null) return asJson ? makePlan(model, wanted, end, { given, asJson: false }) : null;
  const { columns, tables, read } = selection;
  const rows = `SELECT ${asJson ? `json_build_array(${columns}) AS one` : columns} FROM ${tables} ${end}`;
  const text = asJson ? `SELECT coalesce(json_agg(one), '[]') FROM (${rows}) rows` : rows;
  return { text, isJson: asJson, read, selected: values.slice(given), uses: 0 };
}
