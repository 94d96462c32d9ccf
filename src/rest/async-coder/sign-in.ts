import { z } from 'zod';
import { graphql } from '../../gql/gql.ts';
import { type AnyRow, row } from '../route.ts';
import { profile, profileOf } from './account.ts';
import { envelope, succeeded } from './envelope.ts';

const secret = z.string().min(1).max(10_000);

/** Sign-in with Clerk, the session, and the caller's GitHub account. */
export const signInRows: readonly AnyRow[] = [
  row({
    method: 'POST',
    path: '/api/auth/login',
    summary: 'Exchange a session token of Clerk for a session here; sets the cookie async_coder_session',
    auth: 'none',
    limits: ['auth'],
    status: 200,
    response: envelope(
      z.object({
        user: profile,
        token: z.string(),
        refreshToken: z.string(),
        sessionId: z.string().describe('What the cookie carries'),
      }),
    ),
    request: { body: z.object({ clerkToken: secret }) },
    document: graphql(`
      mutation AsyncCoderLogin($token: String!) {
        r: signInWithClerk(token: $token) {
          __typename
          ... on Credentials {
            accessToken
            refreshToken
            sessionToken
            user {
              ...AsyncCoderProfile
            }
          }
          ...Refusal
        }
      }
    `),
    variables: ({ body }) => ({ token: body.clerkToken }),
    names: { token: 'clerkToken' },
    sessionCookie: (credentials) => credentials.sessionToken,
    reply: ({ user, accessToken, refreshToken, sessionToken }) =>
      succeeded({
        user: profileOf(user),
        token: accessToken,
        refreshToken,
        sessionId: sessionToken,
      }),
  }),
  row({
    method: 'POST',
    path: '/api/auth/refresh',
    summary: 'Exchange a refresh token, good once, for new tokens',
    auth: 'none',
    limits: ['auth'],
    status: 200,
    response: envelope(z.object({ token: z.string(), refreshToken: z.string() })),
    request: { body: z.object({ refreshToken: secret }) },
    document: graphql(`
      mutation AsyncCoderRefresh($refreshToken: String!) {
        r: refreshCredentials(refreshToken: $refreshToken) {
          __typename
          ... on Credentials {
            accessToken
            refreshToken
            sessionToken
          }
          ...Refusal
        }
      }
    `),
    variables: ({ body }) => ({ refreshToken: body.refreshToken }),
    sessionCookie: (credentials) => credentials.sessionToken,
    reply: ({ accessToken, refreshToken }) => succeeded({ token: accessToken, refreshToken }),
  }),
  row({
    method: 'POST',
    path: '/api/auth/github/connect',
    summary: 'Attach a GitHub account by the code of its OAuth sign-in',
    auth: 'required',
    limits: ['auth'],
    status: 200,
    response: envelope(
      z.object({
        message: z.string(),
        githubUser: z.object({
          id: z.int(),
          login: z.string(),
          name: z.string().nullable(),
          avatar_url: z.string().nullable(),
        }),
      }),
    ),
    request: {
      body: z.object({ code: z.string().min(1).max(1000), state: z.string().min(1).max(1000).nullish() }),
    },
    document: graphql(`
      mutation AsyncCoderConnectGitHub($code: String!, $state: String) {
        r: connectGitHub(code: $code, state: $state) {
          __typename
          ... on GitHubAccount {
            githubId
            login
            name
            avatarUrl
          }
          ...Refusal
        }
      }
    `),
    variables: ({ body }) => ({ code: body.code, state: body.state ?? null }),
    reply: ({ githubId, login, name, avatarUrl }) =>
      succeeded({
        message: 'GitHub account connected successfully',
        githubUser: { id: Number(githubId), login, name, avatar_url: avatarUrl },
      }),
  }),
  row({
    method: 'POST',
    path: '/api/auth/logout',
    summary: 'End the session with all its tokens, and its cookie',
    auth: 'required',
    limits: ['auth'],
    status: 200,
    response: envelope(z.object({ message: z.string() })),
    document: graphql(`
      mutation AsyncCoderLogout {
        r: signOut {
          __typename
          ... on SignOutSuccess {
            signedOut
          }
          ...Refusal
        }
      }
    `),
    variables: () => ({}),
    sessionCookie: () => null,
    reply: () => succeeded({ message: 'Logged out successfully' }),
  }),
];
