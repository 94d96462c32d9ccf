/** Words that are written with a hyphen after them: `full-stack`, `self-taught`. */
const BEFORE = new Set(
  `back co cross cutting data decision detail domain end e event ex fast feature front full goal hands hard high in inter
  large life long low machine multi near non object on open part peer post pre problem process project real results right
  self semi server service short single soft start state store sub team test third three time top two user value well
  world zero`.split(/\s+/),
);
/** Words that are written with a hyphen before them: `data-driven`, `object-oriented`. */
const AFTER = new Set(
  `as based border built centered centric centred cost critical driven edge effective end facing first focused free
  friendly functional grade hand house intensive level line line's minded of on oriented party performance premise
  purpose quality ready related reviewed risk scale side solving source specific stack stakeholder start step store
  taught tenant term the thinking threaded time to up user wide`.split(/\s+/),
);
const LAST_PART = /(?<=^|[^\p{L}])([\p{L}]+)-$/u;
const FIRST_PART = /^([\p{L}]+)/u;

/**
 * Joins a line that ends with a hyphen and the line after it. The hyphen goes when it only broke a word: the whole word
 * occurs elsewhere, or nothing speaks for a compound. `words` tells whether a word occurs in the document.
 */
export function joinHyphenated(above: string, below: string, words: (word: string) => boolean): string | null {
  const last = LAST_PART.exec(above)?.[1];
  const first = FIRST_PART.exec(below)?.[1];
  if (last === undefined || first === undefined) return null;
  const broken = above.slice(0, -1) + below;
  const compound = above + below;
  if (!/^\p{Ll}/u.test(first) || last.length < 2) return compound;
  if (words(`${last}-${first}`.toLowerCase())) return compound;
  if (words((last + first).toLowerCase())) return broken;
  return BEFORE.has(last.toLowerCase()) || AFTER.has(first.toLowerCase()) ? compound : broken;
}

/** The words of a document, hyphenated ones whole, in lower case. */
export function wordsOf(lines: Iterable<string>): Set<string> {
  const words = new Set<string>();
  for (const line of lines) {
    for (const [word] of line.toLowerCase().matchAll(/[\p{L}]+(?:-[\p{L}]+)*/gu)) words.add(word);
  }
  return words;
}
