import { z } from 'zod';
import { finishGitHubSignIn } from '../../auth/service.ts';
import { graphql } from '../../gql/gql.ts';
import { DomainError, UnauthenticatedError } from '../../platform/errors.ts';
import { rawRow, row } from '../route.ts';

const callbackQuery = z.object({
  code: z.string().max(1000).optional(),
  state: z.string().max(1000).optional(),
  error: z.string().max(200).optional(),
});

/** Sign-in with GitHub. */
export const signInRows = [
  row({
    method: 'POST',
    path: '/api/auth/github',
    summary: 'Start the sign-in with GitHub',
    auth: 'none',
    status: 200,
    response: z.object({ redirect_url: z.url(), state: z.string() }),
    document: graphql(`
      mutation FixMyDocsBeginSignIn {
        r: beginGitHubSignIn {
          __typename
          ... on GitHubSignIn {
            redirectUrl
            state
          }
          ...Refusal
        }
      }
    `),
    variables: () => ({}),
    reply: ({ redirectUrl, state }) => ({ redirect_url: redirectUrl, state }),
  }),
  rawRow({
    method: 'GET',
    path: '/auth/github/callback',
    summary: 'Finish the sign-in with GitHub: JSON, or with FRONTEND_URL a redirect there',
    auth: 'none',
    status: 200,
    response: z.object({
      access_token: z.string(),
      token_type: z.literal('bearer'),
      user: z.object({ id: z.uuid(), username: z.string(), email: z.string(), display_name: z.string().nullable() }),
    }),
    request: { query: callbackQuery },
    handle: async ({ app, query: { code, state, error }, header }, { request, reply }) => {
      const frontend = app.config.FRONTEND_URL;
      try {
        if (code === undefined || state === undefined) {
          throw error === undefined
            ? new DomainError('BAD_REQUEST', 'code and state are missing')
            : new UnauthenticatedError('The sign-in was declined at GitHub', 'ACCESS_DENIED');
        }
        const device = { userAgent: header('user-agent'), ipAddress: request.ip };
        const credentials = await finishGitHubSignIn(app, device, { code, state });
        if (frontend !== undefined) {
          const tokens = new URLSearchParams({
            access_token: credentials.accessToken,
            refresh_token: credentials.refreshToken,
            // The front end compares it with the one it was given: a stranger may have begun this sign-in.
            state,
          });
          return reply.redirect(`${frontend}/auth/callback#${tokens}`, 302);
        }
        const { user } = credentials;
        return {
          access_token: credentials.accessToken,
          token_type: 'bearer',
          user: { id: user.id, username: user.username, email: user.email, display_name: user.displayName },
        };
      } catch (refused) {
        if (frontend === undefined || !(refused instanceof DomainError)) throw refused;
        return reply.redirect(`${frontend}/login?error=${encodeURIComponent(refused.code.toLowerCase())}`, 302);
      }
    },
  }),
];
