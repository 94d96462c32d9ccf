import { parseSync } from 'oxc-parser';
import type { MirroredFile } from './mirror.ts';

/**
 * Finds parameters that get no type from their surroundings: those of declarations, methods, and functions that are
 * assigned to an untyped variable. A callback's parameters get theirs from what it is passed to, and where that is a
 * package which is not installed, they have none through no fault of the file.
 */
export class ParameterPlaces {
  readonly #files: ReadonlyMap<string, MirroredFile>;
  readonly #ranges = new Map<string, readonly (readonly [number, number])[]>();
  readonly #starts = new Map<string, readonly number[]>();

  constructor(files: readonly MirroredFile[]) {
    this.#files = new Map(files.map((file) => [file.path, file]));
  }

  /** Whether the place (from 1) lies in such a parameter. */
  isDeclared(place: { readonly file: string; readonly line: number; readonly column: number }): boolean {
    const file = this.#files.get(place.file);
    if (file === undefined) return false;
    const starts = this.#starts.get(file.path) ?? lineStarts(file.text);
    const ranges = this.#ranges.get(file.path) ?? declaredParameters(file);
    this.#starts.set(file.path, starts);
    this.#ranges.set(file.path, ranges);
    const offset = (starts[place.line - 1] ?? 0) + place.column - 1;
    return ranges.some(([start, end]) => start <= offset && offset < end);
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** Ranges of the parameters. Walks without recursion: real code nests deeper than the stack likes. */
function declaredParameters(file: MirroredFile): [number, number][] {
  const { program } = parseSync(file.path, file.text, /\.[cm]?js$/.test(file.path) ? { lang: 'jsx' } : {});
  const found: [number, number][] = [];
  const waiting: { node: unknown; declared: boolean }[] = [{ node: program.body, declared: false }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, declared } = next;
    if (!isObject(node)) continue;
    if (declared || node.type === 'FunctionDeclaration') found.push(...parameterRanges(node));
    for (const [name, child] of Object.entries(node)) {
      if (isObject(child)) waiting.push({ node: child, declared: declares(node, name) });
    }
  }
  return found;
}

/** Whether a function that stands there gets no types from around it. */
function declares(parent: Record<string, unknown>, place: string): boolean {
  if (parent.type === 'VariableDeclarator' && place === 'init') {
    return isObject(parent.id) && !isObject(parent.id.typeAnnotation);
  }
  if (parent.type === 'MethodDefinition' && place === 'value') return true;
  return parent.type === 'ExportDefaultDeclaration';
}

function parameterRanges(node: Record<string, unknown>): [number, number][] {
  const parameters = Array.isArray(node.params) ? node.params : [];
  return parameters.flatMap((one: unknown): [number, number][] =>
    isObject(one) && typeof one.start === 'number' && typeof one.end === 'number' ? [[one.start, one.end]] : [],
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
