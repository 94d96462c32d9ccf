import type { Diagnostic } from './messages.ts';
import { asNode, nameOf, nodesOf, type SyntaxNode } from './tsc-declarations.ts';
import { RELATIVE } from './tsc-imports.ts';
import { around, leadsTo, offsetOf, returnsOf, rootOf } from './tsc-syntax.ts';
import { readWritten, saysParameter, saysType, type Written, type WrittenNames } from './tsc-written.ts';

/** Contradictions of two types, of which each may only be guessed. */
const OF_TWO = /^TS(?:2322|2345|2365)$/;
/** Functions that make a text of what they are given, as browsers and the language have them. */
const WRITING =
  /(?:\.(?:setAttribute|setProperty|setItem|createTextNode|fillText|strokeText|test|exec)|(?:[pP]arams|[hH]eaders|[fF]ormData|\b(?:local|session)Storage)\??\.(?:set|append|has|get|delete))$/;
const OF_PROTOTYPE = /\.prototype\.([A-Za-z_$][\w$]*)\s*=(?!=)/g;
/** How many expressions a value is followed through: code goes round and round. */
const MOST_STEPS = 24;

/**
 * Follows what a message about JavaScript contradicts. What the compiler takes from the first value of a variable or of
 * a property, as from `this.last = false`, nobody has declared: another kind of value there is no error. A type that a
 * comment declares is, and so is that of a value which never changes.
 */
export class TypeGuesses {
  readonly #texts: ReadonlyMap<string, string>;
  readonly #read = new Map<string, WrittenNames | null>();
  /** Members that are given to the prototypes of classes; read when first asked for. */
  #ofPrototypes: ReadonlySet<string> | null = null;

  constructor(texts: ReadonlyMap<string, string>) {
    this.#texts = texts;
  }

  /** Whether one of the two types that a message is about is only guessed. */
  explain(diagnostic: Diagnostic): boolean {
    const { file, line, column, rule, message } = diagnostic;
    if (!OF_TWO.test(rule)) return false;
    const written = this.#written(file);
    if (written === null) return false;
    const offset = offsetOf(this.#texts.get(file) ?? '', line, column);
    const nodes = around(written.body, offset);
    if (rule === 'TS2365') {
      const operator = /'([^']+)'/.exec(message)?.[1];
      const node = nodes.find((one) => one.start === offset && one.operator === operator);
      const sides = [asNode(node?.left), asNode(node?.right)];
      if (message.includes("'number'") && sides.some((one) => this.#isKey(file, one))) return true;
      return sides.some((one) => this.#isGuess(file, one));
    }
    if (rule === 'TS2345') return this.#isGuessedArgument(diagnostic, nodes, offset);
    const assigned = nodes.findLast(({ type, start }) => type === 'AssignmentExpression' && start === offset);
    if (assigned !== undefined) {
      return this.#isGuess(file, asNode(assigned.left), true) || this.#isGuess(file, asNode(assigned.right));
    }
    const holder = nodes.findLast(({ type, start, key }) =>
      /^(?:ReturnStatement|VariableDeclarator|Property|PropertyDefinition)$/.test(type)
        ? start === offset || asNode(key)?.start === offset
        : false,
    );
    return this.#isGuess(file, asNode(holder?.argument) ?? asNode(holder?.init) ?? asNode(holder?.value));
  }

  /** Whether JavaScript gives a member to all objects of a class, which the compiler read before version 7. */
  isOfPrototype({ file, rule, message }: Diagnostic): boolean {
    if (!/^TS(?:2339|2551)$/.test(rule) || !/\.[cm]?jsx?$/.test(file)) return false;
    this.#ofPrototypes ??= new Set(
      [...this.#texts].flatMap(([path, text]) =>
        /\.[cm]?jsx?$/.test(path) ? [...text.matchAll(OF_PROTOTYPE)].map(([, name = '']) => name) : [],
      ),
    );
    return this.#ofPrototypes.has(/^Property '([^']+)'/.exec(message)?.[1] ?? '');
  }

  #written(file: string): WrittenNames | null {
    const known = this.#read.get(file);
    if (known !== undefined) return known;
    const text = this.#texts.get(file);
    const read = text === undefined || !/\.[cm]?jsx?$/.test(file) ? null : readWritten(file, text);
    this.#read.set(file, read);
    return read;
  }

