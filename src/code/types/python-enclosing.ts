import { blockBelow, headAbove, indentOf } from './python-blocks.ts';
import type { PythonSpot } from './python-spot.ts';

/** Leaves the function, or the turn of the loop, that a condition stands in. */
const LEAVES = /^\s*(?:return|raise|continue|break|(?:sys\.)?exit\()/;

/**
 * Whether what pyright takes for possibly `None` is a variable of the function around the one that uses it, and that
 * one has asked for it before: it left, or gave it a value, where it was `None`. Of a variable that is given a value
 * more than once pyright forgets that in inner functions. `linesOf` gives those of the file.
 */
export function isSettledAround(
  { rule, file, line, column, number }: PythonSpot,
  linesOf: (file: string) => readonly string[],
): boolean {
  if (rule?.startsWith('reportOptional') !== true) return false;
  const name =
    /(?<![\w.])(\w+)\s*\.\s*$/.exec(line.slice(0, column - 1))?.[1] ??
    /^(\w+)(?!\w|\.|\()/.exec(line.slice(column - 1))?.[1];
  if (name === undefined) return false;
  const lines = linesOf(file);
  const inner = functionAbove(lines, number - 1);
  const outer = inner < 0 ? -1 : functionAbove(lines, inner);
  if (outer < 0) return false;
  const bound = new RegExp(`^\\s*${name}\\s*(?::[^=\\n]*)?=[^=]|\\bfor\\b[^\\n]*\\b${name}\\b[^\\n]*\\bin\\b`);
  const parameter = new RegExp(`\\bdef\\s+\\w+\\s*\\([^\\n]*\\b${name}\\b`);
  const own = lines.slice(inner, number);
  if (parameter.test(own[0] ?? '') || own.some((one) => bound.test(one))) return false;
  return lines.slice(outer + 1, inner).some((one, at) => settles(one, lines, outer + 1 + at, name));
}

/** Whether a variable that is said to be unbound is bound by a function above the use which takes it over. */
export function isBoundWithin(
  { message, file, number }: PythonSpot,
  linesOf: (file: string) => readonly string[],
): boolean {
  const name = /^"(\w+)" is unbound/.exec(message)?.[1];
  if (name === undefined) return false;
  const lines = linesOf(file);
  const head = headAbove(lines, number - 1);
  const inner = new RegExp(`^\\s*nonlocal\\b[^#]*\\b${name}\\b`);
  return head >= 0 && lines.slice(head + 1, number - 1).some((one) => inner.test(one));
}

/**
 * Whether the function around a use asks what a value is by types that are worked out: pyright does not follow that, so
 * it goes on with what the value is not any more.
 */
export function isSortedOut(
  { rule, message, file, line, column, number }: PythonSpot,
  linesOf: (file: string) => readonly string[],
): boolean {
  const isOfPart = /^"__\w+__" method not defined on type "Literal\[|^"Literal\[[^"]*\]" is not iterable/.test(message);
  if (!(isOfPart || /^Index -?\d+ is out of range for type "?tuple\[\(\)\]/.test(message)) || rule === null)
    return false;
  const name = /^\w+/.exec(line.slice(column - 1))?.[0];
  if (name === undefined) return false;
  const lines = linesOf(file);
  const head = headAbove(lines, number - 1);
  const asked = new RegExp(`\\bisinstance\\(\\s*${name}\\s*,\\s*[\\w.]+\\(`);
  return head >= 0 && lines.slice(head + 1, number - 1).some((one) => asked.test(one));
}

/** Whether a line asks whether a name is `None`, and what stands below it leaves or gives the name a value. */
function settles(line: string, lines: readonly string[], at: number, name: string): boolean {
  if (new RegExp(`^\\s*assert\\s+${name}(?:\\s+is\\s+not\\s+None)?\\s*(?:,|$)`).test(line)) return true;
  if (!new RegExp(`^\\s*if\\s+(?:not\\s+${name}|${name}\\s+is\\s+None)\\s*:`).test(line)) return false;
  const block = blockBelow(lines, at).filter((one) => one.trim() !== '');
  const given = new RegExp(`^\\s*${name}\\s*=(?!=|\\s*None\\s*$)`);
  return block.some((one) => given.test(one)) || LEAVES.test(lastOf(block));
}

/** The last statement of a block that stands no deeper than its first one. */
function lastOf(block: readonly string[]): string {
  const depth = indentOf(block[0] ?? '');
  return block.findLast((one) => indentOf(one) === depth && !/^\s*[)\]}]/.test(one)) ?? '';
}

/** Where the innermost function around a line (from 0) begins; -1 where that is a class or nothing. */
function functionAbove(lines: readonly string[], at: number): number {
  const head = headAbove(lines, at);
  return /^\s*class\b/.test(lines[head] ?? 'class') ? -1 : head;
}
