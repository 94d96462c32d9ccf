import { parseScript } from './script-tree.ts';
import { asNode, childrenOf, nameOf, nodesOf, type SyntaxNode } from './tsc-declarations.ts';

/**
 * A name or a property of JavaScript, where it is declared or given a value. A `member` is given one from outside of
 * what it is of. A `key` is a name that a `for` takes from the keys of something.
 */
export interface Written {
  readonly kind: 'constant' | 'variable' | 'key' | 'parameter' | 'property' | 'member';
  /** What it gets there; null where that is nothing, or decided elsewhere. */
  readonly value: SyntaxNode | null;
  /** The part of the file that a name is for; null for all of it, and for properties. */
  readonly scope: SyntaxNode | null;
  /** The comment before it, or before the function that a parameter is of; empty for none. */
  readonly comment: string;
}

/** What one file of JavaScript writes down, by names. */
export interface WrittenNames {
  readonly body: readonly SyntaxNode[];
  readonly names: ReadonlyMap<string, readonly Written[]>;
  readonly properties: ReadonlyMap<string, readonly Written[]>;
  /** What names are given after they are declared. */
  readonly assigned: ReadonlyMap<string, readonly SyntaxNode[]>;
  /** Comments before functions. */
  readonly comments: ReadonlyMap<SyntaxNode, string>;
}

/** Reads what a file of JavaScript writes down; null where it is not parsed. */
export function readWritten(path: string, text: string): WrittenNames | null {
  const parsed = parseScript(path, text);
  if (parsed === null || parsed.errors.length > 0) return null;
  const { program } = parsed;
  const body = program.body.flatMap((node) => asNode(node) ?? []);
  const reader = new Reader(text);
  reader.read(body);
  return { ...reader, body };
}

/** Whether a comment says of which type what follows it is. */
export function saysType(comment: string): boolean {
  return /@(?:type|enum|const)\s*\{/.test(comment);
}

/** Whether a comment of a function says of which type a parameter is. */
export function saysParameter(comment: string, name: string): boolean {
  const own = name.replaceAll('$', '\\$');
  return new RegExp(`@(?:param|arg|argument)\\s*\\{[^\\n]*\\}\\s*\\[?\\s*${own}\\b(?!\\.)`).test(comment);
}

const SCOPE = /Function|^(?:BlockStatement|For|CatchClause|SwitchStatement|StaticBlock)/;
/** What a comment may stand before. */
const COMMENTED = /(?:Statement|Declaration|Definition)$|^Property$/;
/** Characters that a comment has at most. */
const LONGEST_COMMENT = 8_000;

interface Place {
  readonly scope: SyntaxNode | null;
  /** Where the statement, the property or the member begins that is read. */
  readonly start: number;
  readonly parent: SyntaxNode | null;
}

/** Collects without recursion: real code nests deeper than the stack likes. */
class Reader {
  readonly names = new Map<string, Written[]>();
  readonly properties = new Map<string, Written[]>();
  readonly assigned = new Map<string, SyntaxNode[]>();
  readonly comments = new Map<SyntaxNode, string>();
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  read(body: readonly SyntaxNode[]): void {
    const waiting: { node: SyntaxNode; place: Place }[] = body.map((node) => {
      return { node, place: { scope: null, start: node.start, parent: null } };
    });
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { node } = next;
      const isPassed = next.place.parent?.type.startsWith('Export') === true;
      const place = COMMENTED.test(node.type) && !isPassed ? { ...next.place, start: node.start } : next.place;
      this.#take(node, place);
      const scope = SCOPE.test(node.type) ? node : place.scope;
      for (const child of childrenOf(node)) {
        waiting.push({ node: child, place: { scope, start: place.start, parent: node } });
      }
    }
  }

  #take(node: SyntaxNode, { scope, start, parent }: Place): void {
    if (node.type === 'VariableDeclarator') {
      const declared = parent?.kind === 'const' ? 'constant' : 'variable';
      this.#bind(node.id, { kind: declared, value: asNode(node.init), scope, comment: this.#before(start) });
    } else if (node.type === 'ForOfStatement') {
      const [declared] = nodesOf(asNode(node.left)?.declarations);
      this.#bind(declared?.id, { kind: 'constant', value: asNode(node.right), scope: node, comment: '' });
    } else if (node.type === 'ForInStatement') {
      const [declared] = nodesOf(asNode(node.left)?.declarations);
      this.#bind(declared?.id, { kind: 'key', value: null, scope: node, comment: '' });
    } else if (/Function/.test(node.type)) this.#takeFunction(node, scope, this.#before(start));
    else if (node.type === 'AssignmentExpression') this.#takeAssignment(node, start);
    else if (/^(?:Property|PropertyDefinition|MethodDefinition)$/.test(node.type) && parent?.type !== 'ObjectPattern') {
      const name = node.computed === true ? null : nameOf(node.key);
      this.#addProperty(name, { kind: 'property', value: asNode(node.value) }, start);
    }
  }

  #takeAssignment({ left, right, operator }: SyntaxNode, start: number): void {
    const target = asNode(left);
    const value = asNode(right);
    if (target === null || value === null) return;
    if (target.type === 'MemberExpression') {
      const kind = asNode(target.object)?.type === 'ThisExpression' ? 'property' : 'member';
      if (target.computed !== true) this.#addProperty(nameOf(target.property), { kind, value }, start);
    } else {
      const name = nameOf(target);
      // What is added to a text or a number leaves it what it is.
      if (name !== null && /^(?:\?\?|\|\||&&)?=$/.test(String(operator))) add(this.assigned, name, value);
    }
  }

  #addProperty(name: string | null, written: Pick<Written, 'kind' | 'value'>, start: number): void {
    if (name !== null) add(this.properties, name, { ...written, scope: null, comment: this.#before(start) });
  }

  #takeFunction(node: SyntaxNode, scope: SyntaxNode | null, comment: string): void {
    this.comments.set(node, comment);
    const name = node.type === 'FunctionDeclaration' ? nameOf(node.id) : null;
    if (name !== null) add(this.names, name, { kind: 'constant', value: node, scope, comment });
    for (const parameter of nodesOf(node.params)) {
      this.#bind(parameter, { kind: 'parameter', value: null, scope: node, comment });
    }
  }

  #bind(pattern: unknown, written: Written): void {
    const node = asNode(pattern);
    if (node === null) return;
    if (node.type === 'Identifier') {
      const name = nameOf(node);
      const inner = this.#before(node.start);
      if (name !== null) add(this.names, name, inner === '' ? written : { ...written, comment: inner });
    } else if (node.type === 'AssignmentPattern') {
      this.#bind(node.left, { ...written, value: written.value ?? asNode(node.right) });
    } else if (node.type === 'RestElement') this.#bind(node.argument, written);
    else if (node.type === 'ArrayPattern') for (const one of nodesOf(node.elements)) this.#bind(one, written);
    else for (const one of nodesOf(node.properties)) this.#bind(one.type === 'Property' ? one.value : one, written);
  }

  /** The comment that ends where something starts. */
  #before(start: number): string {
    const before = this.#text.slice(Math.max(0, start - LONGEST_COMMENT), start).trimEnd();
    if (!before.endsWith('*/')) return '';
    const opened = before.lastIndexOf('/*');
    return before.startsWith('/**', opened) ? before.slice(opened) : '';
  }
}

function add<Value>(to: Map<string, Value[]>, name: string, value: Value): void {
  const known = to.get(name);
  if (known === undefined) to.set(name, [value]);
  else known.push(value);
}
