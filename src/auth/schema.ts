import { z } from 'zod';
import { DeviceType, TokenAudience } from '../generated/prisma/enums.ts';
import type { Builder } from '../platform/builder.ts';
import { alreadySignedIn, type Context, signedIn } from '../platform/context.ts';
import { newestFirst } from '../platform/pages.ts';
import { addGitHub } from './github-schema.ts';
import {
  type Credentials,
  createApiKey,
  type Device,
  endSessionOfRefreshToken,
  refreshSession,
  registerAccount,
  revokeApiKey,
  revokeSession,
  sessionToken,
  signIn,
  signInWithClerk,
  signOut,
  signUp,
} from './service.ts';

/** The type of credentials, for other ways to sign in. */
export type CredentialsRef = ReturnType<typeof addSignIn>;

/** Sign-in, sessions and API keys. */
export function addAuth(builder: Builder): void {
  addGitHub(builder, addSignIn(builder));
  addSessions(builder);
  addApiKeys(builder);
}

function deviceOf(context: Context): Device {
  return { userAgent: context.userAgent, ipAddress: context.ipAddress };
}

function openSessionsOf(userId: string) {
  return { userId, revokedAt: null, expiresAt: { gt: new Date() } };
}

function addSignIn(builder: Builder) {
  const CredentialsRef = builder.objectRef<Credentials>('Credentials').implement({
    description: 'What a sign-in gives. Send the access token as `Authorization: Bearer …`.',
    fields: (t) => ({
      accessToken: t.exposeString('accessToken', { description: 'A JWT, checked against its session every time.' }),
      refreshToken: t.exposeString('refreshToken', { description: 'Good once, for the next credentials.' }),
      expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When the access token ends.' }),
      sessionId: t.expose('sessionId', { type: 'UUID', description: 'The session both belong to.' }),
      sessionToken: t.string({
        description:
          'What the cookie async_coder_session carries: good as long as the session, for seven days at most.',
        resolve: ({ sessionId }, _args, context) => sessionToken(context.app, sessionId),
      }),
      user: t.prismaField({
        type: 'User',
        description: 'Who signed in.',
        resolve: (query, credentials, _args, context) => {
          context.proven.add(credentials.userId);
          return context.app.database.prisma.user.findUniqueOrThrow({ ...query, where: { id: credentials.userId } });
        },
      }),
    }),
  });
  const SignUpInput = builder.inputType('SignUpInput', {
    description: 'A new account.',
    fields: (t) => ({
      email: t.string({ validate: z.email('must be an email address').max(254), description: 'Where to reach them.' }),
      username: t.string({
        required: false,
        validate: z.string().min(1).max(39),
        description: "Made from the email's local part unless given.",
      }),
      displayName: t.string({ required: false, validate: z.string().max(100), description: 'How to call them.' }),
      password: t.string({ description: '8 to 128 characters, at least 3 different ones.' }),
    }),
  });
  const TokenAudienceRef = builder.enumType(TokenAudience, {
    name: 'TokenAudience',
    description: 'For which clients access tokens are made. It stays with the session when it is refreshed.',
    values: {
      MILLWRIGHT: { description: "15 minutes; `sub` is the user's databaseId." },
      PHASE2: { description: '24 hours; `sub` is the username.' },
      ASYNC_CODER: { description: "7 days; `sub` is the user's databaseId." },
    },
  });
  const SignInInput = builder.inputType('SignInInput', {
    description: 'Who wants to sign in.',
    fields: (t) => ({
      login: t.string({ validate: z.string().min(1).max(254), description: 'Email or username.' }),
      password: t.string({ validate: z.string().max(1000), description: 'The password.' }),
      audience: t.field({
        type: TokenAudienceRef,
        required: false,
        description: 'For which clients the tokens are; MILLWRIGHT when nothing is said.',
      }),
    }),
  });
  builder.mutationFields((t) => ({
    signUp: t.field({
      type: CredentialsRef,
      errors: {},
      description: 'Makes an account and signs it in.',
      args: { input: t.arg({ type: SignUpInput, description: 'The account.' }) },
      resolve: (_root, { input }, context) => signUp(context.app, deviceOf(context), input),
    }),
    register: t.prismaField({
      type: 'User',
      errors: {},
      description: 'Makes an account without signing it in.',
      args: { input: t.arg({ type: SignUpInput, description: 'The account.' }) },
      resolve: async (query, _root, { input }, context) => {
        const { id } = await registerAccount(context.app, input);
        return context.app.database.prisma.user.findUniqueOrThrow({ ...query, where: { id } });
      },
    }),
    signIn: t.field({
      type: CredentialsRef,
      errors: {},
      description: 'Signs in by email or username.',
      args: { input: t.arg({ type: SignInInput, description: 'Who.' }) },
      resolve: (_root, { input }, context) => signIn(context.app, deviceOf(context), input),
    }),
    signInWithClerk: t.field({
      type: CredentialsRef,
      errors: {},
      description: 'Signs in by a session token of Clerk, for async-coder clients. Makes the account on first use.',
      args: {
        token: t.arg.string({ validate: z.string().min(1).max(10_000), description: "Clerk's session token, a JWT." }),
      },
      resolve: (_root, { token }, context) => signInWithClerk(context.app, deviceOf(context), token),
    }),
    refreshCredentials: t.field({
      type: CredentialsRef,
      errors: {},
      description: 'Exchanges a refresh token, good once. A spent one that comes back ends the session.',
      args: { refreshToken: t.arg.string({ description: 'The newest refresh token.' }) },
      resolve: (_root, { refreshToken }, context) => refreshSession(context.app, refreshToken),
    }),
    signOut: t.boolean({
      errors: {
        directResult: false,
        result: { name: 'SignOutSuccess', description: 'A session that was ended.' },
        dataField: { name: 'signedOut', description: 'Always true.' },
      },
      description: 'Ends the session of this request, or the one a refresh token belongs to.',
      args: { refreshToken: t.arg.string({ required: false, description: 'Instead of being signed in.' }) },
      resolve: async (_root, { refreshToken }, context) => {
        if (typeof refreshToken === 'string') await endSessionOfRefreshToken(context.app, refreshToken);
        else await signOut(context.app, await signedIn(context));
        return true;
      },
    }),
  }));
  return CredentialsRef;
}

