import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { Prisma } from '../generated/prisma/client.ts';
import type { TaskResultType } from '../generated/prisma/enums.ts';
import type { Transaction } from '../platform/database.ts';

/** One thing a task gives, before it is stored. */
export interface NewResult {
  readonly resultType: TaskResultType;
  /** Markdown, or a unified diff. */
  readonly content: string;
  /** One or two sentences. */
  readonly summary: string;
  readonly data: Prisma.InputJsonObject | null;
}

/** Writes the results of a task, in the order of the list. */
export async function saveResults(
  transaction: Transaction,
  jobId: string,
  results: readonly NewResult[],
): Promise<void> {
  await transaction.taskResult.createMany({
    // Ids grow in the order they are made, which is the order of the list.
    data: results.map(({ resultType, content, summary, data }) => ({
      id: uuidv7(),
      jobId,
      resultType,
      content: storable(content),
      summary: storable(summary),
      data: data ?? Prisma.DbNull,
    })),
  });
}

/** Why a task failed, as a result. */
export function errorResult({ code, message }: { readonly code: string; readonly message: string }): NewResult {
  return { resultType: 'ERROR', content: message, summary: message, data: { code } };
}

const jsonObject = z.record(z.string(), z.json());

/** The same as JSON that PostgreSQL takes; null for what is no object. */
export function storableData(data: Record<string, unknown> | null): Prisma.InputJsonObject | null {
  if (data === null) return null;
  const text = JSON.stringify(data, (_key, value: unknown) => (typeof value === 'string' ? storable(value) : value));
  return jsonObject.parse(JSON.parse(text));
}

/** PostgreSQL's text takes neither U+0000 nor half a surrogate pair; code may hold both. */
export function storable(text: string): string {
  return text.replaceAll('\0', '\u2400').toWellFormed();
}
