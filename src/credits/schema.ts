import { CreditTransactionType, SubscriptionTier } from '../generated/prisma/enums.ts';
import type { EventRef } from '../jobs/events-schema.ts';
import { following } from '../jobs/events-schema.ts';
import type { EventRow } from '../jobs/service.ts';
import type { Builder } from '../platform/builder.ts';
import { type Context, signedIn } from '../platform/context.ts';
import { newestFirst, offset, skipping } from '../platform/pages.ts';
import type { ErrorRef } from '../platform/schema.ts';
import {
  type Credits,
  creditsOfAccount,
  creditsUpdateOf,
  creditsUpdates,
  grantCredits,
  InsufficientCreditsError,
  ownTransactions,
} from './service.ts';

/** Credits: what somebody has, the lines of the ledger, and being told of changes. */
export function addCredits(builder: Builder, errorRef: ErrorRef, eventRef: EventRef): void {
  builder.objectType(InsufficientCreditsError, {
    name: 'InsufficientCreditsError',
    description: 'Not so many credits are available as this may cost.',
    interfaces: [errorRef],
    fields: (t) => ({
      required: t.exposeInt('required', { description: 'Credits it may cost.' }),
      available: t.exposeInt('available', { description: 'Credits that nothing else has set aside.' }),
    }),
  });
  addAccountFields(builder);
  const transactionRef = addTransactions(builder);
  addGranting(builder, transactionRef);
  addUpdates(builder, eventRef);
}

/**
 * Whether the credits of a user may be seen: by themselves and admins. Where nobody is known they have just signed in.
 */
function maySee({ found: { viewer } }: Context, user: { readonly id: string }): boolean {
  return viewer === undefined || viewer.id === user.id || viewer.role === 'ADMIN';
}

function addTier(builder: Builder) {
  return builder.enumType(SubscriptionTier, {
    name: 'SubscriptionTier',
    description: 'What somebody has subscribed to.',
    values: {
      FREE: { description: 'Nothing paid for.' },
      PRO: { description: 'For one person.' },
      ENTERPRISE: { description: 'For organisations.' },
    },
  });
}

function addAccountFields(builder: Builder): void {
  const TierRef = addTier(builder);
  const select = { id: true } as const;
  // Not by a relation, which mutations that give a user do not load; Prisma makes one statement of all that ask at
  // once.
  const one =
    <Name extends keyof Credits>(name: Name) =>
    async (user: { readonly id: string }, _args: object, context: Context): Promise<Credits[Name] | null> => {
      if (!maySee(context, user)) return null;
      const where = { userId: user.id };
      return creditsOfAccount(await context.app.database.prisma.creditAccount.findUnique({ where }))[name];
    };
  builder.prismaObjectFields('User', (t) => ({
    credits: t.int({
      nullable: true,
      description: 'Credits owned, those set aside included; null for anybody but themselves and admins.',
      select,
      resolve: one('credits'),
    }),
    availableCredits: t.int({
      nullable: true,
      description: 'Credits that new tasks may cost; null for anybody but themselves and admins.',
      select,
      resolve: one('available'),
    }),
    heldCredits: t.int({
      nullable: true,
      description: 'Credits set aside for tasks that have not ended; null for anybody but themselves and admins.',
      select,
      resolve: one('held'),
    }),
    totalCreditsUsed: t.int({
      nullable: true,
      description: 'Credits ever debited; null for anybody but themselves and admins.',
      select,
      resolve: one('totalUsed'),
    }),
    subscriptionTier: t.field({
      type: TierRef,
      nullable: true,
      description: 'What they have subscribed to; null for anybody but themselves and admins.',
      select,
      resolve: one('tier'),
    }),
  }));
}

function addTransactionType(builder: Builder) {
  return builder.enumType(CreditTransactionType, {
    name: 'CreditTransactionType',
    description: 'Why credits came or went.',
    values: {
      DEBIT: { description: 'A task used them.' },
      CREDIT: { description: 'An admin gave them.' },
      BONUS: { description: 'A present.' },
      REFUND: { description: 'They were given back.' },
      PURCHASE: { description: 'They were bought.' },
    },
  });
}

