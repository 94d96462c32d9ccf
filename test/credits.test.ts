import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { InsufficientCreditsError, settleHold } from '../src/credits/service.ts';
import { permissionsOf, type Viewer } from '../src/platform/viewer.ts';
import { refuseAsyncCoder } from '../src/rest/async-coder/errors.ts';
import { refusalOfMember } from '../src/rest/refusal.ts';
import { createSchema } from '../src/schema.ts';
import { type TestApp, testApp } from './app.ts';
import { newPaidJob } from './credit-rows.ts';
import { call, newAccount, replay } from './rest/replay.ts';
import { ask, type Caller, newCaller } from './story.ts';

const accountFields = 'credits availableCredits heldCredits totalCreditsUsed subscriptionTier';
const account = z.object({
  credits: z.int().nullable(),
  availableCredits: z.int().nullable(),
  heldCredits: z.int().nullable(),
  totalCreditsUsed: z.int().nullable(),
  subscriptionTier: z.string().nullable(),
});
const fresh = {
  credits: 100,
  availableCredits: 100,
  heldCredits: 0,
  totalCreditsUsed: 0,
  subscriptionTier: 'FREE',
};
const transaction = z.object({
  databaseId: z.uuid(),
  type: z.string(),
  amount: z.int(),
  balanceAfter: z.int(),
  description: z.string(),
  jobId: z.string().nullable(),
});
const transactions = z.object({ totalCount: z.int(), nodes: z.array(transaction) });
const transactionFields = 'databaseId type amount balanceAfter description jobId';
const grant = `mutation ($user: UUID!, $amount: Int!, $type: CreditGrantType!, $description: String!, $key: String) {
  r: grantCredits(userId: $user, amount: $amount, type: $type, description: $description, idempotencyKey: $key) {
    __typename ... on CreditTransaction { ${transactionFields} } ... on Error { code message }
    ... on ValidationError { issues { path message } } } }`;

let app: TestApp;
let root: Caller;
beforeAll(async () => {
  app = await testApp();
  root = await newCaller(app, 'ADMIN');
});
afterAll(() => app.close());

const viewerOf = ({ userId }: Caller): Viewer => ({
  id: userId,
  username: userId,
  role: 'USER',
  permissions: permissionsOf('USER'),
  credential: { kind: 'operator' },
});
const mine = (caller: Caller) => caller.get(account, `{ me { ${accountFields} } }`);
const ledger = (caller: Caller, args = 'first: 100') =>
  caller.get(transactions, `{ r: creditTransactions(${args}) { totalCount nodes { ${transactionFields} } } }`);

/** Spends tokens on a job of the caller's that may cost so many credits. */
async function spend(caller: Caller, tokens: number, held = 25): Promise<string> {
  const jobId = await newPaidJob(app.app, viewerOf(caller), held);
  await app.app.database.prisma.$transaction((one) =>
    settleHold(one, { jobId, tokens, description: 'Task execution' }),
  );
  app.app.wakeUps.publish([`user:${caller.userId}`]);
  return jobId;
}

async function give(caller: Caller, amount: number, type = 'CREDIT', more: Record<string, unknown> = {}) {
  const variables = { user: caller.userId, amount, type, description: 'Thanks', ...more };
  return (await root.ask(grant, variables)).data?.r;
}

