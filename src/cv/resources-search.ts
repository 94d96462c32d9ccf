import type { App } from '../app.ts';
import type { LimitRule } from '../platform/rate-limits.ts';
import type { CvReport } from './report.ts';

export type LearningResource = CvReport['result']['skillGapRecommendations'][number]['githubResources'][number];

/** Somewhere to search for what a skill can be learned from. */
export interface ResourceSearch {
  readonly id: 'github' | 'youtube';
  /** As people call it. */
  readonly name: string;
  /** Where it is, part of what answers are kept under. */
  readonly address: string;
  /** What it may be asked over all processes, and what one search costs of that. */
  readonly rule: LimitRule;
  readonly cost: number;
  /** Within which the rule counts: the quota's own day, where it has one. */
  readonly period: () => string;
  /** Most skills of one analysis that it is asked about, the most important first. */
  readonly mostSkills: number;
  /** Best first. @throws ExternalServiceError, OutgoingRequestError, AddressError, the signal's reason */
  search(app: App, skill: string, signal: AbortSignal): Promise<LearningResource[]>;
}

/** Most that are shown of one kind for a skill. */
export const mostResources = 5;

/** Text of strangers for one line: no control characters, no half characters, not longer than `most`. */
export function tidyLine(text: string, most: number): string {
  const line = text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return line.length <= most
    ? line
    : `${line
        .slice(0, most - 1)
        .toWellFormed()
        .trimEnd()}…`;
}

/** Whether a text names a skill as words of its own: "Go" is not in "Google". */
export function namesSkill(text: string, skill: string): boolean {
  const escaped = skill.toLowerCase().replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}+#])`, 'u').test(text.toLowerCase());
}

/** A score from 0 to 1, to two decimals. */
export function score(value: number): number {
  return Math.round(Math.min(1, Math.max(0, value)) * 100) / 100;
}
