import { addProgress } from '../jobs/events-schema.ts';
import type { JobRef } from '../jobs/schema.ts';
import { detailOf, findAskedJob } from '../jobs/service.ts';
import type { Builder } from '../platform/builder.ts';
import { NotFoundError } from '../platform/errors.ts';
import { addProfileTypes } from './profile-schema.ts';
import { addResultTypes, addSkillWords } from './result-schema.ts';
import {
  analyzeCv,
  type CvReport,
  cvAnalysesFor,
  cvAnalysisHolder,
  cvReport,
  deleteCvAnalysis,
  jobDescriptionLength,
} from './service.ts';

/** Analyses of CVs. Who is not signed in may ask for them too: the id is then what leads to one. */
export function addCvAnalyses(builder: Builder, jobRef: JobRef): void {
  const CvAnalysisRef = addCvAnalysis(builder, jobRef);
  addAnalyzing(builder, CvAnalysisRef);
  addDeleting(builder);
  builder.queryField('cvAnalysis', (t) =>
    t.prismaField({
      type: CvAnalysisRef,
      nullable: true,
      description:
        'An analysis of a CV by its databaseId; null when there is none, it is not yours, or it has expired.',
      args: { id: t.arg({ type: 'UUID', description: 'Its databaseId.' }) },
      resolve: async (query, _root, { id }, context) =>
        findAskedJob(context.app, query, { id, ...cvAnalysesFor(await context.viewer()) }),
    }),
  );
  addProgress(builder, {
    name: 'cvAnalysisProgress',
    type: CvAnalysisRef,
    kind: 'CV_ANALYSIS',
    subject: 'An analysis of a CV',
    viewerOf: async (context, id) => cvAnalysisHolder(context.app, await context.viewer(), id),
  });
}

function addCvAnalysis(builder: Builder, jobRef: JobRef) {
  const words = addSkillWords(builder);
  const result = addResultTypes(builder, words);
  const { profile, skill, requirement } = addProfileTypes(builder, words);
  const withReport = { cv: { select: { report: true } } } as const;
  return builder.prismaNode('Job', {
    variant: 'CvAnalysis',
    description: 'The comparison of a CV with a job description. The CV itself is forgotten when the work has ended.',
    interfaces: [jobRef],
    id: { field: 'id' },
    nullable: true,
    select: { kind: true },
    findUnique: (id, context) => ({ id, ...cvAnalysesFor(context.found.viewer ?? null) }),
    fields: (t) => ({
      jobDescription: t.string({
        description: 'What the CV is compared with.',
        select: { cv: { select: { jobDescription: true } } },
        resolve: ({ cv }) => detailOf(cv).jobDescription,
      }),
      expiresAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'When it will be removed; null for one that has an owner.',
        select: { cv: { select: { expiresAt: true } } },
        resolve: ({ cv }) => detailOf(cv).expiresAt,
      }),
      result: t.field({
        type: result,
        nullable: true,
        description: 'What came of it; null until completed.',
        select: withReport,
        resolve: ({ cv }) => reportOf(cv)?.result ?? null,
      }),
      profile: t.field({
        type: profile,
        nullable: true,
        description: 'What the CV says of the person; null until completed.',
        select: withReport,
        resolve: ({ cv }) => reportOf(cv)?.profile ?? null,
      }),
      skills: t.field({
        type: [skill],
        description: 'The skills that the CV shows; empty until completed.',
        select: withReport,
        resolve: ({ cv }) => reportOf(cv)?.skills ?? [],
      }),
      requirements: t.field({
        type: [requirement],
        description: 'What the job description asks for; empty until completed.',
        select: withReport,
        resolve: ({ cv }) => reportOf(cv)?.requirements ?? [],
      }),
      warnings: t.stringList({
        description: 'What a reader of the result should know; empty until completed.',
        select: withReport,
        resolve: ({ cv }) => reportOf(cv)?.warnings ?? [],
      }),
    }),
  });
}
type CvAnalysisRef = ReturnType<typeof addCvAnalysis>;

function addAnalyzing(builder: Builder, type: CvAnalysisRef): void {
  const { least, most } = jobDescriptionLength;
  const InputRef = builder.inputType('AnalyzeCvInput', {
    description: 'A CV, as a file or as text, and a job description.',
    fields: (t) => ({
      jobDescription: t.string({ description: `Its text: ${least} to ${most} characters.` }),
      cvFile: t.field({
        type: 'Upload',
        required: false,
        description: 'PDF, DOCX or plain text by its content, at most 10 MB.',
      }),
      cvText: t.string({ required: false, description: 'The text, where there is no file.' }),
    }),
  });
  builder.mutationField('analyzeCv', (t) =>
    t.prismaField({
      type,
      errors: {},
      description:
        'Starts to compare a CV with a job description; who is not signed in may too. Follow it with cvAnalysisProgress.',
      args: {
        input: t.arg({ type: InputRef, description: 'What to compare.' }),
        idempotencyKey: t.arg.string({ required: false, description: 'Or by the Idempotency-Key header.' }),
      },
      resolve: async (query, _root, { input, idempotencyKey }, context) => {
        const viewer = await context.viewer();
        const { app, ipAddress } = context;
        const asked = { ...input, ipAddress, idempotencyKey: idempotencyKey ?? context.idempotencyKey };
        const id = await analyzeCv(app, viewer, asked);
        const job = await findAskedJob(app, query, { id, ...cvAnalysesFor(viewer) });
        // An idempotency key may lead to one that was deleted.
        if (job === null) throw new NotFoundError('Job');
        return job;
      },
    }),
  );
}

function addDeleting(builder: Builder): void {
  const DeletedRef = builder.objectRef<{ readonly id: string }>('DeletedCvAnalysis').implement({
    description: 'An analysis of a CV that is gone, with all that was read and found.',
    fields: (t) => ({ databaseId: t.expose('id', { type: 'UUID', description: 'The id it had.' }) }),
  });
  builder.mutationField('deleteCvAnalysis', (t) =>
    t.field({
      type: DeletedRef,
      errors: {},
      description: 'Deletes an analysis of a CV with all that was read and found; one that runs is stopped.',
      args: { id: t.arg({ type: 'UUID', description: 'Its databaseId.' }) },
      resolve: async (_root, { id }, context) => {
        await deleteCvAnalysis(context.app, await context.viewer(), id);
        return { id };
      },
    }),
  );
}

function reportOf(cv: { readonly report: unknown } | null): CvReport | null {
  const { report } = detailOf(cv);
  return report === null ? null : cvReport.parse(report);
}
