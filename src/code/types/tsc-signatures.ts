import type { Diagnostic } from './messages.ts';
import {
  asNode,
  childrenOf,
  type DeclarationReader,
  memberName,
  nameOf,
  nodesOf,
  originsAt,
  type SyntaxNode,
  type Taken,
} from './tsc-declarations.ts';
import { around, type Leading, offsetOf } from './tsc-syntax.ts';

/** How many modules a name is followed through, and how many classes a method. */
const MOST_STEPS = 8;
/** A parameter of such a type need not be given, or may turn out as one that need not. */
const MAY_BE_LEFT_OUT = /^TS(?:Any|Unknown|Void|Undefined)Keyword$/;

/** A function with its file. */
export interface FunctionPlace {
  readonly file: string;
  readonly node: SyntaxNode;
}

/** Finds the functions of the tree that calls are of, as far as that is certain. */
export class SignaturePlaces {
  readonly #texts: ReadonlyMap<string, string>;
  readonly #read: DeclarationReader;
  readonly #leading: Leading;

  constructor(texts: ReadonlyMap<string, string>, read: DeclarationReader, leading: Leading) {
    this.#texts = texts;
    this.#read = read;
    this.#leading = leading;
  }

  /** Whether the call at a message is of a function of the tree that asks for more arguments than it is given. */
  lacksArgument({ file, line, column }: Diagnostic): boolean {
    const offset = offsetOf(this.#texts.get(file) ?? '', line, column);
    const nodes = around(this.#read(file)?.body ?? [], offset);
    const call = nodes.findLast(({ type, callee }) => {
      const called = asNode(callee);
      return type === 'CallExpression' && called !== null && called.start <= offset && offset < called.end;
    });
    const found = call === undefined ? null : this.#calledBy(file, call);
    const parameters = parametersOf(found);
    const next = parameters[nodesOf(call?.arguments).length];
    return found !== null && next !== undefined && isAskedFor(next, found);
  }

  /** Whether the call with an argument at a message is of a function of the tree that takes fewer than it is given. */
  hasSurplus({ file, line, column }: Diagnostic): boolean {
    const offset = offsetOf(this.#texts.get(file) ?? '', line, column);
    const nodes = around(this.#read(file)?.body ?? [], offset);
    const call = nodes.findLast(({ type }) => type === 'CallExpression');
    const place = nodesOf(call?.arguments).findIndex(({ start }) => start === offset);
    const found = call === undefined || place < 0 ? null : this.#calledBy(file, call);
    const parameters = parametersOf(found);
    return found !== null && parameters.length <= place && parameters.every(({ type }) => type !== 'RestElement');
  }

  /** The function of the tree that a call is of, all of whose arguments are seen; null where that is not certain. */
  #calledBy(file: string, call: SyntaxNode): SyntaxNode | null {
    if (nodesOf(call.arguments).some(({ type }) => type === 'SpreadElement')) return null;
    const callee = asNode(call.callee);
    const member = memberName(callee);
    if (member === null) return this.functionAt(file, callee);
    return this.#method(file, this.#classAround(file, call.start), member, 0);
  }

  /** The only function of the tree that a name means where it stands; null where that is not certain. */
  functionAt(file: string, callee: SyntaxNode | null): SyntaxNode | null {
    return this.placeAt(file, callee)?.node ?? null;
  }

  /** The same with its file. */
  placeAt(file: string, callee: SyntaxNode | null): FunctionPlace | null {
    const name = callee?.type === 'Identifier' ? nameOf(callee) : null;
    if (callee === null || name === null) return null;
    const declared = this.#read(file);
    const own = originsAt(declared?.values.get(name) ?? [], callee.start);
    if (own.length > 0)
      return own.length === 1 ? this.#plain(file, name, own[0]?.value ?? null, own[0]?.written) : null;
    const taken = declared?.taken.get(name);
    return taken === undefined ? null : this.#taken(file, taken, 0);
  }

  /** The function that a module passes on by a name. */
  #taken(file: string, { specifier, name }: Taken, steps: number): FunctionPlace | null {
    const target = specifier === '.' ? file : this.#leading(file, specifier);
    const declared = target === null ? null : this.#read(target);
    if (target === null || declared === null || name === null || steps > MOST_STEPS) return null;
    const [own, ...others] = (declared.values.get(name) ?? []).filter(({ scope }) => scope === null);
    if (own !== undefined) return others.length === 0 ? this.#plain(target, name, own.value, own.written) : null;
    const [passed, ...more] = declared.passed.get(name) ?? declared.passed.get('*') ?? [];
    if (passed === undefined || more.length > 0) return null;
    return this.#taken(target, passed.name === null ? { ...passed, name } : passed, steps + 1);
  }

  /** A function whose parameters are those that are written there, and which has no other signature. */
  #plain(
    file: string,
    name: string,
    value: SyntaxNode | null,
    written: SyntaxNode | null = null,
  ): FunctionPlace | null {
    if (value === null || written !== null || !/Function/.test(value.type)) return null;
    const heads = (this.#texts.get(file) ?? '').match(
      new RegExp(`\\bfunction\\s+${name.replaceAll('$', '\\$')}\\s*[<(]`, 'g'),
    );
    return (heads?.length ?? 0) > 1 ? null : { file, node: value };
  }

  #classAround(file: string, offset: number): SyntaxNode | null {
    const around = (this.#read(file)?.classes ?? []).filter(({ start, end }) => start <= offset && offset < end);
    return around.length === 1 ? (around[0] ?? null) : null;
  }

  /** The only method of a name that a class has, or the one that it inherits from classes of the tree. */
  #method(file: string, owner: SyntaxNode | null, name: string, steps: number): SyntaxNode | null {
    if (owner === null || steps > MOST_STEPS) return null;
    const own = (this.#read(file)?.members.get(name) ?? []).filter(({ scope }) => scope === owner);
    if (own.length > 1) return null;
    const value = own[0]?.value;
    if (own.length === 1) return value?.type === 'FunctionExpression' ? value : null;
    const base = asNode(owner.superClass);
    const inherited = base?.type === 'Identifier' ? nameOf(base) : null;
    const found = inherited === null ? null : this.#class(file, inherited, 0);
    return found === null ? null : this.#method(found.file, found.node, name, steps + 1);
  }

  /** The class that a name of a file means, with its file. */
  #class(file: string, name: string, steps: number): { file: string; node: SyntaxNode } | null {
    const declared = this.#read(file);
    const own = declared?.classes.filter(({ id }) => nameOf(id) === name) ?? [];
    if (own[0] !== undefined) return own.length === 1 ? { file, node: own[0] } : null;
    const [passed, ...others] = declared?.passed.get(name) ?? declared?.passed.get('*') ?? [];
    const taken = declared?.taken.get(name) ?? (others.length === 0 ? passed : undefined);
    if (taken === undefined || steps > MOST_STEPS) return null;
    const target = taken.specifier === '.' ? file : this.#leading(file, taken.specifier);
    if (target === null) return null;
    return this.#exportedClass(target, taken.name ?? name, steps + 1);
  }