  /** Whether an argument is a guess, or the parameter that gets it is one: only its default says what it is. */
  #isGuessedArgument({ file, message }: Diagnostic, nodes: readonly SyntaxNode[], offset: number): boolean {
    const isGiven = ({ type, arguments: given }: SyntaxNode) =>
      /^(?:Call|New)Expression$/.test(type) && nodesOf(given).some(({ start }) => start === offset);
    const call = nodes.findLast(isGiven);
    const place = nodesOf(call?.arguments).findIndex(({ start }) => start === offset);
    if (call === undefined) return false;
    if (this.#isGuess(file, nodesOf(call.arguments)[place] ?? null)) return true;
    const functions = this.#functionsOf(file, asNode(call.callee));
    if (functions.length === 0 && /type 'string'\.$/.test(message) && this.#writes(file, call)) return true;
    return functions.some(({ node, comment }) => {
      const parameter = nodesOf(node.params)[place];
      const name = nameOf(parameter?.left);
      return parameter?.type === 'AssignmentPattern' && name !== null && !saysParameter(comment, name);
    });
  }

  /** Whether a call is of a function of browsers that makes a text of what it is given. */
  #writes(file: string, { callee }: SyntaxNode): boolean {
    const node = asNode(callee);
    return node !== null && WRITING.test((this.#texts.get(file) ?? '').slice(node.start, node.end));
  }

  /** Whether nobody has said of which type an expression is; `isTarget` where it is what gets a value. */
  #isGuess(file: string, node: SyntaxNode | null, isTarget = false, steps = 0): boolean {
    if (node === null || steps > MOST_STEPS) return false;
    const any = (...parts: unknown[]) => parts.some((part) => this.#isGuess(file, asNode(part), false, steps + 1));
    switch (node.type) {
      case 'Identifier':
        return this.#isGuessedName(file, node, isTarget, steps);
      case 'MemberExpression':
        return this.#isGuessedProperty(file, node) || (isTarget ? this.#isElement(file, node) : any(node.object));
      case 'CallExpression':
        return this.#givesGuess(file, node, steps) || any(asNode(node.callee)?.object);
      case 'BinaryExpression':
        return node.operator === '+' && any(node.left, node.right);
      case 'LogicalExpression':
        return any(node.left, node.right);
      case 'ConditionalExpression':
        return any(node.consequent, node.alternate);
      case 'AssignmentExpression':
        return any(node.right);
      case 'AwaitExpression':
        return any(node.argument);
      case 'ChainExpression':
        return any(node.expression);
      case 'ParenthesizedExpression':
        // A comment right before it says of which type it is.
        return !(this.#texts.get(file) ?? '').slice(0, node.start).trimEnd().endsWith('*/') && any(node.expression);
      default:
        return false;
    }
  }

  #isGuessedName(file: string, node: SyntaxNode, isTarget: boolean, steps: number): boolean {
    const name = nameOf(node) ?? '';
    const written = this.#written(file);
    const declared = nearest(written?.names.get(name) ?? [], node.start);
    if (written === null || declared === null) return false;
    const { kind, comment, value, scope } = declared;
    if (kind === 'parameter') {
      if (!saysParameter(comment, name)) return value !== null && !saysType(comment);
      return !isTarget && this.#assignedTo(written, name, scope).length > 0;
    }
    if (saysType(comment)) return false;
    if (isTarget) return true;
    const others = kind === 'variable' || kind === 'key' ? this.#assignedTo(written, name, scope) : [];
    const kinds = new Set([...(value === null ? [] : [value]), ...others].map(kindOf));
    if (others.length > 0 && (kinds.size > 1 || kinds.has(null))) return true;
    return this.#isGuess(file, value, false, steps + 1);
  }

  /** Whether a name goes over the keys of something: those of a list are texts that compare as numbers. */
  #isKey(file: string, node: SyntaxNode | null): boolean {
    if (node?.type !== 'Identifier') return false;
    return nearest(this.#written(file)?.names.get(nameOf(node) ?? '') ?? [], node.start)?.kind === 'key';
  }

  /** Whether an expression is an element of a list that is written out where its variable is declared. */
  #isElement(file: string, node: SyntaxNode): boolean {
    const owner = asNode(node.object);
    if (node.computed !== true || owner?.type !== 'Identifier') return false;
    const declared = nearest(this.#written(file)?.names.get(nameOf(owner) ?? '') ?? [], node.start);
    return declared?.value?.type === 'ArrayExpression' && !this.#isDocumentedRoot(file, node);
  }

  #assignedTo({ assigned }: WrittenNames, name: string, scope: SyntaxNode | null): readonly SyntaxNode[] {
    const isIn = ({ start }: SyntaxNode) => scope === null || (scope.start <= start && start < scope.end);
    return (assigned.get(name) ?? []).filter(isIn);
  }

  /**
   * Whether a property gets its first value somewhere in the file or in those that it imports, and no comment says of
   * which type it is.
   */
  #isGuessedProperty(file: string, node: SyntaxNode): boolean {
    const name = node.computed === true ? null : nameOf(node.property);
    if (name === null) return false;
    const files = [file, ...this.#importedBy(file)];
    if (this.#isOfLiteral(file, node)) return true;
    const isOfOther = this.#isDocumentedRoot(file, node);
    const found = files.flatMap((one) => {
      const all = this.#written(one)?.properties.get(name) ?? [];
      return all.filter(({ kind }) => kind === 'property' || !isOfOther).map((written) => ({ ...written, file: one }));
    });
    if (found.some((one) => this.#isBesideParameter(one.file, name, one.value))) return false;
    if (found.every(({ value }) => value === null || /Function/.test(value.type))) return false;
    return !found.some(({ comment }) => saysType(comment)) && !files.some((one) => this.#isDocumented(one, name));
  }

  #importedBy(file: string): string[] {
    const written = (this.#texts.get(file) ?? '').matchAll(RELATIVE);
    return [...written].flatMap(([, , specifier = '']) => leadsTo(this.#texts, file, specifier) ?? []);
  }

  /** Whether a property gets its value in a function with a parameter of its name, of which a comment says the type. */
  #isBesideParameter(file: string, name: string, value: SyntaxNode | null): boolean {
    const declared = value === null ? null : nearest(this.#written(file)?.names.get(name) ?? [], value.start);
    return declared?.kind === 'parameter' && saysParameter(declared.comment, name);
  }

  /** Whether a comment of the file declares a type with a property of a name. */
  #isDocumented(file: string, name: string): boolean {
    const own = name.replaceAll('$', '\\$');
    const text = this.#texts.get(file) ?? '';
    return (
      new RegExp(`@(?:property|prop|member)\\s*\\{[^\\n]*\\}\\s*\\[?(?:[\\w$]+\\.)*${own}\\b`).test(text) ||
      // Without what it is of, it is a parameter of a function.
      new RegExp(`@(?:param|arg|argument)\\s*\\{[^\\n]*\\}\\s*\\[?(?:[\\w$]+(?:\\[\\])?\\.)+${own}\\b`).test(text) ||
      new RegExp(`@(?:typedef|type|param)\\s*\\{(?:(?!\\*/)[^@])*[{,;\\s]['"]?${own}['"]?\\??\\s*:`).test(text)
    );
  }

  /** Whether a property is one of an object that is written out where its variable is declared, without a comment. */
  #isOfLiteral(file: string, { object, property, start }: SyntaxNode): boolean {
    const owner = asNode(object);
    if (owner?.type !== 'Identifier') return false;
    const declared = nearest(this.#written(file)?.names.get(nameOf(owner) ?? '') ?? [], start);
    if (declared?.value?.type !== 'ObjectExpression' || saysType(declared.comment)) return false;
    const own = nodesOf(declared.value.properties).find(({ key }) => nameOf(key) === nameOf(property));
    return (
      own !== undefined &&
      !(this.#written(file)?.properties.get(nameOf(property) ?? '') ?? []).some(
        ({ value, comment }) => value === own.value && saysType(comment),
      )
    );
  }

  /** Whether a comment says what an expression begins with: what its members are, that type says. */
  #isDocumentedRoot(file: string, node: SyntaxNode): boolean {
    const name = rootOf(node)?.name ?? '';
    const declared = nearest(this.#written(file)?.names.get(name) ?? [], node.start);
    if (declared === null) return false;
    return saysType(declared.comment) || (declared.kind === 'parameter' && saysParameter(declared.comment, name));
  }

  /** Whether a call gives what a function of the tree gives, of which nobody has said what that is. */
  #givesGuess(file: string, call: SyntaxNode, steps: number): boolean {
    return this.#functionsOf(file, asNode(call.callee)).some(({ file: of, node, comment }) => {
      if (/@returns?\s*\{/.test(comment)) return false;
      const body = asNode(node.body);
      if (body === null) return false;
      const given = body.type === 'BlockStatement' ? returnsOf(body) : [body];
      return given.some((one) => this.#isGuess(of, one, false, steps + 1));
    });
  }

  /** The functions that a call may be of: those of that name in the file, or in the one that it takes the name from. */
  #functionsOf(file: string, callee: SyntaxNode | null): { file: string; node: SyntaxNode; comment: string }[] {
    const name = nameOf(callee?.type === 'MemberExpression' ? callee.property : callee);
    if (name === null) return [];
    const root = rootOf(callee)?.name;
    const taken = root === undefined ? null : this.#takenFrom(file, root);
    return [file, ...(taken === null ? [] : [taken])].flatMap((of) => {
      const written = this.#written(of);
      const all = [...(written?.names.get(name) ?? []), ...(written?.properties.get(name) ?? [])];
      return all.flatMap(({ value }) =>
        value === null || !/Function/.test(value.type)
          ? []
          : [{ file: of, node: value, comment: written?.comments.get(value) ?? '' }],
      );
    });
  }

  /** The file of the tree that a name is taken from. */
  #takenFrom(file: string, name: string): string | null {
    const own = name.replaceAll('$', '\\$');
    const specifier = new RegExp(
      `\\b(?:import|const|let|var)\\s[^;'"()]{0,500}\\b${own}\\b[^;'"()]{0,500}(?:\\bfrom|=\\s*require\\s*\\()\\s*['"](\\.[^'"\\n]*)['"]`,
    ).exec(this.#texts.get(file) ?? '')?.[1];
    return specifier === undefined ? null : leadsTo(this.#texts, file, specifier);
  }
}

/** What a value is by the way it is written; null where that does not show. */
function kindOf(node: SyntaxNode): string | null {
  if (node.type === 'Literal') return node.value === null ? null : typeof node.value;
  if (node.type === 'TemplateLiteral') return 'string';
  if (node.type === 'UnaryExpression') return node.operator === '!' ? 'boolean' : null;
  if (node.type !== 'BinaryExpression') return null;
  if (/^(?:[-*/%]|\*\*|<<|>>>?|[&|^])$/.test(String(node.operator))) return 'number';
  return node.operator === '+' ? null : 'boolean';
}

/** What a name means at an offset: what the smallest part of the file around it declares. */
function nearest(all: readonly Written[], offset: number): Written | null {
  const sizeOf = ({ scope }: Written) => (scope === null ? Number.POSITIVE_INFINITY : scope.end - scope.start);
  const [first] = all
    .filter(({ scope }) => scope === null || (scope.start <= offset && offset < scope.end))
    .sort((a, b) => sizeOf(a) - sizeOf(b));
  return first ?? null;
}
