import type { SourceSymbol } from '../../code/symbols.ts';
import type { ParsedFile } from '../../code/tree/parse-file.ts';

const HEADER = /\.(?:h|hh|hpp|hxx)$/i;
const DEFINITIONS = /\.(?:c|cc|cpp|cxx)$/i;

/** Functions of C that a header declares and another file defines: one symbol, whichever of the two has the comment. */
export class DeclaredTwice {
  readonly #told = new Map<string, boolean>();

  /** `isTold` says whether a function has a comment. */
  constructor(files: readonly ParsedFile[], isTold: (symbol: ParsedFile['symbols'][number]) => boolean) {
    const declared = new Map<string, boolean>();
    for (const symbol of functionsIn(files, HEADER))
      declared.set(symbol.name, declared.get(symbol.name) === true || isTold(symbol));
    for (const symbol of functionsIn(files, DEFINITIONS)) {
      const inHeader = declared.get(symbol.name);
      if (inHeader === undefined) continue;
      this.#told.set(symbol.name, this.#told.get(symbol.name) === true || inHeader || isTold(symbol));
    }
  }

  /** Whether a function at the top of a file is the second place of one that a header declares. */
  isSecond(path: string, name: string): boolean {
    return DEFINITIONS.test(path) && this.#told.has(name);
  }

  /** Whether a function that a header declares has a comment at either place. */
  isTold(path: string, name: string): boolean {
    return HEADER.test(path) && this.#told.get(name) === true;
  }
}

function functionsIn(files: readonly ParsedFile[], pattern: RegExp): ParsedFile['symbols'] {
  return files.flatMap(({ path, symbols }) =>
    pattern.test(path) ? symbols.filter(({ kind }) => kind === 'function') : [],
  );
}

/**
 * Types that stand in several places and are one: `partial` ones of C#, classes and modules of Ruby that are opened
 * again. They count where they are told of, else where they come first.
 */
export class TypesInParts {
  readonly #further = new Set<SourceSymbol>();

  /** `isTold` says whether a type has a comment. */
  constructor(files: readonly ParsedFile[], isTold: (symbol: SourceSymbol) => boolean) {
    const counted = new Map<string, SourceSymbol>();
    for (const { path, symbols } of files) {
      const language = /\.(?:cs|rb)$/.exec(path)?.[0];
      if (language === undefined) continue;
      for (const [name, symbol] of typesIn(symbols, '')) {
        if (language === '.cs' && !/\bpartial\s/.test(symbol.signature)) continue;
        const key = `${language} ${name}`;
        const first = counted.get(key);
        const isBetter = first === undefined || (!isTold(first) && isTold(symbol));
        if (first !== undefined) this.#further.add(isBetter ? first : symbol);
        if (isBetter) counted.set(key, symbol);
      }
    }
  }

  /** Whether a type counts at another place. */
  isFurther(symbol: SourceSymbol): boolean {
    return this.#further.has(symbol);
  }
}

function typesIn(symbols: readonly SourceSymbol[], prefix: string): [name: string, symbol: SourceSymbol][] {
  return symbols.flatMap((symbol): [string, SourceSymbol][] => {
    if (!/^(?:class|interface|namespace)$/.test(symbol.kind)) return [];
    const name = `${prefix}${symbol.name}`;
    return [[name, symbol], ...typesIn(symbol.members, `${name}.`)];
  });
}
