/**
 * Whether a function that stands in a loop of Python is called in its own turn and nowhere else, so that it sees the
 * variable of that turn: called where it is written, or given a name whose every mention is a call before the loop goes
 * on. `at` is the index of a line in that function, `column` a place in it, from 1.
 */
export function isCalledInItsTurn(lines: readonly string[], at: number, column: number): boolean {
  const line = lines[at] ?? '';
  const lambda = /^\s*(\w+)\s*(?::[^=]+)?=\s*lambda\b/.exec(line);
  if (lambda?.[1] !== undefined) return isOnlyCalled(lines, { name: lambda[1], from: at, indent: indentOf(line) });
  if (/(?<![\w\])])\(\s*lambda\b[^()]*$/.test(line.slice(0, column - 1))) {
    return /^[^()]*(?:\([^()]*\)[^()]*)*\)\(/.test(line.slice(column - 1));
  }
  if (isArgumentOfSub(lines, at, column) || TIMED.test(line.slice(0, column - 1))) return true;
  const head = /\blambda\b/.test(line.slice(0, column - 1)) ? defaultAround(lines, at) : definitionAround(lines, at);
  return head !== null && isOnlyCalled(lines, head);
}

/** What is timed is called on the spot: `timeit(lambda: run(one), number=3)`. */
const TIMED = /(?<![\w.])timeit(?:\.(?:timeit|repeat))?\(\s*(?:stmt=)?lambda\s*:[^:]*$/;

interface NamedFunction {
  readonly name: string;
  /** Index of its first line. */
  readonly from: number;
  readonly indent: number;
}

/** The name that is given what a getter finds, where the function is what it falls back on. */
function defaultAround(lines: readonly string[], at: number): NamedFunction | null {
  const indent = indentOf(lines[at] ?? '');
  const above = lines.slice(Math.max(0, at - LINES_OF_CALL), at).findLastIndex((line) => indentOf(line) < indent);
  const head = lines[Math.max(0, at - LINES_OF_CALL) + above] ?? '';
  const name = above < 0 ? undefined : /^\s*(\w+)\s*=\s*[\w.]*get\w*\($/.exec(head)?.[1];
  return name === undefined ? null : { name, from: at, indent: indentOf(head) };
}

/** A call whose arguments take more lines is not read. */
const LINES_OF_CALL = 6;

/** Whether a place stands in a lambda that `re.sub` calls for what it finds, before it comes back. */
function isArgumentOfSub(lines: readonly string[], at: number, column: number): boolean {
  const above = lines.slice(Math.max(0, at - LINES_OF_CALL), at);
  const text = [...above, (lines[at] ?? '').slice(0, column - 1)].join('\n').replace(TEXTS, '""');
  const [, holder = '', given = ''] = /(?<![\w.])([\w.]+)\.subn?\(((?:(?!\.subn?\().)*)$/s.exec(text) ?? [];
  // The lambda is an argument itself, and nothing stands in between that could keep the place for later.
  const body = /^(?:[^()[\]{}#]*,)?\s*(?:repl=)?lambda\b[^:]*:((?:(?!\blambda\b|\bdef\b).)*)$/s.exec(given)?.[1];
  if (body === undefined || isClosed(body)) return false;
  const name = holder.replaceAll('.', '\\.');
  const isPattern = new RegExp(`(?<![\\w.])${name}[ \\t]*(?::[^=\\n]+)?=[ \\t]*re\\.compile\\(`);
  return holder === 're' || lines.some((line) => isPattern.test(line));
}

const TEXTS = /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g;

/** Whether a text closes a bracket that it does not open, or goes on to another argument. */
function isClosed(text: string): boolean {
  let open = 0;
  for (const character of text) {
    if (/[([{]/.test(character)) open += 1;
    else if (/[)\]}]/.test(character)) open -= 1;
    if (open < 0 || (open === 0 && character === ',')) return true;
  }
  return false;
}

function definitionAround(lines: readonly string[], at: number): NamedFunction | null {
  let least = indentOf(lines[at] ?? '');
  for (let row = at - 1; row >= 0; row -= 1) {
    const line = lines[row] ?? '';
    if (line.trim() === '' || indentOf(line) >= least) continue;
    least = indentOf(line);
    const name = /^\s*def\s+(\w+)\s*\(/.exec(line)?.[1];
    // What is decorated is handed to the decorator.
    if (name !== undefined) return /^\s*@/.test(lines[row - 1] ?? '') ? null : { name, from: row, indent: least };
  }
  return null;
}

function isOnlyCalled(lines: readonly string[], { name, from, indent }: NamedFunction): boolean {
  const mention = new RegExp(`(?<![\\w.])${name}\\b(?!\\s*=[^=])`, 'g');
  const call = new RegExp(`(?<![\\w.])${name}\\(`, 'g');
  let calls = 0;
  let isInTurn = true;
  for (const line of lines.slice(from + 1)) {
    const isCode = line.trim() !== '' && !line.trimStart().startsWith('#');
    if (isCode && indentOf(line) < indent) isInTurn = false;
    const mentions = line.match(mention)?.length ?? 0;
    const called = line.match(call)?.length ?? 0;
    // A generator, another lambda or a task calls it at another time.
    if (mentions > called || (mentions > 0 && (!isInTurn || /\b(?:lambda|yield)\b/.test(line)))) return false;
    calls += called;
  }
  return calls > 0;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
