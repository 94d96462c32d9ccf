import { z } from 'zod';
import type { App } from '../app.ts';
import { askUnlessSame } from './client.ts';
import { rateLimited } from './errors.ts';
import type { RepositoryQuestion } from './repository.ts';

/** A branch as GitHub lists it. */
export interface GitHubBranch {
  readonly name: string;
  readonly sha: string;
  /** The commit, at GitHub's API. */
  readonly url: string;
  readonly isProtected: boolean;
}

const pageSize = 100;
const branchesAnswer = z.array(
  z
    .object({
      name: z.string(),
      commit: z.object({ sha: z.string(), url: z.url({ protocol: /^https?$/ }) }),
      protected: z.boolean(),
    })
    .transform(
      ({ name, commit, protected: isProtected }): GitHubBranch => ({
        name,
        sha: commit.sha,
        url: commit.url,
        isProtected,
      }),
    ),
);

/**
 * So many branches of a repository, in GitHub's order, after the first `offset`. At most one more page is asked for
 * than they fill. @throws GitHubError, the signal's reason
 */
export async function listBranches(
  app: App,
  { owner, name, token, signal }: RepositoryQuestion,
  { offset, limit }: { readonly offset: number; readonly limit: number },
): Promise<GitHubBranch[]> {
  const first = Math.floor(offset / pageSize);
  const branches: GitHubBranch[] = [];
  for (let page = first; first * pageSize + branches.length < offset + limit; page += 1) {
    const answer = await askUnlessSame(app, {
      route: 'GET /repos/{owner}/{repo}/branches',
      parameters: { owner, repo: name, per_page: pageSize, page: page + 1 },
      token,
      answer: branchesAnswer,
      signal,
    });
    branches.push(...(answer?.data ?? []));
    if (answer === null || !answer.hasNext) break;
    const isEnough = first * pageSize + branches.length >= offset + limit;
    if (answer.limitedUntil !== null && !isEnough) throw rateLimited({ retryAt: answer.limitedUntil });
  }
  return branches.slice(offset - first * pageSize, offset - first * pageSize + limit);
}
