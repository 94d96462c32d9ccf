import { posix } from 'node:path';
import type { Diagnostic } from './messages.ts';
import { candidatesOf } from './tsc-imports.ts';
import { isPackageSpecifier } from './tsc-shims.ts';
import { lineOf } from './tsc-syntax.ts';

/** The version that reads the comments of JavaScript as if they were TypeScript. */
const STRICT_READING = 7;
/** Lines that a comment takes which ends where a function begins. */
const COMMENT_LINES = 12;
/** Takes a comment's type by a name: of another file, or of a declaration. */
const BY_NAME = /^(?:import\s*\(\s*(['"])([^'"]+)\1\s*\)(?:\.[\w$.]+)?|[A-Za-z_$][\w$.]*)(?:<.*>)?$/;
const BUILTIN =
  /^(?:string|number|boolean|object|symbol|bigint|undefined|null|void|never|unknown|any|String|Number|Boolean|Object|Array|Promise|Map|Set|Date|RegExp|Error)\b/;
/** Of what is read otherwise, that a declared value's name was also that of its type. */
const MODULE_AS_TYPE = /@type\s*\{\s*import\s*\(\s*['"][^'"]+['"]\s*\)\s*\}/;

/**
 * Whether a message about JavaScript holds only as version 7 of the compiler reads comments, while the project asks for
 * an earlier one (`major`; null where it does not say): there a module or a value is no type, a type in a body is no
 * name for the head, `@type` stands for what follows even where it is no variable. `texts` are the tree's, by path.
 */
export function isReadOtherwise(
  diagnostic: Diagnostic,
  texts: ReadonlyMap<string, string>,
  major: number | null,
): boolean {
  const { file, rule, line } = diagnostic;
  if (!/\.[cm]?jsx?$/.test(file)) return false;
  const text = texts.get(file) ?? '';
  const isOlder = major !== null && major < STRICT_READING;
  if (rule === 'TS8030') return isNamedSignature(diagnostic, text, texts, isOlder);
  if (rule === 'TS2307') return isDeclaredBeside(diagnostic, text, texts);
  if (!isOlder) return false;
  if (rule === 'TS1340') return true;
  if (rule === 'TS2304') return isOfBody(diagnostic, text);
  if (rule === 'TS2339') return isOfUnreadHead(diagnostic, text, texts);
  if (rule === 'TS18047' || rule === 'TS18048') return isGivenModule(diagnostic, text);
  if (rule === 'TS2352') return isOverReturn(text, line);
  return rule === 'TS2322' && (isOverReturn(text, line - 1) || isCompletedLater(diagnostic, text));
}

/** Whether a line is a comment's type, above what a function returns. */
function isOverReturn(text: string, line: number): boolean {
  return /@type\s*\{.*\*\/\s*$/.test(lineOf(text, line)) && /^\s*return\b/.test(lineOf(text, line + 1));
}

/**
 * The signature that a function's `@type` names: of a module that nothing is known of, which was any type, or of a
 * value whose name is no type now.
 */
function isNamedSignature(
  { file, line, column }: Diagnostic,
  text: string,
  texts: ReadonlyMap<string, string>,
  isOlder: boolean,
): boolean {
  const written = /@type\s*\{(.*)\}/.exec(lineOf(text, line).slice(Math.max(0, column - 1 - '@type {'.length)))?.[1];
  return written !== undefined && isReadByName(written.trim(), { file, text, texts, isOlder });
}

interface Reading {
  readonly file: string;
  readonly text: string;
  readonly texts: ReadonlyMap<string, string>;
  readonly isOlder: boolean;
}

function isReadByName(written: string, { file, text, texts, isOlder }: Reading): boolean {
  const named = BY_NAME.exec(written);
  if (named === null || BUILTIN.test(written)) return false;
  const own = (/^[\w$]+/.exec(written)?.[0] ?? '').replaceAll('$', '\\$');
  const from =
    named[2] ??
    new RegExp(`@typedef\\s*\\{\\s*import\\s*\\(\\s*['"]([^'"]+)['"]\\s*\\)[^}]*\\}\\s*${own}\\b`).exec(text)?.[1] ??
    new RegExp(`@import\\s[^;'"]*\\b${own}\\b[^;'"]*\\bfrom\\s*['"]([^'"]+)['"]`).exec(text)?.[1];
  // What a comment of the file itself declares was the same type before.
  if (from === undefined) return false;
  if (isOlder) return true;
  if (!from.startsWith('.')) return isPackageSpecifier(from);
  return !candidatesOf(posix.join(posix.dirname(file), from)).some((one) => texts.has(one));
}

/** A comment's import of a declaration that stands there: nothing loads it. */
function isDeclaredBeside({ file, line, message }: Diagnostic, text: string, texts: Reading['texts']): boolean {
  const specifier = /'(\.[^']*)'/.exec(message)?.[1];
  if (specifier === undefined || !/^\s*(?:\/\*)?\*/.test(lineOf(text, line))) return false;
  const target = posix.normalize(posix.join(posix.dirname(file), specifier));
  return texts.has(target.replace(/\.([cm]?)jsx?$/, '.d.$1ts'));
}

/** A name in the comment of a function, of a type that a comment in its body declares. */
function isOfBody({ line, message }: Diagnostic, text: string): boolean {
  const name = /^Cannot find name '([A-Za-z_$][\w$]*)'/.exec(message)?.[1]?.replaceAll('$', '\\$');
  if (name === undefined || !/^\s*(?:\/\*)?\*/.test(lineOf(text, line))) return false;
  return new RegExp(`@(?:typedef|callback)\\s+(?:\\{.*\\}\\s*)?${name}\\b`).test(text);
}

/** A member of what a parameter's empty default is, where the type of the function is read by name. */
function isOfUnreadHead({ file, line, column, message }: Diagnostic, text: string, texts: Reading['texts']): boolean {
  if (!/on type '\{\}'/.test(message)) return false;
  const name = /([A-Za-z_$][\w$]*)\??\.$/.exec(lineOf(text, line).slice(0, column - 1))?.[1]?.replaceAll('$', '\\$');
  if (name === undefined) return false;
  const lines = text.split('\n');
  const head = new RegExp(`(?:\\bfunction\\b[^(]*|=\\s*(?:async\\s*)?)\\([^)]*\\b${name}\\s*=\\s*\\{\\s*\\}`);
  const at = lines.slice(0, line).findLastIndex((one) => head.test(one));
  const above = lines.slice(Math.max(0, at - COMMENT_LINES), Math.max(0, at)).join('\n');
  const written = /@type\s*\{([^\n]*)\}\s*\*+\/\s*$/.exec(above)?.[1];
  return at >= 0 && written !== undefined && isReadByName(written.trim(), { file, text, texts, isOlder: true });
}

/** A variable that is given a value under a comment that names a module for its type. */
function isGivenModule({ message }: Diagnostic, text: string): boolean {
  const name = /^'([A-Za-z_$][\w$]*)' is possibly/.exec(message)?.[1]?.replaceAll('$', '\\$');
  if (name === undefined) return false;
  const given = text.matchAll(new RegExp(`(?<![\\w$.])${name}\\s*(?:\\?\\?|\\|\\|)?=(?![=>])([^\\n]*)`, 'g'));
  return [...given].some(([, value = '']) => MODULE_AS_TYPE.test(value));
}

/** A constant that is given, below, the members which its type has beside those of its first value. */
function isCompletedLater({ line, message, details = '' }: Diagnostic, text: string): boolean {
  const name = /^\s*(?:export\s+)?(?:const|let|var)\s+([A-Za-z_$][\w$]*)\s*=/.exec(lineOf(text, line))?.[1];
  const lacking =
    /Property '([\w$]+)' is missing in type/.exec(details)?.[1] ?? / & \{ ([\w$]+)[?:(]/.exec(message)?.[1];
  if (name === undefined || lacking === undefined) return false;
  return new RegExp(`(?<![\\w$.])${name}\\.${lacking}\\s*=(?!=)`.replaceAll('$', '\\$')).test(text);
}
