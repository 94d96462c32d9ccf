import type { Diagnostic } from './messages.ts';
import { lineOf } from './tsc-syntax.ts';

/** Codes that a type which came out as less than it is can be the reason of. */
const REACHED = new Set(
  (
    '2303 2322 2339 2344 2345 2349 2352 2353 2358 2365 2366 2440 2461 2488 2504 2532 2533 2454 2536 2538 2551 2559 2571 2683 2698 2556 2719 2722 2731 2739 2740 2741 2769 4111 7053 ' +
    '18046 18047 18048 18049'
  )
    .split(' ')
    .map((code) => `TS${code}`),
);
/** What a test says of its stand-ins, too. */
const REACHED_IN_TESTS = new Set(['TS2554', 'TS2555', 'TS2556', 'TS2558', 'TS2740', 'TS7053', 'TS2790']);
const ALWAYS = new Set([
  'TS2303',
  'TS2440',
  'TS4111',
  'TS2536',
  'TS2538',
  'TS2344',
  'TS2683',
  'TS2698',
  'TS2556',
  'TS2731',
  'TS2358',
]);
/** A type of somebody's own with a hole in it, as `Query<any>`; a promise of any is still a promise. */
const HOLLOW = /(?<!\b(?:Promise|Array|Map|Set|Record|Readonly|Partial))<[^<>]*\b(?:any|unknown)\b/;

const NOTHING = /'(?:unknown|never|\{\}|any(?:\[\])?)'|<[^<>]*\b(?:any|unknown|never)\b/;

/**
 * The same of a test that stands on its runner: what that gives, checks and puts in the place of others decides what
 * the values of the test are.
 */
export function followsFromRunner({ rule }: Diagnostic): boolean {
  return REACHED.has(rule) || REACHED_IN_TESTS.has(rule);
}

/**
 * Whether a message in a file that stands on something not installed follows from that alone. The compiler infers `{}`,
 * `unknown` or `never` where a package's own types would say more; such a type is taken as an error of the file only
 * where the file writes it itself. `text` is the file's, `foreign` holds its names for what is not installed.
 */
export function followsFromCollapse(
  { rule, message, line, column, details }: Diagnostic,
  text: string,
  foreign: ReadonlySet<string>,
): boolean {
  if (rule === 'TS2554') return /but got 0\.$/.test(message) && depthBefore(text, line, column) > 1;
  if (!REACHED.has(rule)) return false;
  if (ALWAYS.has(rule)) return true;
  // What a switch asks about may be one of a package's few possibilities.
  if (rule === 'TS2454') return isSetInSwitch(message, text, line, column);
  if (/^Type 'any' is not assignable to type 'never'|to parameter of type 'readonly never\[\]'/.test(message))
    return true;
  if (rule === 'TS2366') return /\bswitch\b/.test(linesFrom(text, line, SWITCH_BELOW));
  if (
    /(?:parameter of type 'never'|'\(?object & |\(\w+: unknown\b|type '\{ \w+: unknown; \}'|^(?:Argument of t|T)ype '(?:Set|Map|Array)<unknown>)/.test(
      message,
    )
  )
    return true;
  if (rule === 'TS7053') return false;
  // Of several signatures none fits a value whose type came out as nothing.
  if (rule === 'TS2769' && NOTHING.test(details ?? '')) return true;
  if (HOLLOW.test(message) || /\$\{any\}/.test(message) || /^Property 'children' is missing/.test(message)) return true;
  // A message that a type gives instead of itself, and an error that a test has asked to be of another class.
  if (/on type '"/.test(message) || (/on type 'Error'/.test(message) && /\bexpect\(/.test(text))) return true;
  if (/'(?:keyof any|string \| number \| symbol)'/.test(message)) return true;
  const unknown = isOfUnknown({ rule, message, line, column }, text, foreign);
  if (unknown !== null) return unknown;
  if (/^Argument of type 'string'/.test(message) && isDefaulted(text, line, column)) return true;
  if (
    /^(?:Argument of t|T)ype '[^']*\bundefined'/.test(message) ||
    /^(?:Argument of t|T)ype '[^']*\bnull'/.test(message)
  ) {
    const given = /^(?:return\s+)?([A-Za-z_$][\w$]*)\s*(?:[,);]|$)/.exec(lineOf(text, line).slice(column - 1))?.[1];
    if (given !== undefined && isAssignedLater(given, text, foreign)) return true;
  }
  if (/'\{\}(?: \| null| \| undefined)*'/.test(message)) return !writesEmpty(receiverAt(text, line, column), text);
  const parameter = /(?:^Type|on type) '([A-Z]\w*)'/.exec(message)?.[1];
  if (parameter !== undefined) {
    if (new RegExp(`[<,]\\s*(?:const\\s+|in\\s+|out\\s+)*${parameter}\\s+extends\\b`).test(text)) return true;
  }
  if (/on type 'never'/.test(message)) return /\binstanceof\b|\bis[A-Z]\w*\(|\)\s*:\s*\w+\s+is\b/.test(text);
  if (/on type '\{/.test(message) && receiverAt(text, line, column) === 'this') return true;
  // Part of an object whose own type may have come out as less.
  if (rule === 'TS2722') return /^[\w$]+\s*[?!]?\./.test(lineOf(text, line).slice(column - 1));
  const nullable = /^'([^']+)' is possibly/.exec(message)?.[1];
  if (nullable === undefined) return false;
  return nullable.split('.').length > 2 || isAssignedLater(nullable, text, foreign);
}

