import type { MirroredFile } from './mirror.ts';
import { parseScript } from './script-tree.ts';

/**
 * Finds parameters that get no type from their surroundings: those of declarations, methods, and functions that are
 * assigned to an untyped variable. A callback's parameters get theirs from what it is passed to, and where that is a
 * package which is not installed, they have none through no fault of the file.
 */
export class ParameterPlaces {
  readonly #files: ReadonlyMap<string, MirroredFile>;
  /** The file that was asked about last: what is said of a file is said in a row, and trees are large. */
  #read: { readonly path: string; readonly body: unknown; readonly starts: readonly number[] } | null = null;

  constructor(files: readonly MirroredFile[]) {
    this.#files = new Map(files.map((file) => [file.path, file]));
  }

  /** Whether the place (from 1) lies in such a parameter. */
  isDeclared(place: { readonly file: string; readonly line: number; readonly column: number }): boolean {
    const file = this.#files.get(place.file);
    if (file === undefined) return false;
    if (this.#read?.path !== file.path) {
      this.#read = { path: file.path, body: bodyOf(file), starts: lineStarts(file.text) };
    }
    const { body, starts } = this.#read;
    return isDeclaredAt(body, (starts[place.line - 1] ?? 0) + place.column - 1);
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function bodyOf({ path, text }: MirroredFile): unknown {
  return parseScript(path, text)?.program.body ?? [];
}

/**
 * Whether a parameter of such a function is at an offset. Looks only into what the offset lies in, and without
 * recursion: real code nests deeper than the stack likes.
 */
function isDeclaredAt(body: unknown, offset: number): boolean {
  const waiting: { node: unknown; declared: boolean }[] = [{ node: body, declared: false }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, declared } = next;
    if (!isObject(node)) continue;
    if ((declared || node.type === 'FunctionDeclaration') && hasParameterAt(node, offset)) return true;
    for (const name of Object.keys(node)) {
      const child = node[name];
      if (isObject(child) && isAround(child, offset)) waiting.push({ node: child, declared: declares(node, name) });
    }
  }
  return false;
}

/** Whether an offset lies in a node; what has no place of its own, like a list, may hold it. */
function isAround({ start, end }: Record<string, unknown>, offset: number): boolean {
  return typeof start !== 'number' || typeof end !== 'number' || (start <= offset && offset < end);
}

/** Whether a function that stands there gets no types from around it. */
function declares(parent: Record<string, unknown>, place: string): boolean {
  if (parent.type === 'VariableDeclarator' && place === 'init') {
    return isObject(parent.id) && !isObject(parent.id.typeAnnotation);
  }
  if (parent.type === 'MethodDefinition' && place === 'value') return true;
  return parent.type === 'ExportDefaultDeclaration';
}

function hasParameterAt({ params }: Record<string, unknown>, offset: number): boolean {
  return (
    Array.isArray(params) && params.some((one: unknown) => isObject(one) && 'start' in one && isAround(one, offset))
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
