import type { PythonSpot } from './python-spot.ts';

/** A function with decorators, as the lines of a file show it. */
export interface DecoratedFunction {
  readonly name: string;
  /** First lines of its decorators, without blanks before them. */
  readonly decorators: readonly string[];
}

/** Decorators that leave a function's annotations and parameters what they are. */
const PLAIN_DECORATOR =
  /^\s*@(?:[\w.]*\.)?(?:property|staticmethod|classmethod|overload|override|abstractmethod|\w+\.setter)\b/;

const DEFINITION = /^(?:async[ \t]+)?def[ \t]+(\w+)/;

/**
 * Functions of a text that stand below decorators, each of one or more lines. Read line by line: an expression that
 * matches all of it at once takes time without end where a decorator has many lines.
 */
export function decoratedFunctions(text: string): DecoratedFunction[] {
  const found: DecoratedFunction[] = [];
  let decorators: string[] = [];
  for (const line of text.split('\n')) {
    const code = line.trim();
    const name = decorators.length === 0 ? undefined : DEFINITION.exec(code)?.[1];
    if (code.startsWith('@')) decorators.push(code);
    else if (name !== undefined) {
      found.push({ name, decorators });
      decorators = [];
    } else if (code === '' || /^class\b/.test(code) || !/^(?:\s|\))/.test(line)) decorators = [];
  }
  return found;
}

/** A function that its decorator, one of the project or of a package, has taken already: its name is free again. */
export function isRegistered({ line, above }: PythonSpot): boolean {
  const decorator = above.at(-1) ?? '';
  return /^\s*(?:async\s+)?def\b/.test(line) && /^\s*@/.test(decorator) && !PLAIN_DECORATOR.test(decorator);
}

/** A text in the place of an annotation that a decorator reads in its own way, as those of D-Bus do. */
export function isOwnLanguage({ line, above, column }: PythonSpot): boolean {
  if (!/["']$/.test(line.slice(0, column - 1)) && !/^["']/.test(line.slice(column - 1))) return false;
  let at = above.length;
  if (!/^\s*(?:async\s+)?def\b/.test(line)) {
    at = above.findLastIndex((one) => /^\s*(?:async\s+)?def\b/.test(one));
    if (at < 0) return false;
  }
  const own = above[at - 1] ?? '';
  const property = /^\s*@(\w+)\.setter\b/.exec(own)?.[1];
  const getter =
    property === undefined ? -1 : above.findLastIndex((one) => new RegExp(`\\bdef\\s+${property}\\(`).test(one));
  const decorator = getter < 0 ? own : (above[getter - 1] ?? '');
  return /^\s*@/.test(decorator) && !PLAIN_DECORATOR.test(decorator);
}
