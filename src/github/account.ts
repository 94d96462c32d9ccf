import { z } from 'zod';
import type { App } from '../app.ts';
import { askGitHub } from './client.ts';
import { GitHubError } from './errors.ts';

/** An account at GitHub, as its own token shows it. */
export interface GitHubAccount {
  /** Never changes, while the login may. */
  readonly id: bigint;
  readonly login: string;
  readonly name: string | null;
  readonly avatarUrl: string | null;
  /** Null for a token without scopes. */
  readonly scopes: readonly string[] | null;
}

const accountAnswer = z.object({
  id: z.union([z.int().positive(), z.bigint()]).transform(BigInt),
  login: z.string().min(1).max(100),
  name: z.string().max(1000).nullish(),
  avatar_url: z.url().max(2000).nullish().catch(null),
  type: z.string(),
});

/** Whose token this is. @throws GitHubError, GITHUB_TOKEN_INVALID for a revoked one or one of no person */
export async function readAccount(app: App, token: string, signal?: AbortSignal): Promise<GitHubAccount> {
  const question = { route: 'GET /user', token, answer: accountAnswer, signal, conditional: true };
  const { data, scopes } = await askGitHub(app, question).catch((error: unknown) => {
    // What installations of apps get: their tokens belong to nobody.
    if (error instanceof GitHubError && error.code === 'GITHUB_FORBIDDEN') {
      throw new GitHubError('GITHUB_TOKEN_INVALID', 'This GitHub token belongs to no person');
    }
    throw error;
  });
  return { id: data.id, login: data.login, name: data.name ?? null, avatarUrl: data.avatar_url ?? null, scopes };
}

const emailsAnswer = z.array(z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }));

/** The account's primary email if GitHub has verified it; null when not, or when the token may not see it. */
export async function verifiedEmail(app: App, token: string): Promise<string | null> {
  try {
    const parameters = { per_page: 100 };
    const { data } = await askGitHub(app, { route: 'GET /user/emails', parameters, token, answer: emailsAnswer });
    const email = data.find(({ primary, verified }) => primary && verified)?.email;
    return z.email().max(254).safeParse(email).data ?? null;
  } catch (error) {
    if (error instanceof GitHubError && ['GITHUB_FORBIDDEN', 'GITHUB_NOT_FOUND'].includes(error.code)) return null;
    throw error;
  }
}

/** The address GitHub itself gives an account that shows none: unique, and nobody else can have it. */
export function placeholderEmail({ id, login }: Pick<GitHubAccount, 'id' | 'login'>): string {
  return `${id}+${login.toLowerCase()}@users.noreply.github.com`;
}
