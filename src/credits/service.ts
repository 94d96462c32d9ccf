import { z } from 'zod';
import type { App } from '../app.ts';
import type { CreditTransaction, SubscriptionTier } from '../generated/prisma/client.ts';
import type { CreditTransactionType } from '../generated/prisma/enums.ts';
import { appendUserEvent, type EventRow, idempotently, myEvents } from '../jobs/service.ts';
import type { Transaction } from '../platform/database.ts';
import { DomainError, NotFoundError, requireForm, unfit } from '../platform/errors.ts';
import type { Writing } from '../platform/transactions.ts';
import { requirePermission, type Viewer } from '../platform/viewer.ts';
import {
  type AccountChange,
  availableCredits,
  grant,
  type Hold,
  hold,
  mostCredits,
  openAccount,
  settle,
} from './ledger.ts';
import { creditsOfTokens, welcomeCredits } from './pricing.ts';

export { estimateCredits } from './pricing.ts';

/** Not so many credits are available as a job may cost. */
export class InsufficientCreditsError extends DomainError {
  /** Credits the job may cost. */
  readonly required: number;
  /** Credits that no other job has set aside. */
  readonly available: number;

  constructor(required: number, available: number) {
    super('INSUFFICIENT_CREDITS', `This needs ${required} credits, and ${available} are available`, {
      required,
      available,
    });
    this.required = required;
    this.available = available;
  }
}

/** The type of the events that tell of a change of credits. */
const updated = 'CREDITS_UPDATED';

const creditsUpdate = z.object({
  credits: z.int(),
  available: z.int(),
  /** What was added to the credits; 0 when credits were only set aside or released. */
  change: z.int(),
});

/** Opens the account of a user who was just made, with the welcome bonus. */
export function openCreditAccount(transaction: Transaction, userId: string): Promise<void> {
  return openAccount(transaction, userId, welcomeCredits);
}

/**
 * Sets credits aside for new jobs of one user, for all of them or for none, and tells of each. Locks the account and
 * then the event counter until the transaction ends: the jobs' rows must have been written before, and what waits for
 * others must have been done.
 * @throws InsufficientCreditsError
 */
export async function holdCredits(
  writing: Writing | Transaction,
  { userId, holds }: { readonly userId: string; readonly holds: readonly Hold[] },
): Promise<void> {
  if (await hold(writing, { userId, holds }, updated)) return;
  const amount = holds.reduce((sum, one) => sum + one.amount, 0);
  throw new InsufficientCreditsError(amount, await availableCredits(writing, userId));
}

/**
 * Ends the hold of a job: debits what its tokens cost, at most the hold, releases the rest and tells of it. Gives the
 * credits debited; for a hold that is settled already those of then, and 0 for a job without one. The job's row must be
 * locked by this transaction, as it is in `save` and `ended` of a kind that has the latter.
 */
export async function settleHold(
  transaction: Transaction,
  { jobId, tokens, description }: { readonly jobId: string; readonly tokens: number; readonly description: string },
): Promise<number> {
  const change = await settle(transaction, { jobId, credits: creditsOfTokens(tokens), description });
  if (change === null) {
    const settled = await transaction.creditHold.findUnique({ where: { jobId }, select: { used: true } });
    return settled?.used ?? 0;
  }
  await tell(transaction, change);
  return Math.abs(change.change);
}

async function tell(transaction: Transaction, { userId, credits, available, change }: AccountChange): Promise<void> {
  await appendUserEvent(transaction, userId, updated, { credits, available, change });
}

/** What somebody has. */
export interface Credits {
  readonly credits: number;
  readonly held: number;
  readonly available: number;
  readonly totalUsed: number;
  readonly tier: SubscriptionTier;
}

/** What the viewer has. @throws ForbiddenError */
export async function creditsOf(app: App, viewer: Viewer): Promise<Credits> {
  requirePermission(viewer, 'credits:read');
  return creditsOfAccount(await app.database.prisma.creditAccount.findUnique({ where: { userId: viewer.id } }));
}

