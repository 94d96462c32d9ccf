import { z } from 'zod';
import type { App } from '../app.ts';
import type { Repository } from '../generated/prisma/client.ts';
import { GitHubError, openPullRequest } from '../github/service.ts';
import type { JobContext } from '../jobs/context.ts';
import { DomainError } from '../platform/errors.ts';
import { pushBranch } from './git-push.ts';
import { cloneToken } from './github-lookup.ts';
import { addressOf, allowedOrigins } from './stored-address.ts';

type Work = JobContext<{ readonly byOperator: boolean }>;

/** What is offered to be merged. */
export interface PullRequestOffer {
  readonly repository: Repository;
  /** Working folder of the clone. */
  readonly root: string;
  /** The branch it is offered to. */
  readonly base: string;
  /** Names for the branch, tried in order until one is free. */
  readonly branches: readonly [string, ...string[]];
  /** Makes the commit and gives its id; the same one each time. */
  readonly commit: () => Promise<string>;
  readonly title: string;
  /** Markdown. */
  readonly body: string;
  /** How often the job is tried. */
  readonly tries: number;
  /** Told of the branch once it is there. */
  readonly onBranch: (branch: string) => void;
}

/** What became of the pull request. */
export interface PullRequestOutcome {
  readonly branch: string | null;
  readonly url: string | null;
  readonly number: number | null;
  /** Why there is none, as the end of a sentence; null when there is one. */
  readonly reason: string | null;
}

const pushed = z.object({ branch: z.string() });
const opened = z.object({ url: z.string(), number: z.int() });

/**
 * Pushes a branch and opens a pull request. Both are found again by a later attempt at the same job. When GitHub
 * refuses for good, or again and again, the job goes on and says why there is no pull request.
 */
export async function offerPullRequest(app: App, work: Work, offer: PullRequestOffer): Promise<PullRequestOutcome> {
  const { repository, base, title, body } = offer;
  let branch: string | null = null;
  try {
    const token = await cloneToken(app, { ownerId: work.ownerId, byOperator: work.input.byOperator }, repository);
    if (token === null) throw new GitHubError('GITHUB_TOKEN_INVALID', 'the GitHub account was disconnected meanwhile');
    ({ branch } = await work.step<z.infer<typeof pushed>>('push', pushed, () => push(app, work, offer, token)));
    const head = branch;
    offer.onBranch(head);
    const { owner, name } = { owner: repository.namespace, name: repository.name };
    const order = { owner, name, token, head, base, title, body, signal: work.signal };
    const made = await work.step<z.infer<typeof opened>>('pull_request', opened, async () => ({
      ...(await openPullRequest(app, order)),
    }));
    return { branch, ...made, reason: null };
  } catch (error) {
    work.signal.throwIfAborted();
    if (!(error instanceof DomainError)) throw error;
    const isWorthRetrying = error.extensions.retryable === true && work.failures + 1 < offer.tries;
    if (isWorthRetrying) throw error;
    work.log.warn({ err: error }, 'no pull request could be opened');
    return { branch, url: null, number: null, reason: error.message };
  }
}

async function push(app: App, work: Work, offer: PullRequestOffer, token: string): Promise<{ branch: string }> {
  const { repository, root, branches } = offer;
  const commit = await offer.commit();
  const address = await addressOf(app, repository, work.input.byOperator);
  for (const branch of branches) {
    const order = { root, commit, branch, token, allow: allowedOrigins(app), signal: work.signal };
    if ((await pushBranch(address, order)) !== 'taken') return { branch };
  }
  throw new DomainError('BRANCH_TAKEN', `the branch ${branches.at(-1)} exists with other content`);
}

/** Name and address of whom commits are made as, of the setting COMMIT_AUTHOR. */
export function commitAuthor(app: App): { readonly name: string; readonly email: string } {
  const [name = '', email = ''] = app.config.COMMIT_AUTHOR.slice(0, -1).split('<');
  return { name: name.trim(), email };
}
