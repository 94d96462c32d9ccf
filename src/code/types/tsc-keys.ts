import type { Diagnostic } from './messages.ts';
import { asNode, type DeclarationReader, nameOf, type SyntaxNode } from './tsc-declarations.ts';
import { ANY_KEY, type InferredParts, type TypePart } from './tsc-inferred.ts';
import { around, offsetOf } from './tsc-syntax.ts';

/** Tells whether what a member is asked of has it only as any other key: nobody says that such a one is there. */
export class KeyedMembers {
  readonly #texts: ReadonlyMap<string, string>;
  readonly #read: DeclarationReader;
  readonly #parts: InferredParts;
  /** What the tree writes of members, by their names. */
  readonly #written = new Map<string, readonly TypePart[]>();

  constructor(texts: ReadonlyMap<string, string>, read: DeclarationReader, parts: InferredParts) {
    this.#texts = texts;
    this.#read = read;
    this.#parts = parts;
  }

  /** Whether a function that is asked whether it is there is a value of any key, which need not be. */
  explain({ file, rule, line, column }: Diagnostic): boolean {
    if (rule !== 'TS2774') return false;
    const offset = offsetOf(this.#texts.get(file) ?? '', line, column);
    const nodes = around(this.#read(file)?.body ?? [], offset);
    const asked = nodes.find(({ type, start }) => type === 'MemberExpression' && start === offset);
    const owner = asNode(asked?.object);
    const key = asked?.computed === true ? null : nameOf(asked?.property);
    if (owner === null || key === null) return false;
    const own = this.#parts.writtenOf(file, owner);
    const all = own === null ? this.#membersCalled(owner) : [own];
    return all.some((one) => this.#has(one, ANY_KEY)) && !all.some((one) => this.#has(one, key));
  }

  #has({ file, node }: TypePart, name: string): boolean {
    return this.#parts.membersOf(file, node, name).length > 0;
  }

  /** What the tree writes of members with the name that a value is asked for by: of `fields` for `list.fields`. */
  #membersCalled(value: SyntaxNode): readonly TypePart[] {
    const name = value.type === 'MemberExpression' && value.computed !== true ? nameOf(value.property) : null;
    if (name === null) return [];
    const known = this.#written.get(name);
    if (known !== undefined) return known;
    const own = new RegExp(`(?<![\\w$])${name.replaceAll('$', '\\$')}\\??:`);
    const found = [...this.#texts].flatMap(([path, text]) => {
      if (!/\.[cm]?tsx?$/.test(path) || !own.test(text)) return [];
      const types = [...(this.#read(path)?.named.values() ?? [])].flat();
      return types.flatMap((one) => this.#parts.membersOf(path, one, name));
    });
    this.#written.set(name, found);
    return found;
  }
}
