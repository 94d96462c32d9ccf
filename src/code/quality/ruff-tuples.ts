/** A place in a text, both counted from 1. */
interface PlaceInText {
  readonly row: number;
  readonly column: number;
}

/** Lines that one statement takes at most. */
const LONGEST_STATEMENT = 60;
const TEXTS = /("""|''').*?\1|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/gs;
/** What says of a function that it gives several things. */
const GIVES_MANY = /(?:->|#\s*type:[^#]*->)\s*['"]?(?:[\w.]+\.)?(?:[Tt]uple|Sequence|Iterable|Collection)\b/;
/** A name for several things: `fields`, not `status` or `address`. */
const PLURAL = /^(?:\w*\.)*(?:__slots__|__all__|\w*(?<![su])s)$/;

/**
 * Whether a comma at the end of a statement of Python is meant to make a tuple, or changes nothing: others stand before
 * it, the function gives tuples elsewhere, or what gets it is used as one. A comma behind a single value that is none
 * of this is most often left over.
 */
export function isMeantTuple(lines: readonly string[], { row, column }: PlaceInText): boolean {
  const first = firstLineOf(lines, row);
  const [head = '', ...rest] = lines.slice(first, row);
  const whole = [head, ...rest].join('\n');
  const statement = whole.slice(0, whole.length - (lines[row - 1] ?? '').length + column - 1).trimStart();
  const value = /^(?:return|yield|for\b[^\n]*?\bin)\b(.*)$|^[^=(]*[^=!<>(]=(?!=)(.*)$/s.exec(statement);
  if (value === null) return false;
  if (partsOf(value[1] ?? value[2] ?? '').length > 1) return true;
  if (/^[\w.[\]]+\s*\+=/.test(statement)) return true;
  if (/^(?:return|yield)\b/.test(statement)) return givesTuples(lines, first);
  const name = /^([\w.]+)\s*(?::[^=]+)?=/.exec(statement)?.[1];
  if (name === undefined) return false;
  if (PLURAL.test(name) && /=\s*(?:"[^"]*"|'[^']*')$/.test(statement)) return true;
  return isUsedAsTuple(name, lines.slice(row));
}

/** Whether a line gives as many values to several names at once, and to one of them another value than its own. */
export function isOneOfSeveral(line: string): boolean {
  const [, to = '', from = ''] = /^\s*([\w., ]+?)\s*=\s*([^=].*)$/.exec(codeOf(line)) ?? [];
  const names = partsOf(to);
  const values = partsOf(from);
  return names.length === values.length && names.some((name, index) => name !== values[index]);
}

/** Index of the line that a statement begins on which ends on a row: all brackets that close in between open there. */
function firstLineOf(lines: readonly string[], row: number): number {
  let open = 0;
  for (let at = row - 1; at > Math.max(0, row - LONGEST_STATEMENT); at -= 1) {
    const code = codeOf(lines[at] ?? '');
    open += (code.match(/[)\]}]/g)?.length ?? 0) - (code.match(/[([{]/g)?.length ?? 0);
    if (open <= 0) return at;
  }
  return row - 1;
}

function codeOf(line: string): string {
  return line.replace(TEXTS, '""').replace(/#.*/, '');
}

/** The parts of a text between the commas that stand in no brackets. */
function partsOf(text: string): string[] {
  const parts = [''];
  let open = 0;
  for (const character of text.replace(TEXTS, '""')) {
    if (/[([{]/.test(character)) open += 1;
    else if (/[)\]}]/.test(character)) open -= 1;
    if (character === ',' && open === 0) parts.push('');
    else parts.push((parts.pop() ?? '') + character);
  }
  return parts.map((part) => part.trim());
}

/** Whether the function around a line says that it gives a tuple, or gives one on another line. */
function givesTuples(lines: readonly string[], at: number): boolean {
  const indent = indentOf(lines[at] ?? '');
  const opening = lines
    .slice(0, at)
    .findLastIndex((line) => /^\s*(?:async\s+)?def\b/.test(line) && indentOf(line) < indent);
  if (opening < 0) return false;
  const below = lines.slice(opening + 1);
  const margin = indentOf(lines[opening] ?? '');
  const end = below.findIndex((line) => isCode(line) && indentOf(line) <= margin && !/^\s*\)/.test(line));
  const body = end < 0 ? below : below.slice(0, end);
  if ([lines[opening] ?? '', ...body.slice(0, at - opening - 1)].some((line) => GIVES_MANY.test(line))) return true;
  return body.some((line, index) => {
    const given = opening + 1 + index === at ? undefined : /^\s*(?:return|yield)\b(.*)/.exec(codeOf(line))?.[1];
    return (
      given !== undefined && (partsOf(given).length > 1 || /^\s*(?:tuple\(|\(\s*\)|\([^()]*,[^()]*\)\s*$)/.test(given))
    );
  });
}

/** Whether a name is gone through, taken apart or added to something further on. */
function isUsedAsTuple(name: string, after: readonly string[]): boolean {
  const own = name.replaceAll('.', '\\.');
  const use = new RegExp(
    `(?<!\\*)\\*${own}\\b|\\bin\\s+${own}\\b(?!\\.)|\\b(?:tuple|len|list|set)\\(${own}\\)|` +
      `(?<![\\w.])${own}\\s*\\+=?\\s*[\\w(]|\\+\\s*${own}\\b(?![.(])`,
  );
  return after.some((line) => use.test(codeOf(line)));
}

function isCode(line: string): boolean {
  return line.trim() !== '' && !line.trimStart().startsWith('#');
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