describe('credits', () => {
  it('are 100 for who is new, by one welcome bonus', async () => {
    const ada = await newCaller(app);
    expect(await mine(ada)).toEqual(fresh);
    const { totalCount, nodes } = await ledger(ada);
    expect([totalCount, nodes]).toEqual([
      1,
      [
        {
          databaseId: expect.any(String),
          type: 'BONUS',
          amount: 100,
          balanceAfter: 100,
          description: 'Welcome bonus',
          jobId: null,
        },
      ],
    ]);
  });

  it('are told in the answer of the sign-up itself', async () => {
    const input = { email: 'told@example.com', password: 'correct horse battery' };
    const answer = await ask(
      app,
      `mutation ($input: SignUpInput!) { signUp(input: $input) { ... on Credentials { user { ${accountFields} } } } }`,
      { input },
    );
    expect(answer.data).toEqual({ signUp: { user: fresh } });
  });

  it('of others are seen by admins only', async () => {
    const [ada, bob] = [await newAccount(app), await newCaller(app)];
    const seen = await root.ask(`query ($id: UUID!) { user(id: $id) { ${accountFields} } }`, { id: ada.userId });
    expect(seen.data).toEqual({ user: fresh });
    const changed = await ada.ask(
      `mutation { updateMe(input: { displayName: "Ada" }) { ... on User { ${accountFields} } } }`,
    );
    expect(changed.data).toEqual({ updateMe: fresh });
    const both = `mutation ($input: SignInInput!) { createItem(input: { title: "t" }) { __typename }
      signIn(input: $input) { ... on Credentials { user { username ${accountFields} } } } }`;
    const answer = await bob.ask(both, { input: { login: ada.email, password: ada.password } });
    const hidden = Object.fromEntries(Object.keys(fresh).map((name) => [name, null]));
    expect(answer.data?.signIn).toEqual({ user: { username: ada.username, ...hidden } });
  });

  it('that a job may cost are set aside, then debited or released', async () => {
    const ada = await newCaller(app);
    const open = await newPaidJob(app.app, viewerOf(ada), 30);
    expect(await mine(ada)).toMatchObject({ credits: 100, availableCredits: 70, heldCredits: 30, totalCreditsUsed: 0 });
    const jobId = await spend(ada, 22_001);
    expect(open).not.toBe(jobId);
    expect(await mine(ada)).toMatchObject({ credits: 77, availableCredits: 47, heldCredits: 30, totalCreditsUsed: 23 });
    const [newest] = (await ledger(ada)).nodes;
    expect(newest).toMatchObject({
      type: 'DEBIT',
      amount: -23,
      balanceAfter: 77,
      description: 'Task execution',
      jobId,
    });
  });

  it('cost one statement to set aside, and two to settle', async () => {
    const ada = await newCaller(app);
    app.statements();
    const id = await newPaidJob(app.app, viewerOf(ada), 10);
    const touching = () => app.statements().filter((sql) => /Credit|CREDITS|VALUES \(\$1::uuid, 1\)/.test(sql));
    expect(touching()).toHaveLength(1);
    const settling = { jobId: id, tokens: 1, description: 'x' };
    await app.app.database.prisma.$transaction((one) => settleHold(one, settling));
    expect(touching()).toHaveLength(2);
  });

  it('that are lacking are named in every form of the refusal', () => {
    const error = new InsufficientCreditsError(25, 12);
    expect(error).toMatchObject({ code: 'INSUFFICIENT_CREDITS', extensions: { required: 25, available: 12 } });
    expect(createSchema().getType('InsufficientCreditsError')?.toString()).toBe('InsufficientCreditsError');
    const { code, message, required, available } = error;
    const member = { __typename: 'InsufficientCreditsError', code, message, required, available };
    const refused = refusalOfMember(member, {});
    expect(refused && refuseAsyncCoder(refused)).toMatchObject({
      status: 400,
      body: {
        success: false,
        error: { code: 'INSUFFICIENT_CREDITS', details: { required: 25, available: 12 } },
      },
    });
  });
});

