import { posix } from 'node:path';
import { roleOf } from '../file-roles.ts';
import type { Diagnostic } from './messages.ts';
import type { MirroredFile } from './mirror.ts';
import { CertainTypes } from './tsc-certain.ts';
import { isForeignCircle } from './tsc-circles.ts';
import { followsFromCollapse, followsFromRunner } from './tsc-collapse.ts';
import { isConfigName, readConfig } from './tsc-config.ts';
import { type DeclarationReader, declarationReader } from './tsc-declarations.ts';
import { isExplained, isInComment, type ScriptProject } from './tsc-explained.ts';
import { AugmentedTypes, followsFromForeignName, isOfForeignObject, spacesOf } from './tsc-foreign.ts';
import { TypeGuesses } from './tsc-guesses.ts';
import { HollowClasses } from './tsc-holes.ts';
import { candidatesOf, type RelativeImport, relativeImports, unsettledFiles } from './tsc-imports.ts';
import { InferredParts } from './tsc-inferred.ts';
import { KeyedMembers } from './tsc-keys.ts';
import { namesOnLine } from './tsc-narrowed.ts';
import { isOfOlderNode } from './tsc-node-version.ts';
import { isReadOtherwise } from './tsc-older.ts';
import { TypeOrigins } from './tsc-origins.ts';
import { type ImportedModule, isNodeModule } from './tsc-shims.ts';
import { classGiven, type Leading, leadsTo, lineOf, offsetOf } from './tsc-syntax.ts';
import { Workspace } from './tsc-workspace.ts';

