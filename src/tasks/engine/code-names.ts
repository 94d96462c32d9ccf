import { roleOf } from '../../code/file-roles.ts';
import type { SourceSymbol } from '../../code/symbols.ts';
import type { ParsedFile } from '../../code/tree/parse-file.ts';

/** A symbol of the tree and where it stands. */
export interface PlacedSymbol {
  readonly path: string;
  readonly symbol: SourceSymbol;
  /** Names of what it is a member of, outermost first. */
  readonly within: readonly string[];
}

/** Symbols of a tree by their names. */
export class CodeNames {
  readonly #byName = new Map<string, PlacedSymbol[]>();
  readonly #byLowerName = new Map<string, Set<string>>();

  constructor(files: readonly ParsedFile[]) {
    for (const { path, symbols } of files) this.#take(path, symbols, []);
  }

  #take(path: string, symbols: readonly SourceSymbol[], within: readonly string[]): void {
    for (const symbol of symbols) {
      const known = this.#byName.get(symbol.name);
      const placed = { path, symbol, within };
      if (known === undefined) this.#byName.set(symbol.name, [placed]);
      else known.push(placed);
      const lower = symbol.name.toLowerCase();
      this.#byLowerName.set(lower, (this.#byLowerName.get(lower) ?? new Set()).add(symbol.name));
      this.#take(path, symbol.members, [...within, symbol.name]);
    }
  }

  /**
   * Symbols that a name as written may mean, sources before tests, those that are no members first. Of `Context.invoke`
   * what stands before the dot must be what it is a member of, or the module it stands in.
   */
  find(written: string): PlacedSymbol[] {
    const parts = written.split('.');
    const name = parts.at(-1) ?? written;
    const qualifier = parts.at(-2) ?? null;
    const found = this.#byName.get(name) ?? [];
    const meant = qualifier === null ? found : found.filter((one) => isWithin(one, qualifier));
    return [...meant].sort((a, b) => rankOf(a) - rankOf(b));
  }

  /** The name as the tree writes it, when it has just one way to write it; null when it has no such name. */
  spelling(word: string): string | null {
    if (this.#byName.has(word)) return word;
    const [only, ...more] = this.#byLowerName.get(word.toLowerCase()) ?? [];
    return only !== undefined && more.length === 0 ? only : null;
  }

  /** Names that look most like one that is not there, nearest first. */
  nearest(written: string, most: number): string[] {
    const name = written.split('.').at(-1) ?? written;
    const lower = name.toLowerCase();
    const furthest = Math.max(1, Math.floor(name.length / 4));
    return [...this.#byName.keys()]
      .filter((one) => Math.abs(one.length - name.length) <= furthest)
      .map((one) => ({ one, distance: distance(one.toLowerCase(), lower, furthest) }))
      .filter(({ distance: far }) => far <= furthest)
      .sort((a, b) => a.distance - b.distance || (a.one < b.one ? -1 : 1))
      .slice(0, most)
      .map(({ one }) => one);
  }
}

function isWithin({ path, within }: PlacedSymbol, qualifier: string): boolean {
  if (within.includes(qualifier)) return true;
  const stem = path.replace(/\.[^./]+$/, '').split('/');
  return stem.at(-1) === qualifier || stem.at(-2) === qualifier;
}

function rankOf({ path, within, symbol }: PlacedSymbol): number {
  const role = { source: 0, tooling: 40, example: 60, test: 80 }[roleOf(path)];
  return role + (/\.d\.[cm]?ts$/.test(path) ? 10 : 0) + within.length * 4 + (symbol.doc === null ? 1 : 0);
}

/** Levenshtein's distance, or one more than `most` when it is further. */
function distance(a: string, b: string, most: number): number {
  let before = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const now = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      now.push(Math.min((before[j] ?? 0) + 1, (now[j - 1] ?? 0) + 1, (before[j - 1] ?? 0) + same));
    }
    if (Math.min(...now) > most) return most + 1;
    before = now;
  }
  return before[b.length] ?? most + 1;
}
