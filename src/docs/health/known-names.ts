import { roleOf } from '../../code/file-roles.ts';
import type { SourceSymbol } from '../../code/symbols.ts';
import type { ParsedFile } from '../../code/tree/parse-file.ts';
import { basesOf } from '../engine/inherited-docs.ts';
import { NearNames } from './nearest.ts';

/** A class, interface or module of the repository with what is known of its members. */
export interface OwnType {
  readonly name: string;
  readonly files: readonly ParsedFile[];
  readonly members: ReadonlySet<string>;
  /** Nowhere more than an interface: what code calls by that name may be a value that is something else. */
  readonly isInterface: boolean;
  /** Names of the classes it is made from. */
  readonly bases: readonly string[];
  /** What its constructor takes. */
  readonly parameters: readonly string[];
}

const TYPES: ReadonlySet<string> = new Set(['class', 'interface', 'enum', 'namespace']);
const WORD = /[A-Za-z_$][\w$]*/g;
const ALIASES = /\balias(?:es)?\b[^\n]{0,80}/g;
/** A command that is made with its name, whatever makes it: `Subcommand("list"`. */
const COMMANDS = /[Cc]ommands?\w{0,20}\(\s{0,40}['"`]([\w:-]{1,40})/g;
/** A member that an object with a name is given. */
const GIVEN = /\b([A-Z][\w$]*)(?:\.prototype)?\.([A-Za-z_$][\w$]*)[ \t]*=(?![=>])/g;
const FLAG = /(?<![\w-])--?[A-Za-z][\w-]*/g;

/** What stands in files that are no documentation. */
export interface WrittenWords {
  readonly words: ReadonlySet<string>;
  readonly flags: ReadonlySet<string>;
  readonly aliases: ReadonlySet<string>;
}

/** The words of texts, in one pass: reading them is what takes the time. */
export function wordsOf(texts: Iterable<string>): WrittenWords {
  const [words, flags, aliases] = [new Set<string>(), new Set<string>(), new Set<string>()];
  for (const text of texts) {
    for (const word of text.match(WORD) ?? []) words.add(word);
    for (const [, owner, member] of text.matchAll(GIVEN)) words.add(`${owner}.${member}`);
    for (const flag of text.match(FLAG) ?? []) flags.add(flag);
    for (const [, name = ''] of text.matchAll(COMMANDS)) aliases.add(name);
    for (const line of text.match(ALIASES) ?? []) for (const word of line.match(/[\w:-]+/g) ?? []) aliases.add(word);
  }
  return { words, flags, aliases };
}

/** Names that the code of a repository has. */
export class KnownNames {
  readonly #declared = new Set<string>();
  readonly #imported = new Set<string>();
  readonly #types = new Map<string, OwnType>();
  readonly #read: () => WrittenWords;
  #written: WrittenWords | null = null;
  #nearby: NearNames | null = null;
  #nearbyPublic: NearNames | null = null;
  readonly #sources: readonly ParsedFile[];

  /** `read` gives what stands in every file that is no documentation; asked for once, when it is needed. */
  constructor(files: readonly ParsedFile[], read: () => WrittenWords) {
    this.#read = read;
    this.#sources = files.filter(({ path }) => roleOf(path) === 'source');
    for (const file of files) {
      for (const name of file.declared) this.#declared.add(name);
      for (const { names } of file.imports) for (const name of names) this.#imported.add(name);
      for (const { exported, imported } of file.reexports) {
        this.#declared.add(exported);
        this.#declared.add(imported);
      }
      for (const symbol of file.symbols) this.#addSymbol(symbol, file);
    }
  }

  #addSymbol(symbol: SourceSymbol, file: ParsedFile): void {
    this.#declared.add(symbol.name);
    for (const member of symbol.members) this.#addSymbol(member, file);
    if (!TYPES.has(symbol.kind) || !/^[A-Z_$]/.test(symbol.name)) return;
    const known = this.#types.get(symbol.name);
    this.#types.set(symbol.name, {
      name: symbol.name,
      files: [...(known?.files ?? []), file],
      members: new Set([...(known?.members ?? []), ...symbol.members.map(({ name }) => name)]),
      isInterface: symbol.kind === 'interface' && (known?.isInterface ?? true),
      bases: [...(known?.bases ?? []), ...basesOf(symbol)],
      parameters: [...(known?.parameters ?? []), ...constructorParameters(symbol)],
    });
  }

  isDeclared(name: string): boolean {
    return this.#declared.has(name);
  }

  isImported(name: string): boolean {
    return this.#imported.has(name);
  }

  type(name: string): OwnType | null {
    return this.#types.get(name) ?? null;
  }

  /** Whether the members of a type are spoken of with `::` in its language, so that a dot says something else. */
  isScoped(name: string): boolean {
    return this.#types.get(name)?.files.every(({ path }) => SCOPED.test(path)) ?? false;
  }

  /** Whether a word stands anywhere in a file that is no documentation. */
  isWritten(word: string): boolean {
    return this.#evidence().words.has(word);
  }

  /** Words that something is put together from: they end with an underscore and `word` begins with one of them. */
  isComposed(word: string): boolean {
    for (let at = word.indexOf('_'); at > 0; at = word.indexOf('_', at + 1))
      if (this.isWritten(word.slice(0, at + 1))) return true;
    return false;
  }

  /** Whether a flag stands anywhere in a file that is no documentation. */
  isFlagWritten(flag: string): boolean {
    return this.#evidence().flags.has(flag);
  }

  /** Whether a word stands where code makes a command of it, or speaks of aliases: other names of one. */
  isAlias(word: string): boolean {
    return this.#evidence().aliases.has(word);
  }

  /** The declared name that is most like a word, or null; `limit` edits at most. */
  nearDeclared(word: string, limit?: number): string | null {
    this.#nearby ??= new NearNames(this.#declared);
    return this.#nearby.nearest(word, limit);
  }

  /** The same of what is declared in sources, not in tests or tools. */
  nearPublic(word: string, limit?: number): string | null {
    this.#nearbyPublic ??= new NearNames(
      new Set(
        this.#sources.flatMap(({ declared, reexports }) => [...declared, ...reexports.map(({ exported }) => exported)]),
      ),
    );
    return this.#nearbyPublic.nearest(word, limit);
  }

  /** Whether code somewhere gives a member to an object by name: `Owner.member = ...`. */
  isGivenTo(owner: string, member: string): boolean {
    return this.#evidence().words.has(`${owner}.${member}`);
  }

  #evidence(): WrittenWords {
    this.#written ??= this.#read();
    return this.#written;
  }

  /** Names that the constructors of a class's ancestors take; null when one of these is not of this repository. */
  inheritedParameters(name: string, depth = 0): ReadonlySet<string> | null {
    const found = new Set<string>();
    for (const base of this.#types.get(name)?.bases ?? []) {
      if (PLAIN_BASES.has(base)) continue;
      const inherited = depth > 8 || !this.#types.has(base) ? null : this.inheritedParameters(base, depth + 1);
      if (inherited === null) return null;
      for (const one of [...inherited, ...(this.#types.get(base)?.parameters ?? [])]) found.add(one);
    }
    return found;
  }

  /**
   * Members of a type with those of the types it is made from; null when one of these is not of this repository or
   * makes its members up, for then anything may be one.
   */
  membersOf(name: string, depth = 0): ReadonlySet<string> | null {
    const type = this.#types.get(name);
    // Where modules are mixed in and methods stand in other files, a type is never known whole.
    if (type === undefined || depth > 8 || type.files.some(({ path }) => OPEN.test(path))) return null;
    const found = new Set(type.members);
    for (const { declared } of type.files) for (const one of declared) found.add(one);
    if (['__getattr__', '__getattribute__', 'method_missing', '__call'].some((one) => found.has(one))) return null;
    for (const base of type.bases) {
      if (PLAIN_BASES.has(base)) continue;
      const inherited = this.membersOf(base, depth + 1);
      if (inherited === null) return null;
      for (const one of inherited) found.add(one);
    }
    return found;
  }
}

function constructorParameters({ parameters, members }: SourceSymbol): string[] {
  const made = members.find(({ kind }) => kind === 'constructor');
  return (made?.parameters ?? parameters).map(({ name }) => name);
}

/** Languages whose types may get members anywhere. */
const OPEN = /\.(?:rb|go|rs|php|c|h|cc|cpp|hpp|cs|swift|kt)$/;
const SCOPED = /\.(?:rs|php|c|h|cc|cpp|cxx|hpp|hh)$/;
/** Bases that add nothing a document would name. */
const PLAIN_BASES: ReadonlySet<string> = new Set(['object', 'Object', 'ABC', 'Protocol', 'Generic']);
