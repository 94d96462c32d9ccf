import { z } from 'zod';
import type { App } from '../app.ts';
import { askGitHub } from './client.ts';
import { factsFields, factsOf, type RepositoryFacts } from './repository-facts.ts';

/** A public repository that a search found. */
export interface FoundRepository extends RepositoryFacts {
  /** Its page: https, at GITHUB_URL's host. */
  readonly url: string;
  readonly stars: number;
}

export interface SearchQuestion {
  /** Words and qualifiers, as GitHub's search has them. */
  readonly query: string;
  /** At most 100. */
  readonly limit: number;
  readonly signal?: AbortSignal | undefined;
}

const found = z.object({ ...factsFields, html_url: z.string(), stargazers_count: z.int().min(0) });
const searchAnswer = z.object({ items: z.array(found) });

/**
 * Public repositories by their stars. Asked with the server's token where there is one, for its larger rate limit; what
 * only that token may see is left out. @throws GitHubError, the signal's reason
 */
export async function searchRepositories(
  app: App,
  { query, limit, signal }: SearchQuestion,
): Promise<FoundRepository[]> {
  const { data } = await askGitHub(app, {
    route: 'GET /search/repositories',
    parameters: { q: `${query} is:public`, sort: 'stars', order: 'desc', per_page: limit },
    token: app.config.GITHUB_ACCESS_TOKEN ?? null,
    answer: searchAnswer,
    signal,
  });
  const { host } = new URL(app.config.GITHUB_URL);
  return data.items.flatMap((item) => {
    const url = URL.parse(item.html_url);
    if (item.private || url === null || url.protocol !== 'https:' || url.host !== host) return [];
    return [{ ...factsOf(item), url: url.href, stars: item.stargazers_count }];
  });
}
