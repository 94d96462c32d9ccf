import { z } from 'zod';
import type { App } from '../app.ts';
import { DomainError, ExternalServiceError } from '../platform/errors.ts';
import { onePer } from '../platform/one-per.ts';
import { createRateLimits, type RateLimits } from '../platform/rate-limits.ts';
import { type CvReport, learningResource } from './report.ts';
import { githubSearch } from './resources-github.ts';
import type { LearningResource, ResourceSearch } from './resources-search.ts';
import { youtubeSearch } from './resources-youtube.ts';

/** Milliseconds that all searches of an analysis may take together: a result without them beats one that is late. */
const MOST_MILLISECONDS = 4_000;
/** How long found resources are kept. */
const KEPT_MILLISECONDS = 24 * 3_600_000;
/** How long a service that failed is left alone, and one whose quota is used up or that refuses the key. */
const AWAY_MILLISECONDS = { failed: 60_000, refused: 600_000 } as const;
/** Part of what is kept: another form of it begins anew. */
const CACHE_KIND = 'learning-resources-1';

type Found = ReadonlyMap<string, readonly LearningResource[]>;
interface Outcome {
  readonly found: Found;
  /** Why there is less than could be; null when nothing failed. */
  readonly warning: string | null;
}

/** What a process knows of the services. */
interface Standing {
  readonly limits: RateLimits;
  readonly awayUntil: Map<string, number>;
}
const standingOf = onePer((app: App): Standing => ({ limits: createRateLimits(app), awayUntil: new Map() }));

/**
 * Adds what GitHub and YouTube have on the gaps of a report. They are told names of skills and nothing else. Whatever
 * fails costs the resources and adds a warning. All of it takes `milliseconds` at most. @throws the signal's reason
 */
export async function withResources(
  app: App,
  report: CvReport,
  signal: AbortSignal,
  milliseconds = MOST_MILLISECONDS,
): Promise<CvReport> {
  const recommendations = report.result.skillGapRecommendations;
  if (app.config.CV_RESOURCES === 'off' || recommendations.length === 0) return report;
  const skills = recommendations.map(({ skillGap }) => skillGap.skillName);
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(milliseconds)]);
  const [github, youtube] = await Promise.all(
    [githubSearch(app), youtubeSearch(app)].map((search) =>
      search === null ? nothing : find(app, search, skills, bounded),
    ),
  );
  signal.throwIfAborted();
  const of = (outcome: Outcome | undefined, skill: string) => [...(outcome?.found.get(skill) ?? [])];
  return {
    ...report,
    result: {
      ...report.result,
      skillGapRecommendations: recommendations.map((one) => ({
        ...one,
        githubResources: of(github, one.skillGap.skillName),
        youtubeResources: of(youtube, one.skillGap.skillName),
      })),
    },
    warnings: [...report.warnings, ...[github, youtube].flatMap((outcome) => outcome?.warning ?? [])],
  };
}

const nothing: Outcome = { found: new Map(), warning: null };

/** What one service has on each skill: what is kept, and what it is asked for now. */
async function find(app: App, search: ResourceSearch, all: readonly string[], signal: AbortSignal): Promise<Outcome> {
  const skills = all.slice(0, search.mostSkills);
  const found = new Map(readKept(app, search, skills));
  const unknown = skills.filter((skill) => !found.has(skill));
  const failures: unknown[] = [];
  await Promise.all(
    unknown.map(async (skill) => {
      try {
        const resources = await ask(app, search, skill, signal);
        found.set(skill, resources);
        keep(app, search, skill, resources);
      } catch (error) {
        failures.push(error);
      }
    }),
  );
  if (failures.length === 0) return { found, warning: null };
  return { found, warning: warningOf(app, search, failures, signal) };
}

/** Asks when the service may be asked. */
async function ask(app: App, search: ResourceSearch, skill: string, signal: AbortSignal): Promise<LearningResource[]> {
  const { limits, awayUntil } = standingOf(app);
  if ((awayUntil.get(search.id) ?? 0) > Date.now()) throw new LeftAloneError();
  const { exceeded } = await limits.count('learning-resources', search.rule, search.period(), search.cost);
  if (exceeded) throw new ExternalServiceError('the limit of searches is used up', 'SEARCH_RATE_LIMITED');
  try {
    return await search.search(app, skill, signal);
  } catch (error) {
    if (!signal.aborted || isTimeout(signal.reason)) leaveAlone(awayUntil, search, error);
    throw error;
  }
}

/** Whether the time was over; whoever stops the work says nothing of the service by that. */
const isTimeout = (reason: unknown) => reason instanceof DOMException && reason.name === 'TimeoutError';

/** A service that failed a moment ago is not asked. */
class LeftAloneError extends Error {
  override readonly name = 'LeftAloneError';
}

function leaveAlone(awayUntil: Map<string, number>, { id }: ResourceSearch, error: unknown): void {
  const refusal = error instanceof ExternalServiceError && !error.retryable;
  const until = error instanceof ExternalServiceError ? error.retryAt?.getTime() : undefined;
  const usual = Date.now() + (refusal ? AWAY_MILLISECONDS.refused : AWAY_MILLISECONDS.failed);
  // A service that names a day next year would be left alone until then.
  awayUntil.set(id, Math.min(until ?? usual, Date.now() + KEPT_MILLISECONDS));
}

/** One sentence for the person, and for the log what happened. */
function warningOf(app: App, { name }: ResourceSearch, failures: readonly unknown[], signal: AbortSignal): string {
  const told = failures.find((error) => !(error instanceof LeftAloneError));
  if (told !== undefined) app.log.warn({ err: told, failures: failures.length }, `${name} was not searched`);
  const missing = `${name} could not be searched for all skills`;
  if (told instanceof ExternalServiceError && /RATE_LIMITED$/.test(told.code))
    return `${missing}: its limit is used up for now.`;
  if (signal.aborted) return `${missing}: it took too long to answer.`;
  return told === undefined || told instanceof DomainError ? `${missing}: it could not be reached.` : `${missing}.`;
}

const kept = z.object({ at: z.number(), resources: z.array(learningResource) });
const keyOf = ({ id, address }: ResourceSearch, skill: string) => `${id}\0${address}\0${skill}`;

function readKept(app: App, search: ResourceSearch, skills: readonly string[]): [string, LearningResource[]][] {
  const bytes = app.cache.read(
    CACHE_KIND,
    skills.map((skill) => keyOf(search, skill)),
  );
  return skills.flatMap((skill): [string, LearningResource[]][] => {
    const value = bytes.get(keyOf(search, skill));
    if (value === undefined) return [];
    const { at, resources } = kept.parse(JSON.parse(Buffer.from(value).toString('utf8')));
    const age = Date.now() - at;
    return age >= 0 && age < KEPT_MILLISECONDS ? [[skill, resources]] : [];
  });
}

function keep(app: App, search: ResourceSearch, skill: string, resources: readonly LearningResource[]): void {
  const value = Buffer.from(JSON.stringify({ at: Date.now(), resources }));
  app.cache.write(CACHE_KIND, [[keyOf(search, skill), value]]);
}
