/** A word of the text: what two spellings are compared by, and where it stands. */
export interface Atom {
  /** In lower case, with the signs that belong to it: "c++", "c#", ".net". */
  readonly key: string;
  readonly start: number;
  readonly end: number;
}

// A letter or digit run with the signs that end names: C++ (or C+ +, as some PDFs space it), C#, Security+.
const WORD = /(?<![\p{L}\p{N}])[cC]\+\s\+|[\p{L}\p{N}][\p{L}\p{N}\p{M}_]*(?:\+\+|#|♯|\+(?![\p{L}\p{N}+]))?/gu;
const WORD_SIGN = /[\p{L}\p{N}]/u;

/** The words of a text, in order. */
export function readAtoms(text: string): Atom[] {
  const atoms: Atom[] = [];
  for (const { 0: word, index } of text.matchAll(WORD)) {
    const dotted = text[index - 1] === '.' && !WORD_SIGN.test(text[index - 2] ?? ' ');
    const net = dotted && /^net$/i.test(word);
    const start = net ? index - 1 : index;
    atoms.push({ key: (net ? `.${word}` : word).toLowerCase().replace(/\s/, ''), start, end: index + word.length });
  }
  return atoms;
}
