/** A part of a text to leave out, such as a comment. */
export interface Cut {
  readonly start: number;
  readonly end: number;
}

/**
 * `text.slice(start, end)` on one line: comments left out, runs of white space outside of strings made one blank, and
 * the blanks and trailing commas that only line breaks needed taken away.
 */
export function normalise(text: string, start: number, end: number, cuts: readonly Cut[] = []): string {
  let kept = '';
  let at = start;
  for (const cut of cuts) {
    if (cut.end <= at || cut.start >= end) continue;
    kept += `${text.slice(at, Math.max(at, cut.start))} `;
    at = cut.end;
  }
  return collapse(withSemicolons(kept + text.slice(at, Math.max(at, end))));
}

const GOES_ON_AFTER = /(?:[{([<,;|&=:?]|=>|\b(?:keyof|typeof|extends|readonly|infer|new|in|is|as|unique|asserts))$/;
const GOES_ON_WITH = /^(?:[|&})\],;:?=.<>]|(?:extends|is|as|in)\b|$)/;

/** Members of a type in braces may be parted by line breaks alone: on one line they need a semicolon. */
function withSemicolons(text: string): string {
  if (!text.includes('{') || !text.includes('\n')) return text;
  const pieces = splitStrings(text);
  const open: string[] = [];
  let done = '';
  for (const [index, piece] of pieces.entries()) {
    if (index % 2 === 1) {
      done += piece;
      continue;
    }
    for (const [at, part] of piece.split('\n').entries()) {
      const next = part.trimStart() === '' && !piece.endsWith(part) ? '' : `${part}${pieces[index + 1] ?? ''}`;
      const parted = at > 0 && open.at(-1) === '{' && !GOES_ON_AFTER.test(done.trimEnd());
      if (parted && !GOES_ON_WITH.test(next.trimStart())) done = `${done.trimEnd()};`;
      done += at > 0 ? `\n${part}` : part;
      for (const [bracket] of part.matchAll(/[{}()[\]]/g)) {
        if ('{(['.includes(bracket)) open.push(bracket);
        else open.pop();
      }
    }
  }
  return done;
}

/** Makes runs of white space outside of string literals one blank. */
export function collapse(text: string): string {
  const pieces = splitStrings(text);
  let joined = '';
  for (const [index, piece] of pieces.entries()) {
    if (index % 2 === 1) joined += piece;
    else {
      const inner = piece
        .replace(/([([{<])\s*\n\s*/g, (_, open) => (open === '{' ? '{ ' : open))
        .replace(/,?\s*\n\s*([)\]>](?!=))/g, '$1')
        .replace(/\s+/g, ' ')
        .replace(/,\s*([)\]])/g, '$1')
        .replace(/([([]) /g, '$1')
        .replace(/ ([)\],;])/g, '$1');
      joined += joined === '' ? inner.trimStart() : inner;
    }
  }
  return joined.trimEnd();
}

/** Text and string literals in turn: even pieces are code, odd ones strings with their quotes. */
function splitStrings(text: string): string[] {
  const pieces: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const quote = text[at];
    if (quote !== '"' && quote !== "'" && quote !== '`') continue;
    const close = closingQuote(text, at, quote);
    if (close < 0) continue;
    pieces.push(text.slice(from, at), text.slice(at, close + 1));
    from = close + 1;
    at = close;
  }
  pieces.push(text.slice(from));
  return pieces;
}

function closingQuote(text: string, open: number, quote: string): number {
  for (let at = open + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === quote) return at;
    else if (text[at] === '\n' && quote !== '`') return -1;
  }
  return -1;
}

/** The text, or its beginning and an ellipsis when it is longer than `most` characters. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const cut = text.slice(0, most);
  // Not in the middle of a surrogate pair.
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}
