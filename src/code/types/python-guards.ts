import type { PythonSpot } from './python-spot.ts';

/** Which exceptions say that what a message misses is not there. */
function raisedBy({ rule, message }: PythonSpot): RegExp | null {
  if (/is unknown import symbol/.test(message)) return /\b(?:ImportError|ModuleNotFoundError|Exception)\b/;
  if (rule === 'reportUndefinedVariable' || rule === 'reportUnboundVariable')
    return /\b(?:NameError|UnboundLocalError)\b/;
  if (rule === 'reportCallIssue' || /^"None" is not iterable/.test(message)) return /\bTypeError\b/;
  if (/is not a known attribute of module/.test(message)) return /\b(?:AttributeError|ImportError|Exception)\b/;
  return null;
}

/** Asks for a version that is gone, in a way that pyright does not know. */
const FOR_PYTHON_2 = /^\s*if\s+(?:sys\.version\[0\]\s*==\s*["']2["']|(?:\w+\.)?(?:IS_)?PY2)\s*:/;

/** Asks whether a module is there before it is loaded: `if os.path.exists('local_settings.py'):`. */
const ASKED_FOR = /^\s*(?:el)?if\b(?!.*\bnot\b).*\b(?:exists|isfile|is_file|find_spec)\(/;

/** A place in the lines around a spot, below which others stand. */
interface Head {
  readonly text: string;
  /** Where it stands in `above`. */
  readonly at: number;
}

/**
 * The heads of the blocks around a line, the nearest first, as far as lines above it are known; up to the function's
 * own.
 */
function headsOf({ line, above }: PythonSpot): Head[] {
  const found: Head[] = [];
  let indent = indentOf(line);
  // A list in parentheses: its statement begins above.
  for (let at = above.length - 1; at >= 0 && indent > 0; at -= 1) {
    const text = above[at] ?? '';
    if (text.trim() === '' || /^\s*(?:#|[)\]}])/.test(text) || indentOf(text) >= indent) continue;
    indent = indentOf(text);
    if (/^\s*(?:async\s+)?def\b|^\s*class\b/.test(text)) break;
    if (/:\s*(?:#.*)?$/.test(text)) found.push({ text, at });
  }
  return found;
}

/**
 * Whether what a name misses is a way around its own absence: it is tried and what that raises is caught, it is the
 * way that is taken after something else was not there, or its error is suppressed.
 */
export function isGuarded(spot: PythonSpot): boolean {
  const { rule } = spot;
  const raised = raisedBy(spot);
  if (raised === null) return false;
  const way = rule === 'reportCallIssue' ? raised : /\b(?:ImportError|ModuleNotFoundError|AttributeError|NameError)\b/;
  return headsOf(spot).some(({ text }) => {
    if (/^\s*try:/.test(text)) return handlersOf(spot, indentOf(text)).some((one) => isCaught(one, raised));
    if (/^\s*except\b/.test(text)) return way.test(text);
    // Read by type checkers only: it does not run.
    if (/^\s*if\s+(?:[\w.]*\.)?TYPE_CHECKING\s*:/.test(text)) return raised.source.includes('ImportError');
    if (FOR_PYTHON_2.test(text)) return true;
    if (ASKED_FOR.test(text)) return /is unknown import symbol/.test(spot.message);
    return /^\s*(?:async\s+)?with\b.*(?:suppress|[rR]aises\w*)\(/.test(text) && raised.test(text);
  });
}

function isCaught(handler: string, raised: RegExp): boolean {
  const isBare = /^\s*except\s*:/.test(handler) && raised.test('ImportError');
  return isBare || raised.test(handler);
}

/** The `except` lines of the `try` that stands at an indent. */
function handlersOf({ below }: PythonSpot, indent: number): string[] {
  const found: string[] = [];
  for (const text of below.slice(1)) {
    if (text.trim() === '' || indentOf(text) > indent || /^\s*(?:#|[)\]}])/.test(text)) continue;
    if (indentOf(text) < indent || !/^\s*(?:except|else|finally)\b/.test(text)) break;
    if (/^\s*except\b/.test(text)) found.push(text);
  }
  return found;
}

/** Where, among the lines above, the function begins that a spot stands in. */
function startOfFunction({ line, above }: PythonSpot): number {
  let indent = indentOf(line);
  return above.findLastIndex((text) => {
    if (text.trim() === '' || /^\s*(?:#|[)\]}])/.test(text) || indentOf(text) >= indent) return false;
    indent = indentOf(text);
    return /^\s*(?:async\s+)?def\b/.test(text);
  });
}

/**
 * Whether a name that pyright takes for possibly unbound is a module that the file imports where there is one: a
 * function that uses it is for those machines. `text` is the file's.
 */
export function isOptionalModule(spot: PythonSpot, text: string): boolean {
  const name = /^"(\w+)" is possibly unbound/.exec(spot.message)?.[1];
  if (name === undefined || !text.includes('import') || startOfFunction(spot) < 0) return false;
  const lines = text.split('\n');
  const own = new RegExp(`\\b${name}\\b`);
  return lines.some((one, at) => {
    if (!own.test(one) || !/^\s/.test(one) || !isImported(lines, at)) return false;
    return !lines
      .slice(Math.max(0, at - IMPORT_ABOVE), at)
      .some((above) => /^\s*(?:async\s+)?(?:def|class)\b/.test(above) && indentOf(above) < indentOf(one));
  });
}

/** Lines above an import among which its function would begin. */
const IMPORT_ABOVE = 200;

/** Whether a line is a part of an import statement. */
function isImported(lines: readonly string[], at: number): boolean {
  const line = lines[at] ?? '';
  if (/^\s*(?:import|from\s+[\w.]+\s+import)\b/.test(line)) return true;
  if (!/^\s*\w+(?:\s+as\s+\w+)?\s*,?\s*(?:#.*)?$/.test(line)) return false;
  const head = lines.slice(0, at).findLastIndex((one) => /[()]/.test(one));
  return /^\s*from\s+[\w.]+\s+import\s*\($/.test((lines[head] ?? '').trimEnd());
}

/** Whether the code has asked by `hasattr` for the attribute that the declared type lacks. */
export function isAskedFor({ message, line, above }: PythonSpot): boolean {
  const attribute =
    /^Cannot (?:access|assign to) attribute "(\w+)"/.exec(message)?.[1] ??
    /^"(\w+)" is not a known attribute of "None"/.exec(message)?.[1];
  if (attribute === undefined) return false;
  const asked = new RegExp(`\\b(?:has|get)attr\\([^\\n]*["']${attribute}["']`);
  return [...above, line].some((one) => asked.test(one));
}

/** Whether the code has asked by `hasattr` for the method that the declared type lacks, or for keys. */
export function isAskedForMethod({ message, line, above }: PythonSpot): boolean {
  const method = /^"(__\w+__)" method not defined on type/.exec(message)?.[1];
  const hasKeys = /^"SupportsKeysAndGetItem\[[^"]*" is not iterable/.test(message);
  if (method === undefined && !hasKeys) return false;
  const asked = new RegExp(`\\bhasattr\\([^\\n]*["']${method ?? 'keys'}["']`);
  const own = above.slice(above.findLastIndex((one) => /^\s*(?:async\s+)?def\b/.test(one)) + 1);
  return [...own, line].some((one) => asked.test(one));
}

/** Lines above a use among which it is asked for several at once whether they are there. */
const ASKED_ABOVE = 20;

/**
 * Whether what may be `None` was asked for: by the same call in the condition of its comprehension, or with others by
 * `all([…])` before the function or the loop goes on.
 */
export function isAskedTogether({ rule, line, above, below, column }: PythonSpot): boolean {
  if (rule?.startsWith('reportOptional') !== true) return false;
  const call = /([\w.]+\([^()]*\))\s*\.\s*$/.exec(line.slice(0, column - 1))?.[1];
  const conditions = below
    .slice(0, 4)
    .flatMap((one) => (/\bfor\b.*\bin\b/.test(one) ? (/\bif\b(.*)$/.exec(one)?.[1] ?? []) : []));
  // `call().strip() if call() else ''`, on one line or on several.
  const chosen = below.slice(0, 3).flatMap((one) => /\bif\s+(.+?)(?:\s+else\b.*)?(?<!:)$/.exec(one)?.[1] ?? []);
  if (call !== undefined && [...conditions, ...chosen].some((one) => one.includes(call))) return true;
  const name = /^(\w+)/.exec(line.slice(column - 1))?.[1];
  const receiver = /(\w+)\s*\.\s*$/.exec(line.slice(0, column - 1))?.[1];
  const asked = above.slice(-ASKED_ABOVE).flatMap((one, at, all) => {
    const list = /^\s*if not all\(\s*[[(]([\w\s,]+)[\])]\s*\)\s*:/.exec(one)?.[1];
    return list !== undefined && /^\s*(?:continue|return|raise|break)\b/.test(all[at + 1] ?? '') ? list.split(',') : [];
  });
  return asked.some((one) => one.trim() !== '' && [name, receiver].includes(one.trim()));
}

/** Lines above a use among which the process it is about is started. */
const STARTED_ABOVE = 30;

/** Whether a stream of a process is there because the process was started with a pipe in its place. */
export function isPiped({ rule, line, above, column }: PythonSpot): boolean {
  if (rule?.startsWith('reportOptional') !== true) return false;
  const stream =
    /([\w.]+)\.(std(?:in|out|err))\s*\.\s*$/.exec(line.slice(0, column - 1)) ??
    /^([\w.]+)\.(std(?:in|out|err))\b/.exec(line.slice(column - 1));
  const [, process = '', name = ''] = stream ?? [];
  if (process === '') return false;
  const written = process.replaceAll('.', '\\.');
  const bound = new RegExp(`(?<![\\w.])${written}\\s*(?::[^=]*)?=[^=]|\\bas\\s+${written}\\s*[:,)]`);
  const near = above.slice(-STARTED_ABOVE);
  const last = near.findLastIndex((one) => bound.test(one));
  // What opens a block names its process behind the call.
  const first = /\bas\s/.test(near[last] ?? '')
    ? near.findLastIndex((one, at) => at <= last && /\bwith\b/.test(one))
    : last;
  const start = first < 0 ? '' : near.slice(first).join('\n');
  const call = /\b(?:Popen|create_subprocess_(?:exec|shell))\(((?:[^()]|\([^()]*\))*)\)/.exec(start)?.[1] ?? '';
  return new RegExp(`\\b${name}\\s*=\\s*(?:\\w+\\.)*PIPE\\b`).test(call);
}

/** Whether what is said to fail is tried, and its exception is caught below. */
export function isTried({ rule, message, line, above, below }: PythonSpot): boolean {
  const isOfNone = rule === 'reportArgumentType' && /^Argument of type "[^"]*\bNone"/.test(message);
  if (!isOfNone && !/^reportOptional|^reportAttributeAccessIssue$/.test(rule ?? '')) return false;
  if (/unknown import symbol/.test(message)) return false;
  let depth = indentOf(line);
  // A call of many lines begins above.
  const opening = above.findLast((one) => {
    if (one.trim() === '' || indentOf(one) >= depth) return false;
    depth = indentOf(one);
    return !/[([{]\s*(?:#.*)?$/.test(one);
  });
  if (opening === undefined || !/^\s*try:/.test(opening)) return false;
  const after = below.slice(1).find((one) => one.trim() !== '' && indentOf(one) <= depth) ?? '';
  return (isOfNone ? /^\s*except\b.*\bTypeError\b/ : /^\s*except\b.*\b(?:AttributeError|TypeError)\b/).test(after);
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
