import { z } from 'zod';
import { RepositoryProvider } from '../generated/prisma/enums.ts';
import type { Builder } from '../platform/builder.ts';
import { alreadySignedIn, signedIn } from '../platform/context.ts';
import { newestFirst, offset, skipping } from '../platform/pages.ts';
import { findRow, findRows } from '../platform/rows.ts';
import { ownedBy } from '../platform/viewer.ts';
import {
  type Branch,
  type BranchPage,
  branchesOf,
  connectRepository,
  disconnectRepository,
  mostBranches,
  ownRepositories,
  type SyncResult,
  syncRepositories,
} from './service.ts';

/** The type of a repository, for features that point to one. */
export type RepositoryRef = ReturnType<typeof addRepositoryType>;

/** Repositories people connect. Gives their type. */
export function addRepositories(builder: Builder): RepositoryRef {
  const RepositoryRef = addRepositoryType(builder);
  addRepositoryFields(builder, RepositoryRef);
  addBranches(builder, RepositoryRef);
  addSync(builder);
  return RepositoryRef;
}

function addRepositoryType(builder: Builder) {
  const ProviderRef = builder.enumType(RepositoryProvider, {
    name: 'RepositoryProvider',
    description: 'Where a repository lives.',
    values: {
      GITHUB: { description: 'At GitHub.' },
      GIT: { description: 'At any other git server.' },
      LOCAL: { description: 'In a folder of the machine this server runs on.' },
    },
  });
  return builder.prismaNode('Repository', {
    description: 'A repository somebody connected.',
    id: { field: 'id' },
    nullable: true,
    // Of all its columns only those that are asked for are read.
    select: { id: true },
    findUnique: (id, context) => ({ id, ...ownedBy(alreadySignedIn(context)) }),
    fields: (t) => ({
      databaseId: t.expose('id', { type: 'UUID', description: 'Its id in REST.' }),
      number: t.exposeInt('number', { description: 'Its number, for scripts that know repositories by an integer.' }),
      provider: t.expose('provider', { type: ProviderRef, description: 'Where it lives.' }),
      url: t.exposeString('url', { description: 'https URL, or absolute path of a local folder.' }),
      namespace: t.exposeString('namespace', { description: 'The owner in owner/name, or the parent folder.' }),
      name: t.exposeString('name', { description: 'The name in owner/name, or the folder.' }),
      defaultBranch: t.exposeString('defaultBranch', { nullable: true, description: 'Null for a folder without git.' }),
      githubId: t.float({
        nullable: true,
        description: "GitHub's own id, a whole number; null elsewhere, or while it is not known.",
        select: { githubId: true },
        resolve: ({ githubId }) => (githubId === null ? null : Number(githubId)),
      }),
      description: t.exposeString('description', { nullable: true, description: 'What GitHub says it is; else null.' }),
      isPrivate: t.exposeBoolean('isPrivate', { nullable: true, description: 'Null where it is not known.' }),
      language: t.exposeString('language', {
        nullable: true,
        description: 'The language most of it is written in, as GitHub counts; else null.',
      }),
      isActive: t.exposeBoolean('isActive', {
        description: 'False once it is gone from GitHub, or the account that connected it no longer sees it.',
      }),
      pushedAt: t.expose('pushedAt', {
        type: 'DateTime',
        nullable: true,
        description: 'When something was last pushed, as far as GitHub has told.',
      }),
      owner: t.relation('owner', { description: 'Who connected it.' }),
      connectedAt: t.expose('connectedAt', { type: 'DateTime', description: 'When it was first connected.' }),
    }),
  });
}

function addRepositoryFields(builder: Builder, RepositoryRef: RepositoryRef): void {
  builder.queryFields((t) => ({
    repository: t.prismaField({
      type: RepositoryRef,
      nullable: true,
      description: 'A repository by its databaseId; null when there is none or it is not yours.',
      authScopes: { permission: 'repository:read' },
      args: { id: t.arg({ type: 'UUID', description: 'Its databaseId.' }) },
      resolve: async (query, _root, { id }, context) => {
        const { database } = context.app;
        const asked = { ...query, where: { id, ...ownedBy(await signedIn(context)) } };
        return findRow(database, 'Repository', asked, () => database.prisma.repository.findFirst(asked));
      },
    }),
    repositories: t.prismaConnection({
      type: RepositoryRef,
      cursor: 'id',
      description: "The viewer's repositories, newest first.",
      authScopes: { permission: 'repository:read' },
      args: {
        search: t.arg.string({
          required: false,
          validate: z.string().max(200, 'must have at most 200 characters'),
          description: 'Only with this text in the name, owner/name or description, whatever the capitals.',
        }),
        connected: t.arg.boolean({
          required: false,
          description: 'True for those at GitHub only, false for all others only.',
        }),
        offset: t.arg.int({
          required: false,
          validate: offset,
          description: 'How many to skip before the page begins: for pages by number. Goes with `first` only.',
        }),
      },
      totalCount: async (_root, args, context) =>
        context.app.database.prisma.repository.count({ where: ownRepositories(await signedIn(context), args) }),
      resolve: async (query, _root, args, context) => {
        const { database } = context.app;
        const asked = skipping(newestFirst(query, ownRepositories(await signedIn(context), args)), args);
        return findRows(database, 'Repository', asked, () => database.prisma.repository.findMany(asked));
      },
    }),
  }));
  builder.mutationFields((t) => ({
    connectRepository: t.prismaField({
      type: RepositoryRef,
      errors: {},
      description: 'Connects a repository. It must exist and be readable from here. A second time refreshes it.',
      authScopes: { permission: 'repository:write' },
      args: {
        address: t.arg.string({
          validate: z.string().min(1, 'must not be empty'),
          description: 'https URL, git@host:owner/name, owner/name at GitHub, or where allowed an absolute path.',
        }),
        idempotencyKey: t.arg.string({ required: false, description: 'Or by the Idempotency-Key header.' }),
      },
      resolve: async (_query, _root, { address, idempotencyKey }, context) =>
        connectRepository(context.app, await signedIn(context), {
          address,
          idempotencyKey: idempotencyKey ?? context.idempotencyKey,
        }),
    }),
    disconnectRepository: t.prismaField({
      type: RepositoryRef,
      errors: {},
      description: 'Forgets a repository with the results of its jobs, and gives back what it was.',
      authScopes: { permission: 'repository:write' },
      args: { id: t.arg({ type: 'UUID', description: 'Its databaseId.' }) },
      resolve: async (_query, _root, { id }, context) => disconnectRepository(context.app, await signedIn(context), id),
    }),
  }));
}