/** What the row of an account says; without one, nothing. */
export function creditsOfAccount(
  account: {
    readonly balance: number;
    readonly held: number;
    readonly totalUsed: number;
    readonly tier: SubscriptionTier;
  } | null,
): Credits {
  const { balance, held, totalUsed, tier } = account ?? { balance: 0, held: 0, totalUsed: 0, tier: 'FREE' };
  return { credits: balance, held, available: balance - held, totalUsed, tier };
}

/** Most credits of one grant, and most characters that say what it is for. */
const mostGranted = 1_000_000;
const mostDescription = 500;

export interface CreditGrant {
  readonly userId: string;
  /** 1 to 1 000 000. */
  readonly amount: number;
  readonly type: Exclude<CreditTransactionType, 'DEBIT'>;
  /** What it is for, as its owner reads it. */
  readonly description: string;
}

/**
 * Gives somebody credits, for admins. Gives the line of the ledger.
 * @throws NotFoundError, ValidationError, ForbiddenError, IdempotencyKeyReusedError
 */
export async function grantCredits(
  app: App,
  viewer: Viewer,
  { userId, amount, type, description: given }: CreditGrant,
  idempotencyKey?: string | null | undefined,
): Promise<CreditTransaction> {
  requirePermission(viewer, 'credits:grant');
  const description = given.trim();
  const isAmount = Number.isInteger(amount) && amount >= 1 && amount <= mostGranted;
  requireForm(isAmount, 'amount', `must be a whole number from 1 to ${mostGranted}`);
  const isDescription = description !== '' && description.length <= mostDescription;
  requireForm(isDescription, 'description', `must have 1 to ${mostDescription} characters`);
  const { prisma } = app.database;
  const id = await idempotently(app, viewer, {
    operation: 'grantCredits',
    key: idempotencyKey,
    input: { userId, amount, type, description },
    answer: z.uuid(),
    work: (remember) =>
      prisma.$transaction(async (transaction) => {
        const granted = await grant(transaction, { userId, amount, type, description });
        if (granted === null) throw await whyNotGranted(transaction, userId);
        await remember(transaction, granted.transactionId);
        await tell(transaction, granted);
        return granted.transactionId;
      }),
  });
  app.wakeUps.publish([`user:${userId}`]);
  return prisma.creditTransaction.findUniqueOrThrow({ where: { id } });
}

async function whyNotGranted(transaction: Transaction, userId: string): Promise<DomainError> {
  if ((await transaction.creditAccount.count({ where: { userId } })) === 0) return new NotFoundError('User');
  return unfit('amount', `would make more than ${mostCredits} credits`);
}

export interface TransactionFilter {
  readonly type?: CreditTransactionType | null | undefined;
  /** Both belong to the span. */
  readonly from?: Date | null | undefined;
  readonly to?: Date | null | undefined;
}

/**
 * The condition of the viewer's own lines. @throws ForbiddenError, ValidationError when the span ends before it begins
 */
export function ownTransactions(viewer: Viewer, { type, from, to }: TransactionFilter) {
  requirePermission(viewer, 'credits:read');
  requireForm(!(from && to) || from <= to, 'to', 'must not be before the beginning');
  const createdAt = { ...(from && { gte: from }), ...(to && { lte: to }) };
  return { userId: viewer.id, ...(type && { type }), ...((from || to) && { createdAt }) };
}

/** Follows the changes of the viewer's credits: those after the cursor, then live, without end. */
export async function creditsUpdates(
  app: App,
  viewer: Viewer,
  following: Parameters<typeof myEvents>[2],
): Promise<AsyncGenerator<EventRow, void, undefined>> {
  requirePermission(viewer, 'credits:read');
  return onlyUpdates(await myEvents(app, viewer, following));
}

async function* onlyUpdates(events: AsyncGenerator<EventRow>): AsyncGenerator<EventRow, void, undefined> {
  for await (const event of events) if (event.type === updated) yield event;
}

/** What an event about credits says. */
export function creditsUpdateOf(event: EventRow): z.infer<typeof creditsUpdate> {
  return creditsUpdate.parse(event.data);
}
