import type { Diagnostic } from './messages.ts';
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
  type Taken,
} from './tsc-declarations.ts';
import { InferredParts, inferredIn, partsOfObject } from './tsc-inferred.ts';
import { NarrowedValues } from './tsc-narrowed.ts';
import { isNodeModule } from './tsc-shims.ts';
import {
  around,
  FOLLOWED,
  GIVEN_SPACES,
  isOfCertain,
  keysSaid,
  type Leading,
  namesIn,
  naming,
  offsetOf,
  PARTS,
  type Root,
  returnsOf,
  rootOf,
  subjectsAt,
  UNTYPED_MARKUP,
  WHOLE,
} from './tsc-syntax.ts';

/** How many declarations a chain is followed through, and how many expressions: code goes round and round. */
const MOST_STEPS = 40;
const MOST_EXPRESSIONS = 300;

/**
 * Follows what a message is about to where its type comes from: through variables, fields, parameters, calls and the
 * imports of the tree. Where that is something that is not installed, nobody knows what the whole type would be.
 */
export class TypeOrigins {
  readonly narrowed: NarrowedValues;
  readonly #texts: ReadonlyMap<string, string>;
  readonly #assumed: ReadonlySet<string>;
  readonly #read: DeclarationReader;
  readonly #known = new Map<string, boolean>();
  readonly #leading: Leading;
  readonly #parts: InferredParts;
  #steps = 0;
  #expressions = 0;
  /**
   * The properties that a message says inferred types of. Not null, what a call is given counts: what a generic
   * function gives back is inferred from it.
   */
  #inferred: ReadonlySet<string> | null = null;

