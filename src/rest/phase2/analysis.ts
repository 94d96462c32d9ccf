import { z } from 'zod';
import { graphql } from '../../gql/gql.ts';
import type { AnalysisType, FindingSeverity, JobStatus, Phase2AnalysisFragment } from '../../gql/graphql.ts';
import { jobSocket } from '../job-socket.ts';
import { row, waitingRow } from '../route.ts';

const moment = z.iso.datetime();
const status = z.enum(['initializing', 'running', 'completed', 'failed', 'cancelled']);
const types = ['quality', 'security', 'types'] as const;
const severity = z.enum(['high', 'medium', 'low']);

const analysis = z.object({
  analysis_id: z.uuid(),
  project_name: z.string(),
  timestamp: moment,
  performed_by: z.string(),
  status,
  progress: z.int(),
  error: z.string().nullable(),
  quality_score: z.number().nullable(),
  security_issues: z
    .array(
      z.object({
        issue: z.string(),
        severity,
        file: z.string(),
        line: z.int(),
        recommendation: z.string().nullable(),
        rule: z.string(),
        cwe: z.string().nullable(),
      }),
    )
    .nullable()
    .describe('The 100 worst; null until they are known'),
  security_issues_total: z.int().nullable(),
  code_smells: z.int().nullable(),
  type_errors: z.int().nullable(),
  coverage_percent: z.number().nullable(),
  recommendations: z.array(z.string()),
});

graphql(`
  fragment Phase2Analysis on Analysis {
    databaseId
    projectName
    createdAt
    owner {
      username
    }
    status
    percentage
    lastSeq
    finishedAt
    error {
      message
    }
    qualityScore
    securityIssues
    codeSmells
    typeErrors
    coveragePercent
    recommendations
    findings(first: 100, type: SECURITY) {
      nodes {
        message
        severity
        file
        line
        suggestion
        rule
        cwe
      }
    }
  }
`);

const readAnalysis = graphql(`
  query Phase2ReadAnalysis($id: UUID!) {
    r: analysis(id: $id) {
      __typename
      ...Phase2Analysis
    }
  }
`);

const statuses: Record<JobStatus, z.infer<typeof status>> = {
  QUEUED: 'initializing',
  RUNNING: 'running',
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
};
const severities: Record<FindingSeverity, z.infer<typeof severity>> = { HIGH: 'high', MEDIUM: 'medium', LOW: 'low' };
const typeOf: Record<(typeof types)[number], AnalysisType> = {
  quality: 'QUALITY',
  security: 'SECURITY',
  types: 'TYPES',
};

function errorOf({ status: now, error }: Phase2AnalysisFragment): string | null {
  return now === 'CANCELLED' ? 'The analysis was cancelled' : (error?.message ?? null);
}

function analysisOf(found: Phase2AnalysisFragment): z.infer<typeof analysis> {
  return {
    analysis_id: found.databaseId,
    project_name: found.projectName,
    timestamp: found.createdAt,
    performed_by: found.owner.username,
    status: statuses[found.status],
    progress: found.percentage,
    error: errorOf(found),
    quality_score: found.qualityScore,
    security_issues:
      found.securityIssues === null
        ? null
        : found.findings.nodes.map((one) => ({
            issue: one.message,
            severity: severities[one.severity],
            file: one.file,
            line: one.line,
            recommendation: one.suggestion,
            rule: one.rule,
            cwe: one.cwe,
          })),
    security_issues_total: found.securityIssues,
    code_smells: found.codeSmells,
    type_errors: found.typeErrors,
    coverage_percent: found.coveragePercent,
    recommendations: found.recommendations ?? [],
  };
}

/** Starting analyses and looking at them. */
export const analysisRows = [
  waitingRow({
    method: 'POST',
    path: '/api/analysis/',
    slashes: 'both',
    summary: 'Analyse code, and wait a while for the result',
    auth: 'required',
    status: 202,
    limits: ['analysis'],
    response: analysis,
    request: {
      body: z.object({
        project_name: z.string().regex(/^[A-Za-z0-9_-]{1,50}$/, 'must be 1 to 50 letters, digits, - or _'),
        analysis_types: z
          .array(z.enum(types))
          .min(1)
          .max(types.length)
          .default([...types]),
        files: z.record(z.string(), z.string()).optional().describe('The code itself: path to content'),
        repository_id: z.union([z.uuid(), z.int().min(1).max(2_147_483_647)]).optional(),
        repository_url: z.string().min(1).max(2000).optional(),
      }),
    },
    document: graphql(`
      mutation Phase2Analyze($input: AnalyzeCodeInput!) {
        r: analyzeCode(input: $input) {
          __typename
          ... on Analysis {
            databaseId
          }
          ...Refusal
        }
      }
    `),
    variables: ({ body }) => ({
      input: {
        projectName: body.project_name,
        types: body.analysis_types.map((type) => typeOf[type]),
        files:
          body.files === undefined ? null : Object.entries(body.files).map(([path, content]) => ({ path, content })),
        repositoryId: typeof body.repository_id === 'string' ? body.repository_id : null,
        repositoryNumber: typeof body.repository_id === 'number' ? body.repository_id : null,
        address: body.repository_url ?? null,
      },
    }),
    names: {
      projectName: 'project_name',
      types: 'analysis_types',
      repositoryId: 'repository_id',
      repositoryNumber: 'repository_id',
      address: 'repository_url',
    },
    // Told only of what the second document reads.
    reply: () => undefined,
    missing: 'Analysis',
    wait: {
      jobId: ({ databaseId }) => databaseId,
      read: readAnalysis,
      variables: (id) => ({ id }),
      seconds: 10,
      most: 60,
      reply: analysisOf,
    },
  }),
  row({
    method: 'GET',
    path: '/api/analysis/{analysis_id}',
    slashes: 'both',
    summary: 'An analysis and what it found',
    auth: 'required',
    status: 200,
    response: analysis,
    request: { params: z.object({ analysis_id: z.uuid() }) },
    document: readAnalysis,
    variables: ({ params }) => ({ id: params.analysis_id }),
    missing: 'Analysis',
    reply: analysisOf,
  }),
];

const state = z.looseObject({
  status: z.enum(['QUEUED', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED']),
  percentage: z.int(),
  stage: z.string(),
  message: z.string().optional(),
});

/** The progress of an analysis. */
export const analysisSocket = jobSocket({
  path: '/api/ws/analysis/{analysis_id}',
  summary: 'Progress of an analysis',
  kind: 'ANALYSIS',
  document: readAnalysis,
  variables: (id) => ({ id }),
  connected: (id, now) => ({
    type: 'connected',
    analysis_id: id,
    message: 'Connected to analysis updates',
    timestamp: now.toISOString(),
  }),
  changed(id, event) {
    const now = state.parse(event.data);
    return {
      type: 'progress',
      analysis_id: id,
      status: statuses[now.status],
      progress: now.percentage,
      timestamp: event.at.toISOString(),
      data: { current_step: now.stage, message: now.message ?? null },
      seq: event.jobSeq,
    };
  },
  ended(id, found) {
    const last = {
      analysis_id: id,
      status: statuses[found.status],
      progress: found.percentage,
      timestamp: found.finishedAt,
      seq: found.lastSeq,
    };
    if (found.status === 'COMPLETED') return { type: 'completion', ...last, results: analysisOf(found) };
    return { type: 'error', ...last, error: errorOf(found) ?? 'The analysis did not end well' };
  },
});
