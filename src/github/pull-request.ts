import { z } from 'zod';
import type { App } from '../app.ts';
import { askGitHub } from './client.ts';
import { GitHubError } from './errors.ts';

export interface PullRequestOrder {
  readonly owner: string;
  readonly name: string;
  readonly token: string;
  /** The branch it wants to bring in, pushed already. */
  readonly head: string;
  readonly base: string;
  readonly title: string;
  /** Markdown. */
  readonly body: string;
  readonly signal?: AbortSignal | undefined;
}

/** A pull request that is there. */
export interface OpenedPullRequest {
  /** Its web address. */
  readonly url: string;
  readonly number: number;
}

const pullRequestAnswer = z
  .object({ number: z.int(), html_url: z.url({ protocol: /^https?$/ }) })
  .transform(({ number, html_url: url }): OpenedPullRequest => ({ url, number }));

/**
 * Opens a pull request, or finds the one that was opened for this branch before, closed ones too: doing it again
 * gives the same. @throws GitHubError
 */
export async function openPullRequest(app: App, order: PullRequestOrder): Promise<OpenedPullRequest> {
  const present = await findPullRequest(app, order);
  if (present !== null) return present;
  const { owner, name, head, base, title, body, token, signal } = order;
  try {
    const { data } = await askGitHub(app, {
      route: 'POST /repos/{owner}/{repo}/pulls',
      parameters: { owner, repo: name, head, base, title, body, maintainer_can_modify: true },
      token,
      answer: pullRequestAnswer,
      signal,
    });
    return data;
  } catch (error) {
    // Somebody was faster, or our own first try reached GitHub although its answer did not reach us.
    const made = error instanceof GitHubError && error.code === 'GITHUB_INVALID' && (await findPullRequest(app, order));
    if (made) return made;
    throw error;
  }
}

async function findPullRequest(app: App, order: PullRequestOrder): Promise<OpenedPullRequest | null> {
  const { owner, name, head, token, signal } = order;
  const { data } = await askGitHub(app, {
    route: 'GET /repos/{owner}/{repo}/pulls',
    parameters: { owner, repo: name, head: `${owner}:${head}`, state: 'all', per_page: 1 },
    token,
    answer: z.array(pullRequestAnswer),
    signal,
  });
  return data[0] ?? null;
}
