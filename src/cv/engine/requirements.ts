import { type AlternativeGroup, acceptedBy, groupAlternatives } from './requirements-alternatives.ts';
import {
  type AskedSeniority,
  type AskedYears,
  saysCareer,
  seniorityAsked,
  yearsAsked,
  yearsAskedOf,
} from './requirements-demands.ts';
import { type JobClause, type JobPart, type JobSection, jobClausesOf, jobSectionsOf } from './requirements-wording.ts';
import { findSkills, type SkillMention } from './skills/find-skills.ts';
import { isFieldOfWork } from './skills/occupations.ts';
import { genericSkills, impliedSkills, type SkillCategory } from './skills/vocabulary.ts';

export type SkillPriority = 'required' | 'preferred';

/** A skill that a job asks for, or a choice of skills of which one will do. */
export interface Requirement {
  /** Canonical name of the skill; of the first named, where there is a choice. */
  readonly skill: string;
  /** All that will do, `skill` first. */
  readonly alternatives: readonly string[];
  /** As a reader would say it: "React or Vue.js". */
  readonly label: string;
  readonly category: SkillCategory;
  readonly priority: SkillPriority;
  /** Years asked of this skill, with the place; null when none are. */
  readonly years: AskedYears | null;
  /** Where the description names it, in order. */
  readonly evidence: readonly SkillMention[];
}

/** What a job description asks for. */
export interface JobRequirements {
  /** In the order of the text, the required first. */
  readonly skills: readonly Requirement[];
  /** Soft skills, apart: no CV proves them by naming them. */
  readonly softSkills: readonly Requirement[];
  /** Years of experience asked over all; null when none are. */
  readonly years: AskedYears | null;
  readonly seniority: AskedSeniority | null;
}

/** How much a place says: `weak` is named in the work or the stack only, and counts when nothing is asked outright. */
type Weight = SkillPriority | 'weak';

interface WeighedGroup extends AlternativeGroup {
  readonly weight: Weight;
  readonly years: AskedYears | null;
}

type SettledGroup = WeighedGroup & { readonly weight: SkillPriority };

/** Finds the parts of a text by rising place. */
function within<Part extends { readonly start: number; readonly end: number }>(
  parts: readonly Part[],
): (place: number) => Part | undefined {
  let from = 0;
  return (place) => {
    while ((parts[from]?.end ?? Number.POSITIVE_INFINITY) <= place) from += 1;
    return parts[from];
  };
}

const WELCOME = /\b(?:plus|bonus|advantage|helpful|nice|asset|vorteil|welcome)\b/i;
/** A subject of studies is no skill asked for: "a degree in statistics or computer science". */
const DEGREE =
  /\b(?:degree|master['’]?s?|bachelor['’]?s?|ph\.?d|diploma|studium|studies|abschluss|grado|título|licenciatura)\b(?!.*(?:,\s+and\b|\b(?:experience|knowledge|skills?|with|erfahrung|kenntnisse|experiencia)\b))[^;]*$/i;
/** How far around a mention its clause speaks of it: a hostile clause is as long as the text. */
const REACH = 600;
const SEEN: ReadonlySet<JobPart> = new Set(['required', 'preferred']);

/** What a mention weighs by the wording of its clause, then by its part; null when nobody asks for it. */
function weightOf(text: string, mention: SkillMention, clause: JobClause, section: JobSection): Weight | null {
  const { part } = section;
  const { wording } = clause;
  if (mention.stance === 'denied')
    return part !== 'company' && WELCOME.test(text.slice(mention.span.end, clause.end + 40)) ? 'preferred' : null;
  const from = Math.max(clause.start, mention.span.start - REACH);
  if (part === 'company' || DEGREE.test(text.slice(from, mention.span.start))) return null;
  if (wording === 'must') {
    const to = Math.min(clause.end, mention.span.end + REACH);
    return part === 'preferred' && !/\bmust\b/i.test(text.slice(from, to)) ? 'preferred' : 'required';
  }
  if (wording === 'preferred' || part === 'preferred') return 'preferred';
  if (wording === 'firm') return 'weak';
  if (mention.stance === 'wished' && part !== 'required') return 'preferred';
  if (part === 'required' || wording === 'required') return 'required';
  // The line that names the post names what the post is about.
  const titled = section.heading === null && !text.slice(0, mention.span.start).trimStart().includes('\n');
  if (part !== 'opening' || !titled || !text.trimStart().includes('\n')) return 'weak';
  return isFieldOfWork(mention.skill) ? null : 'required';
}

function weighedGroups(text: string, mentions: readonly SkillMention[]): WeighedGroup[] {
  const sectionAt = within(jobSectionsOf(text));
  const clauseAt = within(jobClausesOf(text));
  const asked = yearsAskedOf(text, mentions);
  const weights = new Map<SkillMention, Weight>();
  for (const mention of mentions) {
    const [section, clause] = [sectionAt(mention.span.start), clauseAt(mention.span.start)];
    const weight = section === undefined || clause === undefined ? null : weightOf(text, mention, clause, section);
    if (weight !== null) weights.set(mention, weight);
  }
  return groupAlternatives(
    text,
    mentions.filter((mention) => weights.has(mention)),
  ).map((group) => ({
    ...group,
    weight: heaviest(group.mentions.flatMap((mention) => weights.get(mention) ?? [])),
    years: group.mentions.map((mention) => asked.get(mention)).find((years) => years !== undefined) ?? null,
  }));
}

