import { JobKind, JobStatus } from '../generated/prisma/enums.ts';
import type { Builder } from '../platform/builder.ts';
import { alreadySignedIn, signedIn } from '../platform/context.ts';
import { ValidationError } from '../platform/errors.ts';
import { newestFirst, offset, skipping } from '../platform/pages.ts';
import { ownedBy } from '../platform/viewer.ts';
import { artifactLink, artifactText } from './artifacts.ts';
import { findAskedJob, findAskedJobs, getAskedJob } from './asked-job.ts';
import { addEvents, type EventRef } from './events-schema.ts';
import { cancelJob } from './service.ts';

/** The interface every kind of job implements; features pass it to their own type. */
export type JobRef = ReturnType<typeof addJobInterface>;

/** The type of each kind; a feature adds the type of its name. */
const typeNames: Record<JobKind, string> = {
  DOCS: 'DocsJob',
  ANALYSIS: 'Analysis',
  TASK: 'Task',
  CV_ANALYSIS: 'CvAnalysis',
};
/** Most bytes of a file that can be asked for in a query. */
const mostText = 1_000_000;

/**
 * What all jobs share, their events and files, and cancelling. Gives the interfaces for other features to implement.
 */
export function addJobs(builder: Builder): { readonly jobRef: JobRef; readonly eventRef: EventRef } {
  addArtifacts(builder);
  const jobRef = addJobInterface(builder);
  const eventRef = addEvents(builder, jobRef);
  addJobQueries(builder, jobRef);
  addCancelling(builder, jobRef);
  return { jobRef, eventRef };
}

function addJobInterface(builder: Builder) {
  const KindRef = builder.enumType(JobKind, {
    name: 'JobKind',
    description: 'What a job does.',
    values: {
      DOCS: { description: 'Documents a repository.' },
      ANALYSIS: { description: 'Analyses the code of a project.' },
      TASK: { description: 'Does an AI coding task.' },
      CV_ANALYSIS: { description: 'Compares a CV with a job description.' },
    },
  });
  const StatusRef = addJobStatus(builder);
  const ErrorRef = builder.objectRef<{ code: string; message: string }>('JobFailure').implement({
    description: 'Why a job failed.',
    fields: (t) => ({
      code: t.exposeString('code', { description: 'A stable word for programs.' }),
      message: t.exposeString('message', { description: 'One sentence for people.' }),
    }),
  });
  return builder.prismaInterface('Job', {
    name: 'Job',
    description: 'One piece of long-running work.',
    select: { kind: true },
    resolveType: (job) => typeNames[job.kind],
    fields: (t) => ({
      databaseId: t.expose('id', { type: 'UUID', description: 'Its id in REST.' }),
      kind: t.expose('kind', { type: KindRef, description: 'What it does.' }),
      status: t.expose('status', { type: StatusRef, description: 'Where it stands.' }),
      percentage: t.exposeInt('percentage', { description: '0 to 100, never falling.' }),
      stage: t.exposeString('stage', { description: 'The part of the work it is at.' }),
      message: t.exposeString('message', {
        nullable: true,
        description: 'What it is doing; null when nothing to say.',
      }),
      error: t.field({
        type: ErrorRef,
        nullable: true,
        description: 'Null unless it failed.',
        select: { errorCode: true, errorMessage: true },
        resolve: ({ errorCode, errorMessage }) =>
          errorCode === null ? null : { code: errorCode, message: errorMessage ?? errorCode },
      }),
      engine: t.exposeString('engine', { nullable: true, description: 'What did the work; null until it is done.' }),
      attempt: t.exposeInt('attempt', { description: 'How often a worker has started on it.' }),
      lastSeq: t.exposeInt('lastSeq', { description: 'Number of its newest event.' }),
      owner: t.relation('owner', { description: 'Who asked for it.' }),
      artifacts: t.relation('artifacts', {
        description: 'The files it made, by path; empty until it is completed.',
        query: { orderBy: { path: 'asc' }, take: 1000 },
      }),
      createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was asked for.' }),
      startedAt: t.expose('startedAt', { type: 'DateTime', nullable: true, description: 'Null until it starts.' }),
      updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
      finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true, description: 'Null until it ends.' }),
    }),
  });
}

