import { type SectionKind, sectionOf } from '../profile/headings.ts';
import type { Span } from '../profile/spans.ts';
import { type Atom, readAtoms } from './atoms.ts';
import { isCued, isItem, isLabelled, judgeOrdinary, judgeRare } from './context.ts';
import { everydaySpans } from './everyday.ts';
import { type FormHit, formOf, formsAt } from './forms.ts';
import { isBroad, isOccupation } from './occupations.ts';
import { domainSpans, inProperName, isEmployerHere, linkSpans } from './proper-names.ts';
import { type Stance, stanceAt, stanceScopes } from './stance.ts';
import type { SkillCategory } from './vocabulary.ts';

/** A skill where the text names it: the evidence. */
export interface SkillMention {
  /** Canonical name. */
  readonly skill: string;
  readonly category: SkillCategory;
  /** Characters of the text. */
  readonly span: Span;
  /** As written. */
  readonly text: string;
  /** The section of the CV it stands in; null when the text has no headings above it. */
  readonly section: SectionKind | null;
  /** `denied`: "no experience with"; `wished`: "eager to learn". Neither is a skill of the person. */
  readonly stance: Stance;
}

/** What is known of the text already. */
export interface SkillTextFacts {
  /** The sections of a CV, in order; found by their headings when not given. */
  readonly sections?: readonly (Span & { readonly kind: SectionKind })[];
  /** Whether a broad field ("documentation") counts in a sentence too: for what is asked, not for what is shown. */
  readonly broadInSentences?: boolean;
  /** Names of persons, employers, schools and places: no skill stands in them. */
  readonly names?: readonly Span[];
}

interface Candidate {
  readonly hit: FormHit;
  readonly span: Span;
  verdict: 'skill' | 'open';
}

/** Whether two spans share a character. */
const overlap = (one: Span, other: Span) => one.start < other.end && other.start < one.end;

/** Finds the spans that cover a place, for places asked in rising order. */
function sweep(spans: readonly Span[]): (place: Span) => Span | undefined {
  const sorted = spans.toSorted((one, other) => one.start - other.start);
  let from = 0;
  return (place) => {
    while ((sorted[from]?.end ?? Number.POSITIVE_INFINITY) <= place.start) from += 1;
    const span = sorted[from];
    return span !== undefined && overlap(span, place) ? span : undefined;
  };
}

function headingSections(text: string): (Span & { kind: SectionKind })[] {
  const sections: { kind: SectionKind; start: number; end: number }[] = [];
  for (const { 0: line, index } of text.matchAll(/[^\n]+/g)) {
    const kind = sectionOf(line);
    const open = sections.at(-1);
    if (kind !== null) sections.push({ kind, start: index, end: index + line.length });
    else if (open !== undefined) open.end = index + line.length;
  }
  return sections;
}

