import type { Pool } from 'pg';
import { z } from 'zod';

/** How many jobs, and how many events the one job has that is asked for. */
const jobs = 500;
export const eventsOfJob = 20;

/** What the requests are about. */
export interface Subject {
  readonly userId: string;
  readonly token: string;
  readonly jobId: string;
}

/** Fills the tables of one user, and lets rows that others make have ids of the database's. */
export async function fill(pool: Pool, userId: string): Promise<string> {
  // Not everybody makes ids and times in the server.
  await pool.query(`ALTER TABLE "Item" ALTER "id" SET DEFAULT gen_random_uuid(), ALTER "updatedAt" SET DEFAULT now()`);
  await pool.query(
    `WITH repository AS (
       INSERT INTO "Repository" ("id", "ownerId", "provider", "url", "namespace", "name", "updatedAt")
       SELECT gen_random_uuid(), $1, 'GIT', 'https://example.com/a/' || n, 'a', 'repository ' || n, now()
       FROM generate_series(1, 20) n RETURNING "id"
     ), numbered AS (SELECT "id", row_number() OVER () AS n FROM repository), job AS (
       INSERT INTO "Job" ("id", "kind", "ownerId", "status", "percentage", "stage", "queueId", "input")
       SELECT gen_random_uuid(), 'DOCS', $1, 'RUNNING', n % 100, 'writing', gen_random_uuid(), '{}'
       FROM generate_series(1, $2::int) n RETURNING "id"
     ), ordered AS (SELECT "id", row_number() OVER () AS n FROM job)
     INSERT INTO "DocsJob" ("jobId", "repositoryId")
     SELECT ordered."id", numbered."id" FROM ordered JOIN numbered ON numbered.n = ordered.n % 20 + 1`,
    [userId, jobs],
  );
  const { rows } = await pool.query<{ id: string }>('SELECT "id" FROM "Job" ORDER BY "id" LIMIT 1');
  const jobId = rows[0]?.id ?? '';
  await pool.query(
    `INSERT INTO "Event" ("jobId", "jobSeq", "userId", "userSeq", "type", "data")
     SELECT $1, n, $2, n, 'PROGRESS',
       jsonb_build_object('status', 'RUNNING', 'stage', 'writing', 'percentage', n, 'message', 'Page ' || n)
     FROM generate_series(1, $3::int) n`,
    [jobId, userId, eventsOfJob],
  );
  await pool.query('UPDATE "Job" SET "lastSeq" = $2 WHERE "id" = $1', [jobId, eventsOfJob]);
  await pool.query('ANALYZE');
  return jobId;
}

/** An operation as one kind of server is asked for it, and its answer in the form all have in common. */
export interface Request {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** @throws when the answer is not what was asked for */
  readonly plain: (answer: unknown) => unknown;
}

/** One piece of work, as Millwright's schema, PostGraphile's and the server without GraphQL are asked for it. */
export interface Work {
  readonly name: string;
  readonly own: Request;
  readonly postgraphile: Request;
  readonly limit: Request;
}

const moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString());
const repository = z.object({ name: z.string(), url: z.string() });
const event = z.object({ seq: z.number(), type: z.string(), at: moment, data: z.record(z.string(), z.unknown()) });
const job = z.object({
  id: z.string(),
  status: z.string(),
  percentage: z.number(),
  stage: z.string(),
  createdAt: moment,
  repository,
});
/** The forms that all servers' answers must have once they are plain. */
export const forms = {
  type: z.object({ __typename: z.literal('Query') }),
  job: job.extend({ events: z.array(event).length(eventsOfJob) }),
  page: z.array(job.extend({ owner: z.string() })).length(50),
  item: z.object({ title: z.literal('Made'), description: z.literal('By a bench'), isActive: z.literal(true) }),
};

const data = <T>(form: z.ZodType<T>) => z.object({ data: form, errors: z.undefined().optional() });

/** What is measured. */
export function worksOn({ userId, jobId }: Subject): Work[] {
  return [
    {
      name: '{__typename}',
      own: typename,
      postgraphile: typename,
      limit: plainly('typename', {}, forms.type),
    },
    {
      name: 'job, 20 events, repository',
      own: ownJob(jobId),
      postgraphile: theirJob(jobId),
      limit: plainly('job', { jobId, ownerId: userId }, forms.job),
    },
    {
      name: 'page of 50 jobs, owner, repository',
      own: ownPage,
      postgraphile: theirPage(userId),
      limit: plainly('page', { ownerId: userId }, forms.page),
    },
    {
      name: 'createItem',
      own: ownItem,
      postgraphile: theirItem(userId),
      limit: plainly('createItem', { ownerId: userId, ...newItem }, forms.item),
    },
  ];
}

