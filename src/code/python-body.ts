import type { Node } from 'web-tree-sitter';
import type { BodyFacts, RaisedError } from './symbols.ts';
import { children, lineOf } from './syntax-tree.ts';

/** What a function's body does, but for whether it is a stub. */
export type PythonBody = Omit<BodyFacts, 'isAbstractOrStub'>;

interface OpenBody {
  returnsValue: boolean;
  yields: boolean;
  awaits: boolean;
  readonly raises: RaisedError[];
}

function emptyBody(): OpenBody {
  return { returnsValue: false, yields: false, awaits: false, raises: [] };
}

interface Scope {
  readonly end: number;
  /** Null for a lambda, whose facts nobody asks for. */
  readonly body: OpenBody | null;
  /** `try` statements around the place that is read, inner ones last. */
  readonly tries: Try[];
}

interface Try {
  readonly end: number;
  readonly guarded: { readonly start: number; readonly end: number };
  readonly clauses: readonly Clause[];
}

interface Clause {
  readonly start: number;
  readonly end: number;
  /** Classes it handles; null when it handles everything. */
  readonly handled: readonly string[] | null;
  readonly variable: string | null;
  readonly raisesAgain: boolean;
}

/** Gathers what functions do from the nodes that say so, shown to it in source order. */
export class PythonBodies {
  readonly #text: string;
  readonly #scopes: Scope[] = [];
  readonly #found = new Map<number, PythonBody>();

  constructor(text: string) {
    this.#text = text;
  }

  take(node: Node): void {
    const at = node.startIndex;
    while ((this.#scopes.at(-1)?.end ?? Number.MAX_SAFE_INTEGER) <= at) this.#scopes.pop();
    if (node.type === 'function_definition' || node.type === 'lambda') {
      const body = node.type === 'lambda' ? null : emptyBody();
      if (body !== null) this.#found.set(at, body);
      this.#scopes.push({ end: node.endIndex, body, tries: [] });
      return;
    }
    const scope = this.#scopes.at(-1);
    if (scope === undefined || scope.body === null) return;
    switch (node.type) {
      case 'return_statement':
        if (returnsValue(this.#textOf(node))) scope.body.returnsValue = true;
        break;
      case 'yield':
        scope.body.yields = true;
        break;
      case 'try_statement':
        scope.tries.push(this.#readTry(node));
        break;
      case 'raise_statement':
        scope.body.raises.push(...this.#raised(node, scope.tries));
        break;
      default:
        scope.body.awaits = true;
    }
  }

  finish(): ReadonlyMap<number, PythonBody> {
    return this.#found;
  }

  #textOf(node: Node): string {
    return this.#text.slice(node.startIndex, node.endIndex);
  }

  #readTry(node: Node): Try {
    const guarded = node.childForFieldName('body');
    const clauses = children(node)
      .filter((child) => child.type === 'except_clause' || child.type === 'except_group_clause')
      .map((clause) => readClause(this.#textOf(clause), clause));
    const start = guarded?.startIndex ?? node.startIndex;
    return { end: node.endIndex, guarded: { start, end: guarded?.endIndex ?? start }, clauses };
  }

  #raised(node: Node, tries: readonly Try[]): RaisedError[] {
    const at = node.startIndex;
    const around = tries.filter((one) => at < one.end);
    const clause = around
      .flatMap((one) => one.clauses)
      .filter((one) => at >= one.start && at < one.end)
      .at(-1);
    const written = /^raise\b\s*\(?\s*([\w.]*)/.exec(this.#textOf(node))?.[1] ?? '';
    let names: readonly string[] = [];
    if (written === '' || written === clause?.variable) names = clause?.handled ?? [];
    else if (/(?:^|\.)_*[A-Z]\w*$/.test(written)) names = [written];
    const guards = around.filter((one) => at >= one.guarded.start && at < one.guarded.end);
    return names.filter((name) => !isCaught(name, guards)).map((name) => ({ name, line: lineOf(node) }));
  }
}

function returnsValue(statement: string): boolean {
  const value = statement.slice('return'.length).replace(/#.*$/m, '').trim();
  return value !== '' && value !== 'None';
}

function readClause(text: string, node: Node): Clause {
  const header = /^except\*?\s*(.*?)\s*:\s*(?:#.*)?$/ms.exec(text)?.[1] ?? '';
  const named = /^(.*?)(?:\s+as\s+(\w+))?$/s.exec(header);
  const written = (named?.[1] ?? '').replace(/^\(|\)$/g, '');
  const handled = written.split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim()]));
  const everything = handled.length === 0 || handled.some((name) => name === 'Exception' || name === 'BaseException');
  const variable = named?.[2] ?? null;
  const again = new RegExp(`^[ \\t]*raise[ \\t]*(?:${variable ?? '#'})?[ \\t]*(?:#.*)?$`, 'm').test(text);
  return {
    start: node.startIndex,
    end: node.endIndex,
    handled: everything ? null : handled,
    variable,
    raisesAgain: again,
  };
}

/** Base classes of Python's own errors that code handles them by. */
const BASES: Readonly<Record<string, string>> = {
  KeyError: 'LookupError',
  IndexError: 'LookupError',
  ZeroDivisionError: 'ArithmeticError',
  OverflowError: 'ArithmeticError',
  FileNotFoundError: 'OSError',
  FileExistsError: 'OSError',
  PermissionError: 'OSError',
  ConnectionError: 'OSError',
  TimeoutError: 'OSError',
  IOError: 'OSError',
  UnicodeError: 'ValueError',
  UnicodeDecodeError: 'UnicodeError',
  UnicodeEncodeError: 'UnicodeError',
  ModuleNotFoundError: 'ImportError',
  NotImplementedError: 'RuntimeError',
  RecursionError: 'RuntimeError',
};

function isCaught(name: string, guards: readonly Try[]): boolean {
  const classes: string[] = [];
  for (let one: string | undefined = name; one !== undefined; one = Object.hasOwn(BASES, one) ? BASES[one] : undefined)
    classes.push(one);
  return guards.some(({ clauses }) => {
    const catching = clauses.find(({ handled }) => handled === null || handled.some((one) => classes.includes(one)));
    return catching !== undefined && !catching.raisesAgain;
  });
}

/** Nothing but a docstring, `pass`, `...` or `raise NotImplementedError`. */
export function isStubBody(body: Node | null): boolean {
  if (body === null || body.namedChildCount > 4) return false;
  const statements = children(body).filter(({ type }) => type !== 'comment');
  const first = statements[0];
  const hasDocstring = first?.type === 'expression_statement' && /string$/.test(first.firstNamedChild?.type ?? '');
  return statements.slice(hasDocstring ? 1 : 0).every(isStubStatement);
}

function isStubStatement(statement: Node): boolean {
  if (statement.type === 'pass_statement') return true;
  const { text } = statement;
  return statement.type === 'raise_statement' ? /^raise\s+NotImplemented(?:Error)?\b/.test(text) : text === '...';
}
