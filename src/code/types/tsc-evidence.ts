import { posix } from 'node:path';
import { roleOf } from '../file-roles.ts';
import type { Diagnostic } from './messages.ts';
import type { MirroredFile } from './mirror.ts';
import { followsFromCollapse, followsFromRunner } from './tsc-collapse.ts';
import { isExplained, type ScriptProject } from './tsc-explained.ts';
import { HollowClasses } from './tsc-holes.ts';
import { candidatesOf, type RelativeImport, relativeImports, unsettledFiles } from './tsc-imports.ts';
import { type ImportedModule, isNodeModule } from './tsc-shims.ts';

const IMPORT = /\bimport\s+(?:type\s+)?([\w*${},\s]{1,8000}?)\s*\bfrom\s*(['"])([^'"\n]+)\2/g;

const MANY = 3;

/** What the texts of a tree's scripts show of what is not installed, for the judgement of single messages. */
export class ScriptEvidence {
  readonly imports: readonly RelativeImport[];
  readonly #texts: ReadonlyMap<string, string>;
  readonly #unsettled: ReadonlySet<string>;
  readonly #imported: ReadonlyMap<string, ImportedModule>;
  readonly #unresolved: ReadonlySet<string>;
  readonly #foreign = new Map<string, ReadonlySet<string>>();
  readonly #hollow: HollowClasses;
  /** Files that import what is not there, by what that is. */
  readonly #wanted = new Map<string, Set<string>>();

  constructor(files: readonly MirroredFile[], imported: ReadonlyMap<string, ImportedModule>) {
    this.#texts = new Map(files.map(({ path, text }) => [path, text]));
    this.#imported = imported;
    this.imports = relativeImports(files);
    this.#unsettled = unsettledFiles(files, this.imports, imported);
    const absent = this.imports.filter(({ target }) => !candidatesOf(target).some((one) => this.#texts.has(one)));
    for (const { file, target } of absent) this.#wanted.set(target, (this.#wanted.get(target) ?? new Set()).add(file));
    this.#unresolved = new Set(absent.map(({ file, specifier }) => `${file}\0${specifier}`));
    this.#hollow = new HollowClasses(this.#texts, (file, name) => this.#foreignIn(file).has(name));
  }

  /** Whether so many files import what is not there that it cannot have been forgotten: something makes it. */
  isWantedByMany(file: string, specifier: string): boolean {
    return (this.#wanted.get(posix.normalize(posix.join(posix.dirname(file), specifier)))?.size ?? 0) >= MANY;
  }

  /** Whether a file is a module of CommonJS: the compiler takes TypeScript without `import` for one scope with all others. */
  isCommonJs(file: string): boolean {
    const text = this.#texts.get(file) ?? '';
    return /\brequire\s*\(|\bmodule\.exports\b/.test(text) && !/^\s*(?:import|export)\b/m.test(text);
  }

  /** Whether a package that is not installed is asked what a value of this line is. */
  isAsked({ file, line }: Diagnostic): boolean {
    const text = (this.#texts.get(file) ?? '').split('\n')[line - 1] ?? '';
    const names = new Set(text.match(/[A-Za-z_$][\w$]*/g));
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
    return followsFromCollapse(diagnostic, text, this.#foreignIn(file));
  }

  #foreignIn(file: string): ReadonlySet<string> {
    const known = this.#foreign.get(file) ?? this.#foreignNames(file, this.#texts.get(file) ?? '');
    this.#foreign.set(file, known);
    return known;
  }

  /** Whether the text around a message explains it. */
  isExplained(diagnostic: Diagnostic, project: ScriptProject): boolean {
    const text = this.#texts.get(diagnostic.file) ?? '';
    if (this.#hollow.explain(diagnostic, text.split('\n')[diagnostic.line - 1] ?? '')) return true;
    const isForeign = (specifier: string) => !specifier.startsWith('.') && !isNodeModule(specifier);
    return isExplained(diagnostic, text, project, isForeign);
  }

  /** Local names that a file takes from what is not there, and the variables that are made from them directly. */
  #foreignNames(file: string, text: string): Set<string> {
    const found = new Set<string>();
    for (const [, clause = '', , specifier = ''] of text.matchAll(IMPORT)) {
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
