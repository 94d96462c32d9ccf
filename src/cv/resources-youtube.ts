import { z } from 'zod';
import type { App } from '../app.ts';
import { ExternalServiceError } from '../platform/errors.ts';
import { safeFetch } from '../platform/safe-fetch.ts';
import {
  type LearningResource,
  mostResources,
  namesSkill,
  type ResourceSearch,
  score,
  tidyLine,
} from './resources-search.ts';

/** What YouTube's quota counts: a project has 10,000 units a day, a search costs 100 and a look at videos 1. */
const UNITS = { day: 10_000, search: 100, look: 1 } as const;
const WEEK = 7 * 86_400;

/** Videos on YouTube that teach a skill; null without a key. */
export function youtubeSearch({ config }: Pick<App, 'config'>): ResourceSearch | null {
  if (config.YOUTUBE_API_KEY === undefined) return null;
  return {
    id: 'youtube',
    name: 'YouTube',
    address: config.YOUTUBE_API_URL,
    // Each day has a counter of its own, which is only there to be forgotten in the end.
    rule: { name: 'youtube-units', requests: UNITS.day, seconds: WEEK },
    cost: UNITS.search + UNITS.look,
    period: quotaDay,
    // Ten would use up a day's quota within ten analyses.
    mostSkills: 5,
    search: searchYouTube,
  };
}

/** The quota begins anew at midnight in California. */
function quotaDay(): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: 'America/Los_Angeles' }).format(new Date());
}

const videoId = z.string().regex(/^[\w-]{11}$/);
const searchAnswer = z.object({
  items: z.array(z.object({ id: z.object({ videoId: videoId.optional().catch(undefined) }) })),
});
const videosAnswer = z.object({
  items: z.array(
    z.object({
      id: videoId,
      snippet: z.object({
        title: z.string(),
        description: z.string(),
        channelTitle: z.string(),
        publishedAt: z.iso.datetime({ offset: true }),
      }),
      contentDetails: z.object({
        duration: z
          .string()
          .regex(/^P[\dDTHMS]{1,30}$/)
          .nullable()
          .catch(null),
      }),
      statistics: z.object({
        viewCount: z
          .string()
          .regex(/^\d{1,15}$/)
          .transform(Number)
          .nullable()
          .catch(null),
      }),
    }),
  ),
});
type Video = z.infer<typeof videosAnswer>['items'][number];

async function searchYouTube(app: App, skill: string, signal: AbortSignal): Promise<LearningResource[]> {
  const found = await ask(app, 'search', searchAnswer, signal, {
    part: 'id',
    type: 'video',
    q: `${skill} tutorial`,
    maxResults: String(2 * mostResources),
    safeSearch: 'strict',
    relevanceLanguage: 'en',
  });
  const ids = found.items.flatMap(({ id }) => id.videoId ?? []);
  if (ids.length === 0) return [];
  const { items } = await ask(app, 'videos', videosAnswer, signal, {
    part: 'snippet,contentDetails,statistics',
    id: ids.join(','),
  });
  return items
    .map((video) => resourceOf(video, skill, ids.indexOf(video.id) / ids.length))
    .toSorted((one, other) => other.relevanceScore - one.relevanceScore)
    .slice(0, mostResources);
}

function resourceOf(
  { id, snippet, contentDetails, statistics }: Video,
  skill: string,
  place: number,
): LearningResource {
  const description = tidyLine(snippet.description, 300);
  return {
    type: 'youtube',
    title: tidyLine(snippet.title, 200),
    url: `https://www.youtube.com/watch?v=${id}`,
    description: description === '' ? null : description,
    stars: null,
    language: null,
    lastUpdated: new Date(snippet.publishedAt).toISOString(),
    channel: tidyLine(snippet.channelTitle, 100),
    duration: contentDetails.duration,
    views: statistics.viewCount,
    relevanceScore: relevance(skill, snippet, statistics.viewCount ?? 0, place),
  };
}

/**
 * 0.4 for the first of YouTube's own order, falling to 0 behind the last; 0.3 when the title holds the skill, 0.15 when
 * only the description does; up to 0.3 for views, by their order of magnitude (a million and more are the whole).
 */
function relevance(skill: string, snippet: Video['snippet'], views: number, place: number): number {
  const naming = namesSkill(snippet.title, skill) ? 0.3 : namesSkill(snippet.description, skill) ? 0.15 : 0;
  return score(0.4 * (1 - Math.max(0, place)) + naming + 0.3 * Math.min(1, Math.log10(views + 1) / 6));
}

/** The key goes in a header, as addresses end up in logs. */
async function ask<Answer>(
  { config }: App,
  what: 'search' | 'videos',
  answer: z.ZodType<Answer>,
  signal: AbortSignal,
  parameters: Readonly<Record<string, string>>,
): Promise<Answer> {
  const response = await safeFetch(`${config.YOUTUBE_API_URL}/${what}?${new URLSearchParams(parameters)}`, {
    headers: { accept: 'application/json', 'x-goog-api-key': config.YOUTUBE_API_KEY ?? '' },
    allow: [...config.SAFE_FETCH_ALLOW, new URL(config.YOUTUBE_API_URL).origin],
    signal,
    maxBytes: 1_000_000,
  });
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) throw refused(response.status, body);
  const parsed = answer.safeParse(body);
  if (!parsed.success)
    throw new ExternalServiceError('YouTube’s answer has not the form that is documented', 'YOUTUBE_UNREACHABLE');
  return parsed.data;
}

const refusal = z.object({ error: z.object({ errors: z.array(z.object({ reason: z.string() })) }) });
const USED_UP = ['quotaExceeded', 'dailyLimitExceeded', 'rateLimitExceeded', 'userRateLimitExceeded'];

function refused(status: number, body: unknown): ExternalServiceError {
  const reasons = refusal.safeParse(body).data?.error.errors.map(({ reason }) => reason) ?? [];
  if (status === 429 || reasons.some((reason) => USED_UP.includes(reason)))
    return new ExternalServiceError('YouTube’s quota is used up', 'YOUTUBE_RATE_LIMITED');
  if (status === 400 || status === 401 || status === 403)
    return new ExternalServiceError('YouTube refuses the key of this server', 'YOUTUBE_KEY_REFUSED');
  return new ExternalServiceError(`YouTube is out of order (${status})`, 'YOUTUBE_UNREACHABLE', { retryable: true });
}