function addJobStatus(builder: Builder) {
  return builder.enumType(JobStatus, {
    name: 'JobStatus',
    description: 'Where a job stands. COMPLETED, FAILED and CANCELLED are final.',
    values: {
      QUEUED: { description: 'Waiting for a worker, or for another try.' },
      RUNNING: { description: 'A worker is on it.' },
      COMPLETED: { description: 'Done; the results are there.' },
      FAILED: { description: 'Given up; `error` says why.' },
      CANCELLED: { description: 'Stopped by its owner.' },
    },
  });
}

function addArtifacts(builder: Builder): void {
  builder.prismaNode('Artifact', {
    description: 'A file a job made.',
    id: { field: 'id' },
    nullable: true,
    findUnique: (id, context) => ({ id, job: ownedBy(alreadySignedIn(context)) }),
    fields: (t) => ({
      databaseId: t.expose('id', { type: 'UUID', description: 'Its id in REST.' }),
      path: t.exposeString('path', { description: 'Relative, with forward slashes.' }),
      mediaType: t.exposeString('mediaType', { description: 'For example text/markdown.' }),
      size: t.exposeInt('size', { description: 'In bytes.' }),
      sha256: t.exposeString('sha256', { description: 'Hex hash of the bytes.' }),
      url: t.string({
        description:
          'Download that needs no header, good for 15 minutes; a path on this server, or absolute with BACKEND_BASE_URL.',
        select: { id: true },
        resolve: ({ id }, _args, context) => artifactLink(context.app, id),
      }),
      text: t.string({
        nullable: true,
        description: 'The content; null when it is not text.',
        complexity: 50,
        select: { storageKey: true, mediaType: true, size: true },
        args: { first: t.arg.int({ defaultValue: 100_000, description: 'At most so many bytes, up to 1000000.' }) },
        resolve: (artifact, { first }, context) => {
          if (first < 1 || first > mostText) throw new ValidationError(`first: from 1 to ${mostText}`);
          return artifactText(context.app, artifact, first);
        },
      }),
      createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    }),
  });
}

function addJobQueries(builder: Builder, jobRef: JobRef): void {
  builder.queryFields((t) => ({
    job: t.prismaField({
      type: jobRef,
      nullable: true,
      description: 'A job by its databaseId; null when there is none or it is not yours.',
      authScopes: { signedIn: true },
      args: { id: t.arg({ type: 'UUID', description: 'Its databaseId.' }) },
      resolve: async (query, _root, { id }, context) =>
        findAskedJob(context.app, query, { id, ...ownedBy(await signedIn(context)) }),
    }),
    jobs: t.prismaConnection({
      type: jobRef,
      cursor: 'id',
      description: "The viewer's jobs, newest first.",
      authScopes: { signedIn: true },
      args: {
        kind: t.arg({ type: JobKind, required: false, description: 'Only of this kind.' }),
        status: t.arg({ type: JobStatus, required: false, description: 'Only with this status.' }),
        offset: t.arg.int({
          required: false,
          validate: offset,
          description: 'How many to skip before the page begins: for pages by number. Goes with `first` only.',
        }),
      },
      totalCount: async (_root, args, context) =>
        context.app.database.prisma.job.count({ where: filter((await signedIn(context)).id, args) }),
      resolve: async (query, _root, args, context) =>
        findAskedJobs(context.app, skipping(newestFirst(query, filter((await signedIn(context)).id, args)), args)),
    }),
  }));
}

function addCancelling(builder: Builder, jobRef: JobRef): void {
  builder.mutationField('cancelJob', (t) =>
    t.prismaField({
      type: jobRef,
      // An interface cannot be a union's member, so the job is wrapped.
      errors: {
        directResult: false,
        result: { name: 'CancelJobSuccess', description: 'A job that was cancelled.' },
        dataField: { name: 'job', description: 'The job, now CANCELLED.' },
      },
      description: 'Stops a job that has not ended: CANCELLED at once, and its worker within a second.',
      authScopes: { signedIn: true },
      args: { id: t.arg({ type: 'UUID', description: 'Its databaseId.' }) },
      resolve: async (query, _root, { id }, context) => {
        await cancelJob(context.app, await signedIn(context), id);
        return getAskedJob(context.app, query, id);
      },
    }),
  );
}

function filter(
  ownerId: string,
  { kind, status }: { readonly kind?: JobKind | null | undefined; readonly status?: JobStatus | null | undefined },
) {
  return { ownerId, ...(kind && { kind }), ...(status && { status }) };
}
