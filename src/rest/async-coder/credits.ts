import { z } from 'zod';
import { graphql } from '../../gql/gql.ts';
import type { CreditTransactionType } from '../../gql/graphql.ts';
import { type AnyRow, row } from '../route.ts';
import { paged, pageMeta, pageQuery, succeeded } from './envelope.ts';

const types = ['debit', 'credit', 'bonus', 'refund', 'purchase'] as const;
const typeOf: Record<(typeof types)[number], CreditTransactionType> = {
  debit: 'DEBIT',
  credit: 'CREDIT',
  bonus: 'BONUS',
  refund: 'REFUND',
  purchase: 'PURCHASE',
};
const wordOf: Record<CreditTransactionType, (typeof types)[number]> = {
  DEBIT: 'debit',
  CREDIT: 'credit',
  BONUS: 'bonus',
  REFUND: 'refund',
  PURCHASE: 'purchase',
};

const isDay = (text: string) => z.iso.date().safeParse(text).success;
const isTime = (text: string) => z.iso.datetime({ offset: true }).safeParse(text).success;

/** A moment; a day alone stands for its first or last one, in UTC. */
function moment(edge: 'first' | 'last') {
  const time = edge === 'first' ? 'T00:00:00.000Z' : 'T23:59:59.999Z';
  return z
    .string()
    .refine((text) => isDay(text) || isTime(text), { error: 'must be an ISO 8601 date or time' })
    .transform((text) => new Date(isDay(text) ? `${text}${time}` : text).toISOString())
    .optional()
    .describe(`ISO 8601; a day alone stands for its ${edge} moment, in UTC`);
}

/** The ledger. */
export const creditRows: readonly AnyRow[] = [
  row({
    method: 'GET',
    path: '/api/users/me/credits/transactions',
    summary: "The caller's credit transactions, newest first",
    auth: 'required',
    status: 200,
    response: paged({
      transactions: z.array(
        z.object({
          id: z.uuid(),
          type: z.enum(types),
          amount: z.int().describe('Below zero for a debit'),
          description: z.string(),
          balanceAfter: z.int(),
          createdAt: z.iso.datetime(),
        }),
      ),
      total: z.int(),
      page: z.int(),
      limit: z.int(),
    }),
    request: {
      query: pageQuery.extend({
        type: z.enum(types).optional(),
        startDate: moment('first'),
        endDate: moment('last'),
      }),
    },
    document: graphql(`
      query AsyncCoderTransactions(
        $first: Int!
        $offset: Int!
        $type: CreditTransactionType
        $from: DateTime
        $to: DateTime
      ) {
        r: creditTransactions(first: $first, offset: $offset, type: $type, from: $from, to: $to) {
          __typename
          totalCount
          nodes {
            databaseId
            type
            amount
            description
            balanceAfter
            createdAt
          }
        }
      }
    `),
    variables: ({ query: { page, limit, type, startDate, endDate } }) => ({
      first: limit,
      offset: (page - 1) * limit,
      type: type === undefined ? null : typeOf[type],
      from: startDate ?? null,
      to: endDate ?? null,
    }),
    names: { from: 'startDate', to: 'endDate' },
    reply: ({ totalCount, nodes }, { query: { page, limit } }) => ({
      ...succeeded({
        transactions: nodes.map(({ databaseId, type, amount, description, balanceAfter, createdAt }) => ({
          id: databaseId,
          type: wordOf[type],
          amount,
          description,
          balanceAfter,
          createdAt,
        })),
        total: totalCount,
        page,
        limit,
      }),
      meta: pageMeta({ page, limit, total: totalCount }),
    }),
  }),
];
