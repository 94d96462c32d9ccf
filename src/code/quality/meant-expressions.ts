/** Characters of one expression that are looked at. */
const FARTHEST = 4_000;

/** Functions and methods that never give nothing. */
const LISTING = /^(?:Object\.(?:entries|keys|values)|Array\.(?:from|of))\(/;
const ALWAYS_GIVES: ReadonlySet<string> = new Set(
  (
    'concat entries filter flat flatMap join keys map replace replaceAll reverse slice sort splice split toLowerCase ' +
    'toReversed toSorted toString toUpperCase trim values'
  ).split(' '),
);

/**
 * Whether a chain that begins there is never nothing, though it asks for it with `?.`: what it begins with is a list
 * (`(given || [])`, `Object.keys(given)`), and each of its steps gives something.
 */
export function neverEndsEarly(text: string, offset: number): boolean {
  const here = text.slice(offset, offset + FARTHEST);
  let at = endOfList(here);
  if (at < 0) return false;
  for (;;) {
    const [step = '', name = ''] = /^\s*\??\.\s*(\w+)\(/.exec(here.slice(at)) ?? [];
    if (step === '') return !/^\s*(?:\??\.|[[(!`/])/.test(here.slice(at));
    const close = ALWAYS_GIVES.has(name) ? closingOf(here, at + step.length - 1) : -1;
    if (close < 0) return false;
    at = close + 1;
  }
}

/** Where a list ends that a text begins with; negative where it is none, or may be nothing. */
function endOfList(here: string): number {
  const listing = LISTING.exec(here)?.[0];
  const open = listing === undefined ? 0 : listing.length - 1;
  const close = /^[([]/.test(here.slice(open)) ? closingOf(here, open) : -1;
  if (close < 0 || listing !== undefined || here.startsWith('[')) return close < 0 ? close : close + 1;
  return hasFallback(here.slice(1, close)) ? close + 1 : -1;
}

/** Whether an expression gives what it falls back on where it has nothing else, and that is there. */
function hasFallback(expression: string): boolean {
  let after = -1;
  for (let at = 0; at < expression.length; at += 1) {
    const close = /["'`([{]/.test(expression[at] ?? '') ? closingOf(expression, at) : at;
    if (close < 0) return false;
    at = close;
    const two = expression.slice(at, at + 2);
    if (two === '||' || two === '??') after = at + 2;
    // One of several values, or another function's.
    else if (expression[at] === ',' || two === '=>' || /^\?[^.?]/.test(two)) return false;
    if (two === '||' || two === '??' || two === '?.') at += 1;
  }
  const fallback = expression
    .slice(after)
    .replace(/^=?\s*(?:\(\s*(?=[["'][^()]*\)$))?/, '')
    .replace(/\)$/, '');
  const close = after >= 0 && /^["'[]/.test(fallback) ? closingOf(fallback, 0) : -1;
  return close > 0 && /^\s*(?:(?:as|satisfies)\s[^?&]*)?$/.test(fallback.slice(close + 1));
}

/** Where the bracket or quote is closed that is open there; negative where it is too far, or a text misleads. */
function closingOf(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < Math.min(text.length, open + FARTHEST); at += 1) {
    const character = text[at] ?? '';
    if (/["'`]/.test(character)) {
      const end = endOfText(text, at);
      if (end < 0 || depth === 0) return end;
      at = end;
    } else if (/[([{]/.test(character)) depth += 1;
    else if (/[)\]}]/.test(character)) depth -= 1;
    if (depth === 0) return at;
  }
  return -1;
}

function endOfText(text: string, open: number): number {
  for (let at = open + 1; at < Math.min(text.length, open + FARTHEST); at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === text[open]) return at;
  }
  return -1;
}

/** A text that is only a name in underscores: what builds a program writes something else there, or nothing. */
const PLACEHOLDER = `(?:"__[A-Z][A-Z0-9_]*__"|'__[A-Z][A-Z0-9_]*__'|\`__[A-Z][A-Z0-9_]*__\`)`;
const OPERAND_BEFORE = new RegExp(`^(?:[^;{}()[\\]]|\\([^()]*\\))*?${PLACEHOLDER}\\s*(?:\\|\\||&&|\\?\\?|[=!]==?)`);
const ASKED_AT_ONCE = new RegExp(`^!?${PLACEHOLDER}\\s*(?:[)?]|[=!]==?)`);

/** Whether the operand that seems to be constant there, or the condition, is filled in when the program is built. */
export function isFilledIn(text: string, offset: number): boolean {
  const here = text.slice(offset, offset + LONGEST_OPERAND);
  return OPERAND_BEFORE.test(here) || ASKED_AT_ONCE.test(here);
}

const LONGEST_OPERAND = 400;

/**
 * Whether the bracket that a line (from 1) begins with goes on with the statement above: what it gives is called, which
 * no list can be, and the line stands deeper than the statement, or its chain goes on below.
 */
export function isChosenMethod(lines: readonly string[], line: number): boolean {
  const own = lines[line - 1] ?? '';
  const indent = indentOf(own);
  const close = own[indent] === '[' ? closingOf(own, indent) : -1;
  if (close < 0 || own[close + 1] !== '(') return false;
  if (/^\s*\./.test(lines[line] ?? '')) return true;
  const above = lines.slice(Math.max(0, line - 1 - LONGEST_STATEMENT), line - 1);
  const first = above.findLast((one) => one.trim() !== '' && indentOf(one) < indent) ?? '';
  return first.trim() !== '' && !/(?:[;{]|=>|\*\/)\s*$/.test(first) && !/^\s*(?:\/\/|\*)/.test(first);
}

const LONGEST_STATEMENT = 20;

/**
 * Whether a number is a fraction: it is rounded to the nearest one there is, which is what a constant of many digits
 * wants. A whole number that is not there becomes another one.
 */
export function isFraction(here: string): boolean {
  const [number = '', exponent] = /^\d*\.?\d*(?:[eE]([-+]?)\d+)?/.exec(here.replaceAll('_', '')) ?? [];
  if (exponent !== undefined) return exponent === '-' || number.includes('.');
  return number.includes('.') && Math.abs(Number(number)) < Number.MAX_SAFE_INTEGER;
}

/**
 * Whether a variable at the place of an operator holds a mask of bits: it was given one where it was declared, or a
 * number to which bits are added. `before` is the line up to the place, `here` begins with the variable.
 */
export function isMask(before: string, here: string, text: string): boolean {
  const [, name = '', operator = '', right = ''] = /^([A-Za-z_$][\w$]*)\s*([|&]=?)\s*(\S*)/.exec(here) ?? [];
  // What is no number is no bit of one.
  if (name === '' || /^(?:["'`{[]|true\b|false\b|null\b|undefined\b)/.test(right)) return false;
  const own = name.replaceAll('$', '\\$');
  const declared = new RegExp(`\\b(?:let|var|const)\\s+${own}\\s*(?::[^=;\\n]*)?=([^;\\n]*)`).exec(text)?.[1] ?? '';
  const value = declared.replace(/\sas\s.*/, '');
  if (/[^|]\|[^|]|[^&]&[^&]|<<|~/.test(value)) return true;
  const isAddedTo = operator.endsWith('=') || new RegExp(`(?<![\\w$.])${own}\\s*=\\s*$`).test(before);
  return isAddedTo && /^\s*(?:0x[\da-f]+|\d+)\s*$/i.test(value);
}

/** Characters before a call that are looked at for what it is called on. */
const LONGEST_RECEIVER = 400;
/** What gives an array. */
const GIVES_ARRAY =
  /(?:\bArray|\bof|from|concat|copyWithin|filter|flat|flatMap|map|reverse|slice|sort|splice|split|fill|to[A-Z]\w*)(?:<[^()]*>)?$/;

/** Whether the call of `fill` that is given what stands at a place is one on what another call gives, and no array. */
export function isFilledShape(text: string, offset: number): boolean {
  const before = text.slice(Math.max(0, offset - LONGEST_RECEIVER), offset);
  const called = before.replace(/\s*\.\s*fill\(\s*$/, '');
  if (called === before || !called.endsWith(')')) return false;
  let open = 0;
  for (let at = called.length - 1; at >= 0; at -= 1) {
    if (called[at] === ')') open += 1;
    else if (called[at] === '(') open -= 1;
    if (open === 0) return /[\w$]$/.test(called.slice(0, at)) && !GIVES_ARRAY.test(called.slice(0, at));
  }
  return false;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
