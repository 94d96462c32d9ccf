import { z } from 'zod';
import type { App } from '../app.ts';
import { askGitHub, askUnlessSame } from './client.ts';
import { GitHubError, rateLimited } from './errors.ts';
import { type RepositoryFacts, repositoryFacts } from './repository-facts.ts';

export interface ListQuestion {
  readonly token: string;
  /** The ETags of the pages as they were last time; when all still hold, the list is not read. */
  readonly etags: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

export interface RepositoryList {
  readonly repositories: readonly RepositoryFacts[];
  /** One a page, in order; none when GitHub gave none. */
  readonly etags: readonly string[];
  /** False when there are more pages than are read. */
  readonly isWhole: boolean;
}

const pageSize = 100;
/** Pages of one list, hence 10 000 repositories. */
const mostPages = 100;
const pageAnswer = z.array(repositoryFacts);

/**
 * Everything the token's account sees: its own repositories, those it works on, those of its organisations. One page
 * after the other, as GitHub wants it. Null when nothing has changed since the ETags.
 * @throws GitHubError, the signal's reason
 */
export async function listRepositories(app: App, question: ListQuestion): Promise<RepositoryList | null> {
  if (await isSame(app, question)) return null;
  const found = new Map<bigint, RepositoryFacts>();
  const etags: (string | null)[] = [];
  for (let page = 1; page <= mostPages; page += 1) {
    const answer = await askUnlessSame(app, pageQuestion(question, page));
    if (answer === null) break;
    for (const facts of answer.data) found.set(facts.githubId, facts);
    etags.push(answer.etag);
    // A full page may be the last but one of tomorrow: its successor's ETag notices that.
    if (!answer.hasNext && answer.data.length < pageSize) {
      const known = etags.filter((etag) => etag !== null);
      return { repositories: [...found.values()], etags: known.length === etags.length ? known : [], isWhole: true };
    }
    if (answer.limitedUntil !== null) throw rateLimited({ retryAt: answer.limitedUntil });
  }
  return { repositories: [...found.values()], etags: [], isWhole: false };
}

async function isSame(app: App, question: ListQuestion): Promise<boolean> {
  for (const [index, etag] of question.etags.entries()) {
    if ((await askUnlessSame(app, pageQuestion(question, index + 1), etag)) !== null) return false;
  }
  return question.etags.length > 0;
}

/** By their age, so that a new or renamed one moves no other to another page. */
function pageQuestion({ token, signal }: ListQuestion, page: number) {
  return {
    route: 'GET /user/repos',
    parameters: { per_page: pageSize, page, sort: 'created', direction: 'asc' },
    token,
    answer: pageAnswer,
    signal,
  };
}

/** Refusals that mean: not there for this token. */
const outOfSight = ['GITHUB_NOT_FOUND', 'GITHUB_FORBIDDEN', 'GITHUB_SSO_REQUIRED'];

/**
 * A repository by its id, or by its name where the id is not known, whatever it is called today. Null when it is gone
 * or the token no longer sees it. @throws GitHubError when that cannot be said, the signal's reason
 */
export async function findRepository(
  app: App,
  which: { readonly githubId: bigint | null; readonly owner: string; readonly name: string },
  { token, signal }: Pick<ListQuestion, 'token' | 'signal'>,
): Promise<RepositoryFacts | null> {
  const asked =
    which.githubId === null
      ? { route: 'GET /repos/{owner}/{repo}', parameters: { owner: which.owner, repo: which.name } }
      : { route: 'GET /repositories/{id}', parameters: { id: String(which.githubId) } };
  try {
    return (await askGitHub(app, { ...asked, token, answer: repositoryFacts, signal, conditional: true })).data;
  } catch (error) {
    if (error instanceof GitHubError && outOfSight.includes(error.code)) return null;
    throw error;
  }
}
