import { blockBelow } from './python-blocks.ts';
import { callIn } from './python-calls.ts';
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

/** Decorators of Python's own library: what they make of a function is declared. */
const OWN_DECORATOR =
  /^\s*@(?:[\w.]*\.)?(?:property|staticmethod|classmethod|overload|override|abstractmethod|\w+\.(?:setter|getter|deleter)|wraps|lru_cache|cache|cached_property|contextmanager|asynccontextmanager|final|singledispatch|singledispatchmethod|total_ordering)\b/;
/** Those of them that packages have too, by the same name. */
const SHARED = /^@(?:([\w.]+)\.)?(lru_cache|cache|cached_property|contextmanager|asynccontextmanager)\b/;
const OWN_MODULE = /^(?:functools|contextlib)$/;

/** Whether a decorator is one of Python's own in a text, not one that a package calls by the same name. */
export function isOwnDecorator(decorator: string, text: string): boolean {
  if (!OWN_DECORATOR.test(decorator)) return false;
  const [, holder, name = ''] = SHARED.exec(decorator) ?? [];
  if (name === '') return true;
  if (holder !== undefined)
    return OWN_MODULE.test(holder) || new RegExp(`\\bimport (?:functools|contextlib) as ${holder}\\b`).test(text);
  const taken = new RegExp(`^[ \\t]*from[ \\t]+([\\w.]+)[ \\t]+import[ \\t]+(?:\\([^)]*|[^\\n(]*)\\b${name}\\b`, 'gm');
  const modules = [...text.matchAll(taken)].map(([, module = '']) => module);
  return modules.every((module) => OWN_MODULE.test(module));
}

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

/**
 * A function in the place of a parameter's class, below a decorator that is none of Python's own: what takes the
 * function calls it to convert what is given.
 */
export function isConverter({ rule, message, line, above, column }: PythonSpot): boolean {
  if (rule !== 'reportGeneralTypeIssues' || !message.startsWith('Expected class but received "(')) return false;
  // These say of what they are given no more than whether they like it: `Any` and `Callable` are meant.
  if (/^(?:any|callable)\b/.test(line.slice(column - 1))) return false;
  const lines = [...above, line.slice(0, column - 1)];
  const at = lines.findLastIndex((one) => /^\s*(?:async\s+)?def\b/.test(one));
  const decorator = at < 0 ? '' : (lines[at - 1] ?? '');
  if (!/^\s*@/.test(decorator) || OWN_DECORATOR.test(decorator)) return false;
  const head = lines.slice(at).join('\n');
  return head.split('(').length > head.split(')').length;
}

/** Modules that Python's own decorators of classes come from. */
const OWN_DECORATORS = /^(?:dataclasses|typing|typing_extensions|enum|functools|warnings)$/;

/** Whether a text takes a decorator from somewhere else than Python's own library, under a name that one of it has. */
function isTakenElsewhere(decorator: string, text: string): boolean {
  const name = decorator.split('.')[0] ?? '';
  const taken = text.matchAll(/^[ \t]*from[ \t]+([\w.]+)[ \t]+import[ \t]+(\([^)]*\)|[^\n]*)/gm);
  const own = new RegExp(`(?:^|[,(\\s])${name}[ \\t]*(?:[,)#\\n]|$)`);
  return [...taken].some(([, module = '', list = '']) => !OWN_DECORATORS.test(module) && own.test(list));
}

const OWN_CLASS_DECORATOR = /^(?:\w+\.)?(?:dataclass|final|unique|total_ordering|runtime_checkable|deprecated|verify)$/;

/** Whether a decorator of a class in a text is one of Python's own, which pyright knows what it makes of a class. */
export function isOwnClassDecorator(decorator: string, text: string): boolean {
  return OWN_CLASS_DECORATOR.test(decorator) && !isTakenElsewhere(decorator, text);
}

/**
 * Whether what is called is the result of a decorator that may be given its own arguments first: `cached(act)(1)` and
 * `cached(size=1)(act)`. Without an annotation pyright takes both results for possible.
 */
export function isResultOfDecorator(spot: PythonSpot, texts: Iterable<string>): boolean {
  const name = /(?<!\w)(\w+)\([^()]*\)\s*\($/.exec(callIn(spot))?.[1];
  if (name === undefined || !WRONG_ARGUMENTS.test(spot.message)) return false;
  const head = new RegExp(`^[ \\t]*def[ \\t]+${name}[ \\t]*\\(`, 'm');
  for (const text of texts) {
    const start = text.includes(name) ? head.exec(text)?.index : undefined;
    if (start !== undefined && givesBoth(blockBelow(text.slice(start).split('\n'), 0))) return true;
  }
  return false;
}

const WRONG_ARGUMENTS = /^Expected \d+ (?:more )?positional|^No parameter named/;

/** Whether a function gives another one, and what that one gives. */
function givesBoth(body: readonly string[]): boolean {
  const plain = new Set(body.flatMap((line) => /^\s*return\s+(\w+)\s*$/.exec(line)?.[1] ?? []));
  return body.some((line) => plain.has(/^\s*return\s+(\w+)\(/.exec(line)?.[1] ?? ''));
}
