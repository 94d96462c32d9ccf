import type { Node } from 'web-tree-sitter';
import { isComment } from './comments.ts';
import { LineIndex } from './lines.ts';
import type { SettingUse } from './symbols.ts';
import type { Grammar } from './syntax-tree.ts';

/**
 * One way in which a language reads a variable. The first group is its name, the second a default in the call itself.
 */
interface Reading {
  readonly call: RegExp;
  /** What follows the call where it names a default, in its first group. */
  readonly fallback?: RegExp;
  /** What follows the call where the program fails without it. */
  readonly failure?: RegExp;
}

/** A literal or a name; not what is called or looked up. */
const VALUE = String.raw`("[^"\n]{0,120}"|'[^'\n]{0,120}'|[\w.:]+(?![\w.:]*[[(]))`;
const NONE = /(?!)/;

const GO: readonly Reading[] = [{ call: /\bos\.(?:Getenv|LookupEnv)\(\s*["`](\w+)["`]\s*\)/g }];
const JAVA: readonly Reading[] = [
  { call: /\bSystem\.getenv\(\s*"(\w+)"\s*\)/g },
  { call: /\bSystem\.getenv\(\)\.getOrDefault\(\s*"(\w+)"\s*,\s*([^()\n]+)\)/g },
];
const RUST: readonly Reading[] = [
  {
    call: /\benv::var(?:_os)?\(\s*"(\w+)"\s*\)/g,
    fallback: new RegExp(String.raw`^\s*\.unwrap_or(?:_else)?\(\s*(?:\|\w*\|\s*)?(?:String::from\()?${VALUE}`),
    failure: /^\s*(?:\.expect\(|\.unwrap\(\))/,
  },
];
const C: readonly Reading[] = [{ call: /\b(?:secure_)?getenv\(\s*"(\w+)"\s*\)/g }];
const CSHARP: readonly Reading[] = [
  {
    call: /\bEnvironment\.GetEnvironmentVariable\(\s*"(\w+)"\s*(?:,[^()\n]*)?\)/g,
    fallback: new RegExp(String.raw`^\s*\?\?\s*(?!throw\b)${VALUE}`),
    failure: /^\s*\?\?\s*throw\b/,
  },
];
const RUBY: readonly Reading[] = [
  // An assignment writes it; `||=` reads it first.
  {
    call: /\bENV\[\s*['"](\w+)['"]\s*\](?!\s*=[^=~])/g,
    fallback: new RegExp(String.raw`^\s*\|\|=?\s*(?!raise\b|abort\b)${VALUE}`),
    failure: /^\s*\|\|\s*(?:raise|abort)\b/,
  },
  { call: /\bENV\.fetch\(\s*['"](\w+)['"]\s*,\s*([^()\n]+)\)/g },
  {
    call: /\bENV\.fetch\(\s*['"](\w+)['"]\s*\)/g,
    fallback: new RegExp(String.raw`^\s*\{\s*${VALUE}\s*\}`),
    failure: /^(?!\s*(?:\{|do\b))/,
  },
];
const PHP: readonly Reading[] = [
  { call: /(?<![\w$>:])getenv\(\s*['"](\w+)['"]\s*\)/g, fallback: new RegExp(String.raw`^\s*\?[:?]\s*${VALUE}`) },
  { call: /\$_ENV\[\s*['"](\w+)['"]\s*\](?!\s*=[^=])/g, fallback: new RegExp(String.raw`^\s*\?\?\s*${VALUE}`) },
  { call: /(?<![\w$>:\\])env\(\s*['"](\w+)['"](?:\s*,\s*([^()\n]+))?\s*\)/g },
];

const READINGS: Partial<Record<Grammar, readonly Reading[]>> = {
  go: GO,
  java: JAVA,
  rust: RUST,
  c: C,
  cpp: C,
  c_sharp: CSHARP,
  ruby: RUBY,
  php: PHP,
};

/** Looking at the tree costs more than at the text, and most files read none. */
const MENTION = /getenv|GetEnvironmentVariable|\bENV\b|_ENV\b|\benv\(|\benv::var|Getenv|LookupEnv/;
const LONGEST_TAIL = 200;

/**
 * Environment variables that a file reads by a literal name, in source order; of several readings of one, the first,
 * with the default that any of them gives. Text in comments and strings is none.
 */
export function nativeSettings(grammar: Grammar, root: Node, text: string): SettingUse[] {
  if (!MENTION.test(text)) return [];
  const lines = new LineIndex(text);
  const found = (READINGS[grammar] ?? []).flatMap(({ call, fallback = NONE, failure = NONE }) =>
    [...text.matchAll(call)].flatMap((match) => {
      if (!isCode(root, match.index)) return [];
      const end = match.index + match[0].length;
      const tail = text.slice(end, end + LONGEST_TAIL);
      const given = match[2]?.trim() ?? fallback.exec(tail)?.[1] ?? null;
      const use = { name: match[1] ?? '', default: given, description: null, line: lines.lineAt(match.index) };
      return [{ ...use, required: given === null && failure.test(tail) }];
    }),
  );
  const byName = new Map<string, SettingUse>();
  for (const one of found.sort((a, b) => a.line - b.line)) {
    const seen = byName.get(one.name);
    byName.set(
      one.name,
      seen === undefined
        ? one
        : { ...seen, default: seen.default ?? one.default, required: seen.required && one.required },
    );
  }
  return [...byName.values()];
}

function isCode(root: Node, at: number): boolean {
  for (let node = root.descendantForIndex(at); node !== null; node = node.parent) {
    if (isComment(node) || /string|char_literal|heredoc/.test(node.type)) return false;
    if (/interpolation/.test(node.type)) return true;
  }
  return true;
}
