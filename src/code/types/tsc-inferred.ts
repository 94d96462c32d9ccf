import {
  asNode,
  childrenOf,
  type DeclarationReader,
  memberName,
  nameOf,
  nodesOf,
  type Origin,
  originsAt,
  type SyntaxNode,
} from './tsc-declarations.ts';
import { pathAt, pathTo } from './tsc-object-paths.ts';
import { type FunctionPlace, SignaturePlaces } from './tsc-signatures.ts';
import { around, type Leading, rootOf } from './tsc-syntax.ts';

/** Functions of the language that give back what they are given. */
const PASSING = /^(?:Object|Promise|Array|Reflect|structuredClone)$/;
/** Classes of the language whose instances are of what they are given. */
const HOLDING = /^(?:Map|Set|WeakMap|WeakSet|WeakRef)$/;
/** Stands for a name that a type says nothing of by itself, as in `[name: string]: number`. */
export const ANY_KEY = '[]';
/** How many aliases a type is followed through. */
const MOST_STEPS = 8;

/** A part of a type, with the file that it is written in. */
export interface TypePart {
  readonly file: string;
  readonly node: SyntaxNode;
}

/** Finds what the compiler infers types from that are written nowhere. */
export class InferredParts {
  readonly #read: DeclarationReader;
  readonly #leading: Leading;
  readonly #signatures: SignaturePlaces;

  constructor(texts: ReadonlyMap<string, string>, read: DeclarationReader, leading: Leading) {
    this.#read = read;
    this.#leading = leading;
    this.#signatures = new SignaturePlaces(texts, read, leading);
  }

  /**
   * The arguments that the type of a call's result comes from: all where it is `isInferred` from anything or the
   * language says so, those for a type parameter where the call is of a generic function of the tree.
   */
  argumentsOf(file: string, call: SyntaxNode, isInferred: boolean): SyntaxNode[] {
    const given = nodesOf(call.arguments);
    const root = rootOf(call.callee)?.name ?? '';
    if (isInferred || PASSING.test(root)) return given;
    if (asNode(call.typeArguments) !== null) return [];
    if (call.type === 'NewExpression') return HOLDING.test(root) ? given : [];
    const called = this.#signatures.functionAt(file, asNode(call.callee));
    const names = new Set(nodesOf(asNode(called?.typeParameters)?.params).flatMap(({ name }) => nameOf(name) ?? []));
    if (names.size === 0) return [];
    return nodesOf(called?.params).flatMap((parameter, index) => partsFor(typeOf(parameter), given[index], names));
  }

  /** The type of what stands below something written, as `user` of `Props`; null where that is not to be seen. */
  memberOf(file: string, written: SyntaxNode, [name, ...rest]: readonly string[]): TypePart | null {
    if (name === undefined) return { file, node: written };
    const [part] = this.membersOf(file, written, name);
    return part === undefined ? null : this.memberOf(part.file, part.node, rest);
  }