/**
 * Whether a message about what is unknown follows from what is not installed: it is asked what it is, or nothing in the
 * file says that it is unknown. Null for a message about something else.
 */
function isOfUnknown(
  { rule, message, line, column }: Pick<Diagnostic, 'rule' | 'message' | 'line' | 'column'>,
  text: string,
  foreign: ReadonlySet<string>,
): boolean | null {
  if (rule === 'TS18046' && isAskedBy(message, text, line, foreign)) return true;
  if (rule === 'TS2339' && /on type 'unknown'/.test(message)) {
    if (isAskedBy(message, text, line, foreign, receiverAt(text, line, column))) return true;
    const receiver = receiverAt(text, line, column);
    return receiver === null || !writesUnknown(`'${receiver}' is of type`, text);
  }
  // What is given on was named nowhere as unknown: a callback takes it, of something that is not known.
  const given = /^Argument of type 'unknown'/.test(message) ? nameAt(text, line, column) : null;
  if (given !== null && !writesUnknown(`'${given}' is of type`, text)) return true;
  if (rule === 'TS18046' || rule === 'TS2571' || /'unknown'/.test(message)) return !writesUnknown(message, text);
  return null;
}

/** The name at a place, where what stands there is a name and nothing else. */
function nameAt(text: string, line: number, column: number): string | null {
  return /^([A-Za-z_$][\w$]*)\s*[,)]/.exec(lineOf(text, line).slice(column - 1))?.[1] ?? null;
}

/** A variable that gets its value in a `switch` about what may be one of a package's few possibilities. */
function isSetInSwitch(message: string, text: string, line: number, column: number): boolean {
  const name = /^Variable '([A-Za-z_$][\w$]*)'/.exec(message)?.[1];
  if (name === undefined) return false;
  const own = escaped(name);
  const lines = text.split('\n').slice(0, line);
  const above = [...lines.slice(0, -1), (lines.at(-1) ?? '').slice(0, column - 1)].join('\n');
  const declared = [...above.matchAll(new RegExp(`\\blet\\s+${own}\\b`, 'g'))].at(-1);
  if (declared === undefined) return false;
  return new RegExp(`\\bswitch\\s*\\([\\s\\S]*\\b${own}\\s*=[^=]`).test(above.slice(declared.index));
}

/**
 * Whether what is given is a part of something taken apart, with a default: where the whole is not known, its part is
 * what the default is.
 */
function isDefaulted(text: string, line: number, column: number): boolean {
  const name = /^([A-Za-z_$][\w$]*)/.exec(lineOf(text, line).slice(column - 1))?.[1];
  return name !== undefined && new RegExp(`[{,]\\s*${escaped(name)}\\s*=\\s*['"][^'"\\n]*['"]\\s*[,}]`).test(text);
}

