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
