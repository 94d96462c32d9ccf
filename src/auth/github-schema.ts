import { z } from 'zod';
import type { Builder } from '../platform/builder.ts';
import { isThemselves, signedIn } from '../platform/context.ts';
import type { CredentialsRef } from './schema.ts';
import {
  type BegunGitHubSignIn,
  beginGitHubSignIn,
  connectGitHub,
  disconnectGitHub,
  finishGitHubSignIn,
} from './service.ts';

/** Sign-in with GitHub, and the GitHub account a user has attached. */
export function addGitHub(builder: Builder, credentialsRef: CredentialsRef): void {
  const AccountRef = addGitHubAccount(builder);
  const BegunRef = builder.objectRef<BegunGitHubSignIn>('GitHubSignIn').implement({
    description: 'A sign-in with GitHub that has begun.',
    fields: (t) => ({
      redirectUrl: t.exposeString('redirectUrl', { description: 'Where to send the browser.' }),
      state: t.exposeString('state', {
        description: 'Comes back with the code: compare it. Good once, for ten minutes.',
      }),
    }),
  });
  const code = z.string().min(1).max(1000);
  const state = z.string().min(1).max(1000);
  builder.mutationFields((t) => ({
    beginGitHubSignIn: t.field({
      type: BegunRef,
      errors: {},
      description: 'Begins a sign-in with GitHub, or with `connect` the attaching of a GitHub account to the viewer.',
      args: { connect: t.arg.boolean({ defaultValue: false, description: 'To attach, for connectGitHub.' }) },
      resolve: async (_root, { connect }, context) =>
        beginGitHubSignIn(context.app, connect ? { userId: (await signedIn(context)).id } : {}),
    }),
    finishGitHubSignIn: t.field({
      type: credentialsRef,
      errors: {},
      description: 'Signs in by what GitHub sent the browser back with. Makes the account on first use.',
      args: {
        code: t.arg.string({ validate: code, description: "GitHub's code." }),
        state: t.arg.string({
          validate: state,
          description: 'The state it came with, equal to the one at the beginning.',
        }),
      },
      resolve: (_root, finish, context) =>
        finishGitHubSignIn(context.app, { userAgent: context.userAgent, ipAddress: context.ipAddress }, finish),
    }),
    connectGitHub: t.field({
      type: AccountRef,
      errors: {},
      description:
        'Attaches a GitHub account to the viewer: one each. Its token reads private repositories and writes.',
      authScopes: { permission: 'account:write' },
      args: {
        code: t.arg.string({ validate: code, description: "GitHub's code." }),
        state: t.arg.string({
          required: false,
          validate: state,
          description:
            'From beginGitHubSignIn with connect. Without it the caller must have checked a state of its own.',
        }),
      },
      resolve: async (_root, input, context) => connectGitHub(context.app, await signedIn(context), input),
    }),
    disconnectGitHub: t.prismaField({
      type: 'User',
      errors: {},
      description: 'Detaches the GitHub account and deletes its token. It signs in no more, unless nothing else can.',
      authScopes: { permission: 'account:write' },
      resolve: async (query, _root, _args, context) => {
        const { id } = await signedIn(context);
        await disconnectGitHub(context.app, await signedIn(context));
        return context.app.database.prisma.user.findUniqueOrThrow({ ...query, where: { id } });
      },
    }),
  }));
}

function addGitHubAccount(builder: Builder) {
  const AccountRef = builder.prismaObject('GitHubConnection', {
    name: 'GitHubAccount',
    description: 'The GitHub account a user has attached.',
    fields: (t) => ({
      githubId: t.string({
        description: 'Its number at GitHub, which never changes.',
        select: { githubId: true },
        resolve: ({ githubId }) => String(githubId),
      }),
      login: t.exposeString('login', { description: 'Its name at GitHub when it was last attached.' }),
      name: t.exposeString('name', { nullable: true, description: 'How its owner is called; null when not said.' }),
      avatarUrl: t.exposeString('avatarUrl', { nullable: true, description: 'Its picture; null when there is none.' }),
      connectedAt: t.expose('connectedAt', { type: 'DateTime', description: 'When it was first attached.' }),
    }),
  });
  builder.prismaObjectField('User', 'github', (t) =>
    t.prismaField({
      type: AccountRef,
      nullable: true,
      description: "The viewer's GitHub account; null when none is attached, and for anybody else.",
      select: { id: true },
      resolve: async (query, user, _args, context) => {
        if (!(await isThemselves(context, user.id))) return null;
        return context.app.database.prisma.gitHubConnection.findUnique({ ...query, where: { userId: user.id } });
      },
    }),
  );
  return AccountRef;
}
