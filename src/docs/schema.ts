import { z } from 'zod';
import { addProgress } from '../jobs/events-schema.ts';
import type { JobRef } from '../jobs/schema.ts';
import { detailOf, findAskedJob, getAskedJob } from '../jobs/service.ts';
import type { Builder } from '../platform/builder.ts';
import { alreadySignedIn, signedIn } from '../platform/context.ts';
import { ownedBy } from '../platform/viewer.ts';
import type { LeftOutRef, RepositoryRef } from '../repos/schema.ts';
import { percentageOf } from './engine/coverage.ts';
import { healthReport } from './health-report.ts';
import { addHealth } from './health-schema.ts';
import {
  type Coverage,
  coverageReport,
  leftOutCounts,
  type PageReport,
  pageReports,
  type SkippedFiles,
  skippedFiles,
} from './report.ts';
import { generateDocs } from './service.ts';

/** Types of other features that these refer to. */
interface DocsRefs {
  readonly jobRef: JobRef;
  readonly repositoryRef: RepositoryRef;
  readonly leftOutRef: LeftOutRef;
}

/** Documentation jobs. */
export function addDocs(builder: Builder, { jobRef, repositoryRef, leftOutRef }: DocsRefs): void {
  const CoverageRef = addCoverage(builder);
  const HealthRef = addHealth(builder);
  const SkippedRef = builder.objectRef<SkippedFiles[number]>('SkippedFile').implement({
    description: 'A file that was not documented.',
    fields: (t) => ({
      path: t.exposeString('path', { description: 'Where it is.' }),
      reason: t.exposeString('reason', { description: 'Why, in one word, e.g. binary.' }),
    }),
  });
  const PageRef = builder.objectRef<PageReport>('DocsPage').implement({
    description: 'A page that was written.',
    fields: (t) => ({
      path: t.exposeString('path', { description: 'Where it goes in the repository; its artifact has the same path.' }),
      engine: t.exposeString('engine', { description: 'Who wrote it: local, or the name of a model.' }),
      reason: t.exposeString('reason', {
        nullable: true,
        description: 'Why the local engine wrote it although a model is configured; null otherwise.',
      }),
    }),
  });
  const DocsJobRef = builder.prismaNode('Job', {
    variant: 'DocsJob',
    description: 'The documentation of a repository: pages, coverage and a patch.',
    interfaces: [jobRef],
    id: { field: 'id' },
    nullable: true,
    select: { kind: true },
    findUnique: (id, context) => ({ id, kind: 'DOCS', ...ownedBy(alreadySignedIn(context)) }),
    fields: (t) => ({
      number: t.int({
        description: 'Its number, for scripts that know jobs by an integer.',
        select: { docs: { select: { number: true } } },
        resolve: ({ docs }) => detailOf(docs).number,
      }),
      repository: t.field({
        type: repositoryRef,
        description: 'What it documents.',
        select: (_args, _context, nested) => ({ docs: { select: { repository: nested(true) } } }),
        resolve: ({ docs }) => detailOf(docs).repository,
      }),
      ref: t.string({
        nullable: true,
        description: 'The branch, tag or commit asked for; null for the default branch or the folder as it stands.',
        select: { docs: { select: { ref: true } } },
        resolve: ({ docs }) => detailOf(docs).ref,
      }),
      commit: t.string({
        nullable: true,
        description: 'The commit that was documented; null until it is known and for a folder without git.',
        select: { docs: { select: { commit: true } } },
        resolve: ({ docs }) => detailOf(docs).commit,
      }),
      branch: t.string({
        nullable: true,
        description: 'The branch that was made for the pages; null when none was, or not yet.',
        select: { docs: { select: { branch: true } } },
        resolve: ({ docs }) => detailOf(docs).branch,
      }),
      pullRequestUrl: t.string({
        nullable: true,
        description: 'The pull request with the pages; null when none was opened, or not yet.',
        select: { docs: { select: { pullRequestUrl: true } } },
        resolve: ({ docs }) => detailOf(docs).pullRequestUrl,
      }),
      coverage: t.field({
        type: CoverageRef,
        nullable: true,
        description: 'How much of the public code says what it is; null until completed.',
        select: { docs: { select: { coverage: true } } },
        resolve: ({ docs }) => {
          const { coverage } = detailOf(docs);
          return coverage === null ? null : coverageReport.parse(coverage);
        },
      }),
      health: t.field({
        type: HealthRef,
        nullable: true,
        description: 'What is amiss in comments and Markdown files; null until completed.',
        select: { docs: { select: { health: true } } },
        resolve: ({ docs }) => {
          const { health } = detailOf(docs);
          return health === null ? null : healthReport.parse(health);
        },
      }),
      skipped: t.field({
        type: [SkippedRef],
        description: 'Files that were left out, with the reason; at most 1000.',
        select: { docs: { select: { skipped: true } } },
        resolve: ({ docs }) => skippedFiles.parse(detailOf(docs).skipped ?? []),
      }),
      leftOut: t.field({
        type: [leftOutRef],
        description: 'How much was left out, rule by rule, most files first; empty until completed.',
        select: { docs: { select: { leftOut: true } } },
        resolve: ({ docs }) => leftOutCounts.parse(detailOf(docs).leftOut ?? []),
      }),
      pages: t.field({
        type: [PageRef],
        description: 'The pages and who wrote each; empty until completed.',
        select: { docs: { select: { pages: true } } },
        resolve: ({ docs }) => pageReports.parse(detailOf(docs).pages ?? []),
      }),
      parsedFiles: t.int({
        nullable: true,
        description: 'Files that a parser was run on; null until completed.',
        select: { docs: { select: { parsedFiles: true } } },
        resolve: ({ docs }) => detailOf(docs).parsedFiles,
      }),
      knownFiles: t.int({
        nullable: true,
        description: 'Files that were parsed before with the same content, in any run or branch; null until completed.',
        select: { docs: { select: { knownFiles: true } } },
        resolve: ({ docs }) => detailOf(docs).knownFiles,
      }),
    }),
  });

  const GenerateDocsInput = builder.inputType('GenerateDocsInput', {
    description: 'What to document: repositoryId, repositoryNumber or address, one of the three.',
    fields: (t) => ({
      repositoryId: t.field({ type: 'UUID', required: false, description: 'A connected repository.' }),
      repositoryNumber: t.int({ required: false, description: 'A connected one by its number.' }),
      address: t.string({ required: false, description: 'One that is connected on the way, as in connectRepository.' }),
      ref: t.string({
        required: false,
        validate: z.string().min(1).max(250),
        description: 'Branch, tag or commit; absent, the default branch, or a local folder as it stands.',
      }),
      pullRequest: t.boolean({
        required: false,
        description:
          'Whether to open a pull request with the pages. Absent: where the GitHub token may write; true refuses elsewhere.',
      }),
    }),
  });
  builder.queryField('docsJob', (t) =>
    t.prismaField({
      type: DocsJobRef,
      nullable: true,
      description: 'A documentation job by its number; null when there is none or it is not yours.',
      authScopes: { permission: 'docs:read' },
      args: { number: t.arg.int({ description: 'As in DocsJob.number.' }) },
      resolve: async (query, _root, { number }, context) =>
        findAskedJob(context.app, query, { docs: { number }, ...ownedBy(await signedIn(context)) }),
    }),
  );
  builder.mutationField('generateDocs', (t) =>
    t.prismaField({
      type: DocsJobRef,
      errors: {},
      description: 'Starts to document a repository. Follow it with docsProgress or jobEvents.',
      authScopes: { permission: 'docs:create' },
      args: {
        input: t.arg({ type: GenerateDocsInput, description: 'What to document.' }),
        idempotencyKey: t.arg.string({ required: false, description: 'Or by the Idempotency-Key header.' }),
      },
      resolve: async (query, _root, { input, idempotencyKey }, context) => {
        const id = await generateDocs(context.app, await signedIn(context), {
          ...input,
          idempotencyKey: idempotencyKey ?? context.idempotencyKey,
        });
        return getAskedJob(context.app, query, id);
      },
    }),
  );
  addProgress(builder, {
    name: 'docsProgress',
    type: DocsJobRef,
    kind: 'DOCS',
    subject: 'A documentation job',
    permission: 'docs:read',
  });
}

