import type { Diagnostic } from './messages.ts';
import {
  asNode,
  childrenOf,
  type DeclarationReader,
  memberName,
  nameOf,
  nodesOf,
  type SyntaxNode,
} from './tsc-declarations.ts';
import type { InferredParts, TypePart } from './tsc-inferred.ts';
import { around, declaring, lineOf, namesIn, offsetOf, subjectsAt } from './tsc-syntax.ts';

/** Said of a name that may be nothing. */
const NULLABLE = /^TS1804[789]$/;
/** An object that is made of others. */
const SPREADING = /\b(?:const|let)\s+([A-Za-z_$][\w$]*)\s*(?::[^=;\n]*)?=\s*\{([^{};]*\.\.\.[^{};]*)\}/g;

/** The names on a line, and those that are spread in the objects that it names. */
export function namesOnLine(text: string, line: number): Set<string> {
  const found = new Set(lineOf(text, line).match(/[A-Za-z_$][\w$]*/g));
  for (const [, name = '', inside = ''] of text.matchAll(SPREADING)) {
    if (!found.has(name)) continue;
    for (const [, one = ''] of inside.matchAll(/\.\.\.([A-Za-z_$][\w$]*)/g)) found.add(one);
  }
  return found;
}

/** Tells of what is written in a file whether its type comes from something not installed. */
interface OpenQuestions {
  readonly isOpen: (file: string, value: SyntaxNode) => boolean;
  readonly isMadeOfOpen: (file: string, type: SyntaxNode) => boolean;
  /** Of a name: whether it is given such a value, or asked by such a check, anywhere in the file. */
  readonly isGivenOpen: (file: string, name: string) => boolean;
}

/** Values that checks make narrower which only an installation would let the compiler understand. */
export class NarrowedValues {
  readonly #texts: ReadonlyMap<string, string>;
  readonly #read: DeclarationReader;
  readonly #parts: InferredParts;
  readonly #open: OpenQuestions;

  constructor(texts: ReadonlyMap<string, string>, read: DeclarationReader, parts: InferredParts, open: OpenQuestions) {
    this.#texts = texts;
    this.#read = read;
    this.#parts = parts;
    this.#open = open;
  }

