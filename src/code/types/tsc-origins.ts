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
import { InferredParts, partsOfObject } from './tsc-inferred.ts';
import { classesAsked } from './tsc-narrowed.ts';
import { isNodeModule } from './tsc-shims.ts';
import {
  declaring,
  FOLLOWED,
  GIVEN_SPACES,
  isOfCertain,
  type Leading,
  namesIn,
  offsetOf,
  PARTS,
  type Root,
  returnsOf,
  rootOf,
  subjectsAt,
  WHOLE,
} from './tsc-syntax.ts';

/** Types that are inferred from what nothing is known of. */
const INFERRED = /\b(?:unknown|never|void)\b|\{\}|\[x: (?:number|string)\]/;
/** How many declarations a chain is followed through, and how many expressions: code goes round and round. */
const MOST_STEPS = 40;
const MOST_EXPRESSIONS = 300;

/**
 * Follows what a message is about to where its type comes from: through variables, fields, parameters, calls and the
 * imports of the tree. Where that is something that is not installed, nobody knows what the whole type would be.
 */
export class TypeOrigins {
  readonly #texts: ReadonlyMap<string, string>;
  readonly #assumed: ReadonlySet<string>;
  readonly #read: DeclarationReader;
  readonly #known = new Map<string, boolean>();
  readonly #leading: Leading;
  readonly #parts: InferredParts;
  #steps = 0;
  #expressions = 0;
  /** Whether what a call is given counts: what a generic function gives back is inferred from it. */
  #isInferred = false;

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
  }

  /** Whether the value that a message is about, or a type that it names, stands on something not installed. */
  explain(diagnostic: Diagnostic): boolean {
    const { file, line, column, rule, message } = diagnostic;
    if (!FOLLOWED.has(rule)) return false;
    const declared = this.#read(file);
    if (declared === null) return false;
    const offset = offsetOf(this.#texts.get(file) ?? '', line, column);
    this.#isInferred = INFERRED.test(message);
    if (this.#namesOpen(file, message)) return true;
    if (isOfCertain(message) && /^TS(?:2339|2551)$/.test(rule)) return this.narrows(diagnostic);
    if (this.#parts.takenAt(file, offset).some((type) => this.#isMadeOfOpen(file, type))) return true;
    return subjectsAt(declared.body, offset, rule).some((one) => this.#isOpen(file, one));
  }

  /** Whether what a member is asked of gets something not installed, or was found to be of what is not. */
  narrows({ file, line, column, rule, message }: Diagnostic): boolean {
    const body = this.#read(file)?.body ?? [];
    const offset = offsetOf(this.#texts.get(file) ?? '', line, column);
    const types = namesIn(message);
    return subjectsAt(body, offset, rule).some(
      ({ object }) => this.#isNarrowed(file, asNode(object)) || this.#isGuarded(file, asNode(object), types),
    );
  }

  /** Whether a type that a message names has members that only an installation would show. */
  #namesOpen(file: string, message: string): boolean {
    return namesIn(message).some((name) => {
      const own = this.#read(file);
      if (own?.types.has(name) === true || own?.taken.has(name) === true) return this.#isOpenType(file, name);
      return declaring(this.#texts, name).some((one) => this.#isOpenType(one, name));
    });
  }

  /** Answers once and keeps it; a circle adds nothing, and a chain that is too long is given up. */
  #once(of: string, answer: () => boolean): boolean {
    const key = `${of}\0${this.#isInferred}`;
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
      return this.#areOpen(file, origins) || this.#isGivenOpen(file, name, scope);
    });
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

  /** Whether a member is not known of something whose class is: a field or a method that gives what is not. */
  #isOpenBelow(file: string, { object, property, start }: SyntaxNode): boolean {
    const member = nameOf(property);
    const holder = nameOf(object);
    if (member === null || holder === null) return false;
    const [origin] = originsAt(this.#read(file)?.values.get(holder) ?? [], start);
    const written = asNode(origin?.written?.typeAnnotation);
    const made = origin?.value?.type === 'NewExpression' ? origin.value.callee : null;
    const type = nameOf(written?.typeName) ?? nameOf(made);
    if (type === null) return false;
    const taken = this.#read(file)?.taken.get(type);
    const target = taken === undefined ? file : this.#leadsTo(file, taken.specifier);
    if (target === null) return false;
    return this.#once(`below\0${target}\0${type}\0${member}`, () =>
      this.#areOpen(
        target,
        (this.#read(target)?.members.get(member) ?? []).filter(({ scope }) => nameOf(scope?.id) === type),
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

  /** Whether a variable or a field gets something not known, or is found to be of a class that is not known. */
  #isNarrowed(file: string, value: SyntaxNode | null): boolean {
    const name = memberName(value) ?? nameOf(value);
    if (name !== null) return this.#isGivenOpen(file, name, null);
    if (value?.type !== 'MemberExpression') return false;
    const body = this.#read(file)?.body ?? [];
    return classesAsked(this.#texts.get(file) ?? '', body, value).some((one) => this.#isOpen(file, one));
  }

  /** Whether something not known is of one of some types only because a function of the tree has said so. */
  #isGuarded(file: string, value: SyntaxNode | null, types: readonly string[]): boolean {
    const given = this.#read(file)?.given.get(nameOf(value) ?? '') ?? [];
    return given.some((one) => this.#parts.isGuardFor(file, one, types)) && value !== null && this.#isOpen(file, value);
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
    // A namespace that a package declares for all files.
    if (!isWhole && !isOwn && !GIVEN_SPACES.test(name)) return declared?.values.has(name) !== true;
    if (type === 'TSTypeQuery') return this.#isOpenName(file, name, start);
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
        return this.#isOpenName(file, nameOf(node) ?? '', node.start);
      case 'MemberExpression':
        return any(node.object) || this.#isOpenBelow(file, node);
      case 'CallExpression':
      case 'NewExpression':
        return any(node.callee, this.#parts.argumentsOf(file, node, this.#isInferred));
      case 'TSAsExpression':
      case 'TSTypeAssertion':
        return this.#isMadeOfOpen(file, asNode(node.typeAnnotation) ?? node);
      case 'ConditionalExpression':
        return any(node.consequent, node.alternate);
      case 'ObjectExpression':
        return any(partsOfObject(node, this.#isInferred));
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
