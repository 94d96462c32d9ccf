import { z } from 'zod';
import { AnalysisType } from '../generated/prisma/enums.ts';
import { addProgress } from '../jobs/events-schema.ts';
import type { JobRef } from '../jobs/schema.ts';
import { detailOf, findAskedJob, getAskedJob } from '../jobs/service.ts';
import type { Builder } from '../platform/builder.ts';
import { alreadySignedIn, signedIn } from '../platform/context.ts';
import { ownedBy } from '../platform/viewer.ts';
import type { LeftOutRef, RepositoryRef } from '../repos/schema.ts';
import { scoreFormula } from './engine/score.ts';
import { addFindings, findingsPage, findingsSelection } from './findings-schema.ts';
import { addReportTypes } from './report-schema.ts';
import { type AnalysisReport, analysisReport, analyzeCode, projectNameForm } from './service.ts';

/** Types of other features that these refer to. */
interface AnalysesRefs {
  readonly jobRef: JobRef;
  readonly repositoryRef: RepositoryRef;
  readonly leftOutRef: LeftOutRef;
}

/** Analyses of code. */
export function addAnalyses(builder: Builder, others: AnalysesRefs): void {
  const TypeRef = addAnalysisType(builder);
  const AnalysisRef = addAnalysis(builder, others, TypeRef);
  addAnalyzing(builder, AnalysisRef, TypeRef);
  builder.queryField('analysis', (t) =>
    t.prismaField({
      type: AnalysisRef,
      nullable: true,
      description: 'An analysis by its databaseId; null when there is none or it is not yours.',
      authScopes: { permission: 'analysis:read' },
      args: { id: t.arg({ type: 'UUID', description: 'Its databaseId.' }) },
      resolve: async (query, _root, { id }, context) =>
        findAskedJob(context.app, query, { id, kind: 'ANALYSIS', ...ownedBy(await signedIn(context)) }),
    }),
  );
  addProgress(builder, {
    name: 'analysisProgress',
    type: AnalysisRef,
    kind: 'ANALYSIS',
    subject: 'An analysis',
    permission: 'analysis:read',
  });
}

function addAnalysisType(builder: Builder) {
  return builder.enumType(AnalysisType, {
    name: 'AnalysisType',
    description: 'What is looked for.',
    values: {
      QUALITY: { description: 'Lint, complexity, size, duplication, dead code, documentation.' },
      SECURITY: { description: 'Weaknesses by CWE, and secrets in the code.' },
      TYPES: { description: 'Type errors.' },
    },
  });
}
export type AnalysisTypeRef = ReturnType<typeof addAnalysisType>;

function addAnalysis(builder: Builder, others: AnalysesRefs, TypeRef: AnalysisTypeRef) {
  const { jobRef, repositoryRef, leftOutRef } = others;
  const refs = addReportTypes(builder, TypeRef, leftOutRef);
  const { ConnectionRef, SeverityRef, StateRef } = addFindings(builder, TypeRef);
  const withReport = { analysis: { select: { report: true } } } as const;
  const AnalysisRef = builder.prismaNode('Job', {
    variant: 'Analysis',
    description: 'An analysis of the code of a project. What was not asked for or not measured is null.',
    interfaces: [jobRef],
    id: { field: 'id' },
    nullable: true,
    select: { kind: true },
    findUnique: (id, context) => ({ id, kind: 'ANALYSIS', ...ownedBy(alreadySignedIn(context)) }),
    fields: (t) => ({
      projectName: t.string({
        description: 'The project, by which analyses are compared.',
        select: { analysis: { select: { projectName: true } } },
        resolve: ({ analysis }) => detailOf(analysis).projectName,
      }),
      types: t.field({
        type: [TypeRef],
        description: 'What was asked for.',
        select: { analysis: { select: { types: true } } },
        resolve: ({ analysis }) => detailOf(analysis).types,
      }),
      sourceRepository: t.field({
        type: repositoryRef,
        nullable: true,
        description: 'Where the code is from; null when it came with the request.',
        select: (_args, _context, nested) => ({ analysis: { select: { repository: nested(true) } } }),
        resolve: ({ analysis }) => detailOf(analysis).repository,
      }),
      ref: t.string({
        nullable: true,
        description: 'The branch, tag or commit asked for; null for the default branch or the folder as it stands.',
        select: { analysis: { select: { ref: true } } },
        resolve: ({ analysis }) => detailOf(analysis).ref,
      }),
      commit: t.string({
        nullable: true,
        description: 'The commit that was analysed; null until completed, and for files or a folder without git.',
        select: { analysis: { select: { commit: true } } },
        resolve: ({ analysis }) => detailOf(analysis).commit,
      }),
      qualityScore: t.float({
        nullable: true,
        description: '0 to 10, higher is better; null until completed, or when quality was not asked for or measured.',
        select: { analysis: { select: { qualityScore: true } } },
        resolve: ({ analysis }) => detailOf(analysis).qualityScore,
      }),
      scoreInputs: t.field({
        type: refs.score,
        nullable: true,
        description: `How the score came about: ${scoreFormula}. Null where there is no score.`,
        select: withReport,
        resolve: ({ analysis }) => reportOf(analysis)?.score ?? null,
      }),
      findings: t.field({
        type: ConnectionRef,
        description: 'What was found, worst first; empty until completed. Without `state`, what is there now.',
        args: {
          ...t.arg.connectionArgs(),
          type: t.arg({ type: TypeRef, required: false, description: 'Only of this type.' }),
          severity: t.arg({ type: SeverityRef, required: false, description: 'Only of this severity.' }),
          file: t.arg.string({ required: false, description: 'Only in this file.' }),
          state: t.arg({ type: StateRef, required: false, description: 'Only those that stand so.' }),
        },
        select: findingsSelection,
        resolve: (job, args) => findingsPage(job, args),
      }),
      counts: t.field({
        type: [refs.counts],
        description: 'Findings of each type that was measured; empty until completed.',
        select: withReport,
        resolve: ({ analysis }) => reportOf(analysis)?.counts ?? [],
      }),
      codeSmells: t.int({
        nullable: true,
        description: 'Findings of quality; null until completed, or when it was not asked for or measured.',
        select: withReport,
        resolve: ({ analysis }) => countOf(analysis, 'QUALITY'),
      }),
      securityIssues: t.int({
        nullable: true,
        description: 'Findings of security; null until completed, or when it was not asked for or measured.',
        select: withReport,
        resolve: ({ analysis }) => countOf(analysis, 'SECURITY'),
      }),
      typeErrors: t.int({
        nullable: true,
        description: 'Findings of types; null until completed, or when it was not asked for or measured.',
        select: withReport,
        resolve: ({ analysis }) => countOf(analysis, 'TYPES'),
      }),
      testCoverage: t.field({
        type: refs.coverage,
        nullable: true,
        description: 'How much of the code its tests run, by a report in the tree; null until completed.',
        select: withReport,
        resolve: ({ analysis }) => reportOf(analysis)?.coverage ?? null,
      }),
      coveragePercent: t.float({
        nullable: true,
        description: 'Of lines, one decimal; null until completed, or when no report was found: `testCoverage.reason`.',
        select: withReport,
        resolve: ({ analysis }) => reportOf(analysis)?.coverage.percent ?? null,
      }),
      recommendations: t.stringList({
        nullable: true,
        description: 'What to do first, each with its places; null until completed.',
        select: withReport,
        resolve: ({ analysis }) => reportOf(analysis)?.recommendations ?? null,
      }),
      comparison: t.field({
        type: refs.comparison,
        nullable: true,
        description: 'How it stands to the analysis before of the same project; null until completed, or without one.',
        select: withReport,
        resolve: ({ analysis }) => reportOf(analysis)?.comparison ?? null,
      }),
      previousId: t.field({
        type: 'UUID',
        nullable: true,
        description: 'The databaseId of the analysis it is compared with; null without one, or when it was deleted.',
        select: { analysis: { select: { previousId: true } } },
        resolve: ({ analysis }) => detailOf(analysis).previousId,
      }),
      summary: t.field({
        type: refs.summary,
        nullable: true,
        description: 'What was looked at, by what, and what was not; null until completed.',
        select: withReport,
        resolve: ({ analysis }) => reportOf(analysis),
      }),
    }),
  });
  return AnalysisRef;
}

