import { z } from 'zod';
import { cvAnalysisHolder } from '../../cv/service.ts';
import { graphql } from '../../gql/gql.ts';
import type { CvAnalysisStateFragment, JobStatus } from '../../gql/graphql.ts';
import { jobSocket } from '../job-socket.ts';
import { row } from '../route.ts';
import { resultOf } from './result.ts';
import { resultForm } from './result-form.ts';

const moment = z.iso.datetime();
const status = z.enum(['pending', 'processing', 'completed', 'failed']);
/** What is said while there is nothing to say yet. */
const waiting = 'Waiting for a worker';
const params = z.object({ job_id: z.uuid() });

const statuses: Record<JobStatus, z.infer<typeof status>> = {
  QUEUED: 'pending',
  RUNNING: 'processing',
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'failed',
};

graphql(`
  fragment CvAnalysisState on CvAnalysis {
    databaseId
    status
    percentage
    step: message
    lastSeq
    createdAt
    updatedAt
    error {
      message
    }
  }
`);

const readState = graphql(`
  query CvAnalysisReadState($id: UUID!) {
    r: cvAnalysis(id: $id) {
      __typename
      ...CvAnalysisState
    }
  }
`);

function errorOf({ status: now, error }: CvAnalysisStateFragment): string | null {
  return now === 'CANCELLED' ? 'The analysis was cancelled' : (error?.message ?? null);
}

/** Submitting a CV and looking at what becomes of it. */
export const analysisRows = [
  row({
    method: 'POST',
    path: '/api/analyze',
    summary: 'Submit a CV and a job description',
    auth: 'optional',
    accepts: 'multipart',
    limits: ['submission'],
    status: 200,
    response: z.object({
      job_id: z.uuid(),
      status,
      message: z.string(),
      created_at: moment,
    }),
    request: {
      body: z.object({
        job_description: z.string().describe('Text of the job description: 50 to 10000 characters'),
        cv_file: z.file().optional().describe('The CV: PDF, DOCX or plain text, at most 10 MB'),
        // Without an example Swagger UI fills in a word of its own.
        cv_text: z.string().optional().meta({ description: 'The text of the CV, without a file', example: '' }),
      }),
    },
    document: graphql(`
      mutation CvAnalysisAnalyze($input: AnalyzeCvInput!) {
        r: analyzeCv(input: $input) {
          __typename
          ... on CvAnalysis {
            ...CvAnalysisState
          }
          ...Refusal
        }
      }
    `),
    variables: ({ body }) => ({
      input: {
        jobDescription: body.job_description,
        cvFile: body.cv_file ?? null,
        cvText: body.cv_text ?? null,
      },
    }),
    names: { jobDescription: 'job_description', cvFile: 'cv_file', cvText: 'cv_text' },
    missing: 'Job',
    reply: (job) => ({
      job_id: job.databaseId,
      // As it was made: a quick worker may have begun by now.
      status: statuses.QUEUED,
      message: 'Analysis job created successfully',
      created_at: job.createdAt,
    }),
  }),
  row({
    method: 'GET',
    path: '/api/status/{job_id}',
    summary: 'How an analysis stands',
    auth: 'optional',
    status: 200,
    response: z.object({
      job_id: z.uuid(),
      status,
      progress_percentage: z.int(),
      current_step: z.string().nullable(),
      created_at: moment,
      updated_at: moment,
      error: z.string().nullable(),
    }),
    request: { params },
    document: readState,
    variables: ({ params: { job_id } }) => ({ id: job_id }),
    missing: 'Job',
    reply: (job) => ({
      job_id: job.databaseId,
      status: statuses[job.status],
      progress_percentage: job.percentage,
      current_step: job.step ?? (job.status === 'QUEUED' ? waiting : null),
      created_at: job.createdAt,
      updated_at: job.updatedAt,
      error: errorOf(job),
    }),
  }),
  row({
    method: 'GET',
    path: '/api/results/{job_id}',
    summary: 'The result of an analysis; null until it is completed',
    auth: 'optional',
    status: 200,
    response: z.object({
      job_id: z.uuid(),
      status,
      result: resultForm.nullable(),
      error: z.string().nullable(),
    }),
    request: { params },
    document: graphql(`
      query CvAnalysisReadResult($id: UUID!) {
        r: cvAnalysis(id: $id) {
          __typename
          ...CvAnalysisState
          ...CvAnalysisOutcome
        }
      }
    `),
    variables: ({ params: { job_id } }) => ({ id: job_id }),
    missing: 'Job',
    reply: (job) => ({
      job_id: job.databaseId,
      status: statuses[job.status],
      result: resultOf(job),
      error: errorOf(job),
    }),
  }),
];

const state = z.looseObject({
  status: z.enum(['QUEUED', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED']),
  percentage: z.int(),
  message: z.string().optional(),
});
const states: Record<JobStatus, string> = {
  QUEUED: 'PENDING',
  RUNNING: 'PROCESSING',
  COMPLETED: 'SUCCESS',
  FAILED: 'FAILURE',
  CANCELLED: 'FAILURE',
};

/** The progress of an analysis. */
export const analysisSocket = jobSocket({
  path: '/api/ws/{job_id}',
  summary: 'Progress of an analysis of a CV',
  kind: 'CV_ANALYSIS',
  holder: cvAnalysisHolder,
  document: readState,
  variables: (id) => ({ id }),
  changed(id, event) {
    const now = state.parse(event.data);
    return {
      job_id: id,
      state: states[now.status],
      progress: now.percentage,
      message: now.message ?? (now.status === 'QUEUED' ? waiting : 'Starting...'),
      seq: event.jobSeq,
    };
  },
  ended: (id, job) => ({
    job_id: id,
    state: states[job.status],
    progress: job.percentage,
    message: errorOf(job) ?? job.step ?? 'Complete!',
    seq: job.lastSeq,
  }),
});
