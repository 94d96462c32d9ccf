/** A place in a text, both counted from 1. */
interface PlaceInText {
  readonly row: number;
  readonly column: number;
}

/** A number of a range or a slice, worked out of names and numbers only. */
const NUMBER = String.raw`[\w.]+(?:\s*(?:[-+*]|//)\s*[\w.]+)*`;

/**
 * Whether a loop only begins at the number that its name holds, and counts on from there: `range(at, end)`, or
 * `enumerate(parts[at:], at)`. Nothing that is gone through has the name; in `range(at)` the end would be lost.
 */
export function beginsAtItsName(lines: readonly string[], { row, column }: PlaceInText): boolean {
  const line = lines[row - 1] ?? '';
  const name = /^\w+/.exec(line.slice(column - 1))?.[0];
  const iterated = /\bin\s+(.*?):\s*(?:#.*)?$/.exec(line.slice(column - 1))?.[1];
  if (name === undefined || iterated === undefined) return false;
  const first = String.raw`(?<![\w.])${name}\b(?:\s*[-+]\s*\d+)?`;
  const rest = iterated
    .replace(new RegExp(String.raw`^range\(\s*${first}\s*,(?=\s*\S)`), 'range(0,')
    .replace(new RegExp(String.raw`\[\s*${first}\s*:\s*(?:${NUMBER})?\s*\]`, 'g'), '[:]')
    .replace(new RegExp(String.raw`^(enumerate\(.*),\s*(?:start\s*=\s*)?${first}\s*\)$`), '$1)');
  return rest !== iterated && !new RegExp(String.raw`(?<![\w.])${name}\b`).test(rest);
}

/** Whether the value that a line gives a field of a class is its first: above, the class only says what it is. */
export function isDeclaredAbove(lines: readonly string[], at: number): boolean {
  const line = lines[at] ?? '';
  const name = /^\s+(\w+)\s*(?::[^=]+)?=(?!=)/.exec(line)?.[1];
  if (name === undefined) return false;
  const indent = indentOf(line);
  let declared = 0;
  for (let row = at - 1; row >= 0; row -= 1) {
    const above = lines[row] ?? '';
    if (!isCode(above)) continue;
    if (indentOf(above) < indent && !/^\s*[)\]}]/.test(above)) break;
    if (indentOf(above) !== indent || !new RegExp(`^\\s*${name}\\s*[:=]`).test(above)) continue;
    // What is open at its end may have a value on another line.
    if (!/^\s*\w+\s*:[^=#]+(?:#.*)?$/.test(above) || count(above, /[([{]/g) !== count(above, /[)\]}]/g)) return false;
    declared += 1;
  }
  return declared === 1;
}

/**
 * Whether a name that is given itself is all that a branch does, and the branch below or above it gives the name
 * another value: the branch says that it stays as it is.
 */
export function isKeptInBranch(lines: readonly string[], at: number): boolean {
  const line = lines[at] ?? '';
  const name = /^\s+(\w+)\s*=\s*\1\s*(?:#.*)?$/.exec(line)?.[1];
  const indent = indentOf(line);
  const head = lines[at - 1] ?? '';
  if (name === undefined || !/^\s*(?:if|elif|else)\b.*:\s*(?:#.*)?$/.test(head) || indentOf(head) >= indent)
    return false;
  const margin = indentOf(head);
  const next = lines.slice(at + 1).find(isCode);
  if (next !== undefined && indentOf(next) >= indent) return false;
  const value = new RegExp(`^\\s{${indent}}${name}\\s*=(?!=)(?!\\s*${name}\\s*(?:#.*)?$)`);
  return branchesAround(lines, at, margin).some((one) => value.test(one));
}

/** The lines of the chain of branches whose heads stand at a margin, around a line in one of them. */
function branchesAround(lines: readonly string[], at: number, margin: number): readonly string[] {
  const isHead = (line: string) => indentOf(line) === margin && /^\s*(?:elif|else)\b/.test(line);
  const isInside = (line: string) =>
    !isCode(line) || indentOf(line) > margin || isHead(line) || /^\s*[)\]}]/.test(line);
  const opening = lines.slice(0, at).findLastIndex((line) => indentOf(line) === margin && /^\s*if\b/.test(line));
  if (opening < 0) return [];
  const rest = lines.slice(opening + 1);
  const length = rest.findIndex((line) => !isInside(line));
  const all = length < 0 ? rest : rest.slice(0, length);
  return opening + 1 + all.length > at ? all : [];
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

function isCode(line: string): boolean {
  return line.trim() !== '' && !line.trimStart().startsWith('#');
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
