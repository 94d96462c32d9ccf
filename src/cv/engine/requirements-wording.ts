import type { Span } from './profile/spans.ts';

/** What a part of a job description tells of: what is asked, what would be welcome, the work, its tools, the firm. */
export type JobPart = 'required' | 'preferred' | 'duties' | 'stack' | 'company' | 'opening';

/** A part of a job description under one heading. */
export interface JobSection extends Span {
  readonly part: JobPart;
  /** As written; null for what stands before the first heading. */
  readonly heading: string | null;
}

/** The first that fits counts: "Preferred qualifications" before "qualifications". */
const HEADINGS: readonly (readonly [JobPart, RegExp])[] = [
  [
    'preferred',
    /(?<!\p{L})(?:nice[- ]to[- ]haves?|nice extras?|good[- ]to[- ]haves?|bonus(?:es)?|plus(?:es|punkte)?|preferred|preferable|desir(?:able|ed)|optional|extra credit|brownie|advantageous|would be (?:great|nice|a plus)|(?:it )?helps if|stand out|not required|even better|ideally|extras|von vorteil|wünschenswert|pluspunkte|deseables?|valorable|se valorar[áa]|valoramos|souhait[ée]e?s?|un plus|atouts?)(?!\p{L})/iu,
  ],
  [
    'company',
    /(?<!\p{L})(?:about (?:us|the (?:company|team|firm|organi[sz]ation))|who we are|our (?:company|story|mission|values|culture)|benefits?|perks|we offer|what'?s in it|what you(?:'ll| will)? get|why (?:join|us|work)|compensation|salary|pay|how to apply|apply|application|interview|hiring process|recruitment process|equal|diversity|contact|legal|privacy|location|wir bieten|das bieten wir|unser angebot|benefits|über uns|wer wir sind|bewerbung|kontakt|ofrecemos|qué ofrecemos|sobre nosotros|quiénes somos|beneficios|nous offrons|qui sommes-nous|avantages)(?!\p{L})/iu,
  ],
  [
    'stack',
    /(?<!\p{L})(?:(?:our|the|tech(?:nology|nical)?|current) (?:tech(?:nology|nical)? )?(?:stack|environment|tooling|toolbox)|stack|tech we use|(?:technologies|tools) (?:we|you(?:'ll| will)) (?:use|work with)|what we use|technische umgebung|unser (?:tech[- ]?)?stack|tecnologías que usamos|nuestro stack)(?!\p{L})/iu,
  ],
  [
    'duties',
    /(?<!\p{L})(?:responsibilit(?:y|ies)|duties|tasks|what (?:you(?:'ll| will)|you would) (?:do|be doing|learn|work on|own)|your (?:role|job|mission|impact|tasks|day)|the (?:role|job|position|mission|work)|role (?:overview|summary|description)|job (?:summary|description|purpose)|day[- ]to[- ]day|in this role|you will|key accountabilities|aufgaben(?:gebiet|bereich)?|deine rolle|das erwartet (?:dich|sie)|tätigkeiten|funciones|tareas|responsabilidades|qué harás|tu misión|missions?|vos missions|tâches)(?!\p{L})/iu,
  ],
  [
    'required',
    /(?<!\p{L})(?:require(?:ments?|d)|must(?:[- ]haves?)?|essentials?|mandatory|minimum|qualifications?|skills?|experience|knowledge|competenc(?:y|ies|es)|expertise|what (?:you|we)(?:'ll| will)? (?:bring|need|have|expect|look for)|(?:what )?we(?:'re| are)? (?:looking for|expect|ask for|wish for)|wir erwarten|wir suchen|esperamos|looking for|you (?:have|are|bring|need)|you should|about you|who you are|your (?:profile|background|skills|experience|qualifications)|profile|candidate|criteria|anforderungen|anforderungsprofil|profil|(?:das )?bringst du mit|(?:das )?bringen sie mit|voraussetzungen|qualifikation(?:en)?|kenntnisse|must-haves?|erforderlich|requisitos|imprescindibles?|perfil|qué buscamos|buscamos|exigences|prérequis|compétences|vous avez)(?!\p{L})/iu,
  ],
];
const LONGEST_HEADING = 70;
const BULLET = /^\s*[•*·▪‣◦–-]\s+|^\s*\d+[.)]\s+/;
const DECORATION = /^[#*_=\s>]+|[*_=#\s]+$/g;

interface JobLine extends Span {
  readonly text: string;
  readonly apart: boolean;
}

function linesOf(text: string): JobLine[] {
  const lines: JobLine[] = [];
  let end = 0;
  for (const { 0: line, index } of text.matchAll(/[^\n]+/g)) {
    if (line.trim() === '') continue;
    lines.push({ text: line, start: index, end: index + line.length, apart: /\n\s*\n/.test(text.slice(end, index)) });
    end = index + line.length;
  }
  return lines;
}

/** The part that a line opens as a heading, and where its words end; null for a line that is none. */
function headingOf({ text, apart }: JobLine): { readonly part: JobPart; readonly length: number } | null {
  const bare = text.replace(DECORATION, '');
  if (bare === '' || BULLET.test(text)) return null;
  const labelled = /^([^:.!?]{3,60}):(?:\*\*)?(?:\s|$)/.exec(bare);
  const label = labelled?.[1] ?? bare;
  const marked = text.trim() !== bare || bare === bare.toUpperCase();
  const whole = labelled === null || labelled[0].trim().length === bare.length;
  // A line of its own is set as a heading; a label in a line must be one by its words.
  const set = labelled !== null || marked || (apart && !/[.,;!?]$/.test(bare)) || /^[^.,;]{3,40}\??$/.test(bare);
  if (!set || label.length > LONGEST_HEADING || label.split(/\s+/).length > 9) return null;
  const part = HEADINGS.find(([, words]) => words.test(label))?.[0];
  if (part === undefined) return null;
  const shape = whole || label.split(/\s+/).length <= 7;
  return shape ? { part, length: whole ? text.length : text.indexOf(':') + 1 } : null;
}

/** Parts a job description at its headings. A label in a line ("Nice to have: Go") holds for its line only. */
export function jobSectionsOf(text: string): JobSection[] {
  const sections: JobSection[] = [];
  const add = (part: JobPart, heading: string | null, start: number, end: number) =>
    sections.push({ part, heading, start, end });
  let [part, heading, start]: [JobPart, string | null, number] = ['opening', null, 0];
  const lines = linesOf(text);
  for (const [at, line] of lines.entries()) {
    // The first line is the title of the post.
    const opened = at === 0 && !/:\W*$/.test(line.text) ? null : headingOf(line);
    if (opened === null) continue;
    if (line.start > start) add(part, heading, start, line.start);
    if (opened.length < line.text.length) {
      add(opened.part, line.text.slice(0, opened.length).trim(), line.start, line.end);
      start = line.end;
    } else [part, heading, start] = [opened.part, line.text.trim(), line.start];
  }
  if (text.length > start) add(part, heading, start, text.length);
  // Beside "You must have", "You should have" asks for less.
  const must = sections.some((section) => /\bmust\b/i.test(section.heading ?? ''));
  return sections.map((section) =>
    must && /\bshould\b/i.test(section.heading ?? '') ? { ...section, part: 'preferred' } : section,
  );
}

const PREFERRED =
  /\b(?:nice[- ]to[- ]haves?|nice extra|good[- ]to[- ]have|bonus|(?:a|an|big|huge|strong|real|definite|great|major|clear) (?:plus|advantage|asset)|is a plus|are a plus|plus points?|advantage(?:ous)?|preferred|preferabl[ey]|ideally|desirable|desired|optional(?:ly)?|beneficial|helpful|welcome|appreciated|would be (?:great|nice|good|ideal|useful|helpful|a (?:plus|bonus))|(?:not|n['’]t) (?:strictly |absolutely )?(?:required|essential|mandatory|necessary|needed|a must)|no (?:must|requirement)|or (?:an? )?(?:interest|willingness|desire) (?:in|to)|(?:willing|willingness|eager|keen|ready|happy|open)(?:ness)? to learn|interest in|interested in|we(?:'d| would) love|(?:experience|knowledge|skills?|both|this|that|it|which) (?:also )?helps?|all the better|makes? us (?:smile|happy)|(?:would|will) set you apart|stand out|extra credit|von vorteil|wünschenswert|idealerweise|gerne (?:auch|gesehen)|optional|ein plus|hilfreich|pluspunkt|se valorar[áa]|valorable|deseable|preferiblemente|idealmente|un plus|souhait[ée]e?s?|apprécié)(?!\p{L})/iu;
const REQUIRED =
  /\b(?:must(?:[- ]haves?)?|mandatory|essential|required|requires?|requirement|need(?:s|ed)? (?:to|you|strong|solid|experience)|you(?:'ll| will)? need|necessary|non-negotiable|indispensable|daily bread|(?:is|are) what we|at least|minimum|you (?:have|bring|know|should|are)|looking for|seeking|zwingend|erforderlich|voraussetzung|vorausgesetzt|mindestens|unbedingt|notwendig|imprescindible|obligatori[oa]|requerid[oa]|se requiere|necesari[oa]|exigé|impératif|indispensable)(?!\p{L})/iu;
const KNOWING =
  /(?<!\p{L})(?:(?<!gain(?:ing)? )experience (?:with|in|of|using|building)|proficien\p{L}+|knowledge of|familiar(?:ity)? with|understanding of|fluen(?:t|cy) in|skilled in|background in|expertise (?:in|with)|hands-on|solid|\d{1,2}\s?\+?\s*(?:years?|yrs?|jahren?|años)|erfahrung(?:en)? (?:mit|in)|kenntnisse|experiencia (?:en|con)|conocimientos? (?:de|en)|dominio de|expérience (?:en|avec)|maîtrise)(?!\p{L})/iu;
const HARD =
  /\b(?:must(?:[- ]haves?)?|mandatory|essential|required|non-negotiable|zwingend|imprescindible|obligatori[oa]|erforderlich)(?!\p{L})/iu;
const OF_THE_FIRM =
  /^\W*(?:(?:at|here at) \p{Lu}\S* )?(?:we(?:'re|'ve| are| have| use| run| build| work| make| develop| deploy| host| ship| love| offer| also)?|our|the (?:company|team|platform|product|stack|system|backend|frontend|back end|front end)|wir|unser[e]?|nosotros|nuestr[oa]s?|nous|notre)\b/iu;
const CALLS_FOR_YOU =
  /\b(?:you|your|looking for|seeking|candidates?|need|hiring|assume|want|someone|somebody|search(?:ing)? for|require|expect|du|dich|sie|suchen|buscamos|cherchons|recherchons)\b/iu;
const CLAUSE_END = /[.!?](?=\s|$)|;|\n/g;
/**
 * Words that turn a sentence from what is required to what would be welcome: "Go required, Rust a plus". A run of
 * spaces is looked at from its beginning only, or a text of nothing else would take a day.
 */
const TURN =
  /,\s+(?:but\s+)?(?=[^,.;\n]{0,60}(?:\b(?:is|are|would be|as)?\s*(?:an?\s+(?:\w+\s+)?(?:plus|bonus|advantage|asset)|preferred|desirable|optional|nice to have|von Vorteil|wünschenswert|deseable)\b))|(?:,|(?<!\s))\s+(?:and\s+)?(?=\b(?:ideally|preferably|bonus|idealerweise|preferiblemente)\b)|\b(?:but|however|while|aber|pero)\b|\s[–—-]\s/giu;

const LISTED = /^,[^,.;]*\s(?:and|or|und|oder|y|o)\s[^,.;]*\b(?:is|are|would)\b/i;

/** How a clause puts what it names; `firm`: what the firm uses, `null`: nothing said. */
export type Wording = 'must' | 'required' | 'preferred' | 'firm' | null;

/** A clause of a job description with its wording. */
export interface JobClause extends Span {
  readonly wording: Wording;
}

function wordingOf(clause: string): Wording {
  const preferred = PREFERRED.test(clause);
  if (!preferred && HARD.test(clause)) return 'must';
  if (preferred) return 'preferred';
  if (OF_THE_FIRM.test(clause) && !CALLS_FOR_YOU.test(clause)) return 'firm';
  return REQUIRED.test(clause) || KNOWING.test(clause) ? 'required' : null;
}

/** The clauses of a text in order, each with how it puts what it names. */
export function jobClausesOf(text: string): JobClause[] {
  const clauses: JobClause[] = [];
  const add = (start: number, end: number) => {
    let from = start;
    for (const turn of text.slice(start, end).matchAll(TURN)) {
      const at = start + turn.index;
      // "Docker, Helm and Go are a plus" is one list; "Docker required, Go a plus" turns.
      const listed = turn[0].startsWith(',') && LISTED.test(text.slice(at, end));
      if (listed && !REQUIRED.test(text.slice(from, at))) continue;
      if (at > from) clauses.push({ start: from, end: at, wording: wordingOf(text.slice(from, at)) });
      from = at;
    }
    if (end > from) clauses.push({ start: from, end, wording: wordingOf(text.slice(from, end)) });
  };
  let start = 0;
  for (const { 0: stop, index } of text.matchAll(CLAUSE_END)) {
    // A full stop within "e.g." or "z.B." ends nothing.
    if (
      stop === '.' &&
      /\b(?:e\.g|i\.e|z\.\s?B|etc|incl|min|approx|ca|p\. ?ej|bzw)$/i.test(text.slice(Math.max(0, index - 6), index))
    )
      continue;
    add(start, index);
    start = index + stop.length;
  }
  add(start, text.length);
  return clauses;
}
