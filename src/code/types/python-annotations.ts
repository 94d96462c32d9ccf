import type { Severity } from '../findings.ts';
import { headAbove, indentOf } from './python-blocks.ts';
import type { PythonClasses } from './python-classes.ts';
import { isOwnClassDecorator, isOwnDecorator } from './python-decorated.ts';
import type { PythonSpot } from './python-spot.ts';
import type { PythonSurroundings } from './python-surroundings.ts';

/** Lines of decorators above a head. */
const MOST_LINES = 40;
const FUNCTION = /^\s*(?:async\s+)?def\b/;

/** What pyright said of a place in a file of the tree. Line and column are counted from 0. */
interface Said {
  readonly file: string;
  readonly rule: string | null;
  readonly message: string;
  readonly range?: { readonly start: { readonly line: number; readonly character: number } } | undefined;
}

/** Of a value that stands where a type has to. */
const NO_TYPE = /^Expected class but received /;
/** Of the form of some such values, as of `[int]`. */
const BY_FORM = /^\w+ expression not allowed in type expression/;
/** Functions of the language whose names are those of types but for a letter. */
const NAMESAKE = /^(?:any|callable)\b(?!\.)/;

/** Values that stand where a type has to: pyright speaks of some of them twice. */
export class NoTypes {
  readonly #places = new Set<string>();
  /** Those of which it says by their form why they are no types. */
  readonly #formed = new Set<string>();
  readonly #classes: Pick<PythonClasses, 'isWhole'>;

  constructor(said: readonly Said[], classes: Pick<PythonClasses, 'isWhole'>) {
    this.#classes = classes;
    for (const { file, rule, message, range } of said) {
      if (range === undefined) continue;
      const key = `${file}:${range.start.line + 1}:${range.start.character + 1}`;
      if (rule === 'reportGeneralTypeIssues' && NO_TYPE.test(message)) this.#places.add(key);
      if (rule === 'reportInvalidTypeForm' && BY_FORM.test(message)) this.#formed.add(key);
    }
  }

  /** Whether the form of such a value, which is told, says it already. */
  isRepeated(spot: PythonSpot): boolean {
    return NO_TYPE.test(spot.message) && this.#formed.has(keyOf(spot));
  }

  /**
   * What such a value weighs, in the lines of its file, where everybody sees which type is meant; null where not, and
   * where something else is said.
   */
  weightOf(spot: PythonSpot, around: Pick<PythonSurroundings, 'above'>, text: string): Severity | null {
    if (!this.#places.has(keyOf(spot))) return null;
    const isNamesake = NO_TYPE.test(spot.message) && NAMESAKE.test(spot.line.slice(spot.column - 1));
    if (!isNamesake && !BY_FORM.test(spot.message)) return null;
    return isAnnotationRead(spot, around.above(spot.number, true), text, this.#classes) ? 'medium' : 'low';
  }
}

function keyOf({ file, number, column }: PythonSpot): string {
  return `${file}:${number}:${column}`;
}

/**
 * Whether something may read an annotation when the program runs, so that one which is no type breaks it: that of a
 * field of a class, or of a function, which a base or a decorator of a package takes. Nobody else asks for it.
 */
function isAnnotationRead(
  { line, column }: PythonSpot,
  above: readonly string[],
  text: string,
  classes: Pick<PythonClasses, 'isWhole'>,
): boolean {
  const lines = [...above, line];
  const at = headOf(lines);
  const own = /^\s*class\s+(\w+)/.exec(lines[at] ?? '')?.[1];
  const decorators = decoratorsAbove(lines, at);
  if (own !== undefined) {
    return !classes.isWhole(own) || !decorators.every((one) => isOwnClassDecorator(nameOf(one), text));
  }
  const before = [...lines.slice(at, -1), line.slice(0, column - 1)].join('\n');
  return at >= 0 && isWithinHead(before) && !decorators.every((one) => isOwnDecorator(one, text));
}

/** Where the head of the function or class begins that the last of some lines is part of. */
function headOf(lines: readonly string[]): number {
  const last = lines.at(-1) ?? '';
  if (FUNCTION.test(last)) return lines.length - 1;
  if (!last.trimStart().startsWith(')')) return headAbove(lines, lines.length - 1);
  return lines.findLastIndex((one) => FUNCTION.test(one) && indentOf(one) === indentOf(last));
}

/** Whether the head of a function goes on behind a text that begins with it. */
function isWithinHead(text: string): boolean {
  return text.split('(').length > text.split(')').length || /\)\s*->[^:\n]*$/.test(text);
}

/** The first lines of the decorators above a head. */
function decoratorsAbove(lines: readonly string[], head: number): string[] {
  const indent = indentOf(lines[head] ?? '');
  const found: string[] = [];
  for (let above = head - 1; above >= Math.max(0, head - MOST_LINES); above -= 1) {
    const one = lines[above] ?? '';
    const isDecorator = indentOf(one) === indent && one.trimStart().startsWith('@');
    if (isDecorator) found.push(one.trim());
    else if (one.trim() === '' || (indentOf(one) <= indent && !/^\s*[)\]}#]/.test(one))) break;
  }
  return found;
}

/** The dotted name of a decorator. */
function nameOf(decorator: string): string {
  return /^@\s*([\w.]+)/.exec(decorator)?.[1] ?? '';
}
