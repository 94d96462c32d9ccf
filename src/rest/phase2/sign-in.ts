import { z } from 'zod';
import { graphql } from '../../gql/gql.ts';
import { row } from '../route.ts';

/** Username and password to a token of 24 hours. */
export const signInRows = [
  row({
    method: 'POST',
    path: '/auth/login',
    summary: 'Login with username and password',
    auth: 'none',
    status: 200,
    response: z.object({
      access_token: z.string(),
      refresh_token: z.string(),
      token_type: z.literal('bearer'),
      expires_in: z.int(),
    }),
    request: { body: z.object({ username: z.string().min(1), password: z.string().min(1) }) },
    document: graphql(`
      mutation Phase2Login($login: String!, $password: String!) {
        r: signIn(input: { login: $login, password: $password, audience: PHASE2 }) {
          __typename
          ... on Credentials {
            accessToken
            refreshToken
            expiresAt
          }
          ...Refusal
        }
      }
    `),
    variables: ({ body }) => ({ login: body.username, password: body.password }),
    names: { login: 'username' },
    reply: ({ accessToken, refreshToken, expiresAt }) => ({
      access_token: accessToken,
      refresh_token: refreshToken,
      token_type: 'bearer',
      expires_in: Math.round((Date.parse(expiresAt) - Date.now()) / 1000),
    }),
  }),
];
