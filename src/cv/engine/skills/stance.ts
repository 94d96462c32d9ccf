import type { Span } from '../profile/spans.ts';

/** What the text says of a skill: that it is there, is missing, or is wished for. */
export type Stance = 'held' | 'denied' | 'wished';

interface Scope extends Span {
  readonly stance: Exclude<Stance, 'held'>;
}

const DENIED_AHEAD = [
  String.raw`\b(?:no|zero|without(?: any)?|little(?: to no)?|lack(?:s|ing)?(?: of)?|not much|hardly any|limited to no)\s+(?:(?:real|prior|previous|professional|commercial|practical|hands-on|production|formal|direct|working|deep|in-depth|much|significant|further|any)\s+){0,2}(?:experience|knowledge|exposure|background|expertise|familiarity|skills?|training)\b`,
  String.raw`\b(?:not|never|n['’]t)\s+(?:yet\s+|really\s+|ever\s+|actually\s+|personally\s+|previously\s+|currently\s+)*(?:used|worked|work|touched|learned|learnt|tried|familiar|experienced|proficient|comfortable|know|use|had|have|been\s+exposed|done|an?\s+expert|written|programmed|administered|deployed|operated|run|had the chance)\b`,
  String.raw`\b(?:unfamiliar|inexperienced)\s+(?:with|in)\b`,
  String.raw`\b(?:instead of|rather than|as opposed to|without(?: using)?)\b`,
  String.raw`\b(?:have|has) yet to\b`,
  String.raw`\b(?:do|does|need)(?:\s+not|n['’]t)\s+(?:need|have|require)\s+(?:to\s+(?:know|have|be)\b)?`,
  String.raw`\bnot\s+my\s+(?:field|area|strength|thing|speciality|expertise)\b`,
  String.raw`\bkeine?n?\s+(?:\p{L}+\s+)?(?:Erfahrung(?:en)?|Kenntnisse|Praxis)\b`,
  String.raw`\b(?:ohne\s+(?:Erfahrung|Kenntnisse)|noch\s+nicht|noch\s+nie|bisher\s+nicht)\b`,
  String.raw`\b(?:sin\s+(?:experiencia|conocimientos)|no\s+tengo\s+(?:experiencia|conocimientos)|ninguna\s+experiencia|aún\s+no|todavía\s+no|nunca\s+he)`,
  String.raw`\b(?:pas\s+d['’]expérience|aucune\s+expérience|sans\s+expérience|pas\s+encore|jamais)\b`,
];
/** "No Kubernetes", "Java, not JavaScript": only before a name. */
const DENIED_NAME =
  /\b[Nn]o\s+(?=\p{Lu}[\p{L}+#.]*(?:[,.;\n]|\s+(?:and|or|experience)\b|$))|,\s+(?:but\s+)?not\s+(?=\p{Lu})/gu;
const WISHED_AHEAD = [
  String.raw`\b(?:currently|now)\s+(?:reading\s+(?:about|up\s+on)|learning|studying|teaching\s+myself)\b`,
  String.raw`\bnot\s+yet\s*:`,
  String.raw`\b(?:eager|keen|hoping|hope|hopes|want|wants|wanting|wish|wishes|willing|excited|motivated|aim|aiming|aims|plan|plans|planning|intend|intends|looking|happy|ready|love|like|aspire|aspires|aspiring|goal is|itching|curious)\s+(?:forward\s+)?(?:to\s+|on\s+)(?:be\s+|eventually\s+|also\s+|further\s+|soon\s+|one day\s+)?(?:start\s+|begin\s+|keep\s+)?(?:learn|learning|study|studying|explore|exploring|get|getting|gain|gaining|work|working|pick|picking|try|trying|deepen|deepening|grow|growing|move|moving|master|mastering|dive|diving|use|using|become|becoming|expand|expanding|transition|build|add|adding|improve)\b`,
  String.raw`\b(?:would|['’]d)\s+(?:really\s+)?(?:like|love)\s+to\b`,
  String.raw`\b(?:interested in|interest in|open to|curious about|keen on|looking forward to)\s+(?:learning|exploring|studying|getting|trying|picking|gaining|working)\b`,
  String.raw`\b(?:curious about|eager for|dream(?:ing)? of|keen on)\b`,
  String.raw`\b(?:next (?:up|on my list|to learn)|to learn next|on my (?:learning )?(?:list|wish ?list|roadmap)|learning goals?|want to learn|wish ?list|still to learn|future interests?)\s*(?:is|are|:|–|-)?`,
  String.raw`\b(?:möchte|würde\s+gern(?:e)?|will)\s+(?=[^.;\n]{0,80}(?:lernen|kennenlernen|vertiefen|einarbeiten|arbeiten))`,
  String.raw`\b(?:me\s+gustaría|quiero|deseo|ganas\s+de|interesad[oa]\s+en|interés\s+en)\s+(?:aprender|trabajar|profundizar|conocer)`,
  String.raw`\b(?:souhaite|aimerais|voudrais|envie\s+d['’])\s*(?:apprendre|découvrir|approfondir)`,
];
const DENIED_BEHIND = [
  String.raw`\b(?:is|are|was|were)\s+(?:not|new to me|unknown to me)\b`,
  String.raw`\b(?:not yet|not used|no experience|none|never used|not required|not necessary|not needed|noch nicht|keine|aún no|pas encore)\b(?=\s*(?:[).;,\n]|$))`,
];
const WISHED_BEHIND = [
  String.raw`\b(?:eager to learn|want to learn|would like to learn|planned|to be learned|next on my list|on my list|wish ?list|learning next|lernen möchte|gerne lernen|(?:is|are) next)\b`,
];

const join = (parts: readonly string[]) => parts.map((part) => `(?:${part})`).join('|');
const CUES: readonly { readonly stance: Scope['stance']; readonly ahead: boolean; readonly cue: RegExp }[] = [
  { stance: 'denied', ahead: true, cue: new RegExp(join(DENIED_AHEAD), 'giu') },
  { stance: 'denied', ahead: true, cue: DENIED_NAME },
  { stance: 'wished', ahead: true, cue: new RegExp(join(WISHED_AHEAD), 'giu') },
  { stance: 'denied', ahead: false, cue: new RegExp(join(DENIED_BEHIND), 'giu') },
  { stance: 'wished', ahead: false, cue: new RegExp(join(WISHED_BEHIND), 'giu') },
];
/** "Not only Java", "no need for a manager", "not just used": none of them denies. */
const NO_CUE = /\b(?:not|no|nicht|no)\s+(?:only|just|merely|nur|longer|solo|sólo)\b/iu;
const CLAUSE_END =
  /[.!?](?=\s|$)|;|\n\s*(?=\n|[-•*·–▪‣◦]|[\p{Lu}][^\n:]{0,30}:)|\b(?:but|however|although|though|while|whereas|except|yet I|aber|jedoch|dafür|pero|aunque|sin embargo|mais|cependant)\b|,\s+(?=(?:and\s+)?(?:I|I['’]ve|we|used|built|strong|solid|good|great|have|having|worked|experienced|proficient|expert|ran|wrote)\b)/giu;
const CLAUSE_REACH = 240;

const HEADING_END = /^(?:\s+(?:en|in|with|mit|de))?[ \t]*:?[ \t]*\n(?!\s*\n)/i;

/** Where a clause that goes on at `from` ends. */
function clauseEnd(text: string, from: number): number {
  const rest = text.slice(from, from + CLAUSE_REACH);
  let depth = 0;
  // As a heading ("No experience with"), it speaks of the lines below, to the empty one.
  const heading = HEADING_END.exec(rest)?.[0].length ?? 0;
  if (heading > 0) return from + heading + (/\n\s*\n|$/.exec(rest.slice(heading))?.index ?? 0);
  const stop = rest.search(CLAUSE_END);
  for (let at = 0; at < rest.length; at += 1) {
    if (at === stop) return from + at;
    if (rest[at] === '(') depth += 1;
    if (rest[at] === ')') depth -= 1;
    if (depth < 0) return from + at;
    // A line that is too short to have been wrapped ends what it says.
    if (rest[at] === '\n' && from + at - text.lastIndexOf('\n', from + at - 1) < 50) return from + at;
  }
  return from + rest.length;
}

/** Where the clause that reaches `to` begins. In brackets, what stands right before them is meant. */
function clauseStart(text: string, to: number): number {
  const from = Math.max(0, to - CLAUSE_REACH);
  const rest = text.slice(from, to);
  const bracket = rest.lastIndexOf('(');
  if (bracket >= 0 && !rest.slice(bracket).includes(')')) {
    const item = Math.max(
      ...[',', ';', '\n', '|', '•', '(', '.\u0020', '\t'].map((sign) => rest.lastIndexOf(sign, bracket - 1)),
    );
    return from + item + 1;
  }
  let start = Math.max(rest.lastIndexOf('\n'), -1) + 1;
  for (const end of rest.matchAll(CLAUSE_END)) start = Math.max(start, end.index + end[0].length);
  return from + start;
}

/** The parts of a text that deny or wish for what they name, in order. */
export function stanceScopes(text: string): Scope[] {
  const scopes: Scope[] = [];
  for (const { stance, ahead, cue } of CUES) {
    for (const match of text.matchAll(cue)) {
      const end = match.index + match[0].length;
      if (NO_CUE.test(text.slice(match.index, end + 8))) continue;
      if (ahead) scopes.push({ stance, start: match.index, end: clauseEnd(text, end) });
      if (!ahead || /^\s*\)/.test(text.slice(end)))
        scopes.push({ stance, start: clauseStart(text, match.index), end: match.index });
    }
  }
  return scopes.sort((one, other) => one.start - other.start);
}

/** No scope is longer: a clause, and the words that deny it. */
const SCOPE_REACH = CLAUSE_REACH * 2;

/** What is said of the words of a span by the scopes of its text. To be without counts before to wish. */
export function stanceAt(scopes: readonly Scope[], { start, end }: Span): Stance {
  let stance: Stance = 'held';
  for (let at = firstFrom(scopes, start - SCOPE_REACH); at < scopes.length; at += 1) {
    const scope = scopes[at];
    if (scope === undefined || scope.start > start) break;
    if (end > scope.end) continue;
    if (scope.stance === 'denied') return 'denied';
    stance = 'wished';
  }
  return stance;
}

/** Index of the first scope that starts at or after a place. */
function firstFrom(scopes: readonly Scope[], place: number): number {
  let [low, high] = [0, scopes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((scopes[middle]?.start ?? 0) < place) low = middle + 1;
    else high = middle;
  }
  return low;
}