describe('a grant', () => {
  it.each(['CREDIT', 'BONUS', 'REFUND', 'PURCHASE'])('of type %s is a line of the ledger', async (type) => {
    const ada = await newCaller(app);
    const line = { type, amount: 40, balanceAfter: 140, description: 'Thanks', jobId: null };
    expect(await give(ada, 40, type)).toMatchObject({ __typename: 'CreditTransaction', ...line });
    expect(await mine(ada)).toMatchObject({ credits: 140, availableCredits: 140 });
    expect((await ledger(ada)).nodes[0]).toMatchObject(line);
  });

  it('comes once for an idempotency key, however many at once ask for it', async () => {
    const ada = await newCaller(app);
    const key = `k-${ada.userId}`;
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => give(ada, 5, 'BONUS', { key })));
    const codes = answers.map((answer) => z.object({ code: z.string().optional() }).parse(answer).code);
    expect(codes.filter((code) => code !== undefined && code !== 'IDEMPOTENCY_IN_PROGRESS')).toEqual([]);
    expect(await give(ada, 5, 'BONUS', { key })).toMatchObject({ balanceAfter: 105 });
    expect(await mine(ada)).toMatchObject({ credits: 105 });
    expect(await give(ada, 6, 'BONUS', { key })).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  });

  it.each([
    ['of nothing', { amount: 0 }, 'amount'],
    ['below nothing', { amount: -5 }, 'amount'],
    ['of too much', { amount: 1_000_001 }, 'amount'],
    ['for no reason', { description: '  ' }, 'description'],
    ['for a long story', { description: 'x'.repeat(501) }, 'description'],
  ])('%s is refused', async (_what, more, path) => {
    const ada = await newCaller(app);
    expect(await give(ada, 5, 'CREDIT', more)).toMatchObject({
      __typename: 'ValidationError',
      issues: [{ path, message: expect.stringContaining('must') }],
    });
    expect(await mine(ada)).toEqual(fresh);
  });

  it('is no matter for users, and none for nobody', async () => {
    const ada = await newCaller(app);
    const variables = { user: ada.userId, amount: 5, type: 'CREDIT', description: 'Mine' };
    expect((await ada.ask(grant, variables)).data?.r).toMatchObject({ code: 'FORBIDDEN' });
    expect(await give(ada, 5, 'CREDIT', { user: '0198c0de-0000-7000-8000-000000000000' })).toMatchObject({
      __typename: 'NotFoundError',
      message: 'User not found',
    });
    expect(await mine(ada)).toEqual(fresh);
  });
});

describe('being told of credits', () => {
  it('comes once for every change, in order, live and again after a cursor, to their owner alone', async () => {
    const [ada, bob] = [await newCaller(app), await newCaller(app)];
    const query =
      'subscription ($after: Int) { e: creditsUpdated(after: $after) { userSeq credits available change } }';
    const form = z.object({ e: z.object({ userSeq: z.int(), credits: z.int(), available: z.int(), change: z.int() }) });
    const next = async (from: ReturnType<Caller['follow']>) => form.parse((await from.next()).value?.data).e;
    const live = ada.follow(query, { after: 0 });
    const first = next(live);
    const bobs = bob.follow(query, { after: 0 });
    const bobsFirst = next(bobs);
    await give(ada, 10);
    await spend(ada, 3000, 20);
    await give(bob, 1);
    const seen = [await first, await next(live), await next(live)];
    expect(seen.map(({ credits, available, change }) => [credits, available, change])).toEqual([
      [110, 110, 10],
      [110, 90, 0],
      [107, 107, -3],
    ]);
    expect(await bobsFirst).toMatchObject({ credits: 101, change: 1 });
    const again = ada.follow(query, { after: seen[0]?.userSeq });
    expect([await next(again), await next(again)]).toEqual(seen.slice(1));
    for (const one of [live, bobs, again]) await one.return?.();
  });

  it('stands among everything that happens to somebody', async () => {
    const ada = await newCaller(app);
    await give(ada, 10);
    const all = ada.follow(`subscription { e: myEvents(after: 0) { __typename userSeq data
      ... on CreditsEvent { credits available change } } }`);
    expect((await all.next()).value).toEqual({
      data: {
        e: {
          __typename: 'CreditsEvent',
          userSeq: 1,
          data: { credits: 110, available: 110, change: 10 },
          credits: 110,
          available: 110,
          change: 10,
        },
      },
    });
    await all.return?.();
  });
});

