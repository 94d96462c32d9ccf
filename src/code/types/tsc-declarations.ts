import { parseScript } from './script-tree.ts';

/** A node of a parsed file; what it has besides depends on its type. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [name: string]: unknown;
}

/** What the type of something declared comes from: what is written of it, or else the value that it gets. */
export interface Origin {
  readonly written: SyntaxNode | null;
  /** The way from what is written to what is taken out of it: `['user']` of `{ user }: Props`. */
  readonly path?: readonly string[];
  readonly value: SyntaxNode | null;
  /** The part of the file that the name is for: a function, a block, a class for its members; null for all of it. */
  readonly scope: SyntaxNode | null;
}

/** An import, or what is passed on from another module. */
export interface Taken {
  readonly specifier: string;
  /** The name there; null for all of it. */
  readonly name: string | null;
}

/** What one file declares, by names. */
export interface Declarations {
  readonly body: readonly SyntaxNode[];
  readonly taken: ReadonlyMap<string, Taken>;
  readonly values: ReadonlyMap<string, readonly Origin[]>;
  /** Values that names and members are given later. */
  readonly given: ReadonlyMap<string, readonly SyntaxNode[]>;
  /** Fields and methods of classes. */
  readonly members: ReadonlyMap<string, readonly Origin[]>;
  readonly classes: readonly SyntaxNode[];
  /** Calls, or members, by the functions that they are given: what `this` is in these, they say. */
  readonly callers: ReadonlyMap<SyntaxNode, SyntaxNode>;
  /** Interfaces, classes and aliases, by the types and values that they are made of. */
  readonly types: ReadonlyMap<string, readonly SyntaxNode[]>;
  /** The same by their own nodes; by the block around one that adds to a namespace or a module. */
  readonly named: ReadonlyMap<string, readonly SyntaxNode[]>;
  /** What the file passes on, by the name that it gives it; `*` for all of modules. */
  readonly passed: ReadonlyMap<string, readonly Taken[]>;
}

/** Reads what a file declares; null where it is not parsed. */
function readDeclarations(path: string, text: string): Declarations | null {
  const parsed = parseScript(path, text);
  if (parsed === null || parsed.errors.length > 0) return null;
  const { program } = parsed;
  const reader = new Reader();
  for (const node of program.body) reader.read(asNode(node));
  return { ...reader, body: program.body.flatMap((node) => asNode(node) ?? []) };
}

/** Gives what a file of a tree declares; null for one that does not parse or is none of the tree's. */
export type DeclarationReader = (file: string) => Declarations | null;

/** A reader that reads each file once. */
export function declarationReader(texts: ReadonlyMap<string, string>): DeclarationReader {
  const read = new Map<string, Declarations | null>();
  return (file) => {
    const known = read.get(file);
    if (known !== undefined) return known;
    const text = texts.get(file);
    const declared = text === undefined ? null : readDeclarations(file, text);
    read.set(file, declared);
    return declared;
  };
}

/** A value as a node, or null. */
export function asNode(value: unknown): SyntaxNode | null {
  return isNode(value) ? value : null;
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}

/** The nodes in a list. */
export function nodesOf(value: unknown): SyntaxNode[] {
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** The nodes right below a node. It is asked for every node of many files: lists of lists would be most of the time. */
export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (const name in node) {
    const value = node[name];
    if (isNode(value)) found.push(value);
    else if (Array.isArray(value)) for (const one of value) if (isNode(one)) found.push(one);
  }
  return found;
}

/** The name that an identifier is, or a key, also of a private member. */
export function nameOf(value: unknown): string | null {
  const node = asNode(value);
  if (node === null) return null;
  if (typeof node.name === 'string') return node.type === 'PrivateIdentifier' ? `#${node.name}` : node.name;
  return typeof node.value === 'string' ? node.value : null;
}

/** Functions that are asked what a value is. */
const GUARD = /^(?:is|has|assert)(?=[A-Z]|$)/;
const SCOPE = /Function|^(?:BlockStatement|Class|For|CatchClause|SwitchStatement|StaticBlock|TSModuleBlock)/;