const IMPORT = /\bimport\s+(?:type\s+)?([\w*${},\s]{1,8000}?)\s*\bfrom\s*(['"])([^'"\n]+)\2/g;

/** What a variable gets when a module is loaded, whole or taken apart. */
const LOADED =
  /\b(?:const|let|var)\s+([A-Za-z_$][\w$]*|\{[^{}]{0,2000}\})\s*=\s*await\s+import\(\s*(['"])([^'"\n]+)\2/g;

const MANY = 3;
/** Letters that a file's name has at least that is not named by chance. */
const LEAST_NAME = 5;
/** Said of what has no type, where settings ask for one. */
const OF_STRICTNESS = /^TS(?:2683|70(?:06|19|31|51))$/;
const MODULE = /^[ \t\uFEFF]*(?:import|export)\b|\bmodule\.exports\b|\brequire\s*\(/m;

/** What the texts of a tree's scripts show of what is not installed, for the judgement of single messages. */
export class ScriptEvidence {
  readonly imports: readonly RelativeImport[];
  readonly #texts: ReadonlyMap<string, string>;
  readonly #unsettled: ReadonlySet<string>;
  readonly #imported: ReadonlyMap<string, ImportedModule>;
  readonly #unresolved: ReadonlySet<string>;
  readonly #foreign = new Map<string, ReadonlySet<string>>();
  readonly #hollow: HollowClasses;
  readonly #workspace: Workspace;
  /** Where imports of the tree's own packages lead, by the folder of the file that imports. */
  readonly #sources = new Map<string, Readonly<Record<string, readonly string[]>>>();
  readonly #augmented: AugmentedTypes;
  readonly #guesses: TypeGuesses;
  readonly #certain: CertainTypes;
  readonly #keyed: KeyedMembers;
  readonly #read: DeclarationReader;
  readonly #leading: Leading = (file, specifier) => this.#leadsTo(file, specifier);
  /** Whether the tree has a configuration of the compiler, which may leave files out. */
  readonly #isConfigured: boolean;
  /** Texts that make or extend something of a namespace, by its name; read when first asked for. */
  #spaces: ReadonlyMap<string, readonly string[]> | null = null;
  /** By the modules that nothing is known of in a program. */
  readonly #origins = new WeakMap<ReadonlySet<string>, TypeOrigins>();
  /** Files that import what is not there, by what that is. */
  readonly #wanted = new Map<string, Set<string>>();
  /** What is imported and not there, by its name without its folder. */
  readonly #wantedNames = new Map<string, Set<string>>();

  constructor(files: readonly MirroredFile[], imported: ReadonlyMap<string, ImportedModule>) {
    this.#texts = new Map(files.map(({ path, text }) => [path, text]));
    this.#imported = imported;
    this.imports = relativeImports(files);
    this.#unsettled = unsettledFiles(files, this.imports, imported);
    const absent = this.imports.filter(({ target }) => !candidatesOf(target).some((one) => this.#texts.has(one)));
    for (const { target } of absent) {
      const name = posix.basename(target);
      this.#wantedNames.set(name, (this.#wantedNames.get(name) ?? new Set()).add(target));
    }
    for (const { file, target } of absent) this.#wanted.set(target, (this.#wanted.get(target) ?? new Set()).add(file));
    this.#unresolved = new Set(absent.map(({ file, specifier }) => `${file}\0${specifier}`));
    this.#hollow = new HollowClasses(this.#texts, (file, name) => this.#foreignIn(file).has(name));
    this.#isConfigured = files.some(({ path }) => isConfigName(path));
    this.#augmented = new AugmentedTypes(this.#texts);
    this.#guesses = new TypeGuesses(this.#texts);
    this.#read = declarationReader(this.#texts);
    this.#certain = new CertainTypes(this.#texts, this.#read, this.#leading);
    const parts = new InferredParts(this.#texts, this.#read, this.#leading);
    this.#keyed = new KeyedMembers(this.#texts, this.#read, parts);
    this.#workspace = new Workspace(files, imported.keys());
  }

  /** Whether so many files import what is not there that it cannot have been forgotten: something makes it. */
  isWantedByMany(file: string, specifier: string): boolean {
    const target = posix.normalize(posix.join(posix.dirname(file), specifier));
    // In each package of a tree the same file.
    const name = posix.basename(target);
    const alike = name === 'index' ? 0 : (this.#wantedNames.get(name)?.size ?? 0);
    return (this.#wanted.get(target)?.size ?? 0) >= MANY || alike >= MANY;
  }

  /**
   * Whether a file is a module of CommonJS: the compiler takes TypeScript without `import` for one scope with all
   * others.
   */
  isCommonJs(file: string): boolean {
    const text = this.#texts.get(file) ?? '';
    return /\brequire\s*\(|\bmodule\.exports\b/.test(text) && !/^[ \t\uFEFF]*(?:import|export)\b/m.test(text);
  }

  /** Whether a package that is not installed is asked what a value of this line is. */
  isAsked({ file, line }: Diagnostic): boolean {
    const names = namesOnLine(this.#texts.get(file) ?? '', line);
    return [...this.#imported].some(
      ([name, { asking }]) => !isNodeModule(name) && [...(asking.get(file) ?? [])].some((one) => names.has(one)),
    );
  }

  /** Whether what a message says rests on a type that only an installation would bring. */
  isCollapsed(diagnostic: Diagnostic): boolean {
    const { file } = diagnostic;
    if (!this.#unsettled.has(file)) return false;
    if (roleOf(file) === 'test' && followsFromRunner(diagnostic)) return true;
    const text = this.#texts.get(file) ?? '';
    const foreign = this.#foreignIn(file);
    if (isForeignCircle(diagnostic, this.#read(file), foreign)) return true;
    return followsFromForeignName(diagnostic, text, foreign) || followsFromCollapse(diagnostic, text, foreign);
  }

  /**
   * Whether what a message is about has its type from what is not installed: nothing is known of `assumed` modules.
   * `isGlobal` says whether a type of a name is one of the language or of a browser.
   */
  isOfOrigin(diagnostic: Diagnostic, assumed: ReadonlySet<string>, isGlobal: (name: string) => boolean): boolean {
    return this.#originsOf(assumed).explain(diagnostic, isGlobal);
  }

  /**
   * Whether a message holds by the tree's own declarations alone, whatever `assumed` modules are. `isGlobal` says
   * whether a type of a name is one of the language or of a browser, too.
   */
  isCertain(diagnostic: Diagnostic, assumed: ReadonlySet<string>, isGlobal: (name: string) => boolean): boolean {
    return this.#certain.holds(diagnostic, isGlobal) && !this.#originsOf(assumed).narrowed.explain(diagnostic);
  }

  #originsOf(assumed: ReadonlySet<string>): TypeOrigins {
    const origins = this.#origins.get(assumed) ?? new TypeOrigins(this.#texts, this.#read, assumed, this.#leading);
    this.#origins.set(assumed, origins);
    return origins;
  }

  /** Whether the place of a message lies in a comment of JavaScript. */
  isComment(diagnostic: Diagnostic): boolean {
    return isInComment(diagnostic, this.#texts.get(diagnostic.file) ?? '');
  }

  #leadsTo(file: string, specifier: string): string | null {
    if (specifier.startsWith('.')) return leadsTo(this.#texts, file, specifier);
    const folder = posix.dirname(file);
    const sources = this.#sources.get(folder) ?? this.#workspace.pathsFor(folder, {}, true);
    this.#sources.set(folder, sources);
    return sources[specifier]?.[0] ?? leadsTo(this.#texts, file, specifier);
  }

  #foreignIn(file: string): ReadonlySet<string> {
    const known = this.#foreign.get(file) ?? this.#foreignNames(file, this.#texts.get(file) ?? '');
    this.#foreign.set(file, known);
    return known;
  }

  /** Whether the text around a message explains it. */
  isExplained(diagnostic: Diagnostic, project: ScriptProject): boolean {
    const text = this.#texts.get(diagnostic.file) ?? '';
    // How strict files are that the configurations leave out, or scripts of which none speaks, nobody says.
    const isScript = /\.[cm]?jsx?$/.test(diagnostic.file);
    if (project.config === null && (isScript || this.#isConfigured) && OF_STRICTNESS.test(diagnostic.rule)) return true;
    // What a page or a handler is given there, the tool says that looks for files of these names.
    if (/(?:^|\/)\+(?:page|layout|server)\b[^/]*$/.test(diagnostic.file) && OF_STRICTNESS.test(diagnostic.rule))
      return true;
    const line = lineOf(text, diagnostic.line);
    const offset = offsetOf(text, diagnostic.line, diagnostic.column);
    const given = diagnostic.rule === 'TS2554' ? classGiven(this.#read(diagnostic.file)?.body ?? [], offset) : null;
    if (this.#hollow.explain(diagnostic, line, given) || this.#augmented.explain(diagnostic, project.assumed))
      return true;
    if (this.#isOfOtherScript(diagnostic, text) || this.#isSpaceForAll(diagnostic)) return true;
    if (this.#isPackageType(diagnostic, line) || this.#isPackageFolder(diagnostic)) return true;
    if (this.#isOfFramework(diagnostic, line) || this.#guesses.isOfPrototype(diagnostic)) return true;
    if (this.#keyed.explain(diagnostic)) return true;
    if (isOfOlderNode(diagnostic, this.#texts) || isReadOtherwise(diagnostic, this.#texts, project.major)) return true;
    if (isOfForeignObject(diagnostic, text, this.#foreignIn(diagnostic.file), project.assumed)) return true;
    if (project.lenient && this.#guesses.explain(diagnostic)) return true;
    const isForeign = (specifier: string) => !specifier.startsWith('.') && !isNodeModule(specifier);
    return isExplained(diagnostic, text, project, isForeign);
  }

  /**
   * A library that so many scripts of the tree use by its name, without taking it from anywhere, that a page loads it.
   */
  #isSpaceForAll({ rule, message }: Diagnostic): boolean {
    const name = rule === 'TS2304' ? /^Cannot find name '([A-Za-z_$][\w$]*)'/.exec(message)?.[1] : undefined;
    if (name === undefined) return false;
    this.#spaces ??= spacesOf(this.#texts);
    const texts = this.#spaces.get(name) ?? [];
    if (texts.length < MANY) return false;
    const own = name.replaceAll('$', '\\$');
    const taken = new RegExp(
      `\\bimport\\b[^;'"\\n]*\\b${own}\\b|\\b(?:const|let|var|class|namespace|function)\\s+${own}\\b`,
    );
    return texts.filter((text) => !taken.test(text)).length >= MANY;
  }

  /** A type for all files that begins with the name of a package that the tree imports: `NextConfig` of `next`. */
  #isPackageType({ rule, message, column }: Diagnostic, line: string): boolean {
    const prefix = /^Cannot find name '([A-Z][a-z]{2,})[A-Z]\w*'\.$/.exec(message.trim())?.[1]?.toLowerCase();
    // The package's own name for all, and what stands beside it: `Zone` and `ZoneDelegate` of `zone.js`.
    const space = /^(?:Namespace )?'global\.([A-Z]\w+)' has no exported member/.exec(message)?.[1]?.toLowerCase();
    if (space !== undefined) return this.#isImported(space);
    const whole = /^Cannot find name '([A-Z][a-z]{2,})'/.exec(message)?.[1]?.toLowerCase();
    if (whole !== undefined && this.#imported.has(`${whole}.js`)) return true;
    if (rule !== 'TS2304' || prefix === undefined || !/[:<|&,]\s*$|\bas\s+$/.test(line.slice(0, column - 1)))
      return false;
    return this.#isImported(prefix);
  }

  /** What a framework declares for all files: Next.js what the route of a name is given, React Native its threads. */
  #isOfFramework({ rule, column }: Diagnostic, line: string): boolean {
    if (rule !== 'TS2304' && rule !== 'TS2552') return false;
    const rest = line.slice(column - 1);
    if (/^(?:PageProps|LayoutProps|RouteContext)\s*<\s*['"`]\//.test(rest)) return this.#isImported('next');
    return /^_WORKLET\b/.test(rest) && [...this.#imported.keys()].some((name) => /^react-native(?:$|[-/])/.test(name));
  }

  /** Whether anything of the tree imports a package, `prefix` or `prefix.js`, or a part of it. */
  #isImported(prefix: string): boolean {
    return [...this.#imported.keys()].some((name) => name.replace(/\.js(?=$|\/)/, '').split('/')[0] === prefix);
  }

  /** A relative import of a package's own folder: what a build makes of it, its manifest says. */
  #isPackageFolder({ rule, file, message }: Diagnostic): boolean {
    const specifier = rule === 'TS2307' ? /'(\.[^']*)'/.exec(message)?.[1] : undefined;
    if (specifier === undefined) return false;
    const target = posix.join(posix.dirname(file), specifier);
    // A file whose name has a dot before its ending: only the ending is missing.
    if (/\.[\w-]+$/.test(specifier) && this.#texts.has(`${target}.ts`)) return true;
    if (this.#isWrittenByScript(file, target) || this.#isBuiltBeside(target)) return true;
    return this.#texts.has(posix.join(target, 'package.json'));
  }

  /** Whether a script of the tree names the file that is missing: it makes it. */
  #isWrittenByScript(file: string, target: string): boolean {
    const name = posix.basename(target).replace(/\.[cm]?jsx?$/, '');
    if (name.length < LEAST_NAME) return false;
    const made = new RegExp(`['"\`/]${name.replace(/[^\w-]/g, '\\$&')}\\.[cm]?tsx?['"\`]`);
    return [...this.#texts].some(
      ([path, text]) => path !== file && made.test(text) && /\bwriteFile|\.write\(/.test(text),
    );
  }

  /** Whether a build puts beside its package's manifest what it reads from a folder in it, and this is one of these. */
  #isBuiltBeside(target: string): boolean {
    const bare = target.replace(/\.[cm]?jsx?$/, '');
    for (let folder = posix.dirname(bare); folder !== '.'; folder = posix.dirname(folder)) {
      const { rootDir, outDir } = readConfig(this.#texts, `${folder}/tsconfig.json`)?.options ?? {};
      if (typeof rootDir !== 'string' || typeof outDir !== 'string' || posix.join(outDir) !== '.') continue;
      const source = posix.join(folder, rootDir, posix.relative(folder, bare));
      if (candidatesOf(source).some((one) => this.#texts.has(one))) return true;
    }
    return false;
  }

  /**
   * A name that another script gives: without imports and exports all scripts of a page have one scope, and what one of
   * them assigns without a declaration is a name for all.
   */
  #isOfOtherScript({ rule, file, message }: Diagnostic, text: string): boolean {
    const name = rule === 'TS2304' ? /^Cannot find name '([A-Za-z_$][\w$]*)'/.exec(message)?.[1] : undefined;
    if (name === undefined || !/\.jsx?$/.test(file) || MODULE.test(text)) return false;
    const given = new RegExp(
      `^(?:(?:var|let|const|class|function)\\s+)?${name.replaceAll('$', '\\$')}\\b\\s*(?:=[^=]|\\{|\\(.*\\)\\s*\\{|extends\\b)`,
      'm',
    );
    return [...this.#texts].some(([path, other]) => /\.jsx?$/.test(path) && !MODULE.test(other) && given.test(other));
  }

  /** Local names that a file takes from what is not there, and the variables that are made from them directly. */
  #foreignNames(file: string, text: string): Set<string> {
    const found = new Set<string>();
    for (const [, clause = '', , specifier = ''] of [...text.matchAll(IMPORT), ...text.matchAll(LOADED)]) {
      const isForeign = specifier.startsWith('.')
        ? this.#unresolved.has(`${file}\0${specifier}`)
        : !isNodeModule(specifier);
      if (!isForeign) continue;
      for (const part of clause.replace(/[{}*]/g, ' ').split(',')) {
        const local = /([A-Za-z_$][\w$]*)\s*$/.exec(part)?.[1];
        if (local !== undefined) found.add(local);
      }
    }
    for (const [, name = '', value = ''] of text.matchAll(/\b(?:const|let|var)\s+([\w$]+)[^=\n]*=\s*([^;\n]*)/g)) {
      if (value.match(/[A-Za-z_$][\w$]*/g)?.some((one) => found.has(one))) found.add(name);
    }
    return found;
  }
}
