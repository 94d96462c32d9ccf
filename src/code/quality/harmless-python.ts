/** A place in a text, both counted from 1. */
interface PlaceInText {
  readonly row: number;
  readonly column: number;
}

/** What stands before a name that is only looked into: what is handed on, returned or stored is none of it. */
const READ_BEFORE =
  /(?:\bin|\*\*?|(?<![\w.])(?:len|list|tuple|set|frozenset|dict|sorted|any|all|bool|enumerate|min|max|sum)\(|\.join\()\s*$/;
const ASKED_BEFORE = /(?:\b(?:if|elif|while|not|and|or)\b|\()\s*$/;
const ASKED_AFTER = /^\s*(?::|\)\s*:|(?:and|or|else|is|not in|in)\b|==|!=)/;
const READ_AFTER =
  /^(?:\.(?:get|items|keys|values|copy|index|count)\(|\[[^[\]\n]*\](?!\s*[-+*/|&]?=[^=]|\s*\[|\.\w+\s*(?:[.([]|[-+*/|&]?=[^=])))/;
const KEYWORD = { before: /[(,]\s*$/, after: /^\s*=(?!=)/ };

/**
 * Whether what a parameter of Python falls back on is never changed: the function only looks into it, so that all calls
 * may share it. `place` is where the default stands.
 */
export function isOnlyRead(lines: readonly string[], { row, column }: PlaceInText): boolean {
  const head = lines[row - 1] ?? '';
  const name = /(\w+)\s*(?::[^=]+)?=\s*$/.exec(head.slice(0, column - 1))?.[1];
  const opening = lines.slice(0, row).findLastIndex((line) => /^\s*(?:async\s+)?def\s/.test(line));
  if (name === undefined || opening < 0) return false;
  const indent = indentOf(lines[opening] ?? '');
  const rest = lines.slice(row);
  const length = rest.findIndex((line) => isCode(line) && indentOf(line) <= indent && !/^\s*\)/.test(line));
  const all = length < 0 ? rest : rest.slice(0, length);
  const body = [head.slice(column), ...upToNewValue(all, name)]
    .filter((line) => !/^\s*#/.test(line))
    .join('\n')
    .replace(/("""|''').*?\1/gs, '');
  return [...body.matchAll(new RegExp(`(?<![\\w.])${name}\\b`, 'g'))].every(({ index }) =>
    isRead(body.slice(Math.max(0, index - LONGEST_CALL), index), body.slice(index + name.length)),
  );
}

/** The lines of a function's body up to the statement that gives a name another value, whatever happens before. */
function upToNewValue(lines: readonly string[], name: string): readonly string[] {
  const margin = Math.min(...lines.filter((line) => isCode(line) && !/^\s*[)\]}]/.test(line)).map(indentOf));
  const isNew = new RegExp(`^\\s{${margin}}${name}\\s*(?::[^=]+)?=(?!=)`);
  const at = Number.isFinite(margin) ? lines.findIndex((line) => isNew.test(line)) : -1;
  if (at < 0) return lines;
  const rest = lines.slice(at + 1).findIndex((line) => isCode(line) && indentOf(line) <= margin);
  const given = (lines[at] ?? '').replace(isNew, '_ = ');
  return [...lines.slice(0, at), given, ...lines.slice(at + 1, rest < 0 ? undefined : at + 1 + rest)];
}

const LONGEST_CALL = 80;

function isRead(before: string, after: string): boolean {
  if (/(?:^|\n)\s*(?:del\s+)?$/.test(before) && !/^\.(?:items|keys|values)\(/.test(after)) return false;
  return (
    READ_AFTER.test(after) ||
    READ_BEFORE.test(before) ||
    (ASKED_BEFORE.test(before) && ASKED_AFTER.test(after) && !/\b(?:return|=)[^\n]*$/.test(before)) ||
    (KEYWORD.before.test(before) && KEYWORD.after.test(after))
  );
}

/**
 * Whether a loop that takes the name of what it goes through goes through what a call gave for it, and nothing asks for
 * the name behind the loop.
 */
export function isNameTakenOver(lines: readonly string[], { row, column }: PlaceInText): boolean {
  const line = lines[row - 1] ?? '';
  const name = /^\w+/.exec(line.slice(column - 1))?.[0];
  if (name === undefined) return false;
  // The bare name behind `in` is the slip that the rule is about.
  const iterated = /\bin\s+(.{1,200})/.exec(line.slice(column - 1))?.[1] ?? '';
  if (new RegExp(`^${name}\\s*:`).test(iterated) || !/[.(]/.test(iterated)) return false;
  const indent = indentOf(line);
  const after = lines.slice(row);
  const end = after.findIndex((one) => isCode(one) && indentOf(one) <= indent);
  if (end < 0) return true;
  for (const one of after.slice(end)) {
    if (isCode(one) && /^\s*(?:async\s+)?(?:def|class)\b/.test(one) && indentOf(one) < indent) return true;
    if (new RegExp(`(?<![\\w.])${name}\\b`).test(one))
      return new RegExp(`^\\s*(?:for\\s+)?${name}\\s*(?:=[^=]|in\\b)`).test(one);
  }
  return true;
}

/**
 * Whether a group of `itertools.groupby` is gone through once in the turn that gave it: a loop further out has used the
 * name for something else.
 */
export function isOwnGroup(lines: readonly string[], { row, column }: PlaceInText): boolean {
  const line = lines[row - 1] ?? '';
  const name = /^\w+/.exec(line.slice(column - 1))?.[0];
  if (name === undefined) return false;
  const head = new RegExp(`^\\s*for\\b[^:]*\\b${name}\\s+in\\b.*\\bgroupby\\(`);
  const opening = lines.slice(0, row - 1).findLastIndex((one) => head.test(one) && indentOf(one) < indentOf(line));
  if (opening < 0) return false;
  const turn = lines.slice(opening + 1);
  const length = turn.findIndex((one) => isCode(one) && indentOf(one) <= indentOf(lines[opening] ?? ''));
  const body = length < 0 ? turn : turn.slice(0, length);
  const around = body.slice(0, row - opening - 2);
  const isInLoop = around.some((one) => /^\s*(?:for|while)\b/.test(one) && indentOf(one) < indentOf(line));
  const mention = new RegExp(`(?<![\\w.])${name}\\b`, 'g');
  return !isInLoop && !/\bfor\b/.test(line) && body.join('\n').match(mention)?.length === 1;
}

function isCode(line: string): boolean {
  return line.trim() !== '' && !line.trimStart().startsWith('#');
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
