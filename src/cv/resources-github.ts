import type { App } from '../app.ts';
import { searchRepositories } from '../github/service.ts';
import {
  type LearningResource,
  mostResources,
  namesSkill,
  type ResourceSearch,
  score,
  tidyLine,
} from './resources-search.ts';

const DAY = 86_400_000;
/** Fewer than this and nobody has tried whether it teaches anything. */
const LEAST_STARS = 20;
/** GitHub's limits of searches by minute. */
const SEARCHES = { withToken: 30, withoutToken: 10 } as const;

/** Repositories on GitHub that teach a skill. */
export function githubSearch({ config }: Pick<App, 'config'>): ResourceSearch {
  const requests = config.GITHUB_ACCESS_TOKEN === undefined ? SEARCHES.withoutToken : SEARCHES.withToken;
  return {
    id: 'github',
    name: 'GitHub',
    address: config.GITHUB_API_URL,
    rule: { name: 'github-search', requests, seconds: 60 },
    cost: 1,
    period: () => 'minute',
    mostSkills: 10,
    search: searchGitHub,
  };
}

async function searchGitHub(app: App, skill: string, signal: AbortSignal): Promise<LearningResource[]> {
  const query = `"${skill.replaceAll('"', '')}" tutorial in:name,description,topics archived:false stars:>=${LEAST_STARS}`;
  const found = await searchRepositories(app, { query, limit: 2 * mostResources, signal });
  return found
    .map(
      (one): LearningResource => ({
        type: 'github',
        title: tidyLine(`${one.owner}/${one.name}`, 200),
        url: one.url,
        description: one.description === null ? null : tidyLine(one.description, 300),
        stars: one.stars,
        language: one.language,
        lastUpdated: one.pushedAt?.toISOString() ?? null,
        channel: null,
        duration: null,
        views: null,
        relevanceScore: relevance(skill, one),
      }),
    )
    .toSorted((one, other) => other.relevanceScore - one.relevanceScore)
    .slice(0, mostResources);
}

/**
 * 0.5 when the name holds the skill, 0.3 when only the description does; up to 0.3 for stars, by their order of
 * magnitude (100,000 and more are the whole); 0.2 when it was changed within a year, 0.1 within three.
 */
function relevance(
  skill: string,
  { name, description, stars, pushedAt }: Awaited<ReturnType<typeof searchRepositories>>[number],
): number {
  const words = name.replaceAll(/[-_]/g, ' ');
  const naming = namesSkill(words, skill) ? 0.5 : namesSkill(description ?? '', skill) ? 0.3 : 0;
  const age = pushedAt === null ? Number.POSITIVE_INFINITY : Date.now() - pushedAt.getTime();
  const recency = age <= 365 * DAY ? 0.2 : age <= 3 * 365 * DAY ? 0.1 : 0;
  return score(naming + 0.3 * Math.min(1, Math.log10(stars + 1) / 5) + recency);
}
