import type { DocComment, SourceSymbol } from '../../code/symbols.ts';
import { type Callable, isPython, isScript, isStructured } from './callables.ts';
import { Conventions } from './conventions.ts';
import { dialectOf, scopesAround } from './docstring-conventions.ts';
import { described } from './docstring-inventions.ts';
import type { Fault } from './rules.ts';

const NOTHING = /\b(?:none|nothing|void|undefined|null|never|noreturn|unit|no value|does not return)\b/i;
const PROMISED = /\b(?:promise|resolv\w*|await\w*|coroutine|task|future|when|once|after)\b/i;
const STYLES_WITH_RESULTS: ReadonlySet<string> = new Set(['jsdoc', 'google', 'numpy', 'sphinx']);

function mayTell({ doc, symbol }: Callable): boolean {
  const isFunction = symbol.kind !== 'class' && symbol.kind !== 'constructor';
  return isFunction && isStructured(doc) && STYLES_WITH_RESULTS.has(doc.style) && !hasTypesOnly(doc);
}

/** `@param {Options} options` and no word besides declares types for a checker and tells of nothing. */
function hasTypesOnly({ description, params, returns, yields, throws }: DocComment): boolean {
  const told = [...params, ...throws, ...(returns === null ? [] : [returns]), ...(yields === null ? [] : [yields])];
  return description.trim() === '' && told.every(({ text }) => text.trim() === '');
}

/** So many inventions in one of so many comments that tell of a result are more than slips. */
const FEW_INVENTIONS = 3;
const MOST_INVENTIONS = 0.1;

/**
 * What is documented to come back and does not, and what does and is not told of, where the repository shows that such
 * things are told of: four of five comments of the dialect do, and of every folder around that has enough.
 */
export class ResultCheck {
  readonly #untold = new Map<Callable, ResultKind>();
  readonly #told = new Conventions();
  readonly #invented = new Map<Callable, Fault>();
  readonly #isBelieved: boolean;

  constructor(callables: readonly Callable[], read: (path: string) => string | null) {
    let told = 0;
    for (const one of callables) {
      const kind = untoldKind(one, read);
      if (kind !== null) this.#untold.set(one, kind);
      if (givesSomething(one)) this.#told.note(scopesOf(one, kindOf(one)), isTold(one));
      if (one.doc.returns !== null || one.doc.yields !== null) told += 1;
      const fault = inventedResult(one, read);
      if (fault !== null) this.#invented.set(one, fault);
    }
    this.#isBelieved = this.#invented.size <= FEW_INVENTIONS || this.#invented.size <= told * MOST_INVENTIONS;
  }

