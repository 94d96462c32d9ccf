/** Lines above a place in which a check of the same value is looked for. */
const CHECKED_ABOVE = 6;
/** A pattern that is made of a longer one could be refused. */
const LONGEST_CHAIN = 300;

/**
 * Whether a chain that may end early is the condition on which the lines above leave, or are entered; `harmless` where
 * it is its part up to the last place in which it may end: there it does not.
 */
export function isAskedAbove(here: string, lines: readonly string[], line: number): boolean | 'harmless' {
  const chain = /^[\w$]+(?:\??\.[\w$]+)+/.exec(here)?.[0];
  if (chain === undefined || chain.length > LONGEST_CHAIN) return false;
  if (isConditionAround(chain, lines, line)) return true;
  const beforeDoubt = chain.slice(0, Math.max(0, chain.lastIndexOf('?.')));
  if (beforeDoubt !== '' && isConditionAround(beforeDoubt, lines, line)) return 'harmless';
  const leaving = '(?:return|throw|continue)\\b[^;{}]*;?\\s*';
  const left = new RegExp(
    `\\bif\\s*\\(\\s*!\\s*${chain.replace(/[$.?]/g, '\\$&')}\\s*\\)\\s*(?:\\{\\s*${leaving}\\}|${leaving})([^]*)$`,
  );
  const rest = left.exec(lines.slice(Math.max(0, line - 1 - CHECKED_ABOVE), line - 1).join('\n'));
  const root = /^[\w$]+/.exec(chain)?.[0].replaceAll('$', '\\$') ?? '';
  return (
    rest !== null &&
    !leavesBlock(rest[1] ?? '') &&
    !new RegExp(`(?<![\\w$.])${root}(?:\\.[\\w$]+)*\\s*=[^=]`).test(rest[0])
  );
}

/** Whether the lines stand in a block that is entered only where the whole chain gave something. */
function isConditionAround(chain: string, lines: readonly string[], line: number): boolean {
  const above = lines.slice(Math.max(0, line - 1 - CHECKED_ABOVE), line - 1);
  const head = above.findLastIndex((one) => /^\s*(?:\}\s*else\s+)?if\s*\(/.test(one));
  const condition = /\bif\s*\((.*)\)\s*\{\s*$/.exec(above[head] ?? '')?.[1] ?? '';
  const between = above.slice(head + 1).join('\n');
  const root = /^[\w$]+/.exec(chain)?.[0].replaceAll('$', '\\$') ?? '';
  return (
    !condition.includes('||') &&
    condition.split('&&').some((part) => part.trim() === chain) &&
    !leavesBlock(between) &&
    !new RegExp(`(?<![\\w$.])${root}(?:\\.[\\w$]+)*\\s*=[^=]`).test(between)
  );
}

/** Whether a text closes a block that was open where it begins. */
function leavesBlock(text: string): boolean {
  let depth = 0;
  for (const brace of text.match(/[{}]/g) ?? []) {
    depth += brace === '{' ? 1 : -1;
    if (depth < 0) return true;
  }
  return false;
}

/** Whether a name stands for something above its declaration: an import, or a `var` that was given a value. */
export function isThereAtOnce(
  name: string | undefined,
  lines: readonly string[],
  { line, column }: { readonly line: number; readonly column: number },
): boolean {
  if (name === undefined) return false;
  const own = name.replaceAll('$', '\\$');
  const below = lines.slice(line - 1, line + DECLARED_BELOW).join('\n');
  const others = `[^;'"]{0,${LONGEST_LIST}}`;
  const imported = `(?:^|\\n|;)[ \\t]*import\\b${others}(?<![\\w$.])${own}(?![\\w$])${others}\\bfrom\\s*['"]`;
  if (new RegExp(imported).test(below)) return true;
  if (!new RegExp(`\\bvar\\s(?:[^;]{0,${LONGEST_LIST}},)?\\s*${own}(?![\\w$])`).test(below)) return false;
  const before = [
    ...lines.slice(Math.max(0, line - VALUE_ABOVE), line - 1),
    (lines[line - 1] ?? '').slice(0, column - 1),
  ];
  const here = (lines[line - 1] ?? '').slice(column - 1);
  const given = `${own}\\s*=(?![=>])`;
  return new RegExp(`^${given}`).test(here) || new RegExp(`(?<![\\w$.])${given}`).test(before.join('\n'));
}

/** Lines below a place in which what it names is declared, and characters of one declaration of many names. */
const DECLARED_BELOW = 400;
const LONGEST_LIST = 400;
/** Lines above a place in which a variable is looked for that gets its value. */
const VALUE_ABOVE = 10;

/** Whether every case of the switch around a line goes on with the next: it is entered somewhere, left at its end. */
export function isCascade(lines: readonly string[], at: number): boolean {
  const indent = indentOf(lines[at] ?? '');
  const head = lines.slice(0, at).findLastIndex((line) => /^\s*switch\b/.test(line) && indentOf(line) <= indent);
  const outer = indentOf(lines[head] ?? '');
  const length = lines.slice(head + 1).findIndex((line) => /^\s*\}/.test(line) && indentOf(line) <= outer);
  if (head < 0 || length < 0 || head + 1 + length <= at) return false;
  const body = lines.slice(head + 1, head + 1 + length);
  const cases = body.filter((line) => /^\s*case\b/.test(line) && indentOf(line) === indent);
  return cases.length > 2 && !/\b(?:break|return|throw|continue|default)\b/.test(body.join('\n'));
}

