import type { SkillMention } from './skills/find-skills.ts';
import { readSkill, sharesKind } from './skills/kinship.ts';
import { impliedSkills } from './skills/vocabulary.ts';

/** Mentions that ask for one thing: any of them will do. */
export interface AlternativeGroup {
  /** In the order of the text; one where there is no choice. */
  readonly mentions: readonly SkillMention[];
  /** "Or similar": whatever is of the same kind will do too. */
  readonly orSimilar: boolean;
}

const BRACKETS = String.raw`(?:\([^()\n]{0,40}\)\s*)?`;
const OR = new RegExp(
  String.raw`^\s*${BRACKETS},?\s*(?:and\/or|or|oder|o|u|ou|bzw\.?|versus|vs\.?)\s+(?:(?:in|with|mit|con|en|a|an|another|alternatively|knowledge of|experience with)\s+)?$`,
  'i',
);
const COMMA = new RegExp(String.raw`^\s*${BRACKETS},\s*$`);
const SLASH = /^\s?[/|]\s?$/;
const SUCH_AS =
  /^\s*(?:databases?|systems?|tools?|frameworks?|platforms?|providers?|languages?|services?|librar(?:y|ies)|pipelines?|solutions?|technolog(?:y|ies))?\s*,?\s*(?:\(\s*)?(?:such as|like|e\.\s?g\.,?|for example|z\.\s?B\.|wie|como|p\.\s?ej\.|ideally|preferably|i\.e\.,?|:|\()\s*(?:either\s+|one of\s+)?$/i;
const ANY_OF =
  /\b(?:(?:at least )?one (?:or more )?of|any (?:one )?of|either|mindestens eine[rs]?|alguno de|une? des)\b[^.;\n]{0,60}$/i;
const SIMILAR =
  /^[^.;\n,(]{0,20}[,(/]?\s*(?:\(?\s*or|oder|o|and)\s+(?:an?\s+|any\s+)?(?:other\s+)?(?:similar|equivalent|comparable|alike|related|vergleichbar\w*|ähnlich\w*|similares?|equivalentes?)\b/i;
/** Pairs that are learned together: "HTML/CSS" asks for both. */
const TOGETHER: readonly ReadonlySet<string>[] = [new Set(['HTML', 'CSS', 'JavaScript']), new Set(['Git', 'GitHub'])];

type Link = 'or' | 'comma' | 'slash' | 'kind' | null;

/** How the second of two mentions follows the first. */
function linkOf(text: string, first: SkillMention, second: SkillMention): Link {
  const gap = text.slice(first.span.end, second.span.start);
  if (gap.length > 80 || /[.;!?\n](?:\s|$)/.test(gap.replace(/\b(?:e\.g|i\.e|z\.\s?B|p\.\s?ej)\./gi, ''))) return null;
  if (OR.test(gap)) return 'or';
  if (SLASH.test(gap)) return together(first.skill, second.skill) ? null : 'slash';
  if (COMMA.test(gap)) return 'comma';
  return SUCH_AS.test(gap) && impliedSkills(second.skill).has(first.skill) ? 'kind' : null;
}

const together = (one: string, other: string) => TOGETHER.some((pair) => pair.has(one) && pair.has(other));

/** Whether one could stand for the other: of a category, and neither stands on the other ("Django/Python"). */
function comparable(one: SkillMention, other: SkillMention): boolean {
  if (one.category !== other.category && !sharesKind(one.skill, other.skill)) return false;
  if (one.category === 'programming_language') return true;
  return !impliedSkills(one.skill).has(other.skill) && !impliedSkills(other.skill).has(one.skill);
}

/** Groups the mentions of a text, in order, into what is asked as a choice: "React or Vue", "AWS/Azure", "one of …". */
export function groupAlternatives(text: string, mentions: readonly SkillMention[]): AlternativeGroup[] {
  const groups: SkillMention[][] = [];
  let open: SkillMention[] = [];
  let links: Link[] = [];
  const close = () => {
    if (open.length > 0) groups.push(...partRun(text, open, links));
    [open, links] = [[], []];
  };
  for (const mention of mentions) {
    const last = open.at(-1);
    const link = last === undefined ? null : linkOf(text, last, mention);
    if (last !== undefined && link === null) close();
    else if (link !== null) links.push(link);
    open.push(mention);
  }
  close();
  return groups.map((group) => {
    const end = group.at(-1)?.span.end ?? 0;
    return { mentions: group, orSimilar: SIMILAR.test(text.slice(end, end + 60)) };
  });
}

/** Parts a run of linked mentions: commas join only what an "or" closes or a "one of" opens. */
function partRun(text: string, run: readonly SkillMention[], links: readonly Link[]): SkillMention[][] {
  const first = run[0];
  if (first === undefined) return [];
  const anyOf = ANY_OF.test(text.slice(Math.max(0, first.span.start - 80), first.span.start));
  const listed =
    /\b(?:or|oder|ou|bzw)\b|[/|]/i.test(text.slice(first.span.end, run.at(-1)?.span.end)) || links[0] === 'kind';
  const joined = links.map((_, at) => joins(run, links, at, { anyOf, listed }));
  const groups: SkillMention[][] = [[first]];
  for (const [at, mention] of run.slice(1).entries()) {
    if (joined[at]) groups.at(-1)?.push(mention);
    else groups.push([mention]);
  }
  return groups;
}

function joins(
  run: readonly SkillMention[],
  links: readonly Link[],
  at: number,
  { anyOf, listed }: { readonly anyOf: boolean; readonly listed: boolean },
): boolean {
  const [link, one, other] = [links[at], run[at], run[at + 1]];
  if (one === undefined || other === undefined) return false;
  if (link === 'kind') return true;
  if (link === 'or') return !together(one.skill, other.skill);
  if (link === 'slash') return comparable(one, other);
  if (anyOf) return true;
  if (!listed || !comparable(one, other)) return false;
  // "Java, Kotlin or Scala": the commas before the "or", as far back as the kind stays the same.
  const next = links.slice(at + 1).indexOf('or');
  const closed = next >= 0 && links.slice(at + 1, at + 1 + next).every((later) => later === 'comma');
  const kinds =
    links.slice(0, at).includes('kind') && links.slice(links.indexOf('kind') + 1, at).every((x) => x === 'comma');
  return closed ? run.slice(at, at + next + 3).every((later) => comparable(one, later) || later === one) : kinds;
}

/** The skills that satisfy a group: those named, and their kinds where something similar will do. */
export function acceptedBy({ mentions, orSimilar }: AlternativeGroup): string[] {
  const named = mentions.map(({ skill }) => skill);
  const kinds = orSimilar ? named.flatMap((name) => readSkill(name)?.parents ?? []) : [];
  return [...new Set([...named, ...kinds])];
}