function addCoverage(builder: Builder) {
  const SymbolRef = builder
    .objectRef<Coverage['modules'][number]['undocumented'][number]>('UndocumentedSymbol')
    .implement({
      description: 'Something public that says nothing of itself.',
      fields: (t) => ({
        name: t.exposeString('name', { description: 'Its name, with its class before it.' }),
        kind: t.exposeString('kind', { description: 'For example function or class.' }),
        line: t.exposeInt('line', { description: 'Where it is, from 1.' }),
      }),
    });
  const ModuleRef = builder.objectRef<Coverage['modules'][number]>('ModuleCoverage').implement({
    description: 'The public symbols of one file.',
    fields: (t) => ({
      path: t.exposeString('path', { description: 'The file.' }),
      publicSymbols: t.exposeInt('publicSymbols', { description: 'How many there are.' }),
      documentedSymbols: t.exposeInt('documentedSymbols', { description: 'How many have a comment or docstring.' }),
      undocumented: t.expose('undocumented', { type: [SymbolRef], description: 'Every one that has none.' }),
    }),
  });
  return builder.objectRef<Coverage>('DocsCoverage').implement({
    description: 'How much of the public code says what it is.',
    fields: (t) => ({
      publicSymbols: t.exposeInt('publicSymbols', { description: 'How many public symbols there are.' }),
      documentedSymbols: t.exposeInt('documentedSymbols', { description: 'How many have a comment or docstring.' }),
      percentage: t.float({
        nullable: true,
        description: 'The share in percent, one decimal; null when there are no public symbols.',
        resolve: ({ publicSymbols, documentedSymbols }) => percentageOf(documentedSymbols, publicSymbols),
      }),
      modules: t.expose('modules', { type: [ModuleRef], description: 'File by file, by path.' }),
    }),
  });
}
