import type { PythonSpot } from './python-spot.ts';

/** The name that the last call of a chain is made by: `install` of `App(a).install(b)`. */
export function calleeOf(text: string): string | undefined {
  let depth = 0;
  let callee: string | undefined;
  for (const [index, character] of [...text].entries()) {
    if (character === '(' && depth === 0) callee = /(\w+)\s*$/.exec(text.slice(0, index))?.[1] ?? callee;
    if (/[([{]/.test(character)) depth += 1;
    if (/[)\]}]/.test(character)) depth -= 1;
    if (depth < 0 || (depth === 0 && !/[\w.()[\]{}\s]/.test(character))) break;
  }
  return callee;
}

/** The lines above with a parenthesis that is open at a line: what its text is given to. */
export function openCalls(above: readonly string[], line: string): string[] {
  const found: string[] = [];
  let depth = -(line.match(/^\s*[)\]}]+/)?.[0].trim().length ?? 0);
  for (const one of above.toReversed()) {
    depth += (one.match(/[([{]/g)?.length ?? 0) - (one.match(/[)\]}]/g)?.length ?? 0);
    if (depth <= 0) continue;
    found.push(one);
    depth = 0;
    if (/^\s*(?:def|class|return|raise|\w+\s*=)\b/.test(one)) break;
  }
  return found;
}

/**
 * What stands before the parenthesis of the call that a place is an argument of, on the line of that parenthesis; null
 * where it is none, as far as lines above it are known.
 */
export function headOfCall({ line, above, column }: PythonSpot): string | null {
  let depth = 0;
  for (const one of [...above, line.slice(0, column - 1)].toReversed()) {
    const code = one.replace(/"[^"\n]*"|'[^'\n]*'/g, (text) => '_'.repeat(text.length)).replace(/#.*/, '');
    for (let at = code.length - 1; at >= 0; at -= 1) {
      const character = code[at] ?? '';
      if (/[)\]}]/.test(character)) depth += 1;
      else if (/[([{]/.test(character)) depth -= 1;
      if (depth < 0) return character === '(' ? one.slice(0, at) : null;
    }
  }
  return null;
}

/** What makes the call of which a message about its arguments speaks; else what stands on the line where it does. */
export function callIn(spot: PythonSpot): string {
  const isOfArgument = /^Expected \d+ positional|^No parameter named/.test(spot.message);
  const head = isOfArgument ? headOfCall(spot) : null;
  return head === null ? spot.line : `${head}(`;
}

const HOLDS =
  /(?:in function|No overloads for) "(?:update|append|extend|add|insert|setdefault|__setitem__|__getitem__)"/;

/**
 * A default that a package reads in its own way, a function of declared parameters that is given them by their names,
 * or a list that no annotation says the elements of: those that it began with are no rule for the others.
 */
export function isOwnWay({ message, line, above, below, column }: PythonSpot): boolean {
  if (HOLDS.test(message)) {
    const held = [line, ...openCalls(above, line)].flatMap((one) => /(\w+)(?:\.\w+\(|\[)/.exec(one)?.[1] ?? []);
    const name = /(\w+)\[$/.exec(line.slice(0, column - 1))?.[1] ?? held.at(-1);
    return name !== undefined && !above.some((one) => new RegExp(`\\b${name}\\s*:\\s*\\S`).test(one));
  }
  if (message.startsWith('Expression of type'))
    return [...above.slice(-3), line].some((one) => one.includes('Annotated['));
  if (!/^Expected \d+ more positional/.test(message)) return false;
  return below.slice(0, 4).some((one) => /[(,]\s*\w+\s*=[^=]|^\s+\w+=[^=]/.test(one));
}

/** A text in brackets that stands in no annotation: a key, where pyright takes what has the brackets for a type. */
export function isOwnKey({ line, column }: PythonSpot): boolean {
  return /\[["']$/.test(line.slice(0, column - 1)) && /^\s*(?:assert|return|raise|with|yield|if|print)\b/.test(line);
}