function addSessions(builder: Builder): void {
  const DeviceTypeRef = builder.enumType(DeviceType, {
    name: 'DeviceType',
    description: 'What a session runs on.',
    values: {
      MOBILE: { description: 'A telephone.' },
      TABLET: { description: 'A tablet.' },
      DESKTOP: { description: 'Anything else, scripts too.' },
    },
  });
  const SessionRef = builder.prismaNode('Session', {
    description: 'One sign-in on one device.',
    id: { field: 'id' },
    nullable: true,
    findUnique: (id, context) => ({ id, userId: alreadySignedIn(context).id }),
    fields: (t) => ({
      databaseId: t.expose('id', { type: 'UUID', description: 'Its id in REST.' }),
      deviceName: t.exposeString('deviceName', { nullable: true, description: 'The user agent; null when none came.' }),
      deviceType: t.expose('deviceType', { type: DeviceTypeRef, description: 'Guessed from the user agent.' }),
      ipAddress: t.exposeString('ipAddress', { nullable: true, description: 'Where it signed in from, if known.' }),
      isCurrent: t.boolean({
        description: 'Whether this request came by it.',
        select: { id: true },
        resolve: async (session, _args, context) => {
          const { credential } = await signedIn(context);
          return credential.kind === 'session' && credential.sessionId === session.id;
        },
      }),
      createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it signed in.' }),
      lastUsedAt: t.expose('lastUsedAt', { type: 'DateTime', description: 'When it was last used, to the minute.' }),
      revokedAt: t.expose('revokedAt', { type: 'DateTime', nullable: true, description: 'Null while it is good.' }),
    }),
  });
  builder.prismaObjectField('User', 'sessions', (t) =>
    t.prismaConnection({
      type: SessionRef,
      cursor: 'id',
      totalCount: async (user, _args, context) => {
        if ((await context.viewer())?.id !== user.id) return 0;
        return context.app.database.prisma.session.count({ where: openSessionsOf(user.id) });
      },
      description: 'Where the viewer is signed in, newest first. Empty for anybody else.',
      resolve: async (query, user, _args, context) => {
        if ((await context.viewer())?.id !== user.id) return [];
        return context.app.database.prisma.session.findMany(newestFirst(query, openSessionsOf(user.id)));
      },
    }),
  );
  builder.mutationField('revokeSession', (t) =>
    t.prismaField({
      type: SessionRef,
      errors: {},
      description: "Ends one of the viewer's sessions.",
      authScopes: { signedIn: true },
      args: { id: t.arg({ type: 'UUID', description: 'Its databaseId.' }) },
      resolve: async (query, _root, { id }, context) => {
        const revoked = await revokeSession(context.app, await signedIn(context), id);
        return context.app.database.prisma.session.findUniqueOrThrow({ ...query, where: { id: revoked } });
      },
    }),
  );
}