const newItem = { title: 'Made', description: 'By a bench' };

function plainly<T>(query: string, variables: Readonly<Record<string, unknown>>, form: z.ZodType<T>): Request {
  return { query, variables, plain: (answer) => data(form).parse(answer).data };
}

const typename: Request = { query: '{ __typename }', plain: (answer) => data(forms.type).parse(answer).data };

const ownJobForm = job.omit({ id: true }).extend({ databaseId: z.string() });

function ownJob(id: string): Request {
  return {
    query: `query ($id: UUID!) {
      job(id: $id) { databaseId status percentage stage createdAt ... on DocsJob { repository { name url } } }
      jobEvents(id: $id) { seq type at data } }`,
    variables: { id },
    plain(answer) {
      const read = data(z.object({ job: ownJobForm, jobEvents: z.array(event) })).parse(answer);
      const { databaseId, ...rest } = read.data.job;
      return forms.job.parse({ id: databaseId, ...rest, events: read.data.jobEvents });
    },
  };
}

const ownPage: Request = {
  query: `{ jobs(first: 50) { nodes { databaseId status percentage stage createdAt owner { username }
    ... on DocsJob { repository { name url } } } } }`,
  plain(answer) {
    const node = ownJobForm.extend({ owner: z.object({ username: z.string() }) });
    const read = data(z.object({ jobs: z.object({ nodes: z.array(node) }) })).parse(answer);
    return forms.page.parse(
      read.data.jobs.nodes.map(({ databaseId, owner, ...rest }) => ({
        id: databaseId,
        owner: owner.username,
        ...rest,
      })),
    );
  },
};

const ownItem: Request = {
  query: `mutation ($input: CreateItemInput!) {
    createItem(input: $input) { ... on Item { databaseId title description isActive createdAt } } }`,
  variables: { input: newItem },
  plain: (answer) => data(z.object({ createItem: forms.item })).parse(answer).data.createItem,
};

const theirJobForm = job.omit({ id: true, repository: true }).extend({
  rowId: z.string(),
  docsJobByJobId: z.object({ repositoryByRepositoryId: repository }),
});

function theirJob(id: string): Request {
  return {
    query: `query ($id: UUID!) { jobByRowId(rowId: $id) { rowId status percentage stage createdAt
      docsJobByJobId { repositoryByRepositoryId { name url } }
      eventsByJobId(orderBy: [JOB_SEQ_ASC], first: 500) { nodes { jobSeq type at data } } } }`,
    variables: { id },
    plain(answer) {
      const node = event.omit({ seq: true }).extend({ jobSeq: z.number() });
      const form = theirJobForm.extend({ eventsByJobId: z.object({ nodes: z.array(node) }) });
      const { eventsByJobId, ...rest } = data(z.object({ jobByRowId: form })).parse(answer).data.jobByRowId;
      return forms.job.parse({
        ...plainJob(rest),
        events: eventsByJobId.nodes.map(({ jobSeq, ...one }) => ({ seq: jobSeq, ...one })),
      });
    },
  };
}

function theirPage(ownerId: string): Request {
  return {
    query: `query ($ownerId: UUID!) { allJobs(condition: { ownerId: $ownerId }, first: 50, orderBy: [ROW_ID_DESC]) {
      nodes { rowId status percentage stage createdAt userByOwnerId { username }
        docsJobByJobId { repositoryByRepositoryId { name url } } } } }`,
    variables: { ownerId },
    plain(answer) {
      const node = theirJobForm.extend({ userByOwnerId: z.object({ username: z.string() }) });
      const read = data(z.object({ allJobs: z.object({ nodes: z.array(node) }) })).parse(answer);
      return forms.page.parse(
        read.data.allJobs.nodes.map(({ userByOwnerId, ...rest }) => ({
          ...plainJob(rest),
          owner: userByOwnerId.username,
        })),
      );
    },
  };
}

function plainJob({ rowId, docsJobByJobId, ...rest }: z.infer<typeof theirJobForm>): z.infer<typeof job> {
  return { id: rowId, ...rest, repository: docsJobByJobId.repositoryByRepositoryId };
}

function theirItem(ownerId: string): Request {
  return {
    query: `mutation ($input: CreateItemInput!) {
      createItem(input: $input) { item { rowId title description isActive createdAt } } }`,
    variables: { input: { item: { ownerId, ...newItem } } },
    plain: (answer) =>
      data(z.object({ createItem: z.object({ item: forms.item }) })).parse(answer).data.createItem.item,
  };
}