const WEIGHTS: readonly Weight[] = ['required', 'preferred', 'weak'];
const heaviest = (weights: readonly Weight[]): Weight => WEIGHTS.find((weight) => weights.includes(weight)) ?? 'weak';

/** Nothing is asked outright: what the work is done with is what is asked. Else it would be welcome. */
function settleWeak(groups: readonly WeighedGroup[]): SettledGroup[] {
  const technical = groups.filter(({ mentions }) => mentions.every(({ category }) => category !== 'soft_skill'));
  const asked = technical.some(({ weight }) => weight === 'required');
  return groups.map((group) => {
    const weight = group.weight === 'weak' ? (asked ? 'preferred' : 'required') : group.weight;
    return { ...group, weight };
  });
}

interface Draft {
  readonly named: readonly string[];
  readonly accepted: Set<string>;
  readonly groups: SettledGroup[];
}

/** The skills a group names; a kind that examples follow ("databases such as PostgreSQL") is not one of them. */
function namedBy({ mentions }: AlternativeGroup): string[] {
  const names = [...new Set(mentions.map(({ skill }) => skill))];
  const specific = names.filter(
    (name) => !names.some((other) => other !== name && impliedSkills(other).has(name) && genericSkills().has(name)),
  );
  return specific.length === 0 ? names : specific;
}

/** One requirement for each skill and choice: a skill asked for by itself is no choice any more. */
function draftsOf(groups: readonly SettledGroup[]): Draft[] {
  const drafts: Draft[] = [];
  const order = (group: SettledGroup) => (group.weight === 'required' ? 0 : 1000) + namedBy(group).length;
  for (const group of groups.toSorted((one, other) => order(one) - order(other))) {
    const named = namedBy(group);
    // What a stricter requirement asks for already, or a required choice offers, is not asked for again.
    const known = drafts.find(
      (draft) =>
        draft.named.every((name) => named.includes(name)) ||
        (group.weight === 'preferred' && named.every((name) => draft.named.includes(name))),
    );
    if (known === undefined) {
      drafts.push({ named, accepted: new Set([...named, ...acceptedBy(group)]), groups: [group] });
      continue;
    }
    known.groups.push(group);
    // "Or similar" said of the same skill elsewhere holds; what else a choice offers does not.
    if (group.orSimilar) for (const name of acceptedBy(group)) if (!named.includes(name)) known.accepted.add(name);
  }
  return drafts;
}

function requirementOf({ named, accepted, groups }: Draft): Requirement[] {
  const evidence = groups
    .flatMap(({ mentions }) => mentions)
    .toSorted((one, other) => one.span.start - other.span.start);
  const skill = named[0];
  const category = evidence.find((mention) => mention.skill === skill)?.category;
  if (skill === undefined || category === undefined) return [];
  const own = evidence.filter((mention) => accepted.has(mention.skill));
  const years = groups.flatMap((group) => group.years ?? []).toSorted((one, other) => other.years - one.years);
  const priority = heaviest(groups.map(({ weight }) => weight)) === 'required' ? 'required' : 'preferred';
  return [
    {
      skill,
      alternatives: [...accepted],
      label: orList(named),
      category,
      priority,
      years: years[0] ?? null,
      evidence: own,
    },
  ];
}

function orList(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

/**
 * Reads what a job description asks for: required against preferred by wording, then by heading; "React or Vue" is one
 * requirement. Skills named only in the duties or the stack count as preferred, or as required where nothing else is.
 * What the firm says of itself and of its benefits asks for nothing. Deterministic; places are characters of `text`.
 */
export function readJobDescription(text: string): JobRequirements {
  const mentions = findSkills(text, { sections: skillPartsOf(text), broadInSentences: true })
    .filter((mention) => !saysCareer(text, mention))
    .map((mention) => ({ ...mention, section: null }));
  const groups = settleWeak(weighedGroups(text, mentions));
  const requirements = draftsOf(groups)
    .flatMap(requirementOf)
    .toSorted((one, other) => (one.evidence[0]?.span.start ?? 0) - (other.evidence[0]?.span.start ?? 0));
  const ordered = (['required', 'preferred'] as const).flatMap((priority) =>
    requirements.filter((requirement) => requirement.priority === priority),
  );
  return {
    skills: ordered.filter(({ category }) => category !== 'soft_skill'),
    softSkills: ordered.filter(({ category }) => category === 'soft_skill'),
    years: yearsAsked(text),
    seniority: seniorityAsked(text),
  };
}

/** The parts that list skills: there an ordinary word in a list ("Go, Swift") is a skill. */
function skillPartsOf(text: string) {
  return jobSectionsOf(text).flatMap(({ part, start, end }) =>
    SEEN.has(part) || part === 'stack' ? [{ kind: 'skills' as const, start, end }] : [],
  );
}
