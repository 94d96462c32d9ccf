import type { Atom } from './atoms.ts';
import type { FormHit } from './forms.ts';

const words = (list: string) => new Set(list.trim().split(/\s+/));
/** Nouns that follow the name of a technology: "Go services", "R packages", "Spring framework". */
const THINGS =
  words(`developer developers engineer engineers programmer programming code codebase codebases services service
  backend backends back-end server servers application applications app apps api apis framework library libraries package
  packages scripts script scripting language microservice microservices module modules macros macro spreadsheets models
  dashboards dashboard cookbooks cookbook recipes manifests jobs job streaming sql cluster clusters database databases dba
  projects project software tools tooling components plugins plugin sdk compiler runtime tests test testing stack workers
  functions pipelines pipeline development boot environment experience skills knowledge certified certification expert
  experts admin administrator administration consultant architect modules toolchain ecosystem programs program prototypes
  crates routines reports templates files entwickler kenntnisse anwendungen projekte skripte aplicaciones proyectos crate
  web ide vm driver drivers firmware bindings operator operators and/or sheets workbooks vba ui design layouts migration
  formulas exporter gateway queries query pivot workbook sheet macro-enabled bot site website`);
const CUE_BEFORE =
  /(?:\b(?:in|using|with|via|through|und|mit|con|en|avec|MS|Microsoft|Apache|learn(?:ed|t)?|knows?|language|languages|aprender|apprendre|learning|use of|knowledge of|command of|(?:to|from|and|or|of)(?=\s+\S+\s+(?:to|from))|used|wrote|write|writing|built|developed|maintained|administered|implemented|deployed|configured|taught|programmed|leveraged|advanced|intermediate|basic|proficient|excellent|solid|ported \S+ to|migrated \S+ to|rewr(?:ote|itten) \S+ (?:in|to)|into|into\s+idiomatic|idiomatic|modern|embedded|plain|pure|like|e\.g\.|including|of))\s+["'„“]?$/i;
const STRICT_CUE = /\b(?:in|using|some|written in|MS|Microsoft|language|programming|learned|learnt)\s+["'„“]?$/i;
const ITEM_BEFORE =
  /(?:^|\n|\.{3}|…|[,;|/•·▪‣◦:(\t–—&+]|\s[-*]|^[-*]|\b(?:and|or|und|oder|y|o|et|ou))\s*(?:\*\*|["'`])?$/i;
const LEVEL = String.raw`(?:\s*[(:–—-]?\s*(?:\d{1,4}(?:\.\d+)*(?:\s*\+)?(?:\s*(?:years?|yrs?|jahre|años))?|basic|basics|good|advanced|expert|intermediate|beginner|proficient|fluent|primary|secondary|familiar|native|daily|Grundkenntnisse|avanzado|básico|[★●○]+)\)?)?`;
const ITEM_AFTER = new RegExp(
  `^(?:\\*\\*|["'\`])?${LEVEL}\\s*(?:$|\\n|[,;|/•·▪‣◦:)(\\t–—&+.]|-\\s|(?:and|or|und|oder|y|o|et|ou)\\b)`,
  'i',
);
const LIST_LABEL =
  /^[\s•*·-]*[^:\n]{0,40}\b(?:languages?|programming|tools?|tech\w*|stack|skills?|frameworks?|software|databases?|platforms?|kenntnisse|herramientas|lenguajes|tecnologías|environment|librar(?:y|ies)|ides?|methods|cloud|office|used|backend|back-end|frontend|front-end|systems?|engines?|scripting|code|coding|infrastructure|devops|data|sprachen|programmier\p{L}+|build|design|it)\b[^:\n]{0,30}:/iu;
const VERSION_AFTER = /^\s?(?:v(?:ersion)?\s?)?\d{1,2}(?:\.\d+)*(?![\d%])(?!\s*(?:years?|months?|people|days?))/i;
const ASKED_AFTER =
  /^\s+(?:(?:is|are|would be|as)\s+)?(?:an?\s+(?:\w+\s+)?(?:source|target|sink|database|plus|bonus|must|advantage|asset)|required|preferred|desirable|mandatory|optional|essential|nice to have|welcome|von vorteil|wünschenswert|erforderlich|deseable)\b/i;
const SEASON_AFTER = /^\s+(?:of\s+)?(?:19|20)\d\d\b/;
const LETTER_LEAD =
  words(`vitamin plan hepatitis series class grade category type level model section option group appendix
  team block building round unit gate terminal licence license klasse führerschein point phase schedule`);

const capitalAt = (text: string, at: number) => /\p{Lu}/u.test(text[at] ?? '');

/** How far of its line a word is judged by: more than a line of print, and no more however long the text's line is. */
const LINE_REACH = 240;
const NEAR = 60;

function surroundings(text: string, start: number, end: number) {
  const [left, right] = [text.slice(Math.max(0, start - LINE_REACH), start), text.slice(end, end + LINE_REACH)];
  const lineLeft = left.slice(left.lastIndexOf('\n') + 1);
  const newline = right.indexOf('\n');
  const lineRight = newline < 0 ? right : right.slice(0, newline);
  return {
    before: lineLeft.slice(-NEAR),
    after: lineRight.slice(0, NEAR),
    line: `${lineLeft}${text.slice(start, end)}${lineRight}`,
    lineLeft,
  };
}

/** Whether the words stand alone between the commas or signs of a list. */
export function isItem(text: string, start: number, end: number): boolean {
  const { before, after } = surroundings(text, start, end);
  return ITEM_BEFORE.test(before) && ITEM_AFTER.test(after);
}

/** Why a single letter is none of a language: an initial, "R&D", "Vitamin C", "C-level", "25 °C". */
function isOtherLetter(text: string, atoms: readonly Atom[], from: number): boolean {
  const atom = atoms[from];
  if (atom === undefined || atom.end - atom.start > 1) return false;
  const { before, after } = surroundings(text, atom.start, atom.end);
  const previous = atoms[from - 1];
  const cued = STRICT_CUE.test(before);
  return (
    /\b(?:Ms|Mr|Mrs|Mx|Dr|Prof|Frau|Herr|Sra?)\.?\s$/.test(before) ||
    /^\s?&\s?\w|^\s?\+\+|^['’]|^-(?!(?:programm|entwickl|code|kenntn|based|like))/i.test(after) ||
    /[°\d]\s?$|&\s?$|[\w]-$/.test(before) ||
    (!cued && /^\.\s*\p{Lu}/u.test(after)) ||
    (!cued && /\p{Lu}[\p{L}]+,?\s$/u.test(before) && /^\./.test(after)) ||
    (previous !== undefined && LETTER_LEAD.has(previous.key))
  );
}

/** What the words around a spelling that is an ordinary word too say of it. */
export type ContextVerdict = 'skill' | 'other' | 'open';

/**
 * Whether an ordinary word is a skill here. `open`: only the neighbours of its list can tell. `section` is the CV's
 * section of skills.
 */
export function judgeOrdinary(text: string, atoms: readonly Atom[], hit: FormHit, inSkills: boolean): ContextVerdict {
  const [first, last] = [atoms[hit.from], atoms[hit.to]];
  if (first === undefined || last === undefined || isOtherLetter(text, atoms, hit.from)) return 'other';
  const { form } = hit.form;
  const written = text.slice(first.start, last.end);
  const { before, after, line, lineLeft } = surroundings(text, first.start, last.end);
  if (SEASON_AFTER.test(after) && !/^(?:Excel|Access|Word|Outlook|Office|Windows)$/.test(form.text)) return 'other';
  const item = ITEM_BEFORE.test(before) && ITEM_AFTER.test(after);
  const inList = item && (inSkills || LIST_LABEL.test(lineLeft));
  const ownCase = written === form.text;
  if (!ownCase) {
    const loud = written === written.toUpperCase() && line === line.toUpperCase();
    return inList ? 'skill' : item || loud ? 'open' : 'other';
  }
  const next = atoms[hit.to + 1];
  const joined = next !== undefined && /^[ \u00a0-]$/.test(text.slice(last.end, next.start));
  if (joined && (THINGS.has(next.key) || /^(?:entwickl|programmier|kenntnis)/.test(next.key))) return 'skill';
  if (inList || ASKED_AFTER.test(after) || (VERSION_AFTER.test(after) && !form.firstName)) return 'skill';
  if (joined && capitalAt(text, next.start) && text[last.end] === ' ' && !item) return 'open';
  const cued = (form.firstName ? STRICT_CUE : CUE_BEFORE).test(before);
  return cued ? 'skill' : 'open';
}

const LANGUAGE_AFTER = words(
  'language programming developer developers programmer programmers compiler sprache entwickler',
);
const LANGUAGE_BEFORE =
  /\b(?:program(?:med|ming|s)?|programmer(?:en)?|programmiert?|programando|programad[oa]|programmée?|coded|coding|codée?)\s+(?:in|en)\s$/iu;

const CODE_LABEL =
  /^[\s•*·-]*[^:\n]{0,40}\b(?:programming|programmier\p{L}+|programación|programmation|scripting|coding|frameworks?|librar(?:y|ies)|bibliotheken|librerías|tech(?:nical)? stack|devops|front-?end|back-?end)\b[^:\n]{0,30}:/iu;

/**
 * Whether a little known name that is something else to most readers is a skill here: named as a language ("programmed
 * in Pony"), or in a list that says it holds such. `open`: it is an item of a list, whose other items can tell.
 */
export function judgeRare(text: string, atoms: readonly Atom[], hit: FormHit): ContextVerdict {
  const [first, last, next] = [atoms[hit.from], atoms[hit.to], atoms[hit.to + 1]];
  if (first === undefined || last === undefined || isOtherLetter(text, atoms, hit.from)) return 'other';
  const { before, after, lineLeft } = surroundings(text, first.start, last.end);
  const joined = next !== undefined && /^[ \u00a0-]$/.test(text.slice(last.end, next.start));
  if (hit.form.skill.category === 'programming_language') {
    if (joined && LANGUAGE_AFTER.has(next.key)) return 'skill';
    // "Programmed in Chapel Hill": a name that goes on is another one.
    if (LANGUAGE_BEFORE.test(before) && !(joined && capitalAt(text, next.start))) return 'skill';
  }
  if (!ITEM_BEFORE.test(before) || !ITEM_AFTER.test(after)) return 'other';
  return CODE_LABEL.test(lineLeft) ? 'skill' : 'open';
}

/** Whether a word stands in a line that is labelled as a list of skills: "Tools: Git, testing". */
export function isLabelled(text: string, start: number, end: number): boolean {
  return LIST_LABEL.test(surroundings(text, start, end).lineLeft);
}

/** Whether the words before say that what follows is a tool: "in", "using". */
export function isCued(text: string, start: number): boolean {
  return STRICT_CUE.test(text.slice(Math.max(0, start - NEAR), start));
}
