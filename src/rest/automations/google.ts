import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { beginGoogleSignIn, finishGoogleSignIn, googleCookieName } from '../../auth/service.ts';
import { DomainError, ValidationError } from '../../platform/errors.ts';
import { rawRow } from '../route.ts';
import { tokens } from './shapes.ts';

/** This server as the request reached it. @throws ValidationError for a Host that is none */
function originOf(request: FastifyRequest): string {
  const origin = `${request.protocol}://${request.headers.host ?? 'localhost'}`;
  if (!URL.canParse(origin)) throw new ValidationError('The Host header is no host');
  return origin;
}

/** Sign-in with Google. */
export const googleRows = [
  rawRow({
    method: 'GET',
    path: '/api/v1/oauth/google/login',
    summary: 'Redirect to the Google sign-in',
    auth: 'none',
    status: 302,
    handle: async ({ app }, { request, reply }) => {
      const browser = request.cookies[googleCookieName];
      const { redirectUrl, cookie } = await beginGoogleSignIn(app, { origin: originOf(request), browser });
      return reply.setCookie(cookie.name, cookie.value, cookie.options).redirect(redirectUrl, 302);
    },
  }),
  rawRow({
    method: 'GET',
    path: '/api/v1/oauth/google/callback',
    summary: 'Finish the Google sign-in: JSON, or with FRONTEND_URL a redirect there',
    auth: 'none',
    status: 200,
    response: tokens,
    request: { query: z.object({}).loose() },
    handle: async ({ app, header }, { request, reply }) => {
      const { FRONTEND_URL: frontend, OAUTH_TOKENS_IN: tokensIn } = app.config;
      try {
        const { accessToken, refreshToken } = await finishGoogleSignIn(
          app,
          { userAgent: header('user-agent'), ipAddress: request.ip },
          { callbackUrl: new URL(request.url, originOf(request)), browser: request.cookies[googleCookieName] },
        );
        const given = { access_token: accessToken, refresh_token: refreshToken };
        if (frontend === undefined) return { ...given, token_type: 'bearer' };
        const separator = tokensIn === 'fragment' ? '#' : '?';
        return reply.redirect(`${frontend}/auth/callback${separator}${new URLSearchParams(given)}`, 307);
      } catch (refused) {
        if (frontend === undefined || !(refused instanceof DomainError)) throw refused;
        return reply.redirect(`${frontend}/login?error=${encodeURIComponent(refused.code.toLowerCase())}`, 307);
      }
    },
  }),
];
