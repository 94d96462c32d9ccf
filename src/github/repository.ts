import { z } from 'zod';
import type { App } from '../app.ts';
import { safeFetch } from '../platform/safe-fetch.ts';
import { askGitHub, gitHubOrigins } from './client.ts';
import { GitHubError, refusalOf, unreachable } from './errors.ts';
import { factsFields, factsOf, type RepositoryFacts } from './repository-facts.ts';

/** A repository as GitHub describes it to one token, by the names of today: GitHub remembers old ones. */
export interface GitHubRepository extends RepositoryFacts {
  readonly isArchived: boolean;
  readonly isEmpty: boolean;
  /** What GitHub says of the person and of the token's scopes; fine-grained tokens may still be allowed less. */
  readonly mayPush: boolean;
}

export interface RepositoryQuestion {
  readonly owner: string;
  readonly name: string;
  readonly token: string | null;
  readonly signal?: AbortSignal | undefined;
}

const repositoryAnswer = z.object({
  ...factsFields,
  archived: z.boolean(),
  disabled: z.boolean().optional(),
  size: z.int(),
  permissions: z.object({ push: z.boolean() }).optional(),
});
const branchAnswer = z.object({ name: z.string(), commit: z.object({ sha: z.string() }) });

/** Asks about a repository. @throws GitHubError, GITHUB_NOT_FOUND for a private one the token may not see */
export async function describeRepository(app: App, question: RepositoryQuestion): Promise<GitHubRepository> {
  const { token, signal } = question;
  const { data, scopes } = await askGitHub(app, {
    route: 'GET /repos/{owner}/{repo}',
    parameters: { owner: question.owner, repo: question.name },
    token,
    answer: repositoryAnswer,
    signal,
    conditional: true,
  });
  const facts = factsOf(data);
  const { owner, name, isPrivate, defaultBranch } = facts;
  const scopesAllow = scopes === null || scopes.includes('repo') || (!isPrivate && scopes.includes('public_repo'));
  return {
    ...facts,
    isArchived: data.archived || data.disabled === true,
    // GitHub counts the size in kilobytes, and late; only a size of nothing is worth another question.
    isEmpty: data.size === 0 && !(await hasBranch(app, { owner, name, token, signal }, defaultBranch)),
    mayPush: data.permissions?.push === true && scopesAllow,
  };
}

/** Whether a repository has a branch of this name. @throws GitHubError */
export async function hasBranch(app: App, question: RepositoryQuestion, branch: string): Promise<boolean> {
  const { owner, name, token, signal } = question;
  try {
    await askGitHub(app, {
      route: 'GET /repos/{owner}/{repo}/branches/{branch}',
      parameters: { owner, repo: name, branch },
      token,
      answer: branchAnswer,
      signal,
    });
    return true;
  } catch (error) {
    if (error instanceof GitHubError && error.code === 'GITHUB_NOT_FOUND') return false;
    throw error;
  }
}

/**
 * Whether git would take a push by this token, asked of git's own door and without pushing anything: what the REST API
 * says of permissions is the person's, not a fine-grained token's. @throws GitHubError
 */
export async function takesPush(app: App, question: RepositoryQuestion & { token: string }): Promise<boolean> {
  const { owner, name, token, signal } = question;
  const url = `${app.config.GITHUB_URL}/${encodeURIComponent(owner)}/${encodeURIComponent(name)}.git`;
  const basic = Buffer.from(`x-access-token:${token}`).toString('base64');
  const response = await safeFetch(`${url}/info/refs?service=git-receive-pack`, {
    headers: { authorization: `Basic ${basic}`, 'user-agent': 'git/millwright' },
    allow: gitHubOrigins(app),
    signal,
    timeoutMs: 15_000,
    headOnly: true,
  }).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw unreachable(error);
  });
  if (response.status === 200) return true;
  if ([401, 403, 404].includes(response.status)) return false;
  throw refusalOf({ status: response.status, headers: Object.fromEntries(response.headers), said: '' });
}