  /** The type that is written of a value: of its name, of what gives it, or of the member that it is. */
  writtenOf(file: string, value: SyntaxNode, steps = 0): TypePart | null {
    const inner = (part: unknown) => {
      const node = asNode(part);
      return node === null || steps > MOST_STEPS ? null : this.writtenOf(file, node, steps + 1);
    };
    switch (value.type) {
      case 'Identifier':
      case 'JSXIdentifier': {
        const [origin] = originsAt(this.#read(file)?.values.get(nameOf(value) ?? '') ?? [], value.start);
        if (origin === undefined || (origin.written === null && this.#isBoundIn(file, origin))) return null;
        return origin.written === null ? inner(origin.value) : this.memberOf(file, origin.written, origin.path ?? []);
      }
      case 'MemberExpression':
      case 'JSXMemberExpression': {
        const owner = value.computed === true ? null : inner(value.object);
        return owner === null ? null : this.memberOf(owner.file, owner.node, [nameOf(value.property) ?? '']);
      }
      case 'CallExpression': {
        const called = this.calledBy(file, value);
        const written = asNode(called?.node.returnType);
        return called === null || written === null ? null : { file: called.file, node: written };
      }
      default:
        return /^(?:Await|Chain|Parenthesized|TSNonNull)Expression$/.test(value.type)
          ? inner(value.argument ?? value.expression)
          : null;
    }
  }

  /** Whether a name is a part of what it gets its value from, or what a function is given by its caller. */
  #isBoundIn(file: string, { value, scope, path = [] }: Origin): boolean {
    return path.length > 0 || (scope !== null && this.#read(file)?.callers.get(scope) === value);
  }

  /** The class that a member is of by what is written of its holder, with its file. */
  ownerOf(
    file: string,
    { object, property, start }: SyntaxNode,
  ): { of: string; target: string; member: string } | null {
    const member = nameOf(property);
    const [origin] = originsAt(this.#read(file)?.values.get(nameOf(object) ?? '') ?? [], start);
    const written = asNode(origin?.written?.typeAnnotation);
    const made = origin?.value?.type === 'NewExpression' ? origin.value.callee : null;
    const of = nameOf(written?.typeName) ?? nameOf(made);
    if (of === null || member === null) return null;
    const taken = this.#read(file)?.taken.get(of);
    const target = taken === undefined ? file : this.#leading(file, taken.specifier);
    return target === null ? null : { of, target, member };
  }

  /** Whether a function is what an element of a page is given as the handler of an event. */
  isHandler(file: string, given: SyntaxNode): boolean {
    const nodes = around(this.#read(file)?.body ?? [], given.start);
    const element = nodes.findLast(({ type }) => type === 'JSXOpeningElement');
    return (
      /^[a-z]/.test(nameOf(element?.name) ?? '') &&
      nodesOf(element?.attributes).some(({ value }) => asNode(asNode(value)?.expression) === given)
    );
  }

  /** The only alias or interface that a name of a file means. */
  #namedBy(file: string, name: string, steps: number): TypePart | null {
    const declared = this.#read(file);
    const [own, ...others] = declared?.named.get(name) ?? [];
    if (own !== undefined) return others.length > 0 ? null : { file, node: asNode(own.typeAnnotation) ?? own };
    const taken = declared?.taken.get(name) ?? declared?.passed.get(name)?.[0];
    const passing = taken === undefined ? (declared?.passed.get('*') ?? []) : [taken];
    for (const one of steps > MOST_STEPS ? [] : passing) {
      const target = this.#leading(file, one.specifier);
      const found = target === null ? null : this.#namedBy(target, one.name ?? name, steps + 1);
      if (found !== null) return found;
    }
    return null;
  }

  /**
   * What a function of the tree writes of a parameter of the function that it is given, by itself or as a part of an
   * object: of `user` in `run(1, ({ user }) => 1)`. Null where nothing is written, or not to be seen.
   */
  givenTo(file: string, given: SyntaxNode, call: SyntaxNode, name: string): TypePart | null {
    const called = this.calledBy(file, call);
    const place = nodesOf(call.arguments).findIndex(({ start, end }) => start <= given.start && given.end <= end);
    const path = pathTo(nodesOf(call.arguments)[place], given);
    const parameter = nodesOf(called?.node.params)[place];
    const type = parameter === undefined ? null : typeOf(parameter);
    const part = called === null || path === null || type === null ? null : this.memberOf(called.file, type, path);
    const taken = part === null ? null : this.#functionOf(part);
    const index = nodesOf(given.params).findIndex((one) => binds(one, name));
    const own = nodesOf(taken?.node.params)[index];
    const written = own === undefined ? null : typeOf(own);
    return taken === null || written === null ? null : { file: taken.file, node: written };
  }

  /** The function of the tree that a call is of; null where that is not certain. */
  calledBy(file: string, call: SyntaxNode): FunctionPlace | null {
    return this.#signatures.placeAt(file, asNode(call.callee));
  }

  /** A type of functions, behind the names that it has. */
  #functionOf({ file, node }: TypePart, steps = 0): TypePart | null {
    if (node.type === 'TSFunctionType') return { file, node };
    if (/^TS(?:TypeAnnotation|ParenthesizedType)$/.test(node.type)) {
      const inner = asNode(node.typeAnnotation);
      return inner === null ? null : this.#functionOf({ file, node: inner }, steps);
    }
    if (node.type !== 'TSTypeReference' || steps > MOST_STEPS) return null;
    const named = this.#namedBy(file, nameOf(node.typeName) ?? '', steps);
    return named === null ? null : this.#functionOf(named, steps + 1);
  }

  /** What is written of the members of a name that a type has, in all that it is put together of. */
  membersOf(file: string, node: SyntaxNode, name: string, steps = 0): TypePart[] {
    if (steps > MOST_STEPS) return [];
    const below = (parts: readonly SyntaxNode[]) => parts.flatMap((one) => this.membersOf(file, one, name, steps + 1));
    if (node.type === 'TSTypeReference' || node.type === 'TSInterfaceHeritage') {
      if (nameOf(node.typeName) === 'Promise') return below(nodesOf(asNode(node.typeArguments)?.params));
      const named = this.#namedBy(file, nameOf(node.typeName ?? node.expression) ?? '', steps);
      return named === null ? [] : this.membersOf(named.file, named.node, name, steps + 1);
    }
    if (/^TS(?:Union|Intersection)Type$/.test(node.type)) return below(nodesOf(node.types));
    if (/^TS(?:TypeAnnotation|ParenthesizedType|TypeAliasDeclaration)$/.test(node.type))
      return below(nodesOf([node.typeAnnotation]));
    const members = nodesOf(node.type === 'TSTypeLiteral' ? node.members : asNode(node.body)?.body);
    const own = members.flatMap((one) => (nameIn(one) === name ? (asNode(one.typeAnnotation) ?? []) : []));
    return [...own.map((one) => ({ file, node: one })), ...below(nodesOf(node.extends))];
  }

  /**
   * What is written of the parameters that what stands at an offset is given to, of functions of the file; and of the
   * member, of an object that is written out.
   */
  takenAt(file: string, offset: number): TypePart[] {
    const declared = this.#read(file);
    const call = around(declared?.body ?? [], offset).findLast(({ type }) => type === 'CallExpression');
    const place = nodesOf(call?.arguments).findIndex(({ start, end }) => start <= offset && offset < end);
    if (call === undefined || place < 0) return [];
    const path = pathAt(nodesOf(call.arguments)[place], offset);
    const member = memberName(call.callee);
    const origins = member === null ? declared?.values.get(nameOf(call.callee) ?? '') : declared?.members.get(member);
    return (origins ?? []).flatMap(({ value }) => {
      const parameter = nodesOf(value?.params)[place];
      const node = parameter === undefined ? null : typeOf(parameter);
      if (node === null) return [];
      const part = path.length === 0 ? null : this.memberOf(file, node, path);
      return [{ file, node }, ...(part === null ? [] : [part])];
    });
  }

  /** Whether a function of the tree that is asked about a value says that it is of a type with one of these names. */
  isGuardFor(file: string, guard: SyntaxNode, types: readonly string[]): boolean {
    const returned = asNode(asNode(this.#signatures.functionAt(file, guard)?.returnType)?.typeAnnotation);
    if (returned?.type !== 'TSTypePredicate') return false;
    return types.includes(nameOf(asNode(asNode(returned.typeAnnotation)?.typeAnnotation)?.typeName) ?? '');
  }
}

/**
 * What of an object that is written out decides on its type: what is spread in it, and of one that is `inferred` from
 * something the names that are computed, and the values of the properties that a message names.
 */
export function partsOfObject(node: SyntaxNode, inferred: ReadonlySet<string> | null): SyntaxNode[] {
  return nodesOf(node.properties).flatMap((one) => {
    if (one.type === 'SpreadElement') return asNode(one.argument) ?? [];
    if (inferred === null) return [];
    if (one.computed === true) return asNode(one.key) ?? [];
    const value = asNode(one.value);
    return value?.type === 'ObjectExpression' || inferred.has(nameOf(one.key) ?? '') ? (value ?? []) : [];
  });
}

/** The name of a member. */
function nameIn(member: SyntaxNode): string | null {
  return member.type === 'TSIndexSignature' ? ANY_KEY : nameOf(member.key);
}

/** Types that are inferred from what nothing is known of. */
const INFERRED = /\b(?:unknown|never|void)\b|\{\}|\[x: (?:number|string)\]|\bstring \| number \| symbol\b/;
const INFERRED_MEMBER =
  /([A-Za-z_$][\w$]*)\??: (?:[^:;{}'\n]*\b(?:unknown|never)\b|\{\}|string \| number \| symbol\b)/g;

/**
 * The properties of which a message says types that are inferred from what nothing is known of; null where it speaks of
 * no such type.
 */
export function inferredIn(message: string): ReadonlySet<string> | null {
  if (!INFERRED.test(message)) return null;
  return new Set([...message.matchAll(INFERRED_MEMBER)].map(([, name = '']) => name));
}

/** Whether a parameter is a name, or takes it out of what it is given. */
function binds(pattern: SyntaxNode, name: string): boolean {
  if (pattern.type === 'Identifier') return nameOf(pattern) === name;
  if (pattern.type === 'AssignmentPattern') return binds(asNode(pattern.left) ?? pattern, name);
  if (pattern.type !== 'ObjectPattern') return false;
  return nodesOf(pattern.properties).some(({ value }) => nodesOf([value]).some((one) => binds(one, name)));
}

function typeOf(parameter: SyntaxNode): SyntaxNode | null {
  const annotation = asNode(parameter.typeAnnotation) ?? asNode(asNode(parameter.left)?.typeAnnotation);
  return asNode(annotation?.typeAnnotation);
}

/** The parts of an argument that stand for type parameters; of an object that is written out, its properties. */
function partsFor(type: SyntaxNode | null, given: SyntaxNode | undefined, names: ReadonlySet<string>): SyntaxNode[] {
  if (type === null || given === undefined || !mentions(type, names)) return [];
  if (given.type !== 'ObjectExpression') return [given];
  const members = type.type === 'TSTypeLiteral' ? nodesOf(type.members) : [];
  return nodesOf(given.properties).flatMap(({ key, value }) => {
    const member = members.find((one) => nameOf(one.key) === nameOf(key));
    const isMeant = type.type !== 'TSTypeLiteral' || (member !== undefined && mentions(member, names));
    return isMeant ? (asNode(value) ?? []) : [];
  });
}

function mentions(type: SyntaxNode, names: ReadonlySet<string>): boolean {
  if (type.type === 'TSTypeReference' && names.has(nameOf(type.typeName) ?? '')) return true;
  return childrenOf(type).some((one) => mentions(one, names));
}