  check(callable: Callable): Fault[] {
    const invented = this.#invented.get(callable);
    if (invented !== undefined) return this.#isBelieved ? [invented] : [];
    const kind = this.#untold.get(callable);
    if (kind === undefined) return [];
    if (!this.#told.holds(scopesOf(callable, kind))) return [];
    return kind === 'yields'
      ? [
          faultOf(
            callable,
            'yields, which its documentation leaves out',
            callable.doc.line,
            'low',
            'Say what it yields.',
          ),
        ]
      : [
          faultOf(
            callable,
            'returns a value, which its documentation leaves out',
            callable.doc.line,
            'low',
            'Say what it returns.',
          ),
        ];
  }
}

type ResultKind = 'returns' | 'yields';

function kindOf({ symbol }: Callable): ResultKind {
  return symbol.body?.yields === true ? 'yields' : 'returns';
}

function scopesOf(callable: Callable, kind: ResultKind): string[] {
  return scopesAround(`${dialectOf(callable)} ${kind}`, callable.file.path);
}

function faultOf(
  { file, symbol, name }: Callable,
  what: string,
  line: number,
  severity: 'low' | 'medium',
  suggestion: string,
): Fault {
  const message = `${described(symbol, name)} ${what}.`;
  // Several inventions of one file are a way to write.
  const shapes = severity === 'medium' ? [`results invented in ${file.path}`] : [];
  return {
    rule: 'docs/returns',
    file: file.path,
    line,
    severity,
    message,
    suggestion,
    subject: `${name} returns`,
    shapes,
  };
}

/** What is told to come back and does not. */
function inventedResult(callable: Callable, read: (path: string) => string | null): Fault | null {
  const { doc, symbol, file } = callable;
  const { body } = symbol;
  if (symbol.kind === 'class' || symbol.kind === 'constructor') return null;
  if (doc.returns !== null && givesNothing(callable) && !isLeftToOthers(callable, read(file.path) ?? ''))
    return faultOf(callable, 'documents a return value, but returns none', doc.returns.line, 'medium', 'Take it out.');
  if (
    body === null ||
    body.isAbstractOrStub ||
    doc.yields === null ||
    body.yields ||
    /Iterator|Generator|Iterable|ContextManager/.test(symbol.returns ?? '') ||
    passesOn(callable, read(file.path) ?? '')
  )
    return null;
  return body.returnsValue
    ? faultOf(
        callable,
        'documents that it yields, but it returns',
        doc.yields.line,
        'medium',
        'Document what it returns.',
      )
    : faultOf(callable, 'documents that it yields, but it does not', doc.yields.line, 'medium', 'Take it out.');
}

/** Whether something comes back that a comment which takes its function apart could tell of in a part of its own. */
function givesSomething(callable: Callable): boolean {
  const { body } = callable.symbol;
  return mayTell(callable) && (body?.returnsValue === true || body?.yields === true);
}

function isTold({ doc }: Callable): boolean {
  return doc.returns !== null || doc.yields !== null;
}

/** What comes back and is not told of, though other parts are; null where nothing is left out. */
function untoldKind(callable: Callable, read: (path: string) => string | null): ResultKind | null {
  const { doc, symbol, file, name } = callable;
  const { body } = symbol;
  if (body === null || body.isAbstractOrStub || symbol.kind === 'class' || symbol.kind === 'constructor') return null;
  if (!mayTell(callable) || doc.returns !== null || doc.yields !== null || tellsInProse(callable)) return null;
  // A comment in a form that is not understood may tell of it all the same.
  const isVoid = /^(?:Promise<)?(?:void|undefined|None|never|NoReturn)\b/.test(symbol.returns ?? '');
  const isItself =
    symbol.returns !== null && (/\b(?:Self|this)\b/.test(symbol.returns) || name.startsWith(`${symbol.returns}.`));
  const kind = body.yields
    ? isPython(file) && !givesControlOnly(symbol)
      ? 'yields'
      : null
    : body.returnsValue && !isVoid && !isItself
      ? 'returns'
      : null;
  if (kind === null || (isScript(file) && endsByCallsOnly(symbol, read(file.path) ?? ''))) return null;
  const written = (read(file.path) ?? '')
    .split('\n')
    .slice(doc.line - 1, doc.endLine)
    .join('\n');
  return /\b(?:return|yield)|@override|@inherit/i.test(written) ? null : kind;
}

/** What stands around a block of its caller yields nothing but the moment: `Iterator[None]`. */
function givesControlOnly({ returns, decorators }: SourceSymbol): boolean {
  return (
    /\[\s*None\b/.test(returns ?? '') || (returns === null && decorators.some((one) => /contextmanager/.test(one)))
  );
}

/**
 * Whether a function of JavaScript does no more than to leave early with what a call gives, `return abort(socket)`, and
 * gives nothing at its end: such a call may well give nothing either.
 */
function endsByCallsOnly({ line, endLine, returns }: SourceSymbol, text: string): boolean {
  if (returns !== null) return false;
  const body = text.split('\n').slice(line - 1, endLine - 1);
  const least = Math.min(...body.slice(1).flatMap((one) => /^\s*(?=\S)/.exec(one)?.[0].length ?? []));
  const given = body.filter((one) => /\breturn\b(?!\s*;?\s*$)/.test(one.replace(/^\s*(?:\*|\/\/).*/, '')));
  return (
    given.length > 0 &&
    given.every((one) => /\breturn\s+[a-z][\w$]*\(/.test(one) && one.length - one.trimStart().length > least)
  );
}

/** Whether it returns what a call gives, which may well be something that yields. */
function passesOn({ symbol, doc }: Callable, text: string): boolean {
  const own = text.split('\n').slice(symbol.line - 1, symbol.endLine);
  return own.some((line, at) => {
    const isTold = symbol.line + at >= doc.line && symbol.line + at <= doc.endLine;
    return (
      !isTold && /^\s*return\s+(?:await\s+|new\s+)?[\w$.]*(?:Iter|Gener|Stream|iter|gener|stream)[\w$.]*\(/.test(line)
    );
  });
}

function givesNothing({ doc, symbol, file }: Callable): boolean {
  const { body } = symbol;
  const told = `${doc.returns?.type ?? ''} ${doc.returns?.text ?? ''}`;
  // `asserts value is string` tells of what holds afterwards.
  if (told.trim() === '' || NOTHING.test(told) || /^\{?asserts\b/.test(told.trim())) return false;
  if (body === null) return !isPython(file) && symbol.returns === 'void';
  if (body.returnsValue || body.yields || body.isAbstractOrStub) return false;
  if (symbol.decorators.some((one) => /property|fixture|overload|contextmanager|abstract/.test(one))) return false;
  // A function that is called with `new` gives what it makes.
  if (isScript(file) && /^[A-Z]/.test(symbol.name)) return false;
  // What never comes back because it raises was meant to be filled in.
  if (body.raises.length > 0 && symbol.endLine - symbol.line <= 3 + (doc.endLine - doc.line)) return false;
  const isAsync = body.awaits || /\basync\b/.test(symbol.signature) || /^Promise\b/.test(symbol.returns ?? '');
  if (isAsync && PROMISED.test(told)) return false;
  return symbol.returns === null || NOTHING.test(symbol.returns) || isPython(file);
}

/**
 * Whether it is there to be overridden, and whoever does so returns what it says: it raises whatever happens, be it
 * what another function makes, or says no more than that there is nothing.
 */
function isLeftToOthers({ symbol, doc, file }: Callable, text: string): boolean {
  const lines = text.split('\n');
  // A docstring stands in the body, another comment before it.
  const first = isPython(file) ? doc.endLine : symbol.line;
  const body = lines.slice(first, symbol.endLine - (isPython(file) ? 0 : 1)).filter((line) => line.trim() !== '');
  // Under a condition too: what it does otherwise is said by the condition.
  if (body.some((line) => /\bNotImplemented(?:Error)?\b|\bnot implemented\b/i.test(line))) return true;
  const depths = body.map((line) => line.length - line.trimStart().length);
  const least = isPython(file) ? (/^\s*/.exec(lines[doc.line - 1] ?? '')?.[0].length ?? 0) : Math.min(...depths);
  if (symbol.kind === 'method' && body.length === 1 && /^\s*return\s+(?:None|null|undefined);?\s*$/.test(body[0] ?? ''))
    return true;
  return body.some((line, at) => depths[at] === least && /^\s*(?:raise|throw)\b/.test(line));
}

/** Its name or its description tells it in words: what checks, converts or finds gives what it says. */
function tellsInProse({ doc, symbol }: Callable): boolean {
  if (
    /^_?(?:is|has|can|should|was|get|to|create|make|build|find|parse|compute)(?=[A-Z_])|^(?:has|get)$/.test(symbol.name)
  )
    return true;
  return /\b(?:return|yield|resolv|give|get|fetch|produc|creat|mak|generator|iterat|check|test|determin|compar|whether|convert|transform|normali[sz]|pars|encod|decod|serial|stringif|strip|comput|calculat|count|find|look|build|merg|format|extract|wrap|clon|cop(?:y|ies)|read|load|generat|retriev|predicate|decorat|context manager|factory|shortcut|alias|same as)\w*/i.test(
    doc.description,
  );
}
