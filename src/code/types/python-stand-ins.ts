import type { MirroredFile } from './mirror.ts';
import { blockBelow } from './python-blocks.ts';
import { openCalls } from './python-calls.ts';
import type { PythonSpot } from './python-spot.ts';

const ABSENT = /^\s*except\b.*\b(?:ImportError|ModuleNotFoundError)\b.*:\s*(?:#.*)?$/;
const STAND_IN = /^\s*(?:class\s+(\w+)|(?:async\s+)?def\s+(\w+)|(\w+)\s*(?::[^=]*)?=\s*None\b)/;

/**
 * Names that a file gives to something that is not there, where its import has failed: `None`, an empty class. What
 * uses them runs where it has not; pyright takes both for possible, or only the second.
 */
export class StandIns {
  readonly #texts: ReadonlyMap<string, string>;
  readonly #names = new Map<string, ReadonlySet<string>>();

  constructor(files: readonly MirroredFile[]) {
    this.#texts = new Map(files.flatMap(({ path, text }) => (/\.pyi?$/.test(path) ? [[path, text]] : [])));
  }

  /** Whether pyright speaks of such a name. */
  explains(spot: PythonSpot): boolean {
    const { rule, message, line, column, file } = spot;
    const names = this.#namesOf(file);
    if (names.size === 0) return false;
    if (rule?.startsWith('reportOptional') === true) {
      const name = /(?<![\w.])(\w+)\s*\.\s*$/.exec(line.slice(0, column - 1)) ?? /^(\w+)/.exec(line.slice(column - 1));
      return names.has(name?.[1] ?? '');
    }
    if (rule === 'reportAttributeAccessIssue') return names.has(/for class "(?:type\[)?(\w+)/.exec(message)?.[1] ?? '');
    if (rule !== 'reportCallIssue') return false;
    return [line, ...openCalls(spot.above, line)].some((one) =>
      [...one.matchAll(/(?<![\w.])(\w+)\s*\(/g)].some(([, name = '']) => names.has(name)),
    );
  }

  #namesOf(file: string): ReadonlySet<string> {
    const known = this.#names.get(file) ?? standInsOf(this.#texts.get(file) ?? '');
    this.#names.set(file, known);
    return known;
  }
}

function standInsOf(text: string): ReadonlySet<string> {
  const names = new Set<string>();
  if (!/\bexcept\b.*(?:ImportError|ModuleNotFoundError)/.test(text)) return names;
  const lines = text.split('\n');
  for (const [at, line] of lines.entries()) {
    if (!ABSENT.test(line)) continue;
    for (const one of blockBelow(lines, at)) {
      const [, made, act, empty] = STAND_IN.exec(one) ?? [];
      for (const name of [made, act, empty]) if (name !== undefined) names.add(name);
    }
  }
  return names;
}
