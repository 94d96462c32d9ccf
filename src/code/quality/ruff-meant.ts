import { isNameTakenOver, isOnlyRead, isOwnGroup } from './harmless-python.ts';
import { beginsAtItsName, isDeclaredAbove, isKeptInBranch } from './python-names.ts';
import { isMeantTuple, isOneOfSeveral } from './ruff-tuples.ts';
import { isCalledInItsTurn } from './same-turn.ts';

/** What ruff says of a place. */
interface Diagnostic {
  readonly code: string | null;
  readonly message: string;
  readonly start_location: { readonly row: number; readonly column: number };
  readonly end_location: { readonly row: number; readonly column: number };
}

/**
 * What is to be thought of something that ruff takes for a fault: `meant` is none, `harmless` is one that cannot do
 * what the rule warns of.
 */
export function judgePython(one: Diagnostic, lines: readonly string[]): 'fault' | 'harmless' | 'meant' {
  if (isMeant(one, lines)) return 'meant';
  return isHarmless(one, lines) ? 'harmless' : 'fault';
}

function isHarmless({ code, start_location: start }: Diagnostic, lines: readonly string[]): boolean {
  if (code === 'PLE1205' || code === 'PLE1206') return isOwnLogger(lines, start);
  if (code === 'B006') return isOnlyRead(lines, start);
  // Beside a name that does change it says that this one stays.
  if (code === 'PLW0127') return isOneOfSeveral(lines[start.row - 1] ?? '') || isKeptInBranch(lines, start.row - 1);
  return code === 'B020' && isNameTakenOver(lines, start);
}

/** `self.app.log.error(…)` where nothing is of `logging`: what an object calls its log may take any arguments. */
function isOwnLogger(lines: readonly string[], { row, column }: Diagnostic['start_location']): boolean {
  const called = /^[\w.]+/.exec((lines[row - 1] ?? '').slice(column - 1))?.[0] ?? '';
  return called.split('.').length > 3 && !hasLine(lines, LOGS);
}

const LOGS = /\b(?:logging|getLogger)\b/;

/** Of texts, the patterns that a line of them matches or none does: a text may have many places to be judged. */
const askedBefore = new WeakMap<readonly string[], Map<RegExp, boolean>>();

function hasLine(lines: readonly string[], pattern: RegExp): boolean {
  const asked = askedBefore.get(lines) ?? new Map<RegExp, boolean>();
  askedBefore.set(lines, asked);
  const known = asked.get(pattern) ?? lines.some((one) => pattern.test(one));
  asked.set(pattern, known);
  return known;
}

/** Names of builtins that code calls so often that taking one away surprises. */
const SHADOWED =
  /`(?:bool|bytes|dict|float|int|isinstance|len|list|open|print|range|set|sorted|str|sum|super|tuple|zip)`/;

