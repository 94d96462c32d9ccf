import type { SkillGap } from './gaps.ts';
import type { PlanHours } from './study-plan.ts';
import { counted, listed, roundHours } from './wording.ts';

/** What somebody learns a week beside a job, in hours. */
export const hoursPerWeek = 8;
const WEEKS_A_MONTH = 4.35;
/** From here on weeks are no longer what people count in. */
const MOST_WEEKS = 16;

/** Hours as time at the pace of `hoursPerWeek`. */
export function spanOf(hours: number): string {
  const weeks = Math.max(1, Math.round(hours / hoursPerWeek));
  if (hours <= 4) return 'an evening';
  if (hours <= hoursPerWeek / 2 + 2) return 'a weekend';
  return weeks <= MOST_WEEKS ? counted(weeks, 'week') : `${Math.round(weeks / WEEKS_A_MONTH)} months`;
}

const pace = `at ${hoursPerWeek} hours a week`;
const skillsOf = (gaps: readonly SkillGap[]) =>
  listed(
    gaps.map(({ skill }) => skill),
    3,
  );

/** How long closing the gaps takes. `asked`: skills the job asks for at all. */
export function preparationTime(gaps: readonly SkillGap[], plan: PlanHours, asked: number): string {
  const required = gaps.filter(({ priority }) => priority === 'required');
  const preferred = gaps.filter(({ priority }) => priority === 'preferred');
  const [first, more] = [roundHours(plan.required), roundHours(plan.preferred)];
  if (asked === 0) return 'Cannot be estimated: the job description names no skill that is known here.';
  if (gaps.length === 0) return 'None for the skills: everything that is asked for is in the CV already.';
  if (required.length === 0) {
    return `None for what is required. ${skillsOf(preferred)} would take about ${counted(more, 'hour')}, ${spanOf(more)} ${pace}.`;
  }
  const must = `About ${counted(first, 'hour')}, or ${spanOf(first)} ${pace}, for ${skillsOf(required)}`;
  if (preferred.length === 0) return `${must}.`;
  return `${must}; ${counted(more, 'hour')} more would add ${skillsOf(preferred)}, which the job would welcome.`;
}
