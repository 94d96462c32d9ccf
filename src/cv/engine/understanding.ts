import type { CvEvidence } from './match-evidence.ts';
import type { YearMonth } from './profile/dates.ts';
import { type CvProfile, parseProfile } from './profile/profile.ts';
import type { CvReading } from './reading/blocks.ts';
import { type JobRequirements, readJobDescription } from './requirements.ts';
import { findSkills, type SkillMention } from './skills/find-skills.ts';

export interface UnderstandingTask {
  readonly reading: CvReading;
  readonly jobDescription: string;
  /** The month that what goes on until now is counted to. */
  readonly asOf: YearMonth;
}

/** What a CV says and what a job description asks for. Plain data. */
export interface Understanding {
  readonly profile: CvProfile;
  readonly evidence: CvEvidence;
  readonly requirements: JobRequirements;
}

/** Reads both texts. Deterministic. */
export function understand({ reading, jobDescription, asOf }: UnderstandingTask): Understanding {
  const { text } = reading;
  const profile = parseProfile(reading, asOf);
  const { roles, monthsOfExperience, sections } = profile;
  const mentions = bounded(findSkills(text, { sections, names: namesIn(profile) }));
  return {
    profile,
    evidence: { text, mentions, roles, monthsOfExperience, asOf },
    requirements: readJobDescription(jobDescription),
  };
}

/** Most places that are kept of one skill: a real CV has a dozen, a hostile one a hundred thousand. */
const mostPlaces = 100;

/** The first places of each skill. */
function bounded(mentions: readonly SkillMention[]): SkillMention[] {
  const counts = new Map<string, number>();
  return mentions.filter(({ skill, stance }) => {
    const count = (counts.get(`${stance} ${skill}`) ?? 0) + 1;
    counts.set(`${stance} ${skill}`, count);
    return count <= mostPlaces;
  });
}

/** Where the CV names the person, places, employers and schools: none of these words is a skill. */
function namesIn({ contact, roles, education }: CvProfile) {
  const found = [
    contact.name,
    contact.location,
    ...roles.flatMap(({ employer, location }) => [employer, location]),
    ...education.map(({ institution }) => institution),
  ];
  return found.flatMap((one) => (one === null ? [] : [{ start: one.start, end: one.end }]));
}
