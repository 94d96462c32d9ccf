import { roleOf } from '../file-roles.ts';
import type { Diagnostic } from './messages.ts';
import { asNode, type DeclarationReader, nameOf, nodesOf, type SyntaxNode } from './tsc-declarations.ts';
import { SignaturePlaces } from './tsc-signatures.ts';
import { around, declaring, type Leading, offsetOf } from './tsc-syntax.ts';

/** A message about a member, with the type that it is missing in, without what that is given. */
const OF_MEMBER = /^Property '[^']*' does not exist on type '([A-Za-z_$][\w$]*)(<[^\n]*>)?'/;
/** A message about a plain value that is given to one named type, to a list of it or to a table. */
const OF_PLAIN =
  /^Argument of type '(?:string|number|boolean|true|false|-?[\d.]+|"[^"\n]*")' is not assignable to parameter of type '(?:readonly )?([A-Za-z_$][\w$]*)(<[^|&'\n]*>)?((?:\[\])*)'/;
/** Members that plain values have, too. */
const PLAIN_MEMBER =
  /^(?:length|constructor|at|concat|includes|indexOf|match|replace|search|slice|split|to\w+|valueOf)$/;

/**
 * What a message says of the tree's own declarations alone, which no package could change: how many arguments a
 * function of the tree takes, which members a class has that inherits nothing, and that a plain value is no object.
 */
export class CertainTypes {
  readonly #texts: ReadonlyMap<string, string>;
  readonly #signatures: SignaturePlaces;
  readonly #read: DeclarationReader;
  readonly #declared = new Map<string, readonly SyntaxNode[]>();

  constructor(texts: ReadonlyMap<string, string>, read: DeclarationReader, leading: Leading) {
    this.#texts = texts;
    this.#read = read;
    this.#signatures = new SignaturePlaces(texts, read, leading);
  }

  /** Whether a message holds whatever the types of packages are; `isGlobal` tells the names of other types. */
  holds(diagnostic: Diagnostic, isGlobal: (name: string) => boolean): boolean {
    const { file, rule, message } = diagnostic;
    if (rule === 'TS2554') return this.#signatures.lacksArgument(diagnostic) || this.#signatures.hasSurplus(diagnostic);
    const [, owner = '', of = ''] = (/^TS(?:2339|2551)$/.test(rule) ? OF_MEMBER.exec(message) : null) ?? [];
    // What a test's runner adds to all objects, only an installation would tell.
    if (owner !== '') return !isGlobal(owner) && roleOf(file) !== 'test' && this.#isWhole(owner, countOf(of));
    const [, name = '', given = '', list] = (rule === 'TS2345' ? OF_PLAIN.exec(message) : null) ?? [];
    if (name === '' || isGlobal(name) || !this.#isLiteral(diagnostic)) return false;
    if (name === 'Record' && given !== '') return true;
    return this.#isOfObjects(name, countOf(given), list !== '');
  }

  /** Whether a value is written out as one where a message is about it. */
  #isLiteral({ file, line, column }: Diagnostic): boolean {
    const offset = offsetOf(this.#texts.get(file) ?? '', line, column);
    const nodes = around(this.#read(file)?.body ?? [], offset);
    return nodes.some(({ type, start }) => start === offset && /^(?:Template)?Literal$/.test(type));
  }

  /** Whether a name with so many parameters means types of the tree, of which every member is written there. */
  #isWhole(name: string, parameters: number): boolean {
    const all = this.#declarationsOf(name, parameters);
    return all.length > 0 && all.every((one) => isWhole(one));
  }

  /** Whether such a name means types of the tree, values of which are objects: a list's are of any such type. */
  #isOfObjects(name: string, parameters: number, isList: boolean): boolean {
    const all = this.#declarationsOf(name, parameters);
    return all.length > 0 && all.every((one) => isList || isOfObjects(one));
  }

  /** Everything of the tree that declares a type of a name with so many parameters. */
  #declarationsOf(name: string, parameters: number): readonly SyntaxNode[] {
    const known =
      this.#declared.get(name) ??
      declaring(this.#texts, name).flatMap((file) => {
        // What is no module adds to what is declared for all files.
        const isModule = /^[ \t\uFEFF]*(?:import|export)\b/m.test(this.#texts.get(file) ?? '');
        return isModule ? (this.#read(file)?.named.get(name) ?? []) : [FOR_ALL];
      });
    this.#declared.set(name, known);
    return known.filter(
      (one) => !DECLARED.test(one.type) || nodesOf(asNode(one.typeParameters)?.params).length === parameters,
    );
  }
}

/** Stands for a declaration that is only a part of one. */
const FOR_ALL: SyntaxNode = { type: 'Program', start: 0, end: 0 };
const DECLARED = /^(?:ClassDeclaration|ClassExpression|TSInterfaceDeclaration|TSTypeAliasDeclaration)$/;

/** Whether a type is all that its own declaration writes. */
function isWhole(node: SyntaxNode): boolean {
  if (node.type === 'TSTypeAliasDeclaration') return asNode(node.typeAnnotation)?.type === 'TSTypeLiteral';
  return DECLARED.test(node.type) && asNode(node.superClass) === null && nodesOf(node.extends).length === 0;
}

/** Whether values of a type have a member that plain values have not. */
function isOfObjects(node: SyntaxNode): boolean {
  const body = asNode(node.body) ?? asNode(node.typeAnnotation);
  const members = [...nodesOf(body?.body), ...(body?.type === 'TSTypeLiteral' ? nodesOf(body.members) : [])];
  return (
    DECLARED.test(node.type) &&
    members.some((one) => {
      const key = nameOf(one.key);
      return key !== null && one.optional !== true && one.static !== true && !PLAIN_MEMBER.test(key);
    })
  );
}

/** How many types a list in angle brackets holds, as the compiler writes it. */
function countOf(list: string): number {
  let depth = 0;
  let count = list === '' ? 0 : 1;
  for (const [index, character] of [...list].entries()) {
    if (/[<({[]/.test(character)) depth += 1;
    else if (/[)}\]]/.test(character) || (character === '>' && list[index - 1] !== '=')) depth -= 1;
    else if (character === ',' && depth === 1) count += 1;
  }
  return count;
}