function addApiKeys(builder: Builder): void {
  const ApiKeyRef = builder.prismaNode('ApiKey', {
    description: 'A long-lived credential for scripts: `X-API-Key` or Bearer.',
    id: { field: 'id' },
    nullable: true,
    findUnique: (id, context) => ({ id, userId: alreadySignedIn(context).id }),
    fields: (t) => ({
      databaseId: t.expose('id', { type: 'UUID', description: 'Its id in REST.' }),
      name: t.exposeString('name', { description: 'What it is for.' }),
      prefix: t.exposeString('prefix', { description: 'How it begins, to tell keys apart.' }),
      createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
      lastUsedAt: t.expose('lastUsedAt', {
        type: 'DateTime',
        nullable: true,
        description: 'To the minute; null when it was never used.',
      }),
      revokedAt: t.expose('revokedAt', { type: 'DateTime', nullable: true, description: 'Null while it is good.' }),
    }),
  });
  const NewApiKeyRef = builder.objectRef<Awaited<ReturnType<typeof createApiKey>>>('NewApiKey').implement({
    description: 'A key that was just made. The key itself is never shown again.',
    fields: (t) => ({
      key: t.exposeString('key', { description: 'The secret: keep it now.' }),
      apiKey: t.expose('apiKey', { type: ApiKeyRef, description: 'What stays of it.' }),
    }),
  });
  builder.prismaObjectField('User', 'apiKeys', (t) =>
    t.prismaConnection({
      type: ApiKeyRef,
      cursor: 'id',
      description: "The viewer's keys that are not revoked, newest first. Empty for anybody else.",
      resolve: async (query, user, _args, context) => {
        if ((await context.viewer())?.id !== user.id) return [];
        const valid = { userId: user.id, revokedAt: null };
        return context.app.database.prisma.apiKey.findMany(newestFirst(query, valid));
      },
    }),
  );
  builder.mutationFields((t) => ({
    createApiKey: t.field({
      type: NewApiKeyRef,
      errors: {},
      description: 'Makes an API key; it is shown this once.',
      authScopes: { permission: 'account:write' },
      args: {
        name: t.arg.string({ validate: z.string().trim().min(1).max(100), description: 'What it is for.' }),
      },
      resolve: async (_root, input, context) => createApiKey(context.app, await signedIn(context), input),
    }),
    revokeApiKey: t.prismaField({
      type: ApiKeyRef,
      errors: {},
      description: "Revokes one of the viewer's keys at once.",
      authScopes: { permission: 'account:write' },
      args: { id: t.arg({ type: 'UUID', description: 'Its databaseId.' }) },
      resolve: async (_query, _root, { id }, context) => revokeApiKey(context.app, await signedIn(context), id),
    }),
  }));
}
