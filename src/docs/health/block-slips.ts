import { parseSync } from 'oxc-parser';
import { withPythonTree } from '../../code/python-grammar.ts';
import { pythonContexts, scriptContexts } from './block-variants.ts';
import { nearest } from './nearest.ts';

const LONGEST = 10_000;
const INSERTED = [')', '}', ']', ',', '(', '{', '[', '=>', '=', ':', "'", '"', '`'];
const REPLACING = [')', '}', ']', ',', '(', '{', '['];
const KEYWORDS =
  'async await break case catch class const continue default delete do else enum export extends finally for from function if implements import in instanceof interface let new of return static super switch throw try type typeof var void while yield'.split(
    ' ',
  );
const WORD_BEFORE = /([A-Za-z]{2,})\s*$/;
const WORD_AT = /^\s*([A-Za-z]{2,})/;
/** Words by which an author says that something was left out. */
const LEFT_OUT =
  /\.\.\.\s*(?:\*\/.*)?$|^\s*(?:\/\/|\/\*|\{\/\*)?\s*(?:\.\.\.|…)|\b(?:omitted|snip|the rest|rest of|etc)\b/im;

/** So many blocks of one document that cannot be read, and not for a slip, are the notation of the document. */
const MOST_UNEXPLAINED = 8;

/**
 * The search for slips in the blocks of one document. It is given up when so many blocks were no code but for a slip:
 * a specification has hundreds of them, and to try every correction on each takes longer than to read all the rest.
 */
export class SlipSearch {
  #unexplained = 0;

  /** Whether what cannot be read is taken for notation from now on. */
  get isOver(): boolean {
    return this.#unexplained >= MOST_UNEXPLAINED;
  }

  /** Notes whether a block that cannot be read is code with one slip, and gives it back. */
  note(isSlip: boolean): boolean {
    if (!isSlip) this.#unexplained += 1;
    return isSlip;
  }
}

/**
 * Whether a block of JavaScript or TypeScript that cannot be parsed is code with one slip: a sign too many or missing,
 * or a keyword that is misspelled, after which it can. What more would have to change is notation: signatures, several
 * things side by side, sentences, another language.
 */
export function isOneSlipAway(written: string): boolean {
  if (written.length > LONGEST) return false;
  const leavesOut = LEFT_OUT.test(written);
  return scriptContexts(written).some((text) => {
    const error = firstError(text);
    if (error === null) return false;
    // A sign that closes what the text was put into is none that the text lacks.
    const isWhole = WRAPPED.test(text) && !WRAPPED.test(written);
    if (/unterminated string/i.test(error.message)) return true;
    return corrected(text, error.at, leavesOut).some((one) => firstError(one, isWhole) === null);
  });
}

/** What a text is put into as a whole. */
const WRAPPED = /^(?:async function\* _\(\)|class _|interface _|declare namespace _|switch \(_\)) \{/;

/** The text with one thing changed where it cannot be read any further. */
function corrected(text: string, at: number, leavesOut: boolean): string[] {
  const before = text.slice(0, at);
  const after = text.slice(at);
  // What is left out is left out up to the end, closing brackets too.
  const isCut = leavesOut && after.replace(/[\s)}\]]/g, '') === '';
  const end = before.trimEnd().length;
  const inserted = INSERTED.filter((sign) => !(isCut && /[)}\]]/.test(sign)))
    // An alternative is written after a remark: `a // or` and then `b`.
    .filter((sign) => /[)}\]]/.test(sign) || !followsRemark(before))
    .flatMap((sign) => [`${before}${sign}${after}`, `${text.slice(0, end)}${sign}${text.slice(end)}`]);
  const removed = [
    ...(/^[^\w\s'"`]/.test(after) ? [before + after.slice(1)] : []),
    ...(/[^\w\s'"`]$/.test(before.trimEnd()) ? [before.trimEnd().slice(0, -1) + after] : []),
  ];
  const replaced = [
    ...(/^[)\]}([{,;:.]/.test(after) ? REPLACING.map((sign) => before + sign + after.slice(1)) : []),
    ...(/[)\]}([{,;:.]\s*$/.test(before) ? REPLACING.map((sign) => before.trimEnd().slice(0, -1) + sign + after) : []),
  ];
  // Without the bracket that is left open nothing is left open.
  const opened = text.replace(/[^([{]/g, '').length;
  const changed = [...removed, ...replaced].filter((one) => !leavesOut || one.replace(/[^([{]/g, '').length >= opened);
  // Where no blank stands before it, both ends of one are the same place.
  return [...new Set([...inserted, ...changed, ...respelled(before, after, KEYWORDS)])];
}

function followsRemark(before: string): boolean {
  return /(?:\/\/.*|\*\/[ \t]*)$/.test(before.trimEnd().split('\n').at(-1) ?? '');
}

/** A word before or at a place as the keyword that is most like it. */
function respelled(before: string, after: string, keywords: readonly string[]): string[] {
  const found: string[] = [];
  const last = WORD_BEFORE.exec(before);
  const next = WORD_AT.exec(after);
  const first = last?.[1] === undefined ? null : keywordLike(last[1], keywords);
  if (last !== null && first !== null) found.push(`${before.slice(0, last.index)}${first} ${after}`);
  const second = next?.[1] === undefined ? null : keywordLike(next[1], keywords);
  if (next !== null && second !== null) found.push(`${before}${second}${after.slice(next[0].length)}`);
  return found;
}

function keywordLike(word: string, keywords: readonly string[]): string | null {
  return keywords.includes(word) ? null : nearest(word, keywords);
}

/**
 * Names of files that a text may be the content of. JSX and type assertions begin with a bracket: without any, they
 * agree.
 */
export function scriptDialects(text: string): readonly string[] {
  return text.includes('<') ? ['block.tsx', 'block.ts'] : ['block.ts'];
}

/** The first error; one where what should be one statement is several. */
function firstError(text: string, isWhole = false): { readonly at: number; readonly message: string } | null {
  let first: { at: number; message: string } | null = null;
  for (const file of scriptDialects(text)) {
    const parsed = parseSync(file, text);
    const error = parsed.errors.find(({ severity }) => severity === 'Error');
    if (error === undefined && isWhole && parsed.program.body.length > 1) continue;
    if (error === undefined) return null;
    first ??= { at: error.labels[0]?.start ?? 0, message: error.message };
  }
  return first ?? { at: 0, message: 'several statements' };
}

/** Whether data can be read without one of the lines around the first that is wrong, `line` from 0. */
export function isOneLineAway(text: string, line: number, isReadable: (text: string) => boolean): boolean {
  const lines = text.split('\n');
  const written = lines.filter((one) => one.trim() !== '').length;
  return [line, line - 1, line + 1].some((at) => {
    if (at < 0 || at >= lines.length) return false;
    const rest = lines.toSpliced(at, 1).join('\n');
    // A line that is alone may be wrong as a whole.
    return rest.trim() === '' ? written === 1 : isReadable(rest);
  });
}

const PYTHON_SIGNS = [':', ',', ')', ']', '}', '(', '[', '{', '=', "'", '"', '"""'];
const PYTHON_KEYWORDS =
  'async await assert break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield'.split(
    ' ',
  );

/** The same of Python, by its grammar. */
export async function isPythonSlip(written: string): Promise<boolean> {
  if (written.length > LONGEST) return false;
  const leavesOut = LEFT_OUT.test(written);
  for (const text of pythonContexts(written)) {
    const places = await troubledPlaces(text);
    for (const one of new Set(places.flatMap((at) => correctedPython(text, at, leavesOut))))
      if ((await troubledPlaces(one)).length === 0) return true;
  }
  return false;
}

/** Where the first thing that is no Python begins and ends, and the ends of its line and of the line before. */
function troubledPlaces(text: string): Promise<number[]> {
  return withPythonTree(`${text}\n`, (root) => {
    if (!root.hasError) return [];
    let node = root;
    while (!node.isError) {
      const next = node.children.find((one) => one !== null && (one.hasError || one.isError || one.isMissing));
      if (next === undefined || next === null) break;
      node = next;
    }
    const { startIndex: start, endIndex: end } = node;
    const lineEnd = text.indexOf('\n', start);
    const lineStart = text.lastIndexOf('\n', Math.max(0, start - 1));
    return [...new Set([start, end, lineEnd < 0 ? text.length : lineEnd, Math.max(0, lineStart), text.length])];
  });
}

function correctedPython(text: string, at: number, leavesOut: boolean): string[] {
  const before = text.slice(0, at);
  const after = text.slice(at);
  const isCut = leavesOut && after.replace(/[\s)}\]]/g, '') === '';
  return [
    ...PYTHON_SIGNS.filter((sign) => !(isCut && /[)}\]]/.test(sign))).map((sign) => before + sign + after),
    ...(/^[^\w\s]/.test(after) ? [before + after.slice(1)] : []),
    ...(/[^\w\s]\s*$/.test(before) ? [before.trimEnd().slice(0, -1) + after] : []),
    ...respelled(before, after, PYTHON_KEYWORDS),
  ];
}