/** Collects declarations without recursion: real code nests deeper than the stack likes. */
class Reader {
  readonly taken = new Map<string, Taken>();
  readonly values = new Map<string, Origin[]>();
  readonly given = new Map<string, SyntaxNode[]>();
  readonly members = new Map<string, Origin[]>();
  readonly types = new Map<string, SyntaxNode[]>();
  readonly named = new Map<string, SyntaxNode[]>();
  readonly classes: SyntaxNode[] = [];
  readonly callers = new Map<SyntaxNode, SyntaxNode>();
  readonly passed = new Map<string, Taken[]>();
  /** Where what is read stands. */
  #scope: SyntaxNode | null = null;
  /** The call that what is read is given to, by itself or as a part of something. */
  #caller: SyntaxNode | null = null;

  read(root: SyntaxNode | null): void {
    const waiting: { node: SyntaxNode; scope: SyntaxNode | null; caller: SyntaxNode | null }[] =
      root === null ? [] : [{ node: root, scope: null, caller: null }];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { node } = next;
      this.#scope = next.scope;
      this.#caller = next.caller;
      this.#take(node);
      const isScope = SCOPE.test(node.type);
      const scope = isScope ? node : next.scope;
      const caller = callerOf(node) ?? (isScope ? null : next.caller);
      for (const child of childrenOf(node)) waiting.push({ node: child, scope, caller });
    }
  }

  #take(node: SyntaxNode): void {
    if (/^(?:Import|Export)/.test(node.type)) this.#takeModule(node);
    else if (/^(?:Class(?:Decl|Expr)|TSInterfaceDecl|TSTypeAlias)/.test(node.type)) this.#takeType(node);
    else if (node.type === 'VariableDeclarator') this.#bind(node.id, null, asNode(node.init));
    else if (node.type === 'ForOfStatement') {
      const [declared] = nodesOf(asNode(node.left)?.declarations);
      this.#scope = node;
      this.#bind(declared?.id, null, asNode(node.right));
    } else if (node.type === 'AssignmentExpression') {
      this.#give(node.left, asNode(node.right));
    } else if (node.type === 'PropertyDefinition' || node.type === 'MethodDefinition') {
      const name = nameOf(node.key);
      const scope = this.#classAround(node);
      if (name !== null)
        add(this.members, name, { written: asNode(node.typeAnnotation), value: asNode(node.value), scope });
    } else if (node.type === 'CallExpression') {
      const [asked, ...others] = nodesOf(node.arguments);
      const guard = asNode(node.callee);
      if (guard !== null && others.length === 0 && GUARD.test(nameOf(guard) ?? '')) this.#give(asked, guard);
    } else if (node.type === 'BinaryExpression' && node.operator === 'instanceof')
      this.#give(node.left, asNode(node.right));
    if (node.type === 'TSTypeParameter') this.#takeParameter(node);
    if (/Function/.test(node.type)) this.#takeFunction(node);
  }

  /** Notes what a name gets, or what it is found to be. */
  #give(to: unknown, value: SyntaxNode | null): void {
    const name = memberName(to) ?? nameOf(to);
    if (name !== null && value !== null) add(this.given, name, value);
  }

  /** What a type parameter extends; a name of one or two letters stands for too many of them. */
  #takeParameter(node: SyntaxNode): void {
    const name = nameOf(node.name) ?? nameOf(node);
    const bound = asNode(node.constraint);
    if (name !== null && name.length > 2 && bound !== null) add(this.types, name, bound);
  }

  #takeFunction(node: SyntaxNode): void {
    const name = node.type === 'FunctionDeclaration' ? nameOf(node.id) : null;
    if (name !== null) add(this.values, name, { written: null, value: node, scope: this.#scope });
    const caller = this.#caller;
    if (caller !== null) this.callers.set(node, caller);
    this.#scope = node;
    for (const parameter of nodesOf(node.params)) {
      const field = parameter.type === 'TSParameterProperty' ? asNode(parameter.parameter) : null;
      // What a callback is given comes from what calls it.
      this.#bind(field ?? parameter, null, caller);
      const own = field === null ? null : nameOf(field.type === 'AssignmentPattern' ? field.left : field);
      if (own !== null && field !== null)
        add(this.members, own, { written: asNode(field.typeAnnotation), value: null, scope: this.#classAround(node) });
    }
  }

  #classAround(node: SyntaxNode): SyntaxNode | null {
    return this.classes.findLast(({ start, end }) => start <= node.start && node.end <= end) ?? null;
  }

  /** Gives each name of a pattern its origin: what is written of the pattern, or the value that it takes apart. */
  #bind(pattern: unknown, written: SyntaxNode | null, value: SyntaxNode | null, above: readonly string[] = []): void {
    const node = asNode(pattern);
    if (node === null) return;
    const type = asNode(node.typeAnnotation) ?? written;
    const path = type === written ? above : [];
    if (node.type === 'Identifier') {
      const name = nameOf(node);
      if (name !== null) add(this.values, name, { written: type, value, scope: this.#scope, path });
    } else if (node.type === 'AssignmentPattern') this.#bind(node.left, type, value ?? asNode(node.right), path);
    else if (node.type === 'RestElement') this.#bind(node.argument, type, value);
    else if (node.type === 'ObjectPattern') {
      for (const one of nodesOf(node.properties)) {
        const below = nameOf(one.key);
        this.#bind(one.type === 'Property' ? one.value : one, type, value, below === null ? path : [...path, below]);
      }
    } else if (node.type === 'ArrayPattern') for (const one of nodesOf(node.elements)) this.#bind(one, type, value);
  }

  #takeType(node: SyntaxNode): void {
    if (node.type.startsWith('Class')) this.classes.push(node);
    const name = nameOf(node.id);
    if (name === null) return;
    add(this.named, name, this.#scope?.type === 'TSModuleBlock' ? this.#scope : node);
    const from =
      node.type === 'TSTypeAliasDeclaration'
        ? [asNode(node.typeAnnotation)]
        : [asNode(node.superClass), ...nodesOf(node.extends)];
    for (const one of from) if (one !== null) add(this.types, name, one);
    if (!this.types.has(name)) this.types.set(name, []);
    if (node.type.startsWith('Class'))
      add(this.values, name, { written: null, value: asNode(node.superClass), scope: this.#scope });
  }

  #takeModule(node: SyntaxNode): void {
    const source = asNode(node.source)?.value;
    if (typeof source !== 'string') {
      for (const one of nodesOf(node.specifiers)) this.#pass(one, '.');
      if (node.type === 'ExportDefaultDeclaration') this.#passDefault(node);
      return;
    }
    if (node.type === 'ExportAllDeclaration')
      add(this.passed, nameOf(node.exported) ?? '*', { specifier: source, name: null });
    for (const one of nodesOf(node.specifiers)) {
      if (one.type === 'ExportSpecifier') this.#pass(one, source);
      const local = nameOf(one.local);
      if (local === null || !one.type.startsWith('Import')) continue;
      const whole = one.type === 'ImportNamespaceSpecifier' ? null : 'default';
      this.taken.set(local, { specifier: source, name: nameOf(one.imported) ?? whole });
    }
  }

  #pass(one: SyntaxNode, specifier: string): void {
    const exported = nameOf(one.exported);
    if (exported !== null) add(this.passed, exported, { specifier, name: nameOf(one.local) });
  }

  #passDefault(node: SyntaxNode): void {
    const declared = asNode(node.declaration);
    const name = nameOf(declared?.id) ?? nameOf(declared);
    if (name !== null) add(this.passed, 'default', { specifier: '.', name });
    else if (declared !== null) {
      add(this.values, 'default', { written: null, value: asNode(declared.superClass) ?? declared, scope: null });
      const base = asNode(declared.superClass);
      this.types.set('default', base === null ? [] : [base]);
    }
  }
}

/** What decides on what the functions in a node are given: a call, or the member that they are put in. */
function callerOf(node: SyntaxNode): SyntaxNode | null {
  if (/^(?:Call|New)Expression$/.test(node.type)) return node;
  const left = node.type === 'AssignmentExpression' ? asNode(node.left) : null;
  return left?.type === 'MemberExpression' ? left : null;
}

/** The member's name where a member of the instance itself is meant: `this.name`. */
export function memberName(value: unknown): string | null {
  const node = asNode(value);
  if (node?.type !== 'MemberExpression' || asNode(node.object)?.type !== 'ThisExpression') return null;
  return nameOf(node.property);
}

/** The origins of what a name means at an offset: those of the smallest part of the file around it. */
export function originsAt(origins: readonly Origin[], offset: number): Origin[] {
  const isAround = ({ scope }: Origin) => scope === null || (scope.start <= offset && offset < scope.end);
  const sizeOf = ({ scope }: Origin) => (scope === null ? Number.POSITIVE_INFINITY : scope.end - scope.start);
  const around = origins.filter(isAround);
  const least = Math.min(...around.map(sizeOf));
  return around.filter((one) => sizeOf(one) === least);
}

function add<Value>(to: Map<string, Value[]>, name: string, value: Value): void {
  const known = to.get(name);
  if (known === undefined) to.set(name, [value]);
  else known.push(value);
}
