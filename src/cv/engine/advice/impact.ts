import type { SkillGap } from './gaps.ts';
import { counted, inWords, listed } from './wording.ts';

/** Where a gap stands among the others. */
export interface GapPlace {
  /** From 0, among the gaps of its priority. */
  readonly rank: number;
  /** Requirements of its priority, met ones among them. */
  readonly asked: number;
  /** Other gaps that its best project closes. */
  readonly together: readonly string[];
  /** To a first result that can be shown. */
  readonly hours: number;
}

/** What the absence of a skill means for the application: one or two sentences, made of what the texts say. */
export function impactOf(gap: SkillGap, place: GapPlace): string {
  return gap.priority === 'required' ? requiredImpact(gap, place) : preferredImpact(gap, place);
}

function requiredImpact(gap: SkillGap, place: GapPlace): string {
  return [firstWords(gap, place), softening(gap, place)].filter((text) => text !== '').join(' ');
}

function firstWords({ skill, years, timesNamed, said, weight }: SkillGap, { rank, asked }: GapPlace): string {
  if (asked === 1) return `Critical for the role: it is the one skill the job requires.`;
  if (years !== null) {
    const time = counted(years, 'year');
    return `Critical for the role: ${time} of ${skill} ${years === 1 ? 'is' : 'are'} asked for. A project shows the skill, though not the ${years === 1 ? 'year' : 'years'}.`;
  }
  if (timesNamed >= 3)
    return `Critical for the role: the job description comes back to it ${counted(timesNamed, 'time')}.`;
  if (said === 'denied') return 'Required, and the CV itself says that it is missing.';
  if (rank === 0 && weight >= 1)
    return `The weightiest of what is missing: it is required, and nothing in the CV shows it.`;
  return timesNamed === 2
    ? 'Required, and named twice.'
    : `One of ${inWords(asked)} required skills, and not in the CV.`;
}

/** What makes the gap smaller than it looks. */
function softening({ skill, instead, kin, said, before }: SkillGap, { together }: GapPlace): string {
  if (instead.length > 0 && instead.length <= 4) return `${listed(instead, 4, 'or')} would do as well.`;
  if (kin.length > 0)
    return `${listed(kin.slice(0, 2))} in the CV ${kin.length === 1 ? 'is' : 'are'} close to it, so the way is shorter.`;
  if (said === 'wished') return 'The CV names it as something to learn: a first project turns the wish into evidence.';
  if (before.length > 0) return `${skill} builds on ${listed(before)}, which the CV does not show either.`;
  return together.length === 0 ? '' : `One project can close it together with ${listed(together, 2)}.`;
}

function preferredImpact({ instead, kin, said, years, timesNamed }: SkillGap, { together, hours }: GapPlace): string {
  if (said === 'wished')
    return 'Welcome and no condition; as the CV wants to learn it, a small project would say more.';
  if (kin.length > 0)
    return `Welcome and no condition. ${listed(kin.slice(0, 2))} in the CV ${kin.length === 1 ? 'comes' : 'come'} near: say so in the application.`;
  if (years !== null) return `A plus, ${counted(years, 'year')} of it all the more; not a condition.`;
  if (instead.length > 0 && instead.length <= 4)
    return `Welcome and no condition; ${listed(instead, 4, 'or')} would be as good.`;
  if (together.length > 0)
    return `A plus, not a condition; one project brings it together with ${listed(together, 2)}.`;
  if (timesNamed > 1) return 'Named more than once among what is welcome, though not a condition.';
  return hours <= 25
    ? `A plus, not a condition, and within reach: about ${counted(hours, 'hour')} to a first result.`
    : `A plus, not a condition: at about ${counted(hours, 'hour')} to a first result it comes after what is required.`;
}
