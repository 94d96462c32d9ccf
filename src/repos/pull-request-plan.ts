import { z } from 'zod';
import type { App } from '../app.ts';
import type { Repository } from '../generated/prisma/client.ts';
import { GitHubError, keepRequestToken, pushRight, usableToken } from '../github/service.ts';
import { ForbiddenError, unfit } from '../platform/errors.ts';
import type { Viewer } from '../platform/viewer.ts';

/** Whether a job ends in a pull request, decided before the work starts. */
export const pullRequestPlan = z.object({
  /** The branch the work is offered to; null when no pull request is opened. */
  base: z.string().nullable(),
  /** Why none is opened, where that is worth saying. */
  reason: z.string().nullable(),
});
export type PullRequestPlan = z.infer<typeof pullRequestPlan>;

/**
 * Decides before the work starts whether it will end in a pull request. Without a wish it will where it can; a wish
 * that cannot be fulfilled is refused. For GitHub the request's token is kept for the work.
 * @throws ValidationError, ForbiddenError GITHUB_FORBIDDEN, GitHubError
 */
export async function planPullRequest(
  app: App,
  viewer: Viewer,
  repository: Repository,
  { pullRequest: wish, ref }: { readonly pullRequest: boolean | null; readonly ref: string | null },
): Promise<PullRequestPlan> {
  if (repository.provider !== 'GITHUB') {
    if (wish !== true) return { base: null, reason: null };
    throw unfit('pullRequest', 'is only for repositories at GitHub');
  }
  await keepRequestToken(app, viewer);
  if (wish === false) return { base: null, reason: 'none was asked for' };
  try {
    const right = await pushRight(app, {
      owner: repository.namespace,
      name: repository.name,
      token: await usableToken(app, viewer),
      byOperator: viewer.credential.kind === 'operator',
      ref,
    });
    if ('base' in right) return { base: right.base, reason: null };
    if (wish === true) {
      throw new ForbiddenError(`A pull request cannot be opened: ${right.reason}`, 'GITHUB_FORBIDDEN');
    }
    return { base: null, reason: right.reason };
  } catch (error) {
    // Nobody asked for it in so many words: what the work gives is worth having without.
    if (wish === true || !(error instanceof GitHubError && error.retryable)) throw error;
    return { base: null, reason: `GitHub could not be asked whether it may be (${error.message})` };
  }
}

/** What is said of the plan before the work starts; null where there is nothing to say. */
export function planMessage({ base, reason }: PullRequestPlan): string | null {
  if (base !== null) return `Will open a pull request into ${base}`;
  return reason === null ? null : `No pull request will be opened: ${reason}`;
}