/** Words joined as a list: what may stand between two neighbours. */
const LIST_GAP =
  /^\s*(?:\([^()\n]{0,30}\)|[★●○]+|v?\d[\d.]*\+?)?\s*(?:[,;|/•·&+\t]|\s[-–]\s|\b(?:and|or|und|oder|y|o|et|ou)\b)\s*(?:\b(?:and|or|und|oder|y|o|et|ou)\b)?\s*$|^\s*\(\s*$|^\s*\n\s*[•*·▪‣◦-]?\s*$/i;

/** Written exactly as the skill is, with its capital: enough for a word beside a skill ("a Flask and SQLite bot"). */
function writtenAsName(text: string, { hit, span }: Candidate): boolean {
  const { form, skill } = hit.form;
  const exact = text.slice(span.start, span.end) === form.text && /^\p{Lu}\p{L}{2}/u.test(form.text);
  return exact && !form.firstName && !form.rare && !isBroad(skill.name);
}

/** Settles the ordinary words by their neighbours: a list that holds a skill is a list of skills. */
function settle(text: string, candidates: readonly Candidate[]): void {
  const linked = candidates.map((candidate, index) => {
    const next = candidates[index + 1];
    return next !== undefined && LIST_GAP.test(text.slice(candidate.span.end, next.span.start));
  });
  const soft = ({ hit }: Candidate) => hit.form.skill.category === 'soft_skill';
  // "Photoshop, Drone": a list of anything says nothing of a name that only programmers know.
  const strange = (known: Candidate, open: Candidate) =>
    open.hit.form.form.rare && open.hit.form.skill.category !== 'other' && known.hit.form.skill.category === 'other';
  const carry = (from: number, to: number) => {
    const [known, open] = [candidates[from], candidates[to]];
    if (known === undefined || open === undefined || known.verdict !== 'skill' || open.verdict === 'skill') return;
    const listed = isItem(text, open.span.start, open.span.end) || writtenAsName(text, open);
    if (soft(known) === soft(open) && listed && !strange(known, open)) open.verdict = 'skill';
  };
  for (let index = 0; index < candidates.length - 1; index += 1) if (linked[index]) carry(index, index + 1);
  for (let index = candidates.length - 2; index >= 0; index -= 1) if (linked[index]) carry(index + 1, index);
  // Three names in a row that are ordinary words: "Go, Rust, Swift".
  for (let index = 0; index + 2 < candidates.length; index += 1) {
    const row = candidates.slice(index, index + 3);
    if (!linked[index] || !linked[index + 1] || row.some(({ hit }) => !hit.form.form.ordinary)) continue;
    if (row.some(({ hit }) => hit.form.form.rare)) continue;
    if (row.every(({ span }) => /^\p{Lu}/u.test(text.slice(span.start)) && isItem(text, span.start, span.end)))
      for (const candidate of row) candidate.verdict = 'skill';
  }
}

/** The line a CV opens with, when it is no more than a name: "Ruby Swift". */
function nameLine(text: string): Span[] {
  const line = /^\s*([^\n]{1,60})(?=\n|$)/.exec(text)?.[1]?.trim();
  if (line === undefined || !/^(?:\p{Lu}[\p{L}'’.-]*\s*){2,4}$/u.test(line)) return [];
  const start = text.indexOf(line);
  const titled =
    /\b(?:developer|engineer|designer|manager|analyst|consultant|architect|scientist|administrator|senior|junior|lead|resume|vitae|specialist|master|writer|tester|entwickler|desarrollador|job|role|wanted)\w*/i;
  return titled.test(line) ? [] : [{ start, end: start + line.length }];
}

/** Words that share their last one: "unit, integration and end-to-end testing". */
const SHARED = new Set([
  'testing',
  'tests',
  'design',
  'development',
  'databases',
  'analysis',
  'scripting',
  'apis',
  'modeling',
  'management',
  'research',
]);

const ELIDED_REACH = 8;

function elided(text: string, atoms: readonly Atom[], head: number): FormHit[] {
  const last = atoms[head];
  if (last === undefined || !SHARED.has(last.key)) return [];
  const hits: FormHit[] = [];
  let right = atoms[head - 1];
  for (let at = head - 2; at >= Math.max(0, head - ELIDED_REACH); at -= 1) {
    const left = atoms[at];
    if (left === undefined || right === undefined) break;
    const gap = text.slice(left.end, right.start);
    if (['and', 'or', 'und', 'to', 'end'].includes(left.key) || gap === '-') {
      right = left;
      continue;
    }
    const listed = /^\s?[,/&]\s?$/.test(gap) || ['and', 'or', 'und'].includes(atoms[at + 1]?.key ?? '');
    if (!listed) break;
    const form = formOf([left.key, last.key]);
    if (form !== undefined) hits.push({ form, from: at, to: at });
    right = left;
  }
  return hits;
}

function candidatesOf(text: string, atoms: readonly Atom[], facts: Required<SkillTextFacts>): Candidate[] {
  const hidden = sweep([...linkSpans(text), ...everydaySpans(text), ...nameLine(text)]);
  const named = sweep(facts.names);
  // "Ticket desk in WinForms" is no name, whatever the profile took it for.
  const isHidden = (word: Atom) => {
    const name = named(word);
    return hidden(word) !== undefined || (name !== undefined && !(name.start < word.start && isCued(text, word.start)));
  };
  const domain = sweep(domainSpans(text));
  const inSkills = sweep(facts.sections.filter(({ kind }) => kind === 'skills'));
  const candidates: Candidate[] = [];
  let at = 0;
  while (at < atoms.length) {
    const first = atoms[at];
    let after = at + 1;
    if (first !== undefined && !isHidden(first)) {
      const within = domain(first);
      const ofSkills = inSkills(first) !== undefined;
      for (const hit of formsAt(text, atoms, at)) {
        const span = { start: first.start, end: atoms[hit.to]?.end ?? first.end };
        if (within !== undefined && (span.start > within.start || span.end < within.end)) continue;
        const verdict = judge(text, atoms, hit, { inSkills: ofSkills, broadInSentences: facts.broadInSentences });
        if (verdict === 'other') continue;
        candidates.push({ hit, span, verdict });
        after = hit.to + 1;
        break;
      }
      for (const hit of elided(text, atoms, after - 1)) {
        const start = atoms[hit.from]?.start ?? 0;
        const span = { start, end: atoms[hit.from]?.end ?? start };
        const near = candidates.slice(-ELIDED_REACH * 2);
        if (!near.some((one) => overlap(one.span, span))) candidates.push({ hit, span, verdict: 'skill' });
      }
    }
    at = after;
  }
  return candidates.sort((one, other) => one.span.start - other.span.start);
}

/** "SQL-free", "Java-less": the opposite of having it. */
const FREE_OF = /^-(?:free|less)\b/i;
/** "Cloud: AWS", "| Cloud | AWS |": the name of a row. */
const ROW_LABEL = /^\s*[:|\t]/;
const ROW_START = /(?:^|\n)[ \t|•*·-]*$/;

interface Place {
  readonly inSkills: boolean;
  readonly broadInSentences: boolean;
}

function judge(text: string, atoms: readonly Atom[], hit: FormHit, place: Place): 'skill' | 'open' | 'other' {
  const { form, skill } = hit.form;
  const { inSkills, broadInSentences } = place;
  const [start, end] = [atoms[hit.from]?.start ?? 0, atoms[hit.to]?.end ?? 0];
  if (FREE_OF.test(text.slice(end, end + 8))) return 'other';
  if (inProperName(text, atoms, hit.from, hit.to) || isOccupation(text, atoms, hit, skill.name)) return 'other';
  if (form.employer && !inSkills && isEmployerHere(text, atoms, hit.from, hit.to)) return 'other';
  const broad = !broadInSentences && isBroad(skill.name);
  if (!form.ordinary && !broad) return 'skill';
  if (form.rare) return judgeRare(text, atoms, hit);
  if (!broad && skill.category !== 'soft_skill') return judgeOrdinary(text, atoms, hit, inSkills);
  if (broad && ROW_LABEL.test(text.slice(end, end + 8)) && ROW_START.test(text.slice(Math.max(0, start - 12), start)))
    return 'other';
  if (!isItem(text, start, end)) return 'other';
  return inSkills || isLabelled(text, start, end) ? 'skill' : 'open';
}

/**
 * Every place where a text names a skill, in order. Deterministic, and linear in the length of the text. A skill is
 * known by whole words, and an ordinary word ("Go", "Excel", "R") is one only where list, section or words around say
 * so.
 */
export function findSkills(text: string, facts: SkillTextFacts = {}): SkillMention[] {
  const sections = facts.sections ?? headingSections(text);
  const atoms = readAtoms(text);
  const candidates = candidatesOf(text, atoms, { broadInSentences: false, names: [], ...facts, sections });
  settle(text, candidates);
  const scopes = stanceScopes(text);
  const sectionAt = sweep(sections);
  const kinds = new Map<Span, SectionKind>(sections.map((section) => [section, section.kind]));
  return candidates.flatMap(({ hit, span, verdict }) => {
    if (verdict !== 'skill') return [];
    const section = sectionAt(span);
    const { name, category } = hit.form.skill;
    const kind = section === undefined ? null : (kinds.get(section) ?? null);
    const stance = stanceAt(scopes, span);
    return [{ skill: name, category, span, text: text.slice(span.start, span.end), section: kind, stance }];
  });
}
