import type { NamedText } from '../../code/symbols.ts';
import { basesOf } from '../engine/inherited-docs.ts';
import { type Callable, isPython, isScript, isStructured } from './callables.ts';
import { Conventions } from './conventions.ts';
import { dialectOf, scopesAround } from './docstring-conventions.ts';
import { described } from './docstring-inventions.ts';
import { type FunctionText, functionTexts } from './function-texts.ts';
import type { KnownNames } from './known-names.ts';
import { didYouMean, nearest } from './nearest.ts';
import type { Fault } from './rules.ts';
import type { HealthSubject } from './subject.ts';

/** Errors that tell of the program and of what is installed, not of its use. */
const UNTOLD: ReadonlySet<string> = new Set(
  'AssertionError NotImplementedError ImportError ModuleNotFoundError StopIteration StopAsyncIteration KeyboardInterrupt SystemExit GeneratorExit RuntimeError'.split(
    ' ',
  ),
);

/** What Python raises by itself, and what in a text may make it do so. */
const IMPLICIT: Readonly<Record<string, RegExp>> = {
  KeyError: /[\w)\]]\[|\.pop\(|\.remove\(|\.popitem\(/,
  IndexError: /[\w)\]]\[|\.pop\(/,
  LookupError: /[\w)\]]\[|\.pop\(/,
  ValueError:
    /\b(?:int|float|complex|bytes|range|zip|strptime|fromisoformat|index|remove|UUID|Decimal|loads|split)\b|,\s*\w+\s*=/,
  TypeError: /[(+\-*/[]/,
  AttributeError: /\w\.\w/,
  ZeroDivisionError: /[/%]/,
  StopIteration: /\bnext\(/,
  UnicodeDecodeError: /decode|open\(|read/,
  UnicodeEncodeError: /encode|write/,
  UnicodeError: /code|read|write|open/,
  ImportError: /import/,
  ModuleNotFoundError: /import/,
  RecursionError: /\(/,
  MemoryError: /./,
  OverflowError: /[*+]/,
  AssertionError: /\bassert\b/,
  Exception: /./,
  BaseException: /./,
};
const SYSTEM =
  /^(?:OSError|IOError|FileNotFoundError|FileExistsError|PermissionError|IsADirectoryError|NotADirectoryError|ConnectionError|\w*TimeoutError|BlockingIOError|BrokenPipeError)$/;
const HARMLESS: ReadonlySet<string> = new Set(
  (
    'len str repr bool list dict set tuple sorted reversed enumerate zip map filter isinstance issubclass hasattr print ' +
    'min max sum abs round any all range type id hash super join lower upper strip lstrip rstrip startswith endswith ' +
    'append extend items keys values get setdefault update add copy format replace split splitlines title capitalize ' +
    'push concat slice filter forEach reduce some every includes trim toLowerCase toUpperCase toString String Number ' +
    'Boolean Array Object entries assign freeze indexOf find has Set Map max floor ceil if for while return not and or in'
  ).split(' '),
);

const PLAIN_DECORATORS =
  /^@?(?:property|staticmethod|classmethod|abstractmethod|abc\.abstractmethod|override|\w+\.setter|deprecated)\b/;

/** What stands around a function may raise too: a decorator as a text that calls it. */
function calledBy(decorator: string): FunctionText {
  const name = /[\w$]+(?=\s*(?:\(|$))/.exec(decorator)?.[0] ?? '';
  return { name, body: `(${decorator}\n${name}()` };
}

/** Checks the errors that comments tell of against the functions that stand in the files. */
export class ErrorCheck {
  readonly #subject: HealthSubject;
  readonly #names: KnownNames;
  readonly #bases = new Map<string, readonly string[]>();
  readonly #told = new Conventions();
  readonly #named = new Set<string>();
  #functions: Map<string, FunctionText[]> | null = null;
  /** The file that was read last: callables come file by file. */
  #read: { readonly path: string; readonly functions: readonly FunctionText[] } = { path: '', functions: [] };

  constructor(subject: HealthSubject, callables: readonly Callable[]) {
    this.#subject = subject;
    this.#names = subject.names;
    for (const { symbols } of subject.files)
      for (const symbol of symbols) if (symbol.kind === 'class') this.#bases.set(symbol.name, basesOf(symbol));
    for (const one of callables) {
      for (const { name } of one.doc.throws) this.#named.add(shortName(name));
      const could =
        isStructured(one.doc) && (one.symbol.body?.raises ?? []).some(({ name }) => isTellable(shortName(name)));
      if (could) this.#told.note(scopesAround(dialectOf(one), one.file.path), one.doc.throws.length > 0);
    }
  }

  check(callable: Callable): Fault[] {
    const { symbol, file } = callable;
    if (!isPython(file) && !isScript(file)) return [];
    const made = symbol.kind === 'class' ? symbol.members.find(({ kind }) => kind === 'constructor') : symbol;
    const body = made?.body ?? null;
    if (body === null || body.isAbstractOrStub) return [];
    return [...this.#invented(callable), ...(symbol.kind === 'class' ? [] : this.#omitted(callable))];
  }

  #omitted(callable: Callable): Fault[] {
    const { doc, symbol, file, name } = callable;
    const scopes = scopesAround(dialectOf(callable), file.path);
    // Errors are told of by one author and not by another: the same file has to show it.
    if (!this.#told.holds(scopes) || this.#told.keptIn(scopes.at(-1) ?? '') === 0) return [];
    if (!isStructured(doc) || doc.style === 'plain') return [];
    // What stands around a function may catch what it raises.
    if (symbol.decorators.some((one) => !PLAIN_DECORATORS.test(one))) return [];
    // A sentence says that it raises something, and when.
    if (doc.throws.some((one) => one.name === '') || /\b(?:rais|throw)(?:e|s|es|ing)\b/i.test(doc.description))
      return [];
    const told = doc.throws.map((one) => shortName(one.name));
    const seen = new Set<string>();
    return (symbol.body?.raises ?? []).flatMap((raised) => {
      const error = shortName(raised.name);
      if (!isTellable(error) || !this.#isError(error) || seen.has(error) || this.#isPassedOn(file.path, raised.line))
        return [];
      seen.add(error);
      const known = [error, ...this.#ancestors(error)];
      if (told.some((one) => known.includes(one) || one === 'Error' || one === 'Exception')) return [];
      // `Error` alone says no more than that something may go wrong.
      if (
        doc.throws.some(({ text }) => text.includes(error)) ||
        doc.description.includes(error) ||
        (error === 'Error' && told.length > 0)
      )
        return [];
      // A comment in a form that is not understood may tell of it all the same.
      if (this.#writtenText(callable).includes(error)) return [];
      return [
        {
          rule: 'docs/raises' as const,
          file: file.path,
          line: doc.throws[0]?.line ?? doc.line,
          message: `${described(symbol, name)} raises \`${error}\` on line ${raised.line}, which its documentation leaves out.`,
          suggestion: `Say when \`${error}\` is raised.`,
          subject: `${name} omits ${error}`,
          shapes: [`comments that leave out ${error}`],
        },
      ];
    });
  }

  #invented(callable: Callable): Fault[] {
    const { doc, symbol, file, name } = callable;
    return doc.throws.flatMap((told) => {
      const error = shortName(told.name);
      if (!/^[A-Z]\w*$/.test(error) || !this.#cannotCome(error, told, callable)) return [];
      const raised = (symbol.body?.raises ?? []).map((one) => shortName(one.name));
      const unknown = isOwnLike(error) && !this.#names.isDeclared(error) && !this.#names.isImported(error);
      const near = raised.find((one) => !doc.throws.some((other) => shortName(other.name) === one));
      return [
        {
          rule: 'docs/raises' as const,
          severity: 'medium' as const,
          file: file.path,
          line: told.line,
          message: `${described(symbol, name)} documents \`${error}\`, which ${unknown ? 'is not in the code' : 'nothing in it raises'}.`,
          suggestion: didYouMean(near ?? (unknown ? nearest(error, this.#bases.keys()) : null)),
          subject: `${name} invents ${error}`,
        },
      ];
    });
  }

  /** Whether nothing that a function does, or calls as far as that can be seen, makes an error. */
  #cannotCome(error: string, _told: NamedText, { file, symbol, name }: Callable): boolean {
    if (error === 'Error' || error === 'Exception') return false;
    const raised = (symbol.body?.raises ?? []).map((one) => shortName(one.name));
    if (raised.some((one) => one === error || this.#ancestors(one).includes(error))) return false;
    const isOwn = this.#bases.has(error);
    const family = [error, ...[...this.#bases.keys()].filter((one) => this.#ancestors(one).includes(error))];
    const short = symbol.kind === 'class' ? (isPython(file) ? '__init__' : 'constructor') : symbol.name;
    const own = this.#ownTexts(file.path, short);
    // Without its text nothing can be said, and one of several of that name may be the one.
    if (own.length === 0 || name === '') return false;
    // A hook does nothing itself.
    if (own.every(({ body }) => !/\w\s*\(|\[|\braise\b|\bthrow\b/.test(body.slice(body.search(/[:{]\s*\n|$/)))))
      return false;
    const around = symbol.decorators.filter((one) => !PLAIN_DECORATORS.test(one));
    return [...own, ...around.map(calledBy)].every((one) => !this.#mayRaise(one, error, family, isOwn, new Set(), 0));
  }

  #mayRaise(
    one: FunctionText,
    error: string,
    family: readonly string[],
    isOwn: boolean,
    seen: Set<string>,
    depth: number,
  ): boolean {
    if (family.some((name) => new RegExp(`\\b${name}\\b`).test(one.body))) return true;
    const inside = one.body.slice(one.body.indexOf('(') + 1);
    const implicit = Object.hasOwn(IMPLICIT, error) ? IMPLICIT[error] : undefined;
    if (!isOwn && implicit?.test(inside.slice(inside.indexOf('\n') + 1)) === true) return true;
    if (/\braise[ \t]+(?![A-Z])|\bthrow[ \t]+(?!new\b)/.test(one.body)) return true;
    for (const [, called = ''] of inside.matchAll(/([\w$]+)\s*\(/g)) {
      if (seen.has(called)) continue;
      seen.add(called);
      // A method of this repository may have the name of one that is harmless.
      const texts = this.#index().get(called);
      if (texts === undefined) {
        if (HARMLESS.has(called)) continue;
        // A class of this repository may raise in its constructor; what is foreign cannot raise an error that is not.
        if (!isOwn || this.#bases.has(called) || /^_+[A-Z]/.test(called)) return true;
        continue;
      }
      if (depth > 6 || texts.length > 20) return true;
      if (texts.some((text) => this.#mayRaise(text, error, family, isOwn, seen, depth + 1))) return true;
    }
    return !isOwn && SYSTEM.test(error) && /\.|await|with\b/.test(inside.slice(inside.indexOf('\n') + 1));
  }

  /** By its name, or because some comment tells of it: what makes an error, or holds one, is none. */
  #isError(name: string): boolean {
    return (
      /(?:Error|Exception|Exit|Abort|Failure|Timeout|NotFound|Invalid|Unsupported)/.test(name) || this.#named.has(name)
    );
  }

  /** Whether an error that was caught goes on as it came: what is called tells of it. */
  #isPassedOn(path: string, line: number): boolean {
    const written = (this.#subject.read(path) ?? '').split('\n')[line - 1] ?? '';
    return /^\s*(?:raise|throw\s+[a-z]\w*)\s*;?\s*(?:#.*|\/\/.*)?$/.test(written);
  }

  /** The comment as it stands in the file. */
  #writtenText({ doc, file }: Callable): string {
    const lines = (this.#subject.read(file.path) ?? '').split('\n');
    return lines.slice(doc.line - 1, doc.endLine).join('\n');
  }

  #ownTexts(path: string, name: string): FunctionText[] {
    if (this.#read.path !== path) {
      const text = this.#subject.read(path);
      this.#read = { path, functions: text === null ? [] : functionTexts(path, text) };
    }
    return this.#read.functions.filter((one) => one.name === name);
  }

  /** Functions of all sources by name; made when the first doubt comes up. */
  #index(): Map<string, FunctionText[]> {
    if (this.#functions !== null) return this.#functions;
    const found = new Map<string, FunctionText[]>();
    for (const file of this.#subject.files) {
      if (!isPython(file) && !isScript(file)) continue;
      const text = this.#subject.read(file.path);
      for (const one of text === null ? [] : functionTexts(file.path, text)) {
        const known = found.get(one.name);
        if (known === undefined) found.set(one.name, [one]);
        else known.push(one);
      }
    }
    this.#functions = found;
    return found;
  }

  #ancestors(error: string, depth = 0): readonly string[] {
    const bases = depth > 8 ? [] : (this.#bases.get(error) ?? []);
    return [
      ...bases,
      ...bases.flatMap((base) => this.#ancestors(base, depth + 1)),
      ...((Object.hasOwn(BUILT_IN, error) ? BUILT_IN[error] : undefined) ?? []),
    ];
  }
}

/** Whether an error tells of the use of a function, so that its comment would tell of it. */
function isTellable(error: string): boolean {
  return !UNTOLD.has(error) && !error.startsWith('_');
}

const BUILT_IN: Readonly<Record<string, readonly string[]>> = {
  KeyError: ['LookupError'],
  IndexError: ['LookupError'],
  FileNotFoundError: ['OSError', 'IOError'],
  PermissionError: ['OSError'],
  FileExistsError: ['OSError'],
  ConnectionError: ['OSError'],
  TimeoutError: ['OSError'],
  UnicodeDecodeError: ['UnicodeError', 'ValueError'],
  UnicodeEncodeError: ['UnicodeError', 'ValueError'],
  ZeroDivisionError: ['ArithmeticError'],
  RangeError: ['Error'],
  TypeError: ['Error'],
};

/** `errors.NotFound` and `~module.NotFound` are known by their last part. */
function shortName(name: string): string {
  return /[\w$]+(?=\W*$)/.exec(name)?.[0] ?? name;
}

/** Not one of a language's own. */
function isOwnLike(error: string): boolean {
  return (
    !Object.hasOwn(IMPLICIT, error) &&
    !SYSTEM.test(error) &&
    !['RangeError', 'SyntaxError', 'EvalError', 'URIError', 'DOMException', 'AbortError', 'AggregateError'].includes(
      error,
    )
  );
}