function addBranchTypes(builder: Builder) {
  const CommitRef = builder.objectRef<Branch>('BranchCommit').implement({
    description: 'The newest commit of a branch.',
    fields: (t) => ({
      sha: t.exposeString('sha', { description: 'Its id.' }),
      url: t.exposeString('url', { nullable: true, description: "It in GitHub's API; null elsewhere." }),
    }),
  });
  const BranchRef = builder.objectRef<Branch>('Branch').implement({
    description: 'A branch of a repository.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'What it is called.' }),
      commit: t.field({ type: CommitRef, description: 'Its newest commit.', resolve: (branch) => branch }),
      protected: t.exposeBoolean('isProtected', {
        nullable: true,
        description: 'Whether GitHub protects it from being changed by just anybody; null elsewhere.',
      }),
    }),
  });
  return builder.objectRef<BranchPage>('BranchPage').implement({
    description: 'Some of the branches of a repository.',
    fields: (t) => ({
      nodes: t.expose('nodes', {
        type: [BranchRef],
        description: 'The branches: by name, or as GitHub orders them.',
        complexity: { field: 1, multiplier: 1 },
      }),
      endCursor: t.exposeString('endCursor', {
        nullable: true,
        description: 'For `after` of the next page; null when there is none.',
      }),
    }),
  });
}

function addBranches(builder: Builder, RepositoryRef: RepositoryRef): void {
  const PageRef = addBranchTypes(builder);
  const first = z
    .int()
    .min(0, 'must not be negative')
    .max(mostBranches.onPage, `must be at most ${mostBranches.onPage}`);
  builder.prismaObjectFields(RepositoryRef, (t) => ({
    branches: t.field({
      type: PageRef,
      description: `Its branches as they are now, asked of where it lives; at most ${mostBranches.inAll} in all.`,
      args: {
        first: t.arg.int({ defaultValue: 100, validate: first, description: `At most ${mostBranches.onPage}.` }),
        after: t.arg.string({
          required: false,
          validate: z.string().regex(/^\d{1,5}$/, 'not a cursor this server has given out'),
          description: 'The `endCursor` of the page before.',
        }),
      },
      // Each asks another server: a handful of repositories at once, not a list of them.
      complexity: ({ first: size }) => ({ field: 2000, multiplier: size }),
      select: { id: true, provider: true, url: true, namespace: true, name: true },
      resolve: async (repository, { first: size, after }, context) =>
        branchesOf(context.app, await signedIn(context), repository, {
          first: size,
          offset: Number(after ?? 0),
          signal: context.hangUp.signal,
        }),
    }),
  }));
}

function addSync(builder: Builder): void {
  const ResultRef = builder.objectRef<SyncResult>('RepositorySyncResult').implement({
    description: 'What a sync has done.',
    fields: (t) => ({
      synced: t.exposeInt('synced', { description: 'Active repositories at GitHub, all of them in step now.' }),
      added: t.exposeInt('added', { description: 'Those that were not here yet.' }),
      updated: t.exposeInt('updated', { description: 'Those that had changed: renamed, pushed to, and the like.' }),
      deactivated: t.exposeInt('deactivated', {
        description: 'Those that are gone from GitHub or out of sight: they stay with their results, as inactive.',
      }),
    }),
  });
  builder.mutationField('syncRepositories', (t) =>
    t.field({
      type: ResultRef,
      errors: {},
      description:
        "Brings the viewer's repositories in step with all that the connected GitHub account sees. What was " +
        'disconnected here comes back.',
      authScopes: { permission: 'repository:write' },
      args: {
        force: t.arg.boolean({
          defaultValue: false,
          description: 'Reads everything again, though GitHub says that nothing has changed.',
        }),
      },
      resolve: async (_root, { force }, context) =>
        syncRepositories(context.app, await signedIn(context), { force, signal: context.hangUp.signal }),
    }),
  );
}

/** How much one rule left out of a repository, as it is kept with a job. */
export interface LeftOutCount {
  readonly reason: string;
  readonly files: number;
  readonly folders: number;
}
export type LeftOutRef = ReturnType<typeof addLeftOut>;

/** What of a repository no job looks at, counted by the rule that left it out. */
export function addLeftOut(builder: Builder) {
  return builder.objectRef<LeftOutCount>('LeftOut').implement({
    description: 'How much one rule left out.',
    fields: (t) => ({
      reason: t.exposeString('reason', { description: 'The rule in one word, e.g. generated, minified or vendored.' }),
      files: t.exposeInt('files', { description: 'Files, those in folders left out whole as far as they are listed.' }),
      folders: t.exposeInt('folders', { description: 'Folders that were not opened: what is in them is not counted.' }),
    }),
  });
}
