import type { PrismaObjectRef } from '@pothos/plugin-prisma';
import type PrismaTypes from '../generated/pothos.ts';
import type { JobKind } from '../generated/prisma/enums.ts';
import type { Builder, SchemaTypes } from '../platform/builder.ts';
import { type Context, signedIn } from '../platform/context.ts';
import type { Permission, Viewer } from '../platform/viewer.ts';
import { findAskedJob, getAskedJob } from './asked-job.ts';
import type { JobRef } from './schema.ts';
import { type EventRow, jobEvents, jobEventTypes, listJobEvents, myEvents } from './service.ts';

/** What every event is; features whose events are about no job pass it to their own type. */
export type EventRef = ReturnType<typeof addEvents>;

/** The type of one kind of jobs. */
type JobVariantRef = PrismaObjectRef<PothosSchemaTypes.ExtendDefaultTypes<SchemaTypes>, PrismaTypes['Job']>;

/** The event log: of one job, and of everything a user owns, to read and to follow. Gives the interface of events. */
export function addEvents(builder: Builder, jobRef: JobRef) {
  const eventRef = addEventTypes(builder, jobRef);
  builder.queryField('jobEvents', (t) =>
    t.field({
      type: [eventRef.job],
      description: 'The events of a job after a cursor, in order, without waiting for more.',
      authScopes: { signedIn: true },
      args: {
        id: t.arg({ type: 'UUID', description: "The job's databaseId." }),
        after: t.arg.int({ defaultValue: 0, description: 'Number of the last event already seen.' }),
      },
      complexity: { field: 1, multiplier: 100 },
      resolve: async (_root, { id, after }, context) => listJobEvents(context.app, await signedIn(context), id, after),
    }),
  );
  builder.subscriptionFields((t) => ({
    jobEvents: t.field({
      type: eventRef.job,
      description:
        'Every event of a job, once and in order: those after the cursor, then live, ending after the final one. ' +
        'With a cursor older than what is kept: CURSOR_EXPIRED and a snapshot.',
      authScopes: { signedIn: true },
      args: {
        id: t.arg({ type: 'UUID', description: "The job's databaseId." }),
        after: t.arg.int({ required: false, description: '`seq` of the last event seen; absent, from the first.' }),
      },
      subscribe: async (_root, { id, after }, context) =>
        jobEvents(context.app, await signedIn(context), id, following(context, after)),
      resolve: (event: EventRow) => event,
    }),
    myEvents: t.field({
      type: eventRef.any,
      description:
        "Everything that happens to the viewer's work: events after the cursor, then live, without end. " +
        'With a cursor older than what is kept: CURSOR_EXPIRED and a snapshot.',
      authScopes: { signedIn: true },
      args: {
        after: t.arg.int({ required: false, description: '`userSeq` of the last event seen; absent, from now on.' }),
      },
      subscribe: async (_root, { after }, context) =>
        myEvents(context.app, await signedIn(context), following(context, after)),
      resolve: (event: EventRow) => event,
    }),
  }));
  return eventRef.any;
}

/** A subscription that gives a job of one kind. */
interface ProgressField {
  readonly name: string;
  readonly type: JobVariantRef;
  readonly kind: JobKind;
  /** What it gives, with its article. */
  readonly subject: string;
  /** What following takes; absent where anybody may, and `viewerOf` decides. */
  readonly permission?: Permission;
  /** With whose eyes the job is looked at; the viewer's own unless given. */
  readonly viewerOf?: (context: Context, id: string) => Promise<Viewer>;
}

/** A job of one kind, by its id, each time it changes. */
export function addProgress(
  builder: Builder,
  { name, type, kind, subject, permission, viewerOf }: ProgressField,
): void {
  builder.subscriptionField(name, (t) =>
    t.prismaField({
      type,
      description:
        `${subject} each time it changes, ending with its final state. Who is behind, or comes late, gets its newest ` +
        'state at once and none of those between; jobEvents has every one. Cursors as there.',
      ...(permission !== undefined && { authScopes: { permission } }),
      args: {
        id: t.arg({ type: 'UUID', description: "The job's databaseId." }),
        after: t.arg.int({ required: false, description: 'Number of the last event seen.' }),
      },
      subscribe: async (_root, { id, after }, context) => {
        const viewer = viewerOf === undefined ? await signedIn(context) : await viewerOf(context, id);
        return jobEvents(context.app, viewer, id, { ...following(context, after), kind, newestOnly: true });
      },
      resolve: (query, event: EventRow, _args, context) => getAskedJob(context.app, query, event.jobId ?? ''),
    }),
  );
}

