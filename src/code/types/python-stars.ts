import { posix } from 'node:path';
import type { MirroredFile } from './mirror.ts';
import { headAbove } from './python-blocks.ts';
import type { MissingModules } from './python-misread.ts';
import { isRecreatedWith, modulePlaces } from './python-modules.ts';
import type { PythonSpot } from './python-spot.ts';

const STAR = /^([ \t]*)from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]+\*/gm;
/** Names that are put there one by one, or by others that are worked out. */
const PUT_THERE = /^[ \t]*globals\(\)(?:\[[^\]\n]+\][ \t]*=[^=]|\.update\()/m;
/** Modules that are gone through for one name. */
const MOST_MODULES = 50;

/**
 * Names that a module takes from others with all that these have. Of one that is not installed, pyright knows no names;
 * and one that is taken within a block it takes for unbound behind that.
 */
export class TakenNames {
  readonly #texts: ReadonlyMap<string, string>;
  readonly #missing: MissingModules;

  constructor(files: readonly MirroredFile[], missing: MissingModules) {
    this.#texts = new Map(files.map(({ path, text }) => [path, text]));
    this.#missing = missing;
  }

  /** Whether a name that a module is said to lack comes from somewhere that is not there. */
  explains(spot: PythonSpot): boolean {
    const { message } = spot;
    const [, attribute, module] = /^"(\w+)" is not a known attribute of module "([\w.]+)"/.exec(message) ?? [];
    if (attribute !== undefined && module !== undefined) {
      return this.#mayHave(modulePlaces(module, this.#texts), attribute, false);
    }
    const name = /^"(\w+)" is unknown import symbol/.exec(message)?.[1];
    return name !== undefined && this.#mayHave(this.#importedModule(spot), name, true);
  }

  /**
   * Whether a name is said to be unbound that a block has taken with all others of a module, and nothing else of the
   * file binds or deletes: it is unbound only where that block was not run.
   */
  isTakenInBlock({ file, rule, message }: PythonSpot): boolean {
    const name = /^"(\w+)" is unbound/.exec(message)?.[1];
    if (rule !== 'reportUnboundVariable' || name === undefined) return false;
    const text = this.#texts.get(file) ?? '';
    if (![...text.matchAll(STAR)].some(([, indent]) => indent !== '')) return false;
    const words = 'for|as|import|def|class|del|global|nonlocal';
    return !new RegExp(`\\b${name}[ \\t]*(?::|,|=(?!=))|\\b(?:${words})\\b[^\\n]*\\b${name}\\b`).test(text);
  }

  /** Whether a function uses such a name: it is for those machines on which the block was run. */
  isOfMachine(spot: PythonSpot): boolean {
    if (!this.isTakenInBlock(spot)) return false;
    const lines = (this.#texts.get(spot.file) ?? '').split('\n');
    const head = headAbove(lines, spot.number - 1);
    return /^\s*(?:async\s+)?def\b/.test(lines[head] ?? '');
  }

  /** Files of the module that the statement around a place imports from. */
  #importedModule({ file, line, above }: PythonSpot): string[] {
    const head = [line, ...above.toReversed()].find((one) => /^\s*from\s/.test(one)) ?? '';
    const [, dots = '', module = ''] = /^\s*from\s+(\.*)([\w.]*)\s+import\b/.exec(head) ?? [];
    return this.#placesOf(file, dots, module);
  }

  #placesOf(file: string, dots: string, module: string): string[] {
    if (dots === '') return modulePlaces(module, this.#texts);
    const up = '../'.repeat(dots.length - 1);
    const base = posix.join(posix.dirname(file), up, module.replaceAll('.', '/'));
    return [`${base}.py`, posix.join(base, '__init__.py')].filter((one) => this.#texts.has(one));
  }

  /** Whether declarations beside a module do not tell of a name that it has. */
  #isUndeclared(place: string, name: string): boolean {
    if (!place.endsWith('.py') || !this.#texts.has(`${place}i`)) return false;
    const own = new RegExp(`^(?:(?:async[ \\t]+)?def|class)[ \\t]+${name}\\b|^${name}[ \\t]*[:=]`, 'm');
    return own.test(this.#texts.get(place) ?? '');
  }

  /** Whether one of some modules, or of those of which they take all names, has a name from what is not there. */
  #mayHave(places: readonly string[], name: string, isImported: boolean): boolean {
    const named = new RegExp(
      `\\bimport\\b[^\\n]*\\b${name}\\b|^\\s+${name}(?:\\s+as\\s+\\w+)?,?\\s*$|^\\s*${name}\\s*=`,
      'm',
    );
    if (places.some((place) => this.#isUndeclared(place, name))) return true;
    const left = [...places];
    const seen = new Set<string>();
    for (let place = left.pop(); place !== undefined && seen.size < MOST_MODULES; place = left.pop()) {
      if (seen.has(place)) continue;
      seen.add(place);
      const text = this.#texts.get(place) ?? '';
      if (isImported && (isRecreatedWith(name, text) || named.test(text) || PUT_THERE.test(text))) return true;
      for (const [, , dots = '', module = ''] of text.matchAll(STAR)) {
        if (this.#missing.get(place)?.has(`${dots}${module}`) === true) return true;
        left.push(...this.#placesOf(place, dots, module));
      }
    }
    return false;
  }
}
