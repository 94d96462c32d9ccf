import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { App } from '../app.ts';
import type { Prisma } from '../generated/prisma/client.ts';
import type { Transaction } from '../platform/database.ts';
import { ConflictError, DomainError, ValidationError } from '../platform/errors.ts';
import { type Writing, writingOn } from '../platform/transactions.ts';
import type { Viewer } from '../platform/viewer.ts';

/** The same key came with another input. */
export class IdempotencyKeyReusedError extends DomainError {
  constructor() {
    super('IDEMPOTENCY_KEY_REUSED', 'This idempotency key was already used with another input');
  }
}

export interface Idempotent<Answer> {
  /** The field or route it was used with. */
  readonly operation: string;
  /** From the argument or the Idempotency-Key header; absent, nothing is remembered. */
  readonly key: string | null | undefined;
  /** What was asked for; anything JSON can hold. */
  readonly input: unknown;
  readonly answer: z.ZodType<Answer>;
  /**
   * Does the work. `remember` must be called inside the transaction that has the effect, as part of it: then a crash
   * leaves either both or neither. It hands its statement over before it waits.
   */
  readonly work: (remember: (writing: Writing | Transaction, answer: Answer) => Promise<void>) => Promise<Answer>;
}

/** Seconds after which a first request that never finished no longer holds its key. */
const lockSeconds = 120;

/**
 * Runs `work` once for a key of a user and operation; later calls get the first one's answer for 24 hours.
 * @throws IdempotencyKeyReusedError, ConflictError IDEMPOTENCY_IN_PROGRESS while the first is still running.
 */
export async function idempotently<Answer extends Prisma.InputJsonValue>(
  app: App,
  viewer: Viewer,
  { operation, key, input, answer, work }: Idempotent<Answer>,
): Promise<Answer> {
  if (key === null || key === undefined) return work(async () => {});
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new ValidationError('An idempotency key has 1 to 255 visible ASCII characters', [
      { path: 'idempotencyKey', message: 'must have 1 to 255 visible ASCII characters' },
    ]);
  }
  const inputHash = createHash('sha256').update(JSON.stringify(input)).digest();
  const where = { userId: viewer.id, operation, key };
  const claim = await claimKey(app, where, inputHash);
  if (claim === null) {
    const present = await app.database.prisma.idempotencyKey.findUnique({ where: { userId_operation_key: where } });
    if (present === null) throw new ConflictError('This request has just failed; send it again', 'CONFLICT');
    if (!inputHash.equals(present.inputHash)) throw new IdempotencyKeyReusedError();
    if (present.answer === null) {
      throw new ConflictError('A request with this idempotency key is still running', 'IDEMPOTENCY_IN_PROGRESS');
    }
    return answer.parse(present.answer);
  }
  try {
    return await work(async (writing, result) => {
      const written = await writingOn(writing).run({
        name: 'remember-answer',
        text: `UPDATE "IdempotencyKey" SET "answer" = $5::jsonb
          WHERE "userId" = $1::uuid AND "operation" = $2 AND "key" = $3 AND "lockedUntil" = $4 RETURNING "key"`,
        values: [viewer.id, operation, key, claim, JSON.stringify(result)],
      });
      // Work that outlasted its lock may have been begun again by another request: only one of them may have an effect.
      if (written.length === 0) {
        throw new ConflictError('Another request with this idempotency key took over', 'CONFLICT');
      }
    });
  } catch (error) {
    await app.database.pool.query(
      `DELETE FROM "IdempotencyKey"
       WHERE "userId" = $1 AND "operation" = $2 AND "key" = $3 AND "lockedUntil" = $4 AND "answer" IS NULL`,
      [viewer.id, operation, key, claim],
    );
    throw error;
  }
}

/**
 * Takes the key for this request: it is new, or its first request died without an answer, or it is a day old. Gives
 * until when it is held, which tells this claim from any other; null when another request has the key.
 */
async function claimKey(
  app: App,
  where: { userId: string; operation: string; key: string },
  inputHash: Buffer,
): Promise<Date | null> {
  const { rows } = await app.database.pool.query<{ lockedUntil: Date }>({
    name: 'claim-idempotency-key',
    text: `INSERT INTO "IdempotencyKey" AS present ("userId", "operation", "key", "inputHash", "lockedUntil")
      VALUES ($1, $2, $3, $4, now() + make_interval(secs => ${lockSeconds}))
      ON CONFLICT ("userId", "operation", "key") DO UPDATE
        SET "inputHash" = excluded."inputHash", "lockedUntil" = excluded."lockedUntil", "answer" = NULL,
          "createdAt" = now()
        WHERE (present."answer" IS NULL AND present."lockedUntil" < now())
          OR present."createdAt" < now() - interval '24 hours'
      RETURNING "lockedUntil"`,
    values: [where.userId, where.operation, where.key, inputHash],
  });
  return rows[0]?.lockedUntil ?? null;
}