function addAnalyzing(builder: Builder, AnalysisRef: ReturnType<typeof addAnalysis>, TypeRef: AnalysisTypeRef): void {
  const FileRef = builder.inputType('AnalyzeCodeFile', {
    description: 'A file to analyse that comes with the request.',
    fields: (t) => ({
      path: t.string({ description: 'Relative, with forward slashes.' }),
      content: t.string({ description: 'Its text.' }),
    }),
  });
  const InputRef = builder.inputType('AnalyzeCodeInput', {
    description:
      'What to analyse. The code comes from files, a repository named here, or a connected one of the project name.',
    fields: (t) => ({
      projectName: t.string({
        validate: z.string().regex(projectNameForm, 'must be 1 to 50 letters, digits, - or _'),
        description: 'The project, by which analyses are compared: 1 to 50 letters, digits, - or _.',
      }),
      types: t.field({
        type: [TypeRef],
        defaultValue: ['QUALITY', 'SECURITY', 'TYPES'],
        description: 'What to look for; everything unless said.',
      }),
      files: t.field({
        type: [FileRef],
        required: false,
        description: 'The code itself: at most 500 files, in a request of at most 1000000 bytes.',
      }),
      repositoryId: t.field({ type: 'UUID', required: false, description: 'A connected repository.' }),
      repositoryNumber: t.int({ required: false, description: 'A connected one by its number.' }),
      address: t.string({ required: false, description: 'One that is connected on the way, as in connectRepository.' }),
      ref: t.string({
        required: false,
        validate: z.string().min(1).max(250),
        description: 'Branch, tag or commit; absent, the default branch, or a local folder as it stands.',
      }),
    }),
  });
  builder.mutationField('analyzeCode', (t) =>
    t.prismaField({
      type: AnalysisRef,
      errors: {},
      description: 'Starts to analyse code. Follow it with analysisProgress or jobEvents.',
      authScopes: { permission: 'analysis:create' },
      args: {
        input: t.arg({ type: InputRef, description: 'What to analyse.' }),
        idempotencyKey: t.arg.string({ required: false, description: 'Or by the Idempotency-Key header.' }),
      },
      resolve: async (query, _root, { input, idempotencyKey }, context) => {
        const id = await analyzeCode(context.app, await signedIn(context), {
          ...input,
          idempotencyKey: idempotencyKey ?? context.idempotencyKey,
        });
        return getAskedJob(context.app, query, id);
      },
    }),
  );
}

function reportOf(analysis: { readonly report: unknown } | null): AnalysisReport | null {
  const { report } = detailOf(analysis);
  return report === null ? null : analysisReport.parse(report);
}

function countOf(analysis: { readonly report: unknown } | null, type: AnalysisType): number | null {
  const counts = reportOf(analysis)?.counts.find((one) => one.type === type);
  return counts === undefined ? null : counts.high + counts.medium + counts.low;
}