const CONVERTED =
  /\b(?:int|float|bool|str|Decimal)\(\s*(?:os\.)?(?:environ\.get|getenv)\([^()]*$|\b(?:int|float|bool|str|Decimal)\(\s*(?:os\.)?(?:environ\.get|getenv)\([^()\n]*\)[^\n]*$/;

/** What ruff takes for a fault and is meant: it sees the shape of a line only. */
function isMeant(one: Diagnostic, lines: readonly string[]): boolean {
  const { code, message, start_location: start, end_location: end } = one;
  const line = lines[start.row - 1] ?? '';
  if (isExplained(one, lines) || seesItsTurn(one, lines) || showsMeant(one, line)) return true;
  switch (code) {
    case 'B020':
      return beginsAtItsName(lines, start);
    case 'PIE794':
      return isDeclaredAbove(lines, start.row - 1);
    case 'B018':
      // An attribute is read for its effect, a name that is tried for the error.
      if (/^\s*try:/.test(lines[start.row - 2] ?? '')) return true;
      return start.row === end.row && /^[\w.()[\]]+\.\w+$/.test(line.slice(start.column - 1, end.column - 1));
    case 'COM818':
      return isMeantTuple(lines, start);
    case 'E711':
      return (
        isInQuery(lines, start) ||
        (isArgument(line) && lines.some((one) => /^\s*(?:from|import)\s+sqlalchemy\b/.test(one)))
      );
    case 'F821':
      return isNameGiven(message, lines, start.row - 1);
    case 'PIE796':
      // Two calls give two values.
      return message.includes('(') || isAlias(lines, start.row - 1);
    case 'PLW1508':
      // A conversion around it takes numbers as well as texts.
      return CONVERTED.test(`${lines[start.row - 3] ?? ''}\n${lines[start.row - 2] ?? ''}\n${line}`);
    case 'PLE1205':
      // A logger whose texts are filled in another way.
      return /["'][^"'\n]*\{[^"'\n]*\}/.test(lines.slice(start.row - 1, Math.max(end.row, start.row + 2)).join('\n'));
    case 'SIM115':
      return isClosedOrKept(line, lines.slice(start.row));
    case 'T100':
      return message.startsWith('Import') || isForDebugging(lines, start.row - 1);
    default:
      return false;
  }
}

/** Whether a member of an enumeration is another name for one: what is taken by default, or a comment says so. */
function isAlias(lines: readonly string[], at: number): boolean {
  const line = lines[at] ?? '';
  if (/^\s*_*(?:DEFAULT(?:_\w+)?|\w+_DEFAULT|[dD]efault)\s*(?::[^=]+)?=/.test(line)) return true;
  const above = /^\s*#/.test(lines[at - 1] ?? '') ? (lines[at - 1] ?? '') : '';
  return /#.*\b(?:alias(?:es)?|synonyms?|deprecated|legacy|compat\w*|old name|renamed)\b/i.test(`${above} ${line}`);
}

/** What is there to stop a program: a function named so, or a condition that an option of that name has to meet. */
const OF_DEBUGGER =
  /^\s*(?:(?:async\s+)?def\s+|(?:el)?if\b(?!\s+not\b)[^#]*?[\w.])?(?:\w*_)?(?:debug(?:ger)?|[ir]?pu?db|rdb|breakpoint|set_trace|post_?mortem)(?:_\w*)?\b/;

/** Whether a line that stops a program stands in a function or below a condition that is there for it. */
function isForDebugging(lines: readonly string[], at: number): boolean {
  let indent = indentOf(lines[at] ?? '');
  for (let row = at - 1; row >= 0 && indent > 0; row -= 1) {
    const line = lines[row] ?? '';
    if (line.trim() === '' || indentOf(line) >= indent) continue;
    indent = indentOf(line);
    if (/^\s*(?:(?:async\s+)?def|(?:el)?if)\b/.test(line) && OF_DEBUGGER.test(line)) return true;
  }
  return false;
}

/** The same of what the line itself shows to be meant. */
function showsMeant({ code, message, start_location: start }: Diagnostic, line: string): boolean {
  switch (code) {
    case 'A001':
      // What stands at the margin is a name the module offers.
      return start.column === 1 || !SHADOWED.test(message);
    case 'B007':
      return /`(?:dummy|unused|ignored?)\w*`/.test(message);
    case 'F401':
      // It is asked whether a package is there, or it works by being there.
      return /find_spec/.test(message) && /^\s+/.test(line);
    case 'PLE0101':
      // What the class below gives is nothing.
      return /^\s*return super\(\)\.__init__\(/.test(line);
    case 'PLR0124':
      // Only what is not a number differs from itself; a check asks what the comparison itself does.
      return /^\w+ != \w+/.test(line.slice(start.column - 1)) || /\bassert/.test(line);
    case 'PLW0127':
      // A name that a module offers.
      return start.column === 1;
    case 'YTT301':
      // No other version than 2 begins with it for a long time.
      return /\bversion\[0\]\s*[!=]=\s*["']2["']/.test(line);
    default:
      return false;
  }
}

/** Whether what is said to belong to another turn of a loop is of its own turn. */
function seesItsTurn({ code, start_location: start }: Diagnostic, lines: readonly string[]): boolean {
  if (code === 'B031') return isOwnGroup(lines, start);
  return code === 'B023' && isCalledInItsTurn(lines, start.row - 1, start.column);
}

/** Whether a comment says that it is meant: why nothing is done about an error, what is shown, or to another linter. */
function isExplained(
  { code, start_location: { row }, end_location: end }: Diagnostic,
  lines: readonly string[],
): boolean {
  if (code === 'ERA001') return isShown(lines, row - 1);
  const isPassedOver = code === 'S110' || code === 'S112';
  if (isPassedOver && lines.slice(row - 1, end.row).some((one) => /^\s*#|\b(?:pass|continue)\s*#/.test(one)))
    return true;
  return isSilencedForPylint(code, lines, row - 1);
}

/** Whether the comment that a line is part of says on top that it shows what comes out, or how something is used. */
function isShown(lines: readonly string[], at: number): boolean {
  for (let row = at - 1; row >= 0; row -= 1) {
    const line = lines[row] ?? '';
    if (!/^\s*#/.test(line)) return false;
    if (/^\s*#+\s*(?:[A-Z][\w ]*\b)?(?:examples?|output|usage|sample|e\.g\.)(?: \w+){0,4}\s*:?\s*$/i.test(line))
      return true;
  }
  return false;
}

/** What pylint calls the same. */
const NAMES_OF_PYLINT: Readonly<Record<string, RegExp>> = {
  E722: /\bbare-except\b/,
  E721: /\bunidiomatic-typecheck\b/,
  F401: /\bunused-import\b/,
  F811: /\b(?:reimported|function-redefined)\b/,
  F841: /\bunused-variable\b/,
  PLW0602: /\bglobal-(?:variable-not-assigned|statement)\b/,
  S110: /\bbroad-(?:exception-caught|except)\b/,
  S112: /\bbroad-(?:exception-caught|except)\b/,
};

const PYLINT = /#\s*pylint:\s*disable=([\w\s,-]+)/;

/**
 * Whether the author has said to another linter that it is meant: at the end of the line, or on a line of its own
 * further up, which holds to the end of the block that it stands in.
 */
function isSilencedForPylint(code: string | null, lines: readonly string[], at: number): boolean {
  const named = NAMES_OF_PYLINT[code ?? ''];
  if (named === undefined) return false;
  let block = Number.POSITIVE_INFINITY;
  for (let row = at; row >= 0; row -= 1) {
    const line = lines[row] ?? '';
    if (line.trim() === '') continue;
    const indent = indentOf(line);
    const said =
      row === at || (line.trimStart().startsWith('#') && indent <= block) ? PYLINT.exec(line)?.[1] : undefined;
    if (said !== undefined && named.test(said)) return true;
    if (!line.trimStart().startsWith('#')) block = Math.min(block, indent);
  }
  return false;
}

/** A comparison that is all of an argument, on a line of its own. */
function isArgument(line: string): boolean {
  return /^\s*[\w.]+\.\w+ [!=]= None\s*[,)]+$/.test(line);
}

/** Whether a place stands in a condition that is built for a database, as SQLAlchemy has them. */
function isInQuery(lines: readonly string[], { row, column }: { row: number; column: number }): boolean {
  const text = `${lines.slice(Math.max(0, row - 8), row - 1).join('\n')}\n${(lines[row - 1] ?? '').slice(0, column - 1)}`;
  let open = 0;
  for (let at = text.length - 1; at >= 0; at -= 1) {
    if (text[at] === ')') open += 1;
    else if (text[at] === '(' && open > 0) open -= 1;
    else if (
      text[at] === '(' &&
      /(?:\.(?:filter|where|having|on|join|outerjoin)|\b(?:and_|or_|not_|case))$/.test(text.slice(0, at))
    )
      return true;
  }
  return false;
}

/**
 * Whether a name that is nowhere defined is looked for on purpose, or another checker has been told that it is there.
 */
const GIVES_NAMES = /(?<![\w.])(?:globals|locals|vars)\(\)(?:\[\s*(?!["'])[^\]]*\]\s*=(?!=)|\.update\()/;

function isNameGiven(message: string, lines: readonly string[], at: number): boolean {
  const line = lines[at] ?? '';
  if (
    /#\s*(?:type|pyright):\s*ignore(?!\s*\[)|#\s*(?:type|pyright):\s*ignore\s*\[[^\]]*(?:name-defined|reportUndefinedVariable)/.test(
      line,
    )
  )
    return true;
  const name = /`(\w+)`/.exec(message)?.[1] ?? '';
  // Python gives it to every module, or to every package.
  if (/^__(?:path|builtins)__$/.test(name)) return true;
  // Sphinx runs its configuration with these.
  if (name === 'tags' && lines.some((one) => /^(?:html_theme|extensions|master_doc|project)\s*[:=]/.test(one)))
    return true;
  // A module that puts names of its own choice among its names may have put this one there.
  if (hasLine(lines, GIVES_NAMES)) return true;
  const indent = indentOf(line);
  const opening = lines.slice(0, at).findLastIndex((one) => /^\s*try:/.test(one) && indentOf(one) < indent);
  const handler = lines.slice(at + 1).find((one) => one.trim() !== '' && indentOf(one) < indent);
  return opening >= 0 && /^\s*except\b.*\bNameError\b/.test(handler ?? '');
}

/** Whether what is opened on a line lives longer than its function, or is closed by name further on. */
function isClosedOrKept(line: string, after: readonly string[]): boolean {
  if (/\bself\.|\btempfile\.|\breturn\b|\byield\b/.test(line)) return true;
  const name = /^\s*(\w+)\s*(?::[^=]+)?=[^=]/.exec(line)?.[1];
  if (name === undefined) return false;
  const closing = new RegExp(
    `\\bwith\\b.*\\b${name}\\b|\\b${name}\\.close\\b|\\breturn\\b.*\\b${name}\\b|\\byield ${name}\\b`,
  );
  return after.some((one) => closing.test(one));
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
