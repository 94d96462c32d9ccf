import { type Callable, isPython, isScript, isStructured } from './callables.ts';
import { described } from './docstring-parameters.ts';
import type { Fault } from './rules.ts';

const NOTHING = /\b(?:none|nothing|void|undefined|null|never|noreturn|unit|no value|does not return)\b/i;
const PROMISED = /\b(?:promise|resolv\w*|await\w*|coroutine|task|future|when|once|after)\b/i;
const STYLES_WITH_RESULTS: ReadonlySet<string> = new Set(['jsdoc', 'google', 'numpy', 'sphinx']);

/** Whether functions of a repository that tell of their parts tell of what they return too, as a rule. */
export interface ResultConvention {
  readonly returns: boolean;
  readonly yields: boolean;
}

/** Reads from all documented functions which parts they tell of as a rule: four of five that could. */
export function resultConvention(callables: readonly Callable[]): ResultConvention {
  const could = callables.filter((one) => mayTell(one) && one.symbol.body?.returnsValue === true);
  const told = could.filter(({ doc }) => doc.returns !== null);
  return { returns: told.length * 5 >= could.length * 4 && told.length > 0, yields: true };
}

function mayTell({ doc, symbol }: Callable): boolean {
  const isFunction = symbol.kind !== 'class' && symbol.kind !== 'constructor';
  return isFunction && isStructured(doc) && STYLES_WITH_RESULTS.has(doc.style);
}

/** What is documented to come back and does not, and what does and is not told of where such things are. */
export function checkResults(
  callable: Callable,
  convention: ResultConvention,
  read: (path: string) => string | null,
): Fault[] {
  const { doc, symbol, file, name } = callable;
  const { body } = symbol;
  if (symbol.kind === 'class' || symbol.kind === 'constructor') return [];
  const fault = (message: string, line: number, severity: 'low' | 'medium', suggestion: string): Fault[] => [
    { rule: 'docs/returns', file: file.path, line, severity, message, suggestion, subject: `${name} returns` },
  ];
  const who = described(symbol, name);
  if (doc.returns !== null && givesNothing(callable) && !isLeftToOthers(callable, read(file.path) ?? ''))
    return fault(`${who} documents a return value, but returns none.`, doc.returns.line, 'medium', 'Take it out.');
  if (body === null || body.isAbstractOrStub) return [];
  if (
    doc.yields !== null &&
    !body.yields &&
    !passesOn(callable, read(file.path) ?? '') &&
    !/Iterator|Generator|Iterable|ContextManager/.test(symbol.returns ?? '')
  )
    return body.returnsValue
      ? fault(
          `${who} documents that it yields, but it returns.`,
          doc.yields.line,
          'medium',
          'Document what it returns.',
        )
      : fault(`${who} documents that it yields, but it does not.`, doc.yields.line, 'medium', 'Take it out.');
  if (!mayTell(callable) || doc.returns !== null || doc.yields !== null || tellsInProse(callable)) return [];
  if (body.yields && isPython(file))
    return fault(`${who} yields, which its documentation leaves out.`, doc.line, 'low', 'Say what it yields.');
  const isVoid = /^(?:Promise<)?(?:void|undefined|None|never|NoReturn)\b/.test(symbol.returns ?? '');
  const isItself =
    symbol.returns !== null && (/\b(?:Self|this)\b/.test(symbol.returns) || name.startsWith(`${symbol.returns}.`));
  if (body.returnsValue && !body.yields && !isVoid && !isItself && convention.returns)
    return fault(
      `${who} returns a value, which its documentation leaves out.`,
      doc.line,
      'low',
      'Say what it returns.',
    );
  return [];
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
  if (told.trim() === '' || NOTHING.test(told)) return false;
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
 * Whether it is there to be overridden, and whoever does so returns what it says: it raises whatever happens, be it what
 * another function makes, or says no more than that there is nothing.
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
  return /\b(?:return|yield|resolv|give|get|fetch|produc|creat|mak|generator|iterat|check|test|determin|compar|whether|convert|transform|normali[sz]|pars|encod|decod|serial|stringif|strip|comput|calculat|count|find|look|build|merg|format|extract|wrap|clon|cop(?:y|ies)|read|load|generat|retriev|predicate)\w*/i.test(
    doc.description,
  );
}
