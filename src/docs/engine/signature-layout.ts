import type { LanguageWords } from './language-words.ts';

/** A line of a signature longer than this is broken up. */
const WIDTH = 100;

const OPENING = '([{<';
const CLOSING = ')]}>';

/** Languages by the tags of their code blocks in which a comma may stand after the last parameter. */
const TRAILING = /^(?:ts|js|python|go|rust|php)$/;

/** A signature with long lines broken at the parameters, or at the members of a union. Each line is one overload. */
export function layOut(signature: string, { indent, tag }: Pick<LanguageWords, 'indent' | 'tag'>): string {
  return signature
    .split('\n')
    .map((line) =>
      line.length <= WIDTH ? line : (brokenParameters(line, indent, tag) ?? brokenUnion(line, indent) ?? line),
    )
    .join('\n');
}

function brokenParameters(line: string, indent: string, tag: string): string | null {
  const open = parameterStart(line, tag);
  if (open < 0) return null;
  const pieces = topLevelPieces(line, open + 1, ',');
  if (pieces === null) return null;
  const parameters = pieces.parts.map((part) => part.trim()).filter((part) => part !== '');
  if (parameters.length === 0) return null;
  // Nothing may follow what takes the rest of a script's arguments.
  const isOpenEnded = TRAILING.test(tag) && !/^\.\.\./.test(parameters.at(-1) ?? '');
  const lines = parameters.map((one) => `${indent}${one}`).join(',\n');
  return `${line.slice(0, open + 1)}\n${lines}${isOpenEnded ? ',' : ''}\n${line.slice(pieces.end)}`;
}

/** The first parenthesis that is not inside of other brackets: the parameters', not a type parameter's. */
function parameterStart(line: string, tag: string): number {
  // A method of Go has its receiver before its name.
  const receiver = tag === 'go' ? /^func \([^()]*\) */.exec(line)?.[0].length : undefined;
  let depth = 0;
  for (let at = receiver ?? 0; at < line.length; at += 1) {
    const one = line.charAt(at);
    if (one === '(' && depth === 0) return at;
    if (OPENING.includes(one)) depth += 1;
    else if (isClosing(line, at)) depth -= 1;
    else at = afterString(line, at);
  }
  return -1;
}

function brokenUnion(line: string, indent: string): string | null {
  const equals = line.indexOf(' = ');
  if (equals < 0) return null;
  const pieces = topLevelPieces(line, equals + 3, '|');
  if (pieces === null || pieces.parts.length < 3) return null;
  const members = pieces.parts.map((part) => part.trim()).filter((part) => part !== '');
  return `${line.slice(0, equals + 2)}\n${members.map((one) => `${indent}| ${one}`).join('\n')}${line.slice(pieces.end)}`;
}

/**
 * The parts between separators outside of brackets and strings, up to the bracket that closes them or the line's end.
 */
function topLevelPieces(line: string, start: number, separator: string): { parts: string[]; end: number } | null {
  const parts: string[] = [];
  let depth = 0;
  let from = start;
  for (let at = start; at < line.length; at += 1) {
    const one = line.charAt(at);
    if (OPENING.includes(one)) depth += 1;
    else if (isClosing(line, at)) {
      if (depth === 0) return { parts: [...parts, line.slice(from, at)], end: at };
      depth -= 1;
    } else if (one === separator && depth === 0) {
      parts.push(line.slice(from, at));
      from = at + 1;
    } else at = afterString(line, at);
  }
  return separator === '|' && depth === 0 ? { parts: [...parts, line.slice(from)], end: line.length } : null;
}

function isClosing(line: string, at: number): boolean {
  const one = line.charAt(at);
  // The head of an arrow closes nothing.
  return CLOSING.includes(one) && !(one === '>' && /[=-]/.test(line.charAt(at - 1)));
}

/** The last character of a string that begins here, or the place itself. */
function afterString(line: string, at: number): number {
  const quote = line.charAt(at);
  if (quote !== '"' && quote !== "'" && quote !== '`') return at;
  for (let end = at + 1; end < line.length; end += 1) {
    if (line.charAt(end) === '\\') end += 1;
    else if (line.charAt(end) === quote) return end;
  }
  return at;
}