function addTransactions(builder: Builder) {
  const TypeRef = addTransactionType(builder);
  const transactionRef = builder.prismaObject('CreditTransaction', {
    description: "One line of a user's ledger. It never changes.",
    fields: (t) => ({
      databaseId: t.expose('id', { type: 'UUID', description: 'Its id in REST.' }),
      type: t.expose('type', { type: TypeRef, description: 'Why.' }),
      amount: t.exposeInt('amount', { description: 'Credits added; below zero for a debit.' }),
      balanceAfter: t.exposeInt('balanceAfter', { description: 'Credits owned just after.' }),
      description: t.exposeString('description', { description: 'What for, in words.' }),
      jobId: t.expose('jobId', {
        type: 'UUID',
        nullable: true,
        description: 'The job a debit is for, which may be gone by now; null for anything else.',
      }),
      createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When.' }),
    }),
  });
  builder.queryField('creditTransactions', (t) =>
    t.prismaConnection({
      type: transactionRef,
      cursor: 'id',
      description: "The viewer's ledger, newest first.",
      authScopes: { permission: 'credits:read' },
      args: {
        type: t.arg({ type: TypeRef, required: false, description: 'Only of this type.' }),
        from: t.arg({ type: 'DateTime', required: false, description: 'Only from this moment on.' }),
        to: t.arg({ type: 'DateTime', required: false, description: 'Only up to this moment, itself included.' }),
        offset: t.arg.int({
          required: false,
          validate: offset,
          description: 'How many to skip before the page begins: for pages by number. Goes with `first` only.',
        }),
      },
      totalCount: async (_root, args, context) =>
        context.app.database.prisma.creditTransaction.count({ where: ownTransactions(await signedIn(context), args) }),
      resolve: async (query, _root, args, context) =>
        context.app.database.prisma.creditTransaction.findMany(
          skipping(newestFirst(query, ownTransactions(await signedIn(context), args)), args),
        ),
    }),
  );
  return transactionRef;
}

function addGranting(builder: Builder, transactionRef: ReturnType<typeof addTransactions>): void {
  const GrantTypeRef = builder.enumType('CreditGrantType', {
    description: 'Why credits are given.',
    values: {
      CREDIT: { description: 'For no other reason.' },
      BONUS: { description: 'A present.' },
      REFUND: { description: 'They are given back.' },
      PURCHASE: { description: 'They were bought.' },
    },
  });
  builder.mutationField('grantCredits', (t) =>
    t.prismaField({
      type: transactionRef,
      errors: {},
      description: "Adds credits to somebody's account, for admins. Gives the line of the ledger.",
      authScopes: { permission: 'credits:grant' },
      args: {
        userId: t.arg({ type: 'UUID', description: "The user's databaseId." }),
        amount: t.arg.int({ description: 'How many, 1 to 1000000.' }),
        type: t.arg({ type: GrantTypeRef, description: 'Why.' }),
        description: t.arg.string({ description: 'What for, as the user will read it: 1 to 500 characters.' }),
        idempotencyKey: t.arg.string({ required: false, description: 'Or by the Idempotency-Key header.' }),
      },
      resolve: async (_query, _root, { idempotencyKey, ...grant }, context) =>
        grantCredits(context.app, await signedIn(context), grant, idempotencyKey ?? context.idempotencyKey),
    }),
  );
}

function addUpdates(builder: Builder, eventRef: EventRef): void {
  const updateRef = builder.objectRef<EventRow>('CreditsEvent').implement({
    description: "A change of a user's credits, with what they have just after.",
    interfaces: [eventRef],
    fields: (t) => ({
      credits: t.int({ description: 'Credits owned.', resolve: (event) => creditsUpdateOf(event).credits }),
      available: t.int({
        description: 'Of these, what nothing has set aside.',
        resolve: (event) => creditsUpdateOf(event).available,
      }),
      change: t.int({
        description: 'What was added to the credits: below zero for a debit, 0 when some were set aside or released.',
        resolve: (event) => creditsUpdateOf(event).change,
      }),
    }),
  });
  builder.subscriptionField('creditsUpdated', (t) =>
    t.field({
      type: updateRef,
      description:
        "Every change of the viewer's credits, once and in order: those after the cursor, then live, without end. " +
        'With a cursor older than what is kept: CURSOR_EXPIRED and a snapshot.',
      authScopes: { permission: 'credits:read' },
      args: {
        after: t.arg.int({ required: false, description: '`userSeq` of the last event seen; absent, from now on.' }),
      },
      subscribe: async (_root, { after }, context) =>
        creditsUpdates(context.app, await signedIn(context), following(context, after)),
      resolve: (event: EventRow) => event,
    }),
  );
}