  /** Whether what a member is asked of gets something not installed, or was found to be of what is not. */
  explain(diagnostic: Diagnostic): boolean {
    const { file, message } = diagnostic;
    const types = namesIn(message);
    if (this.isToldApart(diagnostic)) return true;
    return this.#ownersAt(diagnostic).some(
      (one) => this.#isNarrowed(file, one) || this.#isGuarded(file, one, types) || this.#isAsserted(file, one),
    );
  }

  /** Whether values are told apart by a member of theirs whose type is not known, or by what it is equal to. */
  isToldApart(diagnostic: Diagnostic): boolean {
    const { file, rule, message } = diagnostic;
    if (NULLABLE.test(rule)) return this.#isEqualled(diagnostic);
    if (!/^TS(?:2339|2551)$/.test(rule)) return false;
    const text = this.#texts.get(file) ?? '';
    const body = this.#read(file)?.body ?? [];
    const members = this.#ownersAt(diagnostic).flatMap((one) => membersCompared(text, body, one));
    if (members.some((one) => new RegExp(`[{ ]${one.replaceAll('$', '\\$')}\\??: any;`).test(message))) return true;
    return members.some((member) =>
      this.#membersOf(message, member).some((one) => this.#open.isMadeOfOpen(one.file, one.node)),
    );
  }

  /**
   * Whether what may be nothing was found to have a member that equals something not known, as in
   * `one.id === last?.id`: were it known never to be nothing, neither would be `last`.
   */
  #isEqualled({ file, line, column, message }: Diagnostic): boolean {
    const name = /^'([A-Za-z_$][\w$]*)' is possibly/.exec(message)?.[1];
    if (name === undefined) return false;
    const text = this.#texts.get(file) ?? '';
    const offset = offsetOf(text, line, column);
    const isOf = (side: SyntaxNode) =>
      side.type === 'ChainExpression' && text.startsWith(`${name}?.`, side.start) && side.end < offset;
    return around(this.#read(file)?.body ?? [], offset)
      .flatMap((node) => settledAt(node, offset))
      .map((one) => nodesOf([one.left, one.right]))
      .some((sides) => sides.some(isOf) && sides.some((one) => !isOf(one) && this.#open.isOpen(file, one)));
  }

  /** What the member is asked of that a message is about. */
  #ownersAt({ file, line, column, rule }: Diagnostic): SyntaxNode[] {
    const offset = offsetOf(this.#texts.get(file) ?? '', line, column);
    return subjectsAt(this.#read(file)?.body ?? [], offset, rule).flatMap(({ object }) => asNode(object) ?? []);
  }

  /** What is written of a member of the types that a message names. */
  #membersOf(message: string, member: string): TypePart[] {
    return namesIn(message).flatMap((name) =>
      declaring(this.#texts, name).flatMap((file) =>
        (this.#read(file)?.named.get(name) ?? []).flatMap((one) => this.#parts.membersOf(file, one, member)),
      ),
    );
  }

  /** Whether a variable or a field gets something not known, or is found to be of a class that is not known. */
  #isNarrowed(file: string, value: SyntaxNode): boolean {
    const name = memberName(value) ?? nameOf(value);
    if (name !== null) return this.#open.isGivenOpen(file, name);
    if (value.type !== 'MemberExpression') return false;
    const body = this.#read(file)?.body ?? [];
    return classesAsked(this.#texts.get(file) ?? '', body, value).some((one) => this.#open.isOpen(file, one));
  }

  /** Whether something not known has been told, in the same block or around it, what a value has to be. */
  #isAsserted(file: string, value: SyntaxNode): boolean {
    const text = this.#texts.get(file) ?? '';
    const path = pathOf(text, value);
    return around(this.#read(file)?.body ?? [], value.start)
      .flatMap(({ type, body }) => (/^(?:BlockStatement|Program)$/.test(type) ? nodesOf(body) : []))
      .some((one) => {
        const call = one.end <= value.start && one.type === 'ExpressionStatement' ? asNode(one.expression) : null;
        const callee = call?.type === 'CallExpression' ? asNode(call.callee) : null;
        const [condition] = nodesOf(call?.arguments);
        if (callee === null || condition === undefined || path === null) return false;
        if (!ASSERTING.test(nameOf(callee.property) ?? nameOf(callee) ?? '')) return false;
        return mentions(text, condition, path) && this.#open.isOpen(file, callee);
      });
  }

  /** Whether something not known is of one of some types only because a function of the tree has said so. */
  #isGuarded(file: string, value: SyntaxNode, types: readonly string[]): boolean {
    const given = this.#read(file)?.given.get(nameOf(value) ?? '') ?? [];
    return given.some((one) => this.#parts.isGuardFor(file, one, types)) && this.#open.isOpen(file, value);
  }
}

/** What a function of a package is called that throws where a condition does not hold. */
const ASSERTING = /^(?:assert|invariant|ensure|expect|check|must|verify)/i;

/** What ends the way through a block. */
const LEAVES = /^(?:Throw|Return|Continue|Break)Statement$/;

/**
 * The classes that a value, as `result.error`, is an instance of where a use of it begins: by a condition around it, by
 * the condition before it of the same expression, or by an earlier one that leaves when it is none.
 */
function classesAsked(text: string, body: readonly SyntaxNode[], value: SyntaxNode): SyntaxNode[] {
  const path = pathOf(text, value);
  return around(body, value.start)
    .flatMap((node) => settledAt(node, value.start))
    .flatMap((one) =>
      one.operator === 'instanceof' && pathOf(text, asNode(one.left)) === path ? (asNode(one.right) ?? []) : [],
    );
}

/** The checks below a node that have come out as true where an offset in it is reached. */
function settledAt(node: SyntaxNode, offset: number): SyntaxNode[] {
  const isIn = (part: unknown) => {
    const one = asNode(part);
    return one !== null && one.start <= offset && offset < one.end;
  };
  switch (node.type) {
    case 'IfStatement':
    case 'ConditionalExpression':
      if (isIn(node.consequent)) return checksOf(node.test, true);
      return isIn(node.alternate) ? checksOf(node.test, false) : [];
    case 'LogicalExpression':
      return isIn(node.right) && node.operator !== '??' ? checksOf(node.left, node.operator === '&&') : [];
    case 'BlockStatement':
      return nodesOf(node.body).flatMap((one) =>
        one.type === 'IfStatement' && one.end <= offset && isLeft(asNode(one.consequent))
          ? checksOf(one.test, false)
          : [],
      );
    default:
      return [];
  }
}

/** The `instanceof` and `===` of a condition that hold when it comes out as `outcome`. */
function checksOf(condition: unknown, outcome: boolean): SyntaxNode[] {
  const node = asNode(condition);
  if (node === null) return [];
  if (node.type === 'ParenthesizedExpression') return checksOf(node.expression, outcome);
  if (node.type === 'UnaryExpression' && node.operator === '!') return checksOf(node.argument, !outcome);
  if (node.type === 'LogicalExpression' && node.operator === (outcome ? '&&' : '||')) {
    return [...checksOf(node.left, outcome), ...checksOf(node.right, outcome)];
  }
  return outcome && node.type === 'BinaryExpression' && /^(?:instanceof|===)$/.test(String(node.operator))
    ? [node]
    : [];
}

function isLeft(node: SyntaxNode | null): boolean {
  if (node === null) return false;
  const last = node.type === 'BlockStatement' ? nodesOf(node.body).at(-1) : node;
  return last !== undefined && LEAVES.test(last.type);
}

function pathOf(text: string, node: SyntaxNode | null): string | null {
  return node === null ? null : text.slice(node.start, node.end).replace(/[\s?!]/g, '');
}

/** The members of a value, as `state`, that the function around an offset compares with something: `state.kind`. */
function membersCompared(text: string, body: readonly SyntaxNode[], value: SyntaxNode): string[] {
  const path = pathOf(text, value);
  const outer = around(body, value.start).find(({ type }) => /Function/.test(type));
  const waiting = outer === undefined ? [...body] : [outer];
  const found = new Set<string>();
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const isComparison = node.type === 'BinaryExpression' && /^[!=]==?$/.test(String(node.operator));
    const sides = isComparison ? [node.left, node.right] : node.type === 'SwitchStatement' ? [node.discriminant] : [];
    for (const one of nodesOf(sides.map((side) => withoutChain(side)))) {
      const name = one.type === 'MemberExpression' && one.computed !== true ? nameOf(one.property) : null;
      if (name !== null && pathOf(text, asNode(one.object)) === path) found.add(name);
    }
    waiting.push(...childrenOf(node));
  }
  return [...found];
}

function withoutChain(value: unknown): unknown {
  const node = asNode(value);
  return node?.type === 'ChainExpression' ? node.expression : value;
}

/** Whether a value, as `state.kind`, is a part of an expression. */
function mentions(text: string, node: SyntaxNode, path: string): boolean {
  return pathOf(text, node) === path || childrenOf(node).some((one) => mentions(text, one, path));
}
