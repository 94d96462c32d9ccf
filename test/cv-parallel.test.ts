import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type TestApp, testApp } from './app.ts';
import { ask, type Caller, newCaller } from './story.ts';

const jobDescription = 'We look for somebody who knows Java, Docker and Kubernetes, and who can explain both.';
const cvText = 'Ada Example\n\nSkills\nJava, PostgreSQL, Docker';
const analyze = `mutation ($input: AnalyzeCvInput!, $key: String) { r: analyzeCv(input: $input, idempotencyKey: $key) {
  __typename ... on CvAnalysis { databaseId } ... on Error { code } } }`;
const remove = 'mutation ($id: UUID!) { r: deleteCvAnalysis(id: $id) { __typename ... on Error { code } } }';
const cancel = 'mutation ($id: UUID!) { r: cancelJob(id: $id) { __typename } }';

/** Nobody works here: what is asked for stays as it is. */
let app: TestApp;
let ada: Caller;
beforeAll(async () => {
  app = await testApp();
  ada = await newCaller(app);
});
afterAll(() => app.close());

const asking = (caller: Caller | null) => (query: string, variables: Record<string, unknown>) =>
  caller === null ? ask(app, query, variables) : caller.ask(query, variables);
const made = z.object({ r: z.object({ databaseId: z.uuid() }) });
const named = z.object({ r: z.looseObject({ __typename: z.string() }) });

async function start(caller: Caller | null): Promise<string> {
  const { data } = await asking(caller)(analyze, { input: { jobDescription, cvText } });
  return made.parse(data).r.databaseId;
}

describe('at the same moment', () => {
  it.each([
    ['somebody signed in', () => ada],
    ['somebody nobody knows', () => null],
  ])('the same key of %s makes one analysis', async (_who, caller) => {
    const { prisma } = app.app.database;
    const before = await prisma.cvAnalysis.count();
    const form = z.object({ r: z.union([made.shape.r, z.object({ code: z.string() })]) });
    const variables = { input: { jobDescription, cvText }, key: 'the-same' };
    const answers = await Promise.all(Array.from({ length: 12 }, () => asking(caller())(analyze, variables)));
    const results = answers.map(({ data }) => form.parse(data).r);
    const ids = new Set(results.flatMap((one) => ('databaseId' in one ? [one.databaseId] : [])));
    const refusals = new Set(results.flatMap((one) => ('code' in one ? [one.code] : [])));
    expect([ids.size, [...refusals]]).toEqual([1, expect.anything()]);
    // Who comes while the first is on its way may be told so.
    expect([...refusals].filter((code) => code !== 'IDEMPOTENCY_IN_PROGRESS')).toEqual([]);
    expect(await prisma.cvAnalysis.count()).toBe(before + 1);
  });

  it('those who delete one analysis all hear that it is gone, and nothing of it is left', async () => {
    const id = await start(ada);
    const answers = await Promise.all([1, 2, 3, 4].map(() => ada.ask(remove, { id })));
    const ends = new Set(answers.map(({ data }) => named.parse(data).r.__typename));
    expect(ends).toContain('DeletedCvAnalysis');
    expect([...ends].filter((end) => !['DeletedCvAnalysis', 'NotFoundError'].includes(end))).toEqual([]);
    const { prisma } = app.app.database;
    expect(
      await Promise.all([prisma.job.count({ where: { id } }), prisma.event.count({ where: { jobId: id } })]),
    ).toEqual([0, 0]);
  });

  it('one who cancels and one who deletes both get an answer, and nothing of it is left', async () => {
    for (let n = 0; n < 12; n += 1) {
      const id = await start(ada);
      const answers = await Promise.all([ada.ask(cancel, { id }), ada.ask(remove, { id })]);
      expect(answers.flatMap(({ errors }) => errors ?? [])).toEqual([]);
      expect(named.parse(answers[1].data).r.__typename).toBe('DeletedCvAnalysis');
      expect(await app.app.database.prisma.cvAnalysis.count({ where: { jobId: id } })).toBe(0);
    }
  });
});

describe('texts that databases do not take', () => {
  it.each([
    ['a NUL in the job description', { jobDescription: `${jobDescription}\0`, cvText }],
    ['a NUL in the CV', { jobDescription, cvText: `${cvText}\0\0Go` }],
    ['half a character in both', { jobDescription: `${jobDescription}\ud83d Java`, cvText: `${cvText}\udc00` }],
  ])('%s is taken or refused, and never a fault of ours', async (_what, input) => {
    const { data, errors } = await ada.ask(analyze, { input });
    const code = z.object({ r: z.looseObject({ code: z.string().optional() }).nullish() }).parse(data ?? {}).r?.code;
    const codes = [code, ...(errors ?? []).map(({ extensions }) => extensions?.code)].filter(
      (one) => one !== undefined,
    );
    for (const one of codes) expect(one).toMatch(/VALIDATION|BAD_USER_INPUT/);
  });
});
