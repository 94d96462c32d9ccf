import { z } from 'zod';
import { RepositoryProvider } from '../generated/prisma/enums.ts';
import type { Builder } from '../platform/builder.ts';
import { alreadySignedIn, signedIn } from '../platform/context.ts';
import { newestFirst } from '../platform/pages.ts';
import { ownedBy } from '../platform/viewer.ts';
import { connectRepository, disconnectRepository } from './service.ts';

/** The type of a repository, for features that point to one. */
export type RepositoryRef = ReturnType<typeof addRepositoryType>;

/** Repositories people connect. Gives their type. */
export function addRepositories(builder: Builder): RepositoryRef {
  const RepositoryRef = addRepositoryType(builder);
  addRepositoryFields(builder, RepositoryRef);
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
    findUnique: (id, context) => ({ id, ...ownedBy(alreadySignedIn(context)) }),
    fields: (t) => ({
      databaseId: t.expose('id', { type: 'UUID', description: 'Its id in REST.' }),
      number: t.exposeInt('number', { description: 'Its number, for scripts that know repositories by an integer.' }),
      provider: t.expose('provider', { type: ProviderRef, description: 'Where it lives.' }),
      url: t.exposeString('url', { description: 'https URL, or absolute path of a local folder.' }),
      namespace: t.exposeString('namespace', { description: 'The owner in owner/name, or the parent folder.' }),
      name: t.exposeString('name', { description: 'The name in owner/name, or the folder.' }),
      defaultBranch: t.exposeString('defaultBranch', { nullable: true, description: 'Null for a folder without git.' }),
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
      resolve: async (query, _root, { id }, context) =>
        context.app.database.prisma.repository.findFirst({
          ...query,
          where: { id, ...ownedBy(await signedIn(context)) },
        }),
    }),
    repositories: t.prismaConnection({
      type: RepositoryRef,
      cursor: 'id',
      description: "The viewer's repositories, newest first.",
      authScopes: { permission: 'repository:read' },
      totalCount: async (_root, _args, context) =>
        context.app.database.prisma.repository.count({ where: { ownerId: (await signedIn(context)).id } }),
      resolve: async (query, _root, _args, context) =>
        context.app.database.prisma.repository.findMany(newestFirst(query, { ownerId: (await signedIn(context)).id })),
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