  #exportedClass(file: string, name: string, steps: number): { file: string; node: SyntaxNode } | null {
    if (name !== 'default') return this.#class(file, name, steps);
    const isDefault = ({ type, declaration }: SyntaxNode) =>
      type === 'ExportDefaultDeclaration' && asNode(declaration)?.type === 'ClassDeclaration';
    const node = asNode(this.#read(file)?.body.find(isDefault)?.declaration);
    return node === null ? this.#class(file, name, steps) : { file, node };
  }
}

/** What a function is given: its `this` is none of it. */
function parametersOf(node: SyntaxNode | null): SyntaxNode[] {
  return nodesOf(node?.params).filter((one) => nameOf(one) !== 'this');
}

/** Whether a parameter of a function must be given: it has a type that cannot turn out as nothing. */
function isAskedFor(parameter: SyntaxNode, { typeParameters }: SyntaxNode): boolean {
  if (!/^(?:Identifier|ObjectPattern|ArrayPattern)$/.test(parameter.type) || parameter.optional === true) return false;
  const type = asNode(asNode(parameter.typeAnnotation)?.typeAnnotation);
  const open = new Set(nodesOf(asNode(typeParameters)?.params).map(({ name }) => nameOf(name) ?? String(name)));
  return type !== null && !mayBeLeftOut(type, open);
}

function mayBeLeftOut(type: SyntaxNode, open: ReadonlySet<string | null>): boolean {
  if (MAY_BE_LEFT_OUT.test(type.type)) return true;
  if (type.type === 'TSTypeReference') return asNode(type.typeArguments) === null && open.has(nameOf(type.typeName));
  return type.type === 'TSUnionType' && childrenOf(type).some((one) => mayBeLeftOut(one, open));
}