  /** `assumed` are modules of which nothing is known. */
  constructor(
    texts: ReadonlyMap<string, string>,
    read: DeclarationReader,
    assumed: ReadonlySet<string>,
    leading: Leading,
  ) {
    this.#texts = texts;
    this.#read = read;
    this.#assumed = assumed;
    this.#leading = leading;
    this.#parts = new InferredParts(texts, read, leading);
    this.narrowed = new NarrowedValues(texts, read, this.#parts, {
      isOpen: (file, node) => this.#isOpen(file, node),
      isMadeOfOpen: (file, type) => this.#isMadeOfOpen(file, type),
      isGivenOpen: (file, name) => this.#isGivenOpen(file, name, null),
    });
  }

  /**
   * Whether the value that a message is about, or a type that it names, stands on something not installed. `isGlobal`
   * tells the names of types that are for all files.
   */
  explain(diagnostic: Diagnostic, isGlobal: (name: string) => boolean): boolean {
    const { file, line, column, rule, message } = diagnostic;
    if (!FOLLOWED.has(rule)) return false;
    const declared = this.#read(file);
    if (declared === null) return false;
    if (rule === 'TS2417') return this.#namesOpen(file, keysSaid(diagnostic), isGlobal);
    const offset = offsetOf(this.#texts.get(file) ?? '', line, column);
    this.#inferred = inferredIn(message);
    if (this.#namesOpen(file, message, isGlobal)) return true;
    if (isOfCertain(message) && /^TS(?:2339|2551)$/.test(rule)) return this.narrowed.explain(diagnostic);
    if (this.narrowed.isToldApart(diagnostic)) return true;
    if (this.#parts.takenAt(file, offset).some((one) => this.#isMadeOfOpen(one.file, one.node))) return true;
    return subjectsAt(declared.body, offset, rule).some((one) => this.#isOpen(file, one));
  }

  /** Whether a type that a message names has members that only an installation would show. */
  #namesOpen(file: string, message: string, isGlobal: (name: string) => boolean): boolean {
    return namesIn(message).some((name) => {
      const own = this.#read(file);
      if (own?.types.has(name) === true || own?.taken.has(name) === true) return this.#isOpenType(file, name);
      return naming(this.#texts, name, isGlobal).some((one) => this.#isOpenType(one, name));
    });
  }

  /** Answers once and keeps it; a circle adds nothing, and a chain that is too long is given up. */
  #once(of: string, answer: () => boolean): boolean {
    const key = [of, ...(this.#inferred === null ? [] : ['', ...this.#inferred])].join('\0');
    const known = this.#known.get(key);
    if (known !== undefined || this.#steps > MOST_STEPS) return known ?? false;
    this.#known.set(key, false);
    this.#steps += 1;
    const found = answer();
    this.#steps -= 1;
    this.#known.set(key, found);
    return found;
  }

  #isOpenType(file: string, name: string): boolean {
    return this.#once(`type\0${file}\0${name}`, () => {
      const declared = this.#read(file);
      const taken = declared?.taken.get(name);
      if (taken !== undefined) return this.#isTakenOpen(file, taken, true);
      return (declared?.types.get(name) ?? []).some((one) => this.#isMadeOfOpen(file, one));
    });
  }

  /** Whether a name stands on something not installed where it is used; without a place, where all may use it. */
  #isOpenName(file: string, name: string, offset = -1): boolean {
    const declared = this.#read(file);
    const origins = originsAt(declared?.values.get(name) ?? [], offset);
    const scope = origins[0]?.scope ?? null;
    return this.#once(`value\0${file}\0${name}\0${scope?.start}`, () => {
      const taken = declared?.taken.get(name);
      if (taken !== undefined && scope === null) return this.#isTakenOpen(file, taken, false);
      const isGiven = origins.some((one) => this.#isOfOpenCaller(file, name, one));
      return isGiven || this.#areOpen(file, origins) || this.#isGivenOpen(file, name, scope);
    });
  }

  /**
   * Whether a parameter is of a function that a function of the tree gets, and what that gives it is not known: so it
   * is written there, or left to what gets the result of a generic call.
   */
  #isOfOpenCaller(file: string, name: string, { written, value, scope, path = [] }: Origin): boolean {
    if (written !== null || scope === null) return false;
    if (value === null)
      return UNTYPED_MARKUP.some((one) => this.#assumed.has(one)) && this.#parts.isHandler(file, scope);
    if (this.#read(file)?.callers.get(scope) !== value) return false;
    const given = this.#parts.givenTo(file, scope, value, name);
    const part = given === null ? null : (this.#parts.memberOf(given.file, given.node, path) ?? given);
    if (part !== null && this.#isMadeOfOpen(part.file, part.node)) return true;
    const called = asNode(value.typeArguments) === null ? this.#parts.calledBy(file, value) : null;
    if (asNode(called?.node.typeParameters) === null) return false;
    const gets = ({ type, arguments: all }: SyntaxNode) => type === 'CallExpression' && nodesOf(all).includes(value);
    const outer = around(this.#read(file)?.body ?? [], value.start).findLast(gets);
    return outer !== undefined && this.#isOpen(file, outer);
  }

  #isOpenMember(file: string, name: string, offset: number): boolean {
    const declared = this.#read(file);
    const [owner] = (declared?.classes ?? [])
      .filter(({ start, end }) => start <= offset && offset < end)
      .sort((a, b) => a.end - a.start - (b.end - b.start));
    if (owner === undefined) return this.#isCalledByOpen(file, offset);
    return this.#once(`member\0${file}\0${name}\0${owner.start}`, () => {
      const origins = (declared?.members.get(name) ?? []).filter(({ scope }) => scope === owner);
      if (origins.length > 0) return this.#areOpen(file, origins) || this.#isGivenOpen(file, name, owner);
      // What a class does not declare it inherits.
      const base = asNode(owner.superClass);
      return base !== null && this.#isMadeOfOpen(file, base);
    });
  }

  /** Whether a member is not known of something whose type is written: so it is written, or what it gives is not. */
  #isOpenBelow(file: string, node: SyntaxNode): boolean {
    const written = this.#parts.writtenOf(file, node);
    if (written !== null && this.#isMadeOfOpen(written.file, written.node)) return true;
    const { of, target, member } = this.#parts.ownerOf(file, node) ?? {};
    if (of === undefined || target === undefined || member === undefined) return false;
    const origins = this.#read(target)?.members.get(member) ?? [];
    return this.#once(`below\0${target}\0${of}\0${member}`, () =>
      this.#areOpen(
        target,
        origins.filter(({ scope }) => nameOf(scope?.id) === of),
      ),
    );
  }

  /** Whether a function, of whose `this` its caller decides, is called by something that is not known. */
  #isCalledByOpen(file: string, offset: number): boolean {
    return [...(this.#read(file)?.callers ?? [])].some(([given, call]) => {
      if (given.type.startsWith('Arrow') || given.start > offset || given.end <= offset) return false;
      const types = asNode(call.typeArguments);
      return this.#isOpen(file, call) || (types !== null && this.#isMadeOfOpen(file, types));
    });
  }

  #areOpen(file: string, origins: readonly Origin[]): boolean {
    return origins.some(({ written, value, path = [] }) => {
      if (written === null) return value !== null && this.#isOpen(file, value);
      const part = path.length === 0 ? null : this.#parts.memberOf(file, written, path);
      return this.#isMadeOfOpen(file, written) || (part !== null && this.#isMadeOfOpen(part.file, part.node));
    });
  }

  #isGivenOpen(file: string, name: string, scope: SyntaxNode | null): boolean {
    return (this.#read(file)?.given.get(name) ?? []).some(
      (one) => (scope === null || (scope.start <= one.start && one.end <= scope.end)) && this.#isOpen(file, one),
    );
  }

  #isTakenOpen(file: string, { specifier, name }: Taken, isType: boolean): boolean {
    const target = specifier === '.' ? file : this.#leadsTo(file, specifier);
    if (target === null) return specifier.startsWith('.') || this.#assumed.has(specifier);
    if (name === null) return false;
    const declared = this.#read(target);
    if (declared === null) return true;
    if (specifier === '.' || declared.values.has(name) || declared.types.has(name))
      return isType ? this.#isOpenType(target, name) : this.#isOpenName(target, name);
    const passed = declared.passed.get(name) ?? declared.passed.get('*') ?? [];
    return this.#once(`passed\0${target}\0${name}\0${isType}`, () =>
      passed.some((one) => this.#isTakenOpen(target, one.name === null ? { ...one, name } : one, isType)),
    );
  }

  #leadsTo(file: string, specifier: string): string | null {
    return isNodeModule(specifier) || this.#assumed.has(specifier) ? null : this.#leading(file, specifier);
  }

  /** Whether what a type is made of is not known; the members that are written are. */
  #isMadeOfOpen(file: string, type: SyntaxNode): boolean {
    if (type.type === 'TSTypeLiteral') return false;
    if (type.type === 'TSImportType') return true;
    const name = type.type === 'TSTypeReference' ? type.typeName : type.type === 'TSTypeQuery' ? type.exprName : null;
    const root = rootOf(name ?? (/^(?:Identifier|MemberExpression)$/.test(type.type) ? type : null));
    if (root !== null && this.#isOpenRoot(file, type, root)) return true;
    if (name === null && root !== null) return false;
    return childrenOf(type).some((one) => one !== name && this.#isMadeOfOpen(file, one));
  }

  #isOpenRoot(file: string, { type, start }: SyntaxNode, { name, isWhole }: Root): boolean {
    const declared = this.#read(file);
    const isOwn = declared !== null && (declared.taken.has(name) || declared.types.has(name));
    if (type === 'TSTypeQuery' && (isWhole || declared?.values.has(name) === true || isOwn))
      return this.#isOpenName(file, name, start);
    // A namespace that a package declares for all files.
    if (!isWhole && !isOwn && !GIVEN_SPACES.test(name)) return declared?.values.has(name) !== true;
    return this.#isOpenType(file, name) || (!isOwn && this.#isOpenName(file, name, start));
  }

  /** Whether the type of a value comes from something that is not installed. */
  #isOpen(file: string, node: SyntaxNode): boolean {
    if (WHOLE.test(node.type) || this.#expressions > MOST_EXPRESSIONS) return false;
    this.#expressions += 1;
    const found = this.#isOpenExpression(file, node);
    this.#expressions -= 1;
    return found;
  }

  #isOpenExpression(file: string, node: SyntaxNode): boolean {
    const own = memberName(node);
    if (own !== null) return this.#isOpenMember(file, own, node.start);
    const any = (...parts: unknown[]) =>
      parts.some((part) =>
        (Array.isArray(part) ? nodesOf(part) : [asNode(part)]).some((one) => one !== null && this.#isOpen(file, one)),
      );
    switch (node.type) {
      case 'Identifier':
      case 'JSXIdentifier':
        return this.#isOpenName(file, nameOf(node) ?? '', node.start);
      case 'MemberExpression':
      case 'JSXMemberExpression':
        return any(node.object) || this.#isOpenBelow(file, node);
      case 'CallExpression':
      case 'NewExpression':
        return any(node.callee, this.#parts.argumentsOf(file, node, this.#inferred !== null));
      case 'TSAsExpression':
      case 'TSTypeAssertion':
        return this.#isMadeOfOpen(file, asNode(node.typeAnnotation) ?? node);
      case 'ConditionalExpression':
        return any(node.consequent, node.alternate);
      case 'ObjectExpression':
        return any(partsOfObject(node, this.#inferred));
      default:
        return /Function/.test(node.type) ? this.#givesOpen(file, node) : any(...PARTS.map((part) => node[part]));
    }
  }

  /** Whether what a function gives back is not known. */
  #givesOpen(file: string, node: SyntaxNode): boolean {
    const written = asNode(node.returnType);
    if (written !== null) return this.#isMadeOfOpen(file, written);
    const body = asNode(node.body);
    if (body === null) return false;
    if (body.type !== 'BlockStatement') return this.#isOpen(file, body);
    return returnsOf(body).some((one) => this.#isOpen(file, one));
  }
}
