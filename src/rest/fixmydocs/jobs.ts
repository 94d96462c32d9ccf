import { z } from 'zod';
import { graphql } from '../../gql/gql.ts';
import type { FixMyDocsJobFragment, JobStatus } from '../../gql/graphql.ts';
import { row } from '../route.ts';

const moment = z.iso.datetime();
/** Ids are integers here, taken as numbers and as text. */
const number = z
  .union(
    [
      z.int(),
      z
        .string()
        .regex(/^\d{1,10}$/)
        .transform(Number),
    ],
    { error: 'must be an integer' },
  )
  .pipe(z.int().min(1).max(2_147_483_647));
const repository = z.object({ id: z.int(), name: z.string(), owner: z.string() });
const status = z.enum(['queued', 'processing', 'completed', 'failed']);

graphql(`
  fragment FixMyDocsJob on DocsJob {
    number
    status
    stage
    percentage
    error {
      code
      message
    }
    commit
    branch
    pullRequestUrl
    repository {
      number
      name
      namespace
    }
    createdAt
    startedAt
    updatedAt
    finishedAt
  }
`);

const statuses: Record<JobStatus, z.infer<typeof status>> = {
  QUEUED: 'queued',
  RUNNING: 'processing',
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'failed',
};

function repositoryOf({ repository: { number: id, name, namespace } }: FixMyDocsJobFragment) {
  return { id, name, owner: namespace };
}

/** Null unless it failed; being cancelled is a failure here. */
function errorOf(job: FixMyDocsJobFragment): { code: string; message: string } | null {
  if (job.status === 'CANCELLED') return { code: 'cancelled', message: 'The job was cancelled' };
  return job.error === null ? null : { code: job.error.code.toLowerCase(), message: job.error.message };
}

/** Starting documentation jobs and looking at them. */
export const jobRows = [
  row({
    method: 'POST',
    path: '/api/docs/run',
    summary: 'Start a documentation job',
    auth: 'required',
    status: 200,
    response: z.object({ job_id: z.string(), status, created_at: moment, repository }),
    request: { body: z.object({ repo_id: number }) },
    document: graphql(`
      mutation FixMyDocsRun($number: Int!) {
        r: generateDocs(input: { repositoryNumber: $number }) {
          __typename
          ...FixMyDocsJob
          ...Refusal
        }
      }
    `),
    variables: ({ body }) => ({ number: body.repo_id }),
    names: { repositoryNumber: 'repo_id' },
    reply: (job) => ({
      job_id: String(job.number),
      status: statuses[job.status],
      created_at: job.createdAt,
      repository: repositoryOf(job),
    }),
  }),
  row({
    method: 'GET',
    path: '/api/jobs/status/{job_id}',
    summary: 'Status of a documentation job',
    auth: 'required',
    status: 200,
    response: z.object({
      job_id: z.string(),
      status,
      progress: z.object({ stage: z.string(), percentage: z.int(), timestamp: moment }),
      repository,
      created_at: moment,
      started_at: moment.nullable(),
      updated_at: moment,
      completed_at: moment.nullable(),
      commit: z.string().nullable(),
      branch: z.string().nullable(),
      pull_request_url: z.string().nullable(),
      error: z.object({ code: z.string(), message: z.string() }).nullable(),
    }),
    request: { params: z.object({ job_id: number }) },
    document: graphql(`
      query FixMyDocsStatus($number: Int!) {
        r: docsJob(number: $number) {
          __typename
          ...FixMyDocsJob
        }
      }
    `),
    variables: ({ params }) => ({ number: params.job_id }),
    missing: 'Job',
    reply: (job) => ({
      job_id: String(job.number),
      status: statuses[job.status],
      progress: { stage: job.stage, percentage: job.percentage, timestamp: job.updatedAt },
      repository: repositoryOf(job),
      created_at: job.createdAt,
      started_at: job.startedAt,
      updated_at: job.updatedAt,
      completed_at: job.finishedAt,
      commit: job.commit,
      branch: job.branch,
      pull_request_url: job.pullRequestUrl,
      error: errorOf(job),
    }),
  }),
  row({
    method: 'GET',
    path: '/api/jobs',
    summary: "The caller's documentation jobs, newest first",
    auth: 'required',
    status: 200,
    response: z.object({
      jobs: z.array(
        z.object({
          job_id: z.string(),
          status,
          repository,
          created_at: moment,
          completed_at: moment.nullable(),
        }),
      ),
      total_jobs: z.int(),
    }),
    request: {
      query: z.object({
        limit: z.coerce.number().int().min(1).max(100).optional().describe('Absent: all of them'),
        offset: z.coerce.number().int().min(0).max(10_000_000).optional(),
      }),
    },
    document: graphql(`
      query FixMyDocsJobs($first: Int!, $offset: Int, $after: String) {
        r: jobs(first: $first, offset: $offset, after: $after, kind: DOCS) {
          __typename
          totalCount
          pageInfo {
            hasNextPage
            endCursor
          }
          nodes {
            __typename
            ...FixMyDocsJob
          }
        }
      }
    `),
    variables: ({ query: { limit, offset } }) => ({
      first: limit ?? 100,
      offset: offset ?? (limit === undefined ? null : 0),
      after: null,
    }),
    // Without numbers the list is the whole one, by cursor: jobs that begin meanwhile move nothing in it.
    following: {
      next: ({ pageInfo }, { offset }) =>
        typeof offset === 'number' || !pageInfo.hasNextPage
          ? null
          : { first: 100, offset: null, after: pageInfo.endCursor },
      join: (present, next) => ({ ...present, nodes: [...present.nodes, ...next.nodes] }),
    },
    reply: ({ totalCount, nodes }) => ({
      jobs: nodes.flatMap((job) =>
        job.__typename === 'DocsJob'
          ? {
              job_id: String(job.number),
              status: statuses[job.status],
              repository: repositoryOf(job),
              created_at: job.createdAt,
              completed_at: job.finishedAt,
            }
          : [],
      ),
      total_jobs: totalCount,
    }),
  }),
];
