import { z } from 'zod';
import { deleteMe, updateMe } from '../auth/service.ts';
import { Role } from '../generated/prisma/enums.ts';
import type { Builder } from '../platform/builder.ts';
import { alreadySignedIn, signedIn } from '../platform/context.ts';
import { newestFirst } from '../platform/pages.ts';
import { findRow } from '../platform/rows.ts';
import { permissionsOf } from '../platform/viewer.ts';
import { getUser, setUserRole } from './service.ts';

/** People: the viewer, and for admins everybody. */
export function addUsers(builder: Builder): void {
  const RoleRef = builder.enumType(Role, {
    name: 'Role',
    description: 'What an account may do.',
    values: {
      USER: { description: 'Works with what is its own.' },
      ADMIN: { description: 'Also sees and cancels the work of others and manages users.' },
      VIEWER: { description: 'Only reads what is its own; changes nothing.' },
    },
  });
  const UserRef = builder.prismaNode('User', {
    description: 'A person or script that owns work here.',
    id: { field: 'id' },
    nullable: true,
    // Of all its columns only those that are asked for are read.
    select: { id: true },
    findUnique: (id, context) => {
      const viewer = alreadySignedIn(context);
      return viewer.role === 'ADMIN' ? { id } : { id, AND: [{ id: viewer.id }] };
    },
    fields: (t) => ({
      databaseId: t.expose('id', { type: 'UUID', description: 'Its id in REST.' }),
      email: t.exposeString('email', { description: 'Unique, lower case.' }),
      username: t.exposeString('username', { description: 'Unique, lower case; signs in as well as the email.' }),
      displayName: t.exposeString('displayName', { nullable: true, description: 'How to call them; null when unset.' }),
      avatarUrl: t.exposeString('avatarUrl', {
        nullable: true,
        description: 'Their picture, as they chose it or from where they sign in; null when there is none.',
      }),
      role: t.expose('role', { type: RoleRef, description: 'What the account may do.' }),
      permissions: t.stringList({
        description: "The role's permissions, as access tokens carry them.",
        select: { role: true },
        resolve: (user) => [...permissionsOf(user.role)],
      }),
      isActive: t.exposeBoolean('isActive', { description: 'Whether it may sign in.' }),
      createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the account was made.' }),
      updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When the account last changed.' }),
    }),
  });

  const UpdateMeInput = builder.inputType('UpdateMeInput', {
    description: 'What to change of the own account; absent fields stay.',
    fields: (t) => ({
      displayName: t.string({
        required: false,
        description: '1 to 100 visible characters without controls; null removes it.',
      }),
      avatarUrl: t.string({
        required: false,
        description: 'Address of their picture: https, at most 2048 characters; null removes it.',
      }),
      email: t.string({
        required: false,
        validate: z.email('must be an email address').max(254),
        description: 'Where to reach them; refused when somebody else has it.',
      }),
      username: t.string({
        required: false,
        validate: z.string().min(1).max(39),
        description: 'Signs in as well as the email; refused when somebody else has it.',
      }),
      password: t.string({
        required: false,
        description: '8 to 128 characters, at least 3 different ones. Ends every session but this one.',
      }),
    }),
  });

  builder.queryFields((t) => ({
    me: t.prismaField({
      type: UserRef,
      nullable: true,
      description: 'Who is signed in; null when nobody is.',
      resolve: async (query, _root, _args, context) => {
        const viewer = await context.viewer();
        if (viewer === null) return null;
        const { database } = context.app;
        const wanted = { ...query, where: { id: viewer.id } };
        return findRow(database, 'User', wanted, () => database.prisma.user.findUnique(wanted));
      },
    }),
    user: t.prismaField({
      type: UserRef,
      nullable: true,
      description: 'Anybody by their databaseId, for admins; an error NOT_FOUND when there is nobody.',
      authScopes: { permission: 'user:read' },
      args: { id: t.arg({ type: 'UUID', description: 'Their databaseId.' }) },
      resolve: async (_query, _root, { id }, context) => getUser(context.app, await signedIn(context), id),
    }),
    users: t.prismaConnection({
      type: UserRef,
      cursor: 'id',
      description: 'Everybody, newest first; for admins.',
      authScopes: { permission: 'user:read' },
      resolve: (query, _root, _args, context) => context.app.database.prisma.user.findMany(newestFirst(query, {})),
    }),
  }));

  builder.mutationFields((t) => ({
    updateMe: t.prismaField({
      type: UserRef,
      errors: {},
      description: 'Changes the own account.',
      authScopes: { permission: 'account:write' },
      args: { input: t.arg({ type: UpdateMeInput, description: 'What to change.' }) },
      resolve: async (_query, _root, { input }, context) => updateMe(context.app, await signedIn(context), input),
    }),
    deleteMe: t.boolean({
      errors: {
        directResult: false,
        result: { name: 'DeleteMeSuccess', description: 'An account that is gone.' },
        dataField: { name: 'deleted', description: 'Always true.' },
      },
      description:
        'Deletes the own account with everything in it, for good: work is cancelled, files are removed, sessions end.',
      authScopes: { permission: 'account:write' },
      args: {
        confirm: t.arg.string({ description: "The account's username, to say that it is meant." }),
        password: t.arg.string({
          required: false,
          validate: z.string().max(1000),
          description: 'The password; only accounts that have none need not give it.',
        }),
      },
      resolve: async (_root, deletion, context) => {
        await deleteMe(context.app, await signedIn(context), deletion);
        return true;
      },
    }),
    setUserRole: t.prismaField({
      type: UserRef,
      errors: {},
      description: 'Gives a user another role; for admins.',
      authScopes: { permission: 'user:write' },
      args: {
        id: t.arg({ type: 'UUID', description: "The user's databaseId." }),
        role: t.arg({ type: RoleRef, description: 'The new role.' }),
      },
      resolve: async (_query, _root, args, context) => setUserRole(context.app, await signedIn(context), args),
    }),
  }));
}
