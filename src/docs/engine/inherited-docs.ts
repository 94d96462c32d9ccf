import type { SourceSymbol } from '../../code/symbols.ts';
import type { ParsedFile } from '../../code/tree/parse-file.ts';

const TYPES: ReadonlySet<string> = new Set(['class', 'interface']);

/** Decorators that say that something overrides, and those of Python that write its documentation: `@copy_doc(...)`. */
const GIVES_DOCS = /(?:^|[@.])override\b|^@[\w.]*doc(?:s|strings?)?\b/i;

/**
 * Which members take the comment of what they override over: readers are shown it, as pydoc, Javadoc, TSDoc and the
 * documentation of C# do.
 */
export class InheritedDocs {
  readonly #types = new Map<string, SourceSymbol[]>();
  readonly #told = new Map<string, ReadonlySet<string>>();

  constructor(files: readonly ParsedFile[]) {
    for (const { symbols } of files) for (const symbol of symbols) this.#add(symbol);
  }

  #add(symbol: SourceSymbol): void {
    if (TYPES.has(symbol.kind)) {
      const known = this.#types.get(symbol.name);
      if (known === undefined) this.#types.set(symbol.name, [symbol]);
      else known.push(symbol);
    }
    for (const member of symbol.members) this.#add(member);
  }

  /** Whether a member says that it overrides one, or a type that its owner is made from documents one of its name. */
  has(owner: SourceSymbol | null, member: SourceSymbol): boolean {
    if (member.doc?.inheritDoc === true || member.decorators.some((one) => GIVES_DOCS.test(one))) return true;
    if (owner === null || !TYPES.has(owner.kind)) return false;
    return (
      /(?:^|\s)override\s/.test(member.signature) || basesOf(owner).some((base) => this.#toldBy(base).has(member.name))
    );
  }

  /**
   * Members that a type of this name, or one it is made from, tells of. Many types can have one name, and each other.
   */
  #toldBy(name: string): ReadonlySet<string> {
    const known = this.#told.get(name);
    if (known !== undefined) return known;
    const told = new Set<string>();
    const names = new Set([name]);
    for (const one of names) {
      for (const type of this.#types.get(one) ?? []) {
        for (const { name: member, doc } of type.members) if (doc !== null && doc.description !== '') told.add(member);
        for (const base of basesOf(type)) names.add(base);
      }
    }
    this.#told.set(name, told);
    return told;
  }
}

/** Names of the bases of a type, without their arguments, read from its signature. */
export function basesOf({ signature }: Pick<SourceSymbol, 'signature'>): string[] {
  const python = /^(?:@.*\n)*class\s+\w+(?:\[[^\]]*\])?\s*\((.*)\)/s.exec(signature)?.[1];
  const script = /\b(?:extends|implements)\s+(.+)$/s.exec(signature)?.[1];
  const ruby = /^class\s+[\w:]+\s+<\s+([\w:]+)$/.exec(signature)?.[1];
  const colon = /\b(?:class|interface|struct|record)\s+\w+[^:(]*(?:\([^)]*\))?\s*:\s*([^:].*)$/s.exec(signature)?.[1];
  const written = python ?? script ?? ruby ?? colon ?? '';
  return withoutArguments(written)
    .split(/,|\bimplements\b|\bextends\b/)
    .map((one) => one.trim())
    .filter((one) => one !== '' && !one.includes('='))
    .map((one) => /[\w$]+(?=\W*$)/.exec(one)?.[0] ?? one);
}

function withoutArguments(text: string): string {
  let depth = 0;
  let plain = '';
  for (const letter of text) {
    if ('<[({'.includes(letter)) depth += 1;
    if (depth === 0) plain += letter;
    if ('>])}'.includes(letter)) depth -= 1;
  }
  return plain;
}