/** Whether all that a function does whose head is on that line (from 0) stands in one `try` that catches. */
export function isTriedWhole(lines: readonly string[], at: number): boolean {
  const indent = indentOf(lines[at] ?? '');
  if (!/^\s*try\s*\{\s*$/.test(lines[at + 1] ?? '')) return false;
  const end = lines.slice(at + 1).findIndex((line) => line.trim() !== '' && indentOf(line) <= indent);
  const body = lines.slice(at + 1, at + 1 + end).filter((line) => line.trim() !== '');
  const inner = indentOf(body[0] ?? '');
  const own = body.filter((line) => indentOf(line) <= inner).map((line) => line.trim());
  const [, caught = '', ...rest] = own;
  const handler = body.slice(body.findLastIndex((line) => /^\s*\}\s*catch\b/.test(line) && indentOf(line) <= inner));
  // One that only swallows leaves the promise open for ever.
  if (end <= 0 || !handler.some((line) => /\b(?:reject|resolve)\(/.test(line))) return false;
  return /^\}\s*catch\b/.test(caught) && rest.every((line) => /^\}(?:\s*finally\s*\{)?$/.test(line));
}

/**
 * Whether a `var` that is given a value stands in a block of its own, below another one in which the same name was
 * declared: neither means the other. `at` is the index of its line.
 */
export function isOfAnotherBlock(name: string | undefined, lines: readonly string[], at: number): boolean {
  if (name === undefined) return false;
  const declared = new RegExp(`^\\s+var\\s+${name.replaceAll('$', '\\$')}\\s*=[^=]`);
  const first = lines.slice(0, at).findLastIndex((line) => declared.test(line));
  return first >= 0 && declared.test(lines[at] ?? '') && leavesBlock(lines.slice(first + 1, at).join('\n'));
}

/** Whether what a constructor gives is made to stand for its object. `here` begins with the `return` on that line. */
export function isStandIn(here: string, lines: readonly string[], line: number): boolean {
  const given = /^return\s+(new\s+Proxy\b|[\w$.]+)/.exec(here)?.[1] ?? '';
  if (given.startsWith('new') || /\binstance\b/i.test(given)) return true;
  const own = given.replace(/[$.]/g, '\\$&');
  const near = lines.slice(Math.max(0, line - 1 - MADE_ABOVE), line - 1);
  const above = near.slice(near.findLastIndex((one) => /^\s*constructor\s*\(/.test(one)) + 1).join('\n');
  return new RegExp(`\\bsetPrototypeOf\\(\\s*${own}\\s*,|(?<![\\w$.])${own}\\s*=\\s*new\\s+Proxy\\b`).test(above);
}

/** Lines above the end of a constructor in which it makes what it gives. */
const MADE_ABOVE = 40;

/** Whether a text that is one placeholder is compared with another, or looked for in it. */
export function isLookedFor(before: string, here: string): boolean {
  return (
    /^(["'])\$\{[\w$.]+\}\1/.test(here) &&
    /(?:[=!]==?|\bcase|\.(?:startsWith|endsWith|includes|indexOf|replace|replaceAll|split)\()\s*$/.test(before)
  );
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