/** How a subscription reads: a Last-Event-ID header of a client that reconnects outranks its original argument. */
export function following(context: Context, after: number | null | undefined) {
  return {
    after: context.lastEventId ?? after,
    signal: context.hangUp.signal,
    onCursor: (cursor: number) => {
      context.delivery.cursor = cursor;
    },
  };
}

function addEventTypes(builder: Builder, jobRef: JobRef) {
  const TypeRef = builder.enumType('JobEventType', {
    description: 'What happened to a job.',
    values: {
      QUEUED: { description: 'It was asked for.' },
      STARTED: { description: 'A worker took it.' },
      RESUMED: { description: 'Another worker took it, after a crash, a retry or a restart.' },
      PROGRESS: { description: 'It went on.' },
      STEP_FINISHED: { description: 'A step was finished and will not be done again.' },
      RETRYING: { description: 'It failed for a reason worth another try; `data.retryAt` says when.' },
      RELEASED: {
        description:
          'Its worker or the database went away, or it lost its place in the queue; another try goes on, and none is ' +
          'counted. `data.retryAt` says when.',
      },
      COMPLETED: { description: 'It is done.' },
      FAILED: { description: 'It was given up.' },
      CANCELLED: { description: 'Its owner stopped it.' },
    } satisfies Record<(typeof jobEventTypes)[number], object>,
  });
  const any = builder.interfaceRef<EventRow>('Event').implement({
    description: 'Something that happened, numbered without gaps in the order it happened.',
    resolveType: ({ jobId }) => (jobId === null ? 'CreditsEvent' : 'JobEvent'),
    fields: (t) => ({
      userSeq: t.exposeInt('userSeq', { description: "Its number among everything of its user; myEvents' cursor." }),
      at: t.expose('at', { type: 'DateTime', description: 'When it happened.' }),
      data: t.expose('data', { type: 'JSON', description: 'The state just after it, as it was then.' }),
    }),
  });
  const job = builder.objectRef<EventRow>('JobEvent').implement({
    description: 'One change of one job, with its state just after.',
    interfaces: [any],
    fields: (t) => ({
      seq: t.int({
        description: "Its number within the job, from 1; jobEvents' cursor.",
        resolve: ({ jobSeq }) => jobSeq ?? 0,
      }),
      type: t.field({
        type: TypeRef,
        description: 'What happened.',
        resolve: ({ type }) => {
          const known = jobEventTypes.find((name) => name === type);
          if (known === undefined) throw new Error(`an event of unknown type ${type}`);
          return known;
        },
      }),
      jobId: t.field({ type: 'UUID', description: "The job's databaseId.", resolve: (event) => event.jobId ?? '' }),
      status: t.string({ description: 'The status just after.', resolve: (event) => text(event, 'status') ?? '' }),
      percentage: t.int({
        description: 'The percentage just after.',
        resolve: ({ data }) => (isRecord(data) && typeof data.percentage === 'number' ? data.percentage : 0),
      }),
      stage: t.string({ description: 'The stage just after.', resolve: (event) => text(event, 'stage') ?? '' }),
      message: t.string({
        nullable: true,
        description: 'What it was doing.',
        resolve: (event) => text(event, 'message'),
      }),
      job: t.prismaField({
        type: jobRef,
        nullable: true,
        description: 'The job as it is now; null when it was deleted meanwhile.',
        resolve: (query, { jobId }, _args, context) =>
          jobId === null ? null : findAskedJob(context.app, query, { id: jobId }),
      }),
    }),
  });
  return { any, job };
}

function text(event: EventRow, field: string): string | null {
  const value = isRecord(event.data) ? event.data[field] : undefined;
  return typeof value === 'string' ? value : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
