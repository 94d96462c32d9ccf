/** Names of where a program is only tried, in conditions: `ENV == 'development'`, `IS_LOCAL`, `'test' in sys.argv`. */
const TRIED =
  /(?<![a-z])(?:dev(?:el(?:op(?:ment)?)?)?|debug(?:ging)?|local(?:host)?|127\.0\.0\.1|tests?|testing|runserver|pytest)(?![a-z])/i;
/** Names of where visitors come. */
const SERVED = /(?<![a-z])(?:prod(?:uction)?|live|staging|deployed|heroku|dyno)(?![a-z])/i;
/** What turns a condition round, each once: two of them say what none says. */
const TURNS = [/^not\b/, /!=|\bnot\s+in\b|\bis\s+not\b/, /(?:=|\bis|\bnot)\s*(?:None|['"]?(?:0|false|no|off)?['"]?)$/i];

/**
 * Whether a place of a Python program stands below a condition that holds only where the program is written or tried:
 * `if ENV != 'production':`, the `else` of `if PRODUCTION:`. `start` is the place's first character; without it, the
 * last line is meant.
 */
export function isForTrying(text: string, start = text.length): boolean {
  const lines = text.slice(0, start).split('\n');
  const own = lines.pop() ?? '';
  const sameLine = /^\s*(?:el)?if\b(.*):/.exec(own)?.[1];
  if (sameLine !== undefined && saysTried(sameLine)) return true;
  let indent = indentOf(own);
  for (let at = lines.length - 1; at >= 0 && indent > 0; at -= 1) {
    const line = lines[at] ?? '';
    if (line.trim() === '' || /^\s*#/.test(line) || indentOf(line) >= indent) continue;
    indent = indentOf(line);
    const branch = branchAt(lines, at, indent);
    if (branch === null) continue;
    if (branch.word === 'else' ? isElseOfServed(lines, branch.row, indent) : saysTried(branch.condition)) return true;
  }
  return false;
}

/** A branch that a place stands in. `isTurned`: in an `else` behind it, where the condition does not hold. */
interface Branch {
  readonly word: 'if' | 'except';
  readonly condition: string;
  readonly isTurned: boolean;
}

/** Longer functions are not looked at to their heads. */
const FARTHEST = 50_000;

/** Branches of the function around a place of a Python program, the inner ones first. */
function branchesAround(text: string, start: number): Branch[] {
  const lines = text.slice(Math.max(0, start - FARTHEST), start).split('\n');
  let indent = indentOf(lines.at(-1) ?? '');
  let isTurned = false;
  const found: Branch[] = [];
  for (let at = lines.length - 2; at >= 0 && indent > 0; at -= 1) {
    const line = lines[at] ?? '';
    if (line.trim() === '' || /^\s*#/.test(line) || indentOf(line) >= indent) continue;
    indent = indentOf(line);
    if (/^\s*(?:async\s+)?(?:def|class)\b/.test(line)) break;
    const [, word = '', condition = ''] = /^\s*(if|elif|else|except)\b(.*)/.exec(line) ?? [];
    if (word === 'if' || word === 'elif') found.push({ word: 'if', condition, isTurned });
    else if (word === 'except' && !isTurned) found.push({ word, condition, isTurned });
    // Its `if`, and the ways between, stand beside it.
    isTurned = word === 'else' || word === 'elif';
    if (isTurned) indent += 1;
  }
  return found;
}

/** Conditions of the branches around a place of a Python program, and of those before an `else` around it. */
export function conditionsAround(text: string, start: number): string[] {
  return branchesAround(text, start).flatMap(({ word, condition }) => (word === 'if' ? condition : []));
}

/** The name of the function around a place of a Python program; null for none. */
export function functionAround(text: string, start: number): string | null {
  const lines = text.slice(Math.max(0, start - FARTHEST), start).split('\n');
  let indent = indentOf(lines.at(-1) ?? '');
  for (let at = lines.length - 2; at >= 0 && indent > 0; at -= 1) {
    const line = lines[at] ?? '';
    if (line.trim() === '' || /^\s*[#)\]]/.test(line) || indentOf(line) >= indent) continue;
    indent = indentOf(line);
    const name = /^\s*(?:async\s+)?def\s+(\w+)/.exec(line)?.[1];
    if (name !== undefined) return name;
  }
  return null;
}

/** What tells whether this Python has filters for archives, or how old it is. */
const HAS_FILTERS = /^hasattr\(\s*tarfile(?:\.TarFile)?\s*,\s*['"]\w*filter['"]\s*\)$/;
const AGE = /^(?:sys\.)?version_info(?:\[[^\]]*\])?\s*([<>])=?\s*\(/;
/** What a Python raises that knows no filters. */
const REFUSES = /\b(?:TypeError|AttributeError)\b/;

/**
 * Whether a place of a Python program is reached only where this Python has no filters for archives: the `else` of
 * `if hasattr(tarfile, 'data_filter'):`, a test of the version, a TypeError that is caught.
 */
export function isOfOldPython(text: string, start: number): boolean {
  return branchesAround(text, start).some(({ word, condition, isTurned }) => {
    const plain = condition.replace(/:\s*(?:#.*)?$/, '').trim();
    if (word === 'except') return REFUSES.test(plain);
    if (/\b(?:and|or)\b/.test(plain)) return false;
    const isNegated = /^not\b/.test(plain);
    const test = plain.replace(/^not\s+/, '');
    const saysNew = HAS_FILTERS.test(test) || AGE.exec(test)?.[1] === '>';
    return (saysNew || AGE.test(test)) && (saysNew === isNegated) !== isTurned;
  });
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** A head of a branch by its last line: conditions in parentheses go over several. */
function branchAt(
  lines: readonly string[],
  last: number,
  indent: number,
): { word: 'if' | 'else'; condition: string; row: number } | null {
  let head = '';
  for (let row = last; row >= 0 && row > last - LONGEST_HEAD; row -= 1) {
    head = `${lines[row] ?? ''} ${head}`;
    const match = /^\s*(if|elif|else)\b(.*?):?\s*(?:#.*)?$/.exec(head);
    if (match !== null && indentOf(lines[row] ?? '') === indent)
      return { word: match[1] === 'else' ? 'else' : 'if', condition: match[2] ?? '', row };
    if (row === last && !/^\s*[)\]]/.test(head)) return null;
  }
  return null;
}

const LONGEST_HEAD = 12;

/** Whether one of the conditions before an `else` holds where visitors come. */
function isElseOfServed(lines: readonly string[], row: number, indent: number): boolean {
  for (let at = row - 1; at >= 0; at -= 1) {
    const line = lines[at] ?? '';
    if (line.trim() === '' || indentOf(line) > indent) continue;
    const branch = indentOf(line) === indent ? branchAt(lines, at, indent) : null;
    if (branch === null || branch.word === 'else') return false;
    if (saysServed(branch.condition)) return true;
    if (/^\s*if\b/.test(lines[branch.row] ?? '')) return false;
    at = branch.row;
  }
  return false;
}

function saysTried(condition: string): boolean {
  return everyWay(condition, (one, isNegated) => (isNegated ? SERVED : TRIED).test(one));
}

function saysServed(condition: string): boolean {
  return everyWay(condition, (one, isNegated) => (isNegated ? TRIED : SERVED).test(one));
}

/** Whether every part of an `or` has a part of an `and` that says it. */
function everyWay(condition: string, says: (part: string, isNegated: boolean) => boolean): boolean {
  const parts = (way: string) => way.split(/\band\b/).map((part) => part.trim().replace(/^\(+|\)+$/g, ''));
  return condition.split(/\bor\b/).every((way) => parts(way).some((part) => says(part, isNegated(part))));
}

function isNegated(part: string): boolean {
  return TURNS.filter((turn) => turn.test(part)).length % 2 === 1;
}
