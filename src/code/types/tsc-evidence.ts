import { roleOf } from '../file-roles.ts';
import type { Diagnostic } from './messages.ts';
import type { MirroredFile } from './mirror.ts';
import { followsFromCollapse, followsFromRunner } from './tsc-collapse.ts';
import { candidatesOf, type RelativeImport, relativeImports, unsettledFiles } from './tsc-imports.ts';
import { type ImportedModule, isNodeModule } from './tsc-shims.ts';

const IMPORT = /\bimport\s+(?:type\s+)?([\w*${},\s]{1,8000}?)\s*\bfrom\s*(['"])([^'"\n]+)\2/g;

/** What the texts of a tree's scripts show of what is not installed, for the judgement of single messages. */
export class ScriptEvidence {
  readonly imports: readonly RelativeImport[];
  readonly #texts: ReadonlyMap<string, string>;
  readonly #unsettled: ReadonlySet<string>;
  readonly #imported: ReadonlyMap<string, ImportedModule>;
  readonly #unresolved: ReadonlySet<string>;
  readonly #foreign = new Map<string, ReadonlySet<string>>();

  constructor(files: readonly MirroredFile[], imported: ReadonlyMap<string, ImportedModule>) {
    this.#texts = new Map(files.map(({ path, text }) => [path, text]));
    this.#imported = imported;
    this.imports = relativeImports(files);
    this.#unsettled = unsettledFiles(files, this.imports, imported);
    const absent = this.imports.filter(({ target }) => !candidatesOf(target).some((one) => this.#texts.has(one)));
    this.#unresolved = new Set(absent.map(({ file, specifier }) => `${file}\0${specifier}`));
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
    const foreign = this.#foreign.get(file) ?? this.#foreignNames(file, text);
    this.#foreign.set(file, foreign);
    return followsFromCollapse(diagnostic, text, foreign);
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
