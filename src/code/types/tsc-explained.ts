import type { Diagnostic } from './messages.ts';
import { lineOf } from './tsc-syntax.ts';

/** What is known of the project that a message is about. */
export interface ScriptProject {
  /** Its configuration; null for files that none names. */
  readonly config: string | null;
  /** Modules that were declared as `any`. */
  readonly assumed: ReadonlySet<string>;
  /** Whether nobody has asked for its JavaScript to be checked. */
  readonly lenient: boolean;
  /** Major version of TypeScript that it asks for; null when it does not say. */
  readonly major: number | null;
}

/** What one compiler infers and another does not: the shapes of generic and unwritten types. */
const INFERRED = new Set(['TS2322', 'TS2345', 'TS2352', 'TS2740', 'TS2769', 'TS7053']);
/** Versions before this one infer much otherwise than the one that is run. */
const LEAST_MAJOR = 5;
const BUILTIN = /'(?:string|number|boolean|"[^"]*"|[\d.]+|true|false|null|undefined)'/g;

/**
 * Whether the text around a message explains it: the program runs as it is meant to. `text` is the file's, `isForeign`
 * says whether a package is not installed.
 */
export function isExplained(
  diagnostic: Diagnostic,
  text: string,
  project: ScriptProject,
  isForeign: (specifier: string) => boolean,
): boolean {
  const { rule, message } = diagnostic;
  if (rule === 'TS2448' || rule === 'TS2449') return isAwaited(diagnostic, text);
  if (rule === 'TS2359' || rule === 'TS2351') {
    if (isOfBrokenBase(diagnostic, text)) return true;
  }
  if (rule === 'TS2349' || rule === 'TS2351') {
    return isNamespace(diagnostic, text, isForeign) || (project.lenient && isGivenClass(diagnostic, text));
  }
  // How the file is read was another matter before version 6.
  if (rule === 'TS2709') return isForeignSpace(diagnostic, text, isForeign);
  if (rule === 'TS2880') return project.major !== null && project.major < IMPORT_ATTRIBUTES;
  if (rule === 'TS2428') return isWrittenAlike(message, text);
  if (rule === 'TS2307') return TEMPLATE.test(diagnostic.file);
  if (isOfOptions(diagnostic, text, isForeign)) return true;
  if (rule === 'TS2367') return isMoved(diagnostic, text);
  if (rule === 'TS2304' || rule === 'TS2552') return isKnownGlobal(diagnostic, text);
  if (rule === 'TS2729') return isParameterOfAngular(diagnostic, text);
  if (rule === 'TS2612') return isDecorated(diagnostic, text);
  if (!INFERRED.has(rule)) return false;
  if (project.major !== null && project.major < LEAST_MAJOR && (message.match(BUILTIN)?.length ?? 0) < 2) return true;
  return project.lenient && isUndeclared(diagnostic, text);
}

/** Whether the place of a message lies in a comment of JavaScript. */
export function isInComment({ file, line, column }: Diagnostic, text: string): boolean {
  return /\.[cm]?jsx?$/.test(file) && /^\s*\*|\/\*\*(?!.*\*\/)/.test(lineOf(text, line).slice(0, column - 1));
}

/** The version that takes `with` where `assert` was written. */
const IMPORT_ATTRIBUTES = 6;
/** What is copied elsewhere before it runs. */
const TEMPLATE = /(?:^|\/)(?:_{0,2}templates?_{0,2}|boilerplates?|skeletons?|scaffold(?:s|ing)?)\//i;