/** Whether a class or a function that is not installed is asked, on the line or shortly above it, what a value is. */
function isAskedBy(
  message: string,
  text: string,
  line: number,
  foreign: ReadonlySet<string>,
  receiver: string | null = null,
): boolean {
  const name = /^'([A-Za-z_$][\w$]*)' is of type/.exec(message)?.[1] ?? receiver;
  if (name === null) return false;
  const own = escaped(name);
  const asked = text
    .split('\n')
    .slice(Math.max(0, line - 1 - ASKED_ABOVE), line)
    .join('\n')
    .matchAll(new RegExp(`\\b${own}\\s+instanceof\\s+([\\w$]+)|([\\w$]+)(?:\\.[\\w$]+)*\\(\\s*${own}\\s*\\)`, 'g'));
  return [...asked].some(([, type, guard]) => foreign.has(type ?? guard ?? ''));
}

/** Lines below the head of a function among which it begins to decide. */
const SWITCH_BELOW = 12;

function linesFrom(text: string, line: number, count: number): string {
  return text
    .split('\n')
    .slice(line - 1, line - 1 + count)
    .join('\n');
}

/** Lines above a use among which it is asked what a value is. */
const ASKED_ABOVE = 12;

/** Whether the file itself says that the value is unknown: written so, or caught. */
function writesUnknown(message: string, text: string): boolean {
  const name = /^'([A-Za-z_$][\w$]*)' is of type/.exec(message)?.[1];
  if (name !== undefined && new RegExp(`\\bcatch\\s*\\(\\s*${escaped(name)}\\b`).test(text)) return true;
  if (name !== undefined) {
    const own = `(?<![\\w$.])${escaped(name)}\\??\\s*`;
    return new RegExp(
      `${own}:[^,;=)\\n]*\\bunknown\\b|${own}=[^;\\n]*\\bas\\s+unknown\\b|${own}of\\b[^\\n]*\\bunknown\\b`,
    ).test(text);
  }
  const dotted = /^'[^']*\.([\w$]+)' is of type/.exec(message)?.[1];
  if (dotted === undefined) return /[:<|]\s*unknown\b|\bas\s+unknown\b|\bcatch\s*\(/.test(text);
  return new RegExp(`(?<![\\w$])${escaped(dotted)}\\??\\s*:\\s*[^,;=)\\n]*\\bunknown\\b`).test(text);
}

function writesEmpty(name: string | null, text: string): boolean {
  if (name === null) return false;
  return new RegExp(`(?<![\\w$.])${escaped(name)}\\s*(?::\\s*(?:\\{\\}|object)\\s*)?=\\s*\\{\\s*\\}`).test(text);
}

/** A variable that gets what is not installed: the compiler falls back to its declared type when that is `any`. */
function isAssignedLater(name: string, text: string, foreign: ReadonlySet<string>): boolean {
  const root = escaped(name);
  // A variable that may change, or a parameter.
  if (!new RegExp(`\\blet\\s+${root}\\b|[(,]\\s*${root}\\??\\s*[:,)=]`).test(text)) return false;
  const assigned = text.matchAll(new RegExp(`(?<![\\w$.]|\\blet\\s)${root}\\s*=(?![=>])([^;]{0,200})`, 'g'));
  return [...assigned].some(([, value = '']) => value.match(/[A-Za-z_$][\w$]*/g)?.some((one) => foreign.has(one)));
}

/** The name before the dot at a place: `config` at the `port` of `config.port`. */
function receiverAt(text: string, line: number, column: number): string | null {
  return /([A-Za-z_$][\w$]*)\s*[?!]?\.\s*$/.exec(lineOf(text, line).slice(0, column - 1))?.[1] ?? null;
}

/** How many dots stand before the name at a place. */
function depthBefore(text: string, line: number, column: number): number {
  const chain = /(?:[\w$]+(?:\([^()]*\))?\s*[?!]?\.\s*)+$/.exec(lineOf(text, line).slice(0, column - 1))?.[0] ?? '';
  return chain.split('.').length - 1;
}

function escaped(name: string): string {
  return name.replaceAll('$', '\\$').replaceAll('.', '\\.');
}
