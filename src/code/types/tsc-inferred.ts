import {
  asNode,
  childrenOf,
  type DeclarationReader,
  memberName,
  nameOf,
  nodesOf,
  type SyntaxNode,
} from './tsc-declarations.ts';
import { SignaturePlaces } from './tsc-signatures.ts';
import { around, type Leading, rootOf } from './tsc-syntax.ts';

/** Functions of the language that give back what they are given. */
const PASSING = /^(?:Object|Promise|Array|Reflect|structuredClone)$/;
/** Classes of the language whose instances are of what they are given. */
const HOLDING = /^(?:Map|Set|WeakMap|WeakSet|WeakRef)$/;
/** How many aliases a type is followed through. */
const MOST_STEPS = 8;

/** A part of a type, with the file that it is written in. */
interface TypePart {
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
  memberOf(file: string, written: SyntaxNode, path: readonly string[], steps = 0): TypePart | null {
    const [name, ...rest] = path;
    if (name === undefined) return { file, node: written };
    const node = written.type === 'TSTypeAnnotation' ? asNode(written.typeAnnotation) : written;
    if (node === null || steps > MOST_STEPS) return null;
    if (node.type === 'TSTypeReference') {
      const named = this.#namedBy(file, nameOf(node.typeName) ?? '', steps);
      return named === null ? null : this.memberOf(named.file, named.node, path, steps + 1);
    }
    const members = node.type === 'TSTypeLiteral' ? node.members : asNode(node.body)?.body;
    const member = nodesOf(members).find(({ key }) => nameOf(key) === name);
    const type = asNode(member?.typeAnnotation);
    return type === null ? null : this.memberOf(file, type, rest, steps + 1);
  }

  /** The only alias or interface that a name of a file means. */
  #namedBy(file: string, name: string, steps: number): TypePart | null {
    const declared = this.#read(file);
    const [own, ...others] = declared?.named.get(name) ?? [];
    if (own !== undefined) return others.length > 0 ? null : { file, node: asNode(own.typeAnnotation) ?? own };
    const taken = declared?.taken.get(name) ?? declared?.passed.get(name)?.[0];
    const target = taken === undefined ? null : this.#leading(file, taken.specifier);
    if (target === null || steps > MOST_STEPS) return null;
    return this.#namedBy(target, taken?.name ?? name, steps + 1);
  }

  /** What is written of the parameters that what stands at an offset is given to, of functions of the file. */
  takenAt(file: string, offset: number): SyntaxNode[] {
    const declared = this.#read(file);
    const call = around(declared?.body ?? [], offset).findLast(({ type }) => type === 'CallExpression');
    const place = nodesOf(call?.arguments).findIndex(({ start, end }) => start <= offset && offset < end);
    if (call === undefined || place < 0) return [];
    const member = memberName(call.callee);
    const origins = member === null ? declared?.values.get(nameOf(call.callee) ?? '') : declared?.members.get(member);
    return (origins ?? []).flatMap(({ value }) => {
      const parameter = nodesOf(value?.params)[place];
      return asNode(parameter?.typeAnnotation) ?? asNode(asNode(parameter?.left)?.typeAnnotation) ?? [];
    });
  }

  /** Whether a function of the tree that is asked about a value says that it is of a type with one of these names. */
  isGuardFor(file: string, guard: SyntaxNode, types: readonly string[]): boolean {
    const returned = asNode(asNode(this.#signatures.functionAt(file, guard)?.returnType)?.typeAnnotation);
    if (returned?.type !== 'TSTypePredicate') return false;
    return types.includes(nameOf(asNode(asNode(returned.typeAnnotation)?.typeAnnotation)?.typeName) ?? '');
  }
}

/** What of an object that is written out decides on its type: what is spread in it, and names that are computed. */
export function partsOfObject(node: SyntaxNode, isInferred: boolean): SyntaxNode[] {
  return nodesOf(node.properties).flatMap((one) => {
    if (one.type === 'SpreadElement') return asNode(one.argument) ?? [];
    return isInferred && one.computed === true ? (asNode(one.key) ?? []) : [];
  });
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