describe('the ledger page', () => {
  const page = z.object({
    success: z.literal(true),
    data: z.object({
      transactions: z.array(
        z.object({
          id: z.uuid(),
          type: z.string(),
          amount: z.int(),
          description: z.string(),
          balanceAfter: z.int(),
          createdAt: z.iso.datetime(),
        }),
      ),
      total: z.int(),
      page: z.int(),
      limit: z.int(),
    }),
    meta: z.object({ page: z.int(), limit: z.int(), total: z.int(), totalPages: z.int() }),
  });
  const path = '/api/users/me/credits/transactions';
  const rest = ({ token }: Caller, query = '') => replay(app, `GET ${path}`, page, { path: `${path}${query}`, token });

  it('is served as documented, newest first, in pages', async () => {
    const ada = await newCaller(app);
    for (let n = 1; n <= 4; n += 1) await spend(ada, n * 1000);
    const whole = await rest(ada);
    expect(whole.meta).toEqual({ page: 1, limit: 20, total: 5, totalPages: 1 });
    expect(whole.data).toMatchObject({ total: 5, page: 1, limit: 20 });
    expect(whole.data.transactions.map(({ type, amount, balanceAfter }) => [type, amount, balanceAfter])).toEqual([
      ['debit', -4, 90],
      ['debit', -3, 94],
      ['debit', -2, 97],
      ['debit', -1, 99],
      ['bonus', 100, 100],
    ]);
    const second = await rest(ada, '?page=2&limit=2');
    expect(second.meta).toEqual({ page: 2, limit: 2, total: 5, totalPages: 3 });
    expect(second.data.transactions).toEqual(whole.data.transactions.slice(2, 4));
    expect((await rest(ada, '?page=9&limit=2')).data.transactions).toEqual([]);
  });

  it('filters by type and by dates, both ends included', async () => {
    const ada = await newCaller(app);
    const { prisma } = app.app.database;
    await prisma.creditTransaction.deleteMany({ where: { userId: ada.userId } });
    const days = [
      '2024-01-30T23:59:59.999Z',
      '2024-01-31T00:00:00.000Z',
      '2024-01-31T23:59:59.999Z',
      '2024-02-01T00:00:00Z',
    ];
    for (const [n, createdAt] of days.entries()) {
      const type = n % 2 === 0 ? 'REFUND' : 'PURCHASE';
      const more = { type, amount: n + 1, balanceAfter: n + 1, description: 'x', createdAt } as const;
      await prisma.creditTransaction.create({ data: { userId: ada.userId, ...more } });
    }
    const amounts = async (query: string) => (await rest(ada, query)).data.transactions.map(({ amount }) => amount);
    expect(await amounts('?type=refund')).toEqual([3, 1]);
    expect(await amounts('?type=debit')).toEqual([]);
    expect(await amounts('?startDate=2024-01-31')).toEqual([4, 3, 2]);
    expect(await amounts('?endDate=2024-01-31')).toEqual([3, 2, 1]);
    expect(await amounts('?startDate=2024-01-31&endDate=2024-01-31')).toEqual([3, 2]);
    expect(await amounts('?startDate=2024-01-31T23:59:59.999Z&endDate=2024-02-01T00:00:00Z&type=refund')).toEqual([3]);
    expect(await amounts(`?endDate=${encodeURIComponent('2024-01-31T01:00:00+01:00')}`)).toEqual([2, 1]);
    const { nodes } = await ledger(ada, 'type: REFUND, from: "2024-01-31T00:00:00Z", to: "2024-01-31T23:59:59.999Z"');
    expect(nodes.map(({ amount }) => amount)).toEqual([3]);
  });

  it.each([
    ['page=0', 'page'],
    ['limit=101', 'limit'],
    ['limit=x', 'limit'],
    ['type=theft', 'type'],
    ['startDate=yesterday', 'startDate'],
    ['endDate=2024-02-30', 'endDate'],
    ['endDate=2024-13-01T00:00:00Z', 'endDate'],
    ['startDate=2024-02-01&endDate=2024-01-01', 'endDate'],
  ])('refuses %s by the name of the parameter', async (query, field) => {
    const { token } = await newCaller(app);
    const reply = await call(app, `GET ${path}?${query}`, { token });
    expect([reply.status, reply.body]).toMatchObject([
      400,
      { success: false, error: { code: 'VALIDATION_ERROR', details: [{ field, message: expect.any(String) }] } },
    ]);
  });

  it('is for who is signed in, whose role may only read included', async () => {
    expect(await call(app, `GET ${path}`)).toMatchObject({ status: 401, body: { error: { code: 'UNAUTHORIZED' } } });
    expect((await rest(await newCaller(app, 'VIEWER'))).data.total).toBe(1);
  });
});