/** Of JavaScript: the class of the object itself, or one that a parameter gives, whose comment names its instances. */
function isGivenClass({ line, column, details = '' }: Diagnostic, text: string): boolean {
  // A class that is kept under no other type than a function's, as every object's `constructor` is.
  if (/^[ \t\uFEFF]*Type 'Function' has no construct signatures/m.test(details)) return true;
  const made = /^(?:new\s+)?([\w$]+(?:\.[\w$]+)*)\s*\(/.exec(lineOf(text, line).slice(column - 1))?.[1];
  if (made === undefined) return false;
  if (made === 'this.constructor') return true;
  return new RegExp(`@param\\s*\\{[^\\n]*\\}\\s*\\[?${escaped(made)}\\b`).test(text);
}

/**
 * A class of the file that no object can be made or asked of: that is said of its own one only where what it extends is
 * in error, which is told there.
 */
function isOfBrokenBase({ rule, line, column, details = '' }: Diagnostic, text: string): boolean {
  const name =
    rule === 'TS2351'
      ? /^[ \t\uFEFF]*Type 'typeof ([A-Za-z_$][\w$]*)' has no construct signatures/m.exec(details)?.[1]
      : /^([A-Za-z_$][\w$]*)(?![\w$.(])/.exec(lineOf(text, line).slice(column - 1))?.[1];
  return (
    name !== undefined && new RegExp(`\\bclass\\s+${escaped(name)}(?:\\s*<[^{}]{0,500}>)?\\s+extends\\b`).test(text)
  );
}

/** Parameters of a class and an interface of one name that are the same word by word: what bounds them is not known. */
function isWrittenAlike(message: string, text: string): boolean {
  const name = /of '([A-Za-z_$][\w$]*)'/.exec(message)?.[1];
  if (name === undefined) return false;
  const heads = text.matchAll(new RegExp(`\\b(?:class|interface)\\s+${escaped(name)}\\s*(<[^{]*)`, 'g'));
  const written = [...heads].map(([, rest = '']) => parametersOf(rest).replace(/\s|,(?=\s*>)/g, ''));
  return written.length > 1 && new Set(written).size === 1;
}

/** A list in angle brackets, up to the one that closes it. */
function parametersOf(text: string): string {
  let depth = 0;
  for (const [index, character] of [...text].entries()) {
    if (character === '<') depth += 1;
    else if (character === '>' && text[index - 1] !== '=') depth -= 1;
    if (depth === 0) return text.slice(0, index + 1);
  }
  return text;
}

/** What stands in an async function below an `await` runs after the rest of the file. */
function isAwaited({ line }: Diagnostic, text: string): boolean {
  const lines = text.split('\n');
  let indent = indentOf(lines[line - 1] ?? '');
  let hasAwait = false;
  for (let at = line - 2; at >= 0; at -= 1) {
    const one = lines[at] ?? '';
    if (one.trim() === '') continue;
    if (indentOf(one) >= indent) {
      hasAwait ||= /\bawait\b/.test(one) && !/=>|\bfunction\b/.test(one);
      continue;
    }
    if (/=>|\bfunction\b/.test(one)) return hasAwait && /\basync\b/.test(one);
    hasAwait ||= /\bawait\b/.test(one);
    indent = indentOf(one);
  }
  return false;
}

/**
 * A name that the author has told a linter comes from elsewhere, or that is asked for whether it is there: that throws
 * nothing, as what stands behind the question on its line does not.
 */
function isKnownGlobal({ line, column, message }: Diagnostic, text: string): boolean {
  if (isAskedFor(lineOf(text, line), column, message)) return true;
  if (/\beslint-disable-(?:next-)?line\b[^\n]*\bno-undef\b/.test(`${lineOf(text, line - 1)}\n${lineOf(text, line)}`))
    return true;
  const name = /^Cannot find name '([A-Za-z_$][\w$]*)'/.exec(message)?.[1];
  return name !== undefined && new RegExp(`/\\*\\s*globals?\\s[^*]*\\b${escaped(name)}\\b`).test(text);
}

/** Whether a line compares what `typeof` says of a name that is missing, where a message is or before that. */
function isAskedFor(line: string, column: number, message: string): boolean {
  const name = /^Cannot find name '([A-Za-z_$][\w$]*)'/.exec(message)?.[1];
  if (name === undefined) return false;
  const asked = new RegExp(
    `\\btypeof\\s+${escaped(name)}\\s*[!=]==?(?!=)|[!=]==?\\s*typeof\\s+${escaped(name)}(?![\\w$])`,
  ).exec(line);
  return asked !== null && asked.index < column;
}

/** What `this` has in the options of a component that something not installed, as Vue, makes of them. */
function isOfOptions(
  { rule, line, message }: Diagnostic,
  text: string,
  isForeign: (specifier: string) => boolean,
): boolean {
  if (!/^TS(?:2339|2345|2367|2774)$/.test(rule) || !/\bthis\./.test(lineOf(text, line))) return false;
  if (rule !== 'TS2774' && !/'\([^']*\) => /.test(message)) return false;
  return (
    /\bexport default\s+(?:defineComponent\()?\{/.test(text) &&
    isForeign('vue') &&
    /\b(?:watch|computed|methods)\s*:\s*\{/.test(text)
  );
}

/** The command line of Angular sets fields after the parameters of the constructor, whatever the settings say. */
function isParameterOfAngular({ message }: Diagnostic, text: string): boolean {
  const name = /^Property '([A-Za-z_$][\w$]*)'/.exec(message)?.[1];
  if (name === undefined || !/\bfrom\s*['"]@angular\/core['"]/.test(text)) return false;
  return new RegExp(`\\b(?:private|public|protected|readonly)\\s+${escaped(name)}\\s*:[^;]*[,)]`).test(text);
}

/** A property is written once more to be decorated, where `declare` may not stand. */
function isDecorated({ line }: Diagnostic, text: string): boolean {
  const above = text.split('\n').slice(Math.max(0, line - 1 - DECORATED_ABOVE), line - 1);
  const start = above.findLastIndex((one) => /;\s*$|^\s*$|\{\s*$/.test(one) && !/[({[,]\s*$/.test(one));
  return above.slice(start + 1).some((one) => /^\s*@[A-Za-z]/.test(one));
}

/** Lines that the decorators of one property take. */
const DECORATED_ABOVE = 12;

/** Lines above a comparison among which a call may have changed what is compared. */
const MOVED_ABOVE = 12;

/**
 * A variable that was compared already and has been given another value since, by a function that is called in between.
 */
function isMoved({ line, column, message }: Diagnostic, text: string): boolean {
  if (!/types '(?:\d+|"[^"]*")' and '(?:\d+|"[^"]*")'/.test(message)) return false;
  const name = /^([A-Za-z_$][\w$]*)/.exec(lineOf(text, line).slice(column - 1))?.[1];
  if (name === undefined || !new RegExp(`\\blet\\s+[^;\\n]*\\b${escaped(name)}\\b`).test(text)) return false;
  const above = text.split('\n').slice(Math.max(0, line - 1 - MOVED_ABOVE), line - 1);
  return above.some((one) => {
    const called = /^\s*([A-Za-z_$][\w$]*)\(/.exec(one)?.[1];
    return (
      called !== undefined && new RegExp(`\\bfunction\\s+${escaped(called)}\\b|\\b${escaped(called)}\\s*=`).test(text)
    );
  });
}

/** A namespace that comes from a package, or a type of one that a declaration for all modules has put in its place. */
function isForeignSpace(diagnostic: Diagnostic, text: string, isForeign: (specifier: string) => boolean): boolean {
  const name = /'([A-Za-z_$][\w$]*)'/.exec(diagnostic.message)?.[1];
  if (name === undefined || isNamespace(diagnostic, text, isForeign, name)) return name !== undefined;
  const taken = new RegExp(
    `\\bimport\\s+(?:type\\s+)?(?:[A-Za-z_$][\\w$]*\\s*,\\s*)?\\{[^}]*\\b${escaped(name)}\\b[^}]*\\}\\s*from\\s*['"]([^'"\\n]+)['"]`,
  ).exec(text)?.[1];
  return taken !== undefined && isForeign(taken);
}

/** `import * as make from 'make'` of a package that is a function: what it is its declarations would say. */
function isNamespace(
  { line, column }: Diagnostic,
  text: string,
  isForeign: (specifier: string) => boolean,
  name = /^(?:new\s+)?([A-Za-z_$][\w$]*)/.exec(lineOf(text, line).slice(column - 1))?.[1],
): boolean {
  if (name === undefined) return false;
  const own = escaped(name);
  const imported = new RegExp(
    `\\bimport\\s*(?:\\*\\s*as\\s+${own}\\s+from|${own}\\s*=\\s*require\\s*\\()\\s*['"]([^'"\\n]+)['"]`,
  ).exec(text)?.[1];
  return imported !== undefined && isForeign(imported);
}

/**
 * Of JavaScript: a value that a function makes into another type by itself, an element of a list that nobody said the
 * elements of.
 */
function isUndeclared({ rule, line, column }: Diagnostic, text: string): boolean {
  const own = lineOf(text, line);
  const before = own.slice(0, column - 1);
  // Every value becomes a text there.
  if (rule === 'TS2322' && /^\s*process\.env\b[^=]*=[^=]/.test(own)) return true;
  return rule === 'TS2345' && CONVERTING.test(before);
}

/**
 * Functions that make another type of what they are given, or look for it among others of any type; those of numbers
 * take texts of numbers.
 */
const CONVERTING =
  /(?:\b(?:parseInt|parseFloat|isNaN|isFinite|encodeURIComponent|decodeURIComponent)|\.(?:push|unshift|includes|indexOf))\(\s*$|\b(?:Math\.[a-z]\w*|String\.from(?:CharCode|CodePoint))\([^()]*$/;

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function escaped(name: string): string {
  return name.replaceAll('$', '\\$');
}
