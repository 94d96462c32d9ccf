import { z } from 'zod';
import { graphql } from '../../gql/gql.ts';
import type { AutomationsCredentialsFragment, AutomationsUserFragment } from '../../gql/graphql.ts';
import { row } from '../route.ts';
import { formText, sessionRead, tokens, userRead } from './shapes.ts';

graphql(`
  fragment AutomationsUser on User {
    databaseId
    email
    displayName
    isActive
    role
    createdAt
    updatedAt
  }
`);
graphql(`
  fragment AutomationsCredentials on Credentials {
    accessToken
    refreshToken
  }
`);

function userReadOf(user: AutomationsUserFragment): z.infer<typeof userRead> {
  const admin = user.role === 'ADMIN';
  return {
    id: user.databaseId,
    email: user.email,
    full_name: user.displayName,
    is_active: user.isActive,
    is_superuser: admin,
    role: admin ? 'admin' : 'user',
    created_at: user.createdAt,
    updated_at: user.updatedAt,
  };
}

function tokensOf({ accessToken, refreshToken }: AutomationsCredentialsFragment): z.infer<typeof tokens> {
  return { access_token: accessToken, refresh_token: refreshToken, token_type: 'bearer' };
}

const fullName = z.string().max(100).nullish();
const meDocument = graphql(`
  query AutomationsMe {
    r: me {
      __typename
      ...AutomationsUser
    }
  }
`);

/** Sign-in, accounts and sessions. */
export const identityRows = [
  row({
    method: 'POST',
    path: '/api/v1/auth/login',
    summary: 'Login with email and password',
    auth: 'none',
    accepts: 'form',
    status: 200,
    response: tokens,
    request: { body: z.object({ username: formText, password: formText }) },
    document: graphql(`
      mutation AutomationsLogin($login: String!, $password: String!) {
        r: signIn(input: { login: $login, password: $password }) {
          __typename
          ...AutomationsCredentials
          ...Refusal
        }
      }
    `),
    variables: ({ body }) => ({ login: body.username, password: body.password }),
    names: { login: 'username' },
    reply: tokensOf,
  }),
  row({
    method: 'POST',
    path: '/api/v1/auth/register',
    summary: 'Register a new user',
    auth: 'none',
    status: 201,
    response: userRead,
    request: {
      body: z.object({ email: z.email().max(254), password: z.string().min(8).max(128), full_name: fullName }),
    },
    document: graphql(`
      mutation AutomationsRegister($email: String!, $password: String!, $displayName: String) {
        r: register(input: { email: $email, password: $password, displayName: $displayName }) {
          __typename
          ...AutomationsUser
          ...Refusal
        }
      }
    `),
    variables: ({ body }) => ({ email: body.email, password: body.password, displayName: body.full_name ?? null }),
    names: { displayName: 'full_name' },
    reply: userReadOf,
  }),
  row({
    method: 'POST',
    path: '/api/v1/auth/refresh',
    summary: 'Rotate the refresh token',
    auth: 'none',
    status: 200,
    response: tokens,
    request: { body: z.object({ refresh_token: z.string().min(1).max(1000) }) },
    document: graphql(`
      mutation AutomationsRefresh($refreshToken: String!) {
        r: refreshCredentials(refreshToken: $refreshToken) {
          __typename
          ...AutomationsCredentials
          ...Refusal
        }
      }
    `),
    variables: ({ body }) => ({ refreshToken: body.refresh_token }),
    names: { refreshToken: 'refresh_token' },
    reply: tokensOf,
  }),
  row({
    method: 'POST',
    path: '/api/v1/auth/logout',
    summary: 'End the session of a refresh token',
    auth: 'none',
    status: 204,
    request: { body: z.object({ refresh_token: z.string().min(1).max(1000) }) },
    document: graphql(`
      mutation AutomationsLogout($refreshToken: String!) {
        r: signOut(refreshToken: $refreshToken) {
          __typename
          ... on SignOutSuccess {
            signedOut
          }
          ...Refusal
        }
      }
    `),
    variables: ({ body }) => ({ refreshToken: body.refresh_token }),
    reply: () => undefined,
  }),
  ...(['/api/v1/auth/me', '/api/v1/users/me'] as const).map((path) =>
    row({
      method: 'GET',
      path,
      summary: 'The current user',
      auth: 'required',
      status: 200,
      response: userRead,
      document: meDocument,
      variables: () => ({}),
      missing: 'User',
      reply: userReadOf,
    }),
  ),
  row({
    method: 'PATCH',
    path: '/api/v1/users/me',
    summary: 'Change the current user',
    auth: 'required',
    status: 200,
    response: userRead,
    request: {
      body: z.object({
        email: z.email().max(254).optional(),
        full_name: fullName,
        password: z.string().min(8).max(128).optional(),
      }),
    },
    document: graphql(`
      mutation AutomationsUpdateMe($input: UpdateMeInput!) {
        r: updateMe(input: $input) {
          __typename
          ...AutomationsUser
          ...Refusal
        }
      }
    `),
    variables: ({ body: { full_name, ...rest } }) => ({
      input: { ...rest, ...(full_name !== undefined && { displayName: full_name }) },
    }),
    names: { displayName: 'full_name' },
    reply: userReadOf,
  }),
  row({
    method: 'GET',
    path: '/api/v1/users/{user_id}',
    summary: 'A user by id, for admins',
    auth: 'required',
    status: 200,
    response: userRead,
    request: { params: z.object({ user_id: z.uuid() }) },
    document: graphql(`
      query AutomationsUserById($id: UUID!) {
        r: user(id: $id) {
          __typename
          ...AutomationsUser
        }
      }
    `),
    variables: ({ params }) => ({ id: params.user_id }),
    missing: 'User',
    reply: userReadOf,
  }),
  row({
    method: 'GET',
    path: '/api/v1/sessions',
    summary: 'Active sessions',
    auth: 'required',
    status: 200,
    response: z.object({ sessions: z.array(sessionRead), total: z.int() }),
    document: graphql(`
      query AutomationsSessions {
        r: me {
          __typename
          sessions(first: 100) {
            totalCount
            nodes {
              databaseId
              deviceName
              deviceType
              ipAddress
              isCurrent
              createdAt
              lastUsedAt
            }
          }
        }
      }
    `),
    variables: () => ({}),
    missing: 'User',
    reply: ({ sessions: { totalCount, nodes } }) => ({
      sessions: nodes.map((session) => ({
        id: session.databaseId,
        device_name: session.deviceName,
        device_type: session.deviceType.toLowerCase(),
        ip_address: session.ipAddress,
        is_current: session.isCurrent,
        created_at: session.createdAt,
        last_used_at: session.lastUsedAt,
      })),
      total: totalCount,
    }),
  }),
  row({
    method: 'DELETE',
    path: '/api/v1/sessions/{session_id}',
    summary: 'Revoke a session',
    auth: 'required',
    status: 204,
    request: { params: z.object({ session_id: z.uuid() }) },
    document: graphql(`
      mutation AutomationsRevokeSession($id: UUID!) {
        r: revokeSession(id: $id) {
          __typename
          ... on Session {
            databaseId
          }
          ...Refusal
        }
      }
    `),
    variables: ({ params }) => ({ id: params.session_id }),
    reply: () => undefined,
  }),
];
