import { wantsNothing } from './callback-results.ts';
import type { LintHit } from './file-facts.ts';
import { isChosenMethod, isFilledIn, isFilledShape, isFraction, isMask, neverEndsEarly } from './meant-expressions.ts';
import {
  isAskedAbove,
  isCascade,
  isLookedFor,
  isOfAnotherBlock,
  isStandIn,
  isThereAtOnce,
  isTriedWhole,
} from './meant-scripts.ts';
import { mayComeFromPage, type PageScript, readPageScript } from './page-scripts.ts';

/** What is known of a file besides its text: what is kept of it is kept under these. */
export interface LintedFile {
  /** Without its folders. */
  readonly name: string;
  /** Whether it lies where pages are served from. */
  readonly served: boolean;
}

/**
 * Whether what a linter took for a fault is meant, or `harmless` where what its rule warns of cannot come of it. `here`
 * is the text from its place to the end of the line.
 */
type Judge = (seen: {
  readonly hit: LintHit;
  readonly file: LintedFile;
  /** The text as a script that pages load; null where it is none. */
  readonly page: PageScript | null;
  /** Names that a comment of the file says come from elsewhere. */
  readonly announced: ReadonlySet<string>;
  readonly here: string;
  readonly line: string;
  readonly text: string;
  readonly lines: readonly string[];
}) => boolean | 'harmless';

/** Hooks of React, which other libraries have under the same names and with other rules. */
const REACT_HOOK =
  /^use(?:ActionState|Callback|Context|DebugValue|DeferredValue|Effect|Id|ImperativeHandle|InsertionEffect|LayoutEffect|Memo|Reducer|Ref|State|SyncExternalStore|Transition)$/;

/** What Svelte's compiler knows in modules of its own. */
const SVELTE_FILE = /\.svelte\.[cm]?[jt]s$/;
const RUNE = /^\$(?:state|derived|effect|props|bindable|inspect|host)$/;

const judges: Readonly<Record<string, Judge>> = {
  // What is not said on each way is false to these.
  'eslint/array-callback-return': ({ hit, line, lines, file, text }) =>
    isOfNamespace(line.slice(0, hit.column - 1), text) ||
    // That each case gives something the compiler sees to.
    (/falls? through a `switch`/.test(hit.message) && /\.[cm]?tsx?$/.test(file.name)) ||
    (/on all code paths|may reach the end/.test(hit.message) &&
      (/\.prototype\.(?:every|filter|find\w*|some)\b/.test(hit.message) ||
        // Called for what it does: nobody takes what it gives.
        (/\.prototype\.map\b/.test(hit.message) &&
          (isOwnStatement(lines, hit.line) || wantsNothing(text, offsetOf(lines, hit)))))),
  // A way that ends without a value says that there is none.
  'eslint/getter-return': ({ hit }) => hit.message.includes('always'),
  // A promise that is made by waiting: where all of it is tried, nothing is lost.
  'eslint/no-async-promise-executor': ({ hit, lines }) => (isTriedWhole(lines, hit.line - 1) ? 'harmless' : false),
  // The head of a loop takes the next one, for as long as there is one.
  'eslint/no-cond-assign': ({ here, line, hit }) =>
    /\bwhile\s*\(\s*[\w$.[\]]+\s*$/.test(line.slice(0, hit.column - 1)) &&
    /^=\s*(?:await\s+)?[A-Za-z_$][\w$]*(?:\??\.[\w$]+|\[)[^;]*\)/.test(here),
  // A variable of each block, as they were written before there were any.
  'eslint/no-redeclare': ({ hit, lines }) => (isOfAnotherBlock(namedIn(hit), lines, hit.line - 1) ? 'harmless' : false),
  // The compiler refuses to compare what cannot be equal.
  'unicorn/no-negation-in-equality-check': ({ file }) => /\.[cm]?tsx?$/.test(file.name),
  // A loop that is left from within, as `while (true)` is.
  'eslint/no-constant-condition': ({ here, line, lines, hit, text }) =>
    (/^true\b/.test(here) && /\bfor\s*\([^;]*;\s*$/.test(line.slice(0, hit.column - 1))) ||
    isFilledIn(text, offsetOf(lines, hit)) ||
    // Switched off by hand, to be switched on again.
    (/^(?:0|false)\s*\)/.test(here) && /\bif\s*\($/.test(line.slice(0, hit.column - 1)) ? 'harmless' : false),
  // What is assigned on the way is a condition for what follows.
  'eslint/no-constant-binary-expression': ({ here, lines, hit, text }) =>
    /^\(\s*[\w$.]+\s*=[^=]/.test(here) || isFilledIn(text, offsetOf(lines, hit)),
  // What the platform does not have is added to it.
  'eslint/no-extend-native': ({ hit, line, lines }) => {
    const [, whole = '', type = '', name = ''] = /((\w+)\.prototype\.(\w+))\s*=/.exec(line) ?? [];
    const above = lines.slice(Math.max(0, hit.line - 4), hit.line).join('\n');
    return whole !== '' && new RegExp(`!\\s*\\(?\\s*(?:['"]${name}['"]\\s+in\\s+)?${type}\\.prototype`).test(above);
  },
  // The head of the loop does the work, or a comment behind it says why there is nothing.
  'eslint/no-empty': ({ line, here }) => /^\s*(?:for|while)\b/.test(line) || /^\{\s*\}\s*(?:\/\/|\/\*)/.test(here),
  // A text that is to carry properties of its own has to be an object.
  'eslint/no-new-wrappers': ({ hit, here, line, lines, text }) => {
    // The compiler is to refuse it.
    if (/@ts-expect-error\b/.test(lines[hit.line - 2] ?? '')) return true;
    if (/^new\s+\w+\((?:[^()]|\([^()]*\))*\)\s+as\b/.test(here)) return true;
    const name = /([A-Za-z_$][\w$]*)\s*(?::[^=]*)?=\s*new\s+(?:String|Number|Boolean)\b/.exec(line)?.[1];
    const own = name?.replaceAll('$', '\\$');
    return (
      own !== undefined && new RegExp(`(?<![\\w$.])${own}\\.[\\w$]+\\s*=[^=]|Object\\.\\w+\\(\\s*${own}\\b`).test(text)
    );
  },
  // A request that is given may be of any method.
  'unicorn/no-invalid-fetch-options': ({ hit, lines }) =>
    /\bnew\s+Request\(\s*[A-Za-z_$][\w$.]*\s*,\s*\{?[^;]*$/.test(
      lines.slice(Math.max(0, hit.line - 8), hit.line).join('\n'),
    ),
  // The place is left out that the names beside leave out as well.
  'eslint/no-sparse-arrays': ({ line }) =>
    /\b(?:const|let|var)\s*\[\s*,/.test(line) && /(?:\?\?|\|\|)\s*\[\s*,/.test(line),
  // To assign a property may do something.
  'eslint/no-self-assign': ({ line, hit }) => {
    const left = /([\w$.[\]'"]+)\s*=[^=]/.exec(line.slice(0, hit.column + 80))?.[1] ?? '';
    return left.includes('.') && !left.startsWith('this.');
  },
  // Only what is not a number differs from itself.
  'eslint/no-self-compare': ({ here }) => /^[\w$]+\s*!==?\s*[\w$]+/.test(here),
  // Where nothing of that name is known, something else puts it in.
  'eslint/no-template-curly-in-string': ({ here, line, text, hit }) => {
    // Two braces are a placeholder of something else, and a text that is looked for may be one of anything.
    if (/^(["'])(?:(?!\1|\$\{(?!\{)).)*\$\{\{/.test(here) || isLookedFor(line.slice(0, hit.column - 1), here))
      return true;
    // In a text that is code itself, it is the inner text's; numbered ones are filled in by an editor.
    if (/^(["'])(?:(?!\1)[^`])*`(?:(?!\1)[^`])*\$\{/.test(here) || /^(["'])(?:(?!\1).)*\$\{\d+[:}]/.test(here))
      return true;
    const names = [...here.matchAll(/\$\{\s*([\w$]+)/g)].map(([, name = '']) => name);
    return !names.every((name) => isDeclared(name.replaceAll('$', '\\$'), text));
  },
  // Declared a second time, with a value.
  'eslint/no-unassigned-vars': ({ hit, lines }) =>
    new RegExp(`\\bvar\\s+${namedIn(hit)?.replaceAll('$', '\\$')}\\s*=[^=]`).test(
      lines.slice(hit.line, hit.line + LINES_BELOW).join('\n'),
    ),
  // A list of exports may stand anywhere: nothing is read there.
  'eslint/no-use-before-define': ({ hit, lines, line, here }) =>
    isThereAtOnce(namedIn(hit), lines, hit) ||
    // Asked for whether it is there, and made where it is not.
    (/\bif\s*\(\s*!\s*$/.test(line.slice(0, hit.column - 1)) && isGivenNext(namedIn(hit), lines, hit.line)) ||
    // What decorates a member is asked for when the class is there.
    /^\s+@[A-Za-z]/.test(line) ||
    // What is only declared has no value at any time.
    isOnlyDeclared(namedIn(hit), lines) ||
    // A name that is there already, from another file, is added to.
    /^[\w$]+\s*\|\|\s*\{\s*\}/.test(here) ||
    /(?:^|[;\n])\s*export\s*(?:type\s*)?\{[^}]*$/.test(
      `${lines.slice(Math.max(0, hit.line - LINES_ABOVE), hit.line - 1).join('\n')}\n${(lines[hit.line - 1] ?? '').slice(0, hit.column - 1)}`,
    ),
  // Of two conditions exactly one: the second is made a boolean on the spot.
  'oxc/bad-comparison-sequence': ({ here }) => /^[^&|?;]*?[=!]==?[^&|?;=!]*!==?\s*!/.test(here),
  // A condition is gathered, or flags by their names, or bits in a mask.
  'oxc/bad-bitwise-operator': ({ here, line, hit, text }) =>
    isMask(line.slice(0, hit.column - 1), here, text) ||
    /^[\w$.]+\s*[|&]=?\s*[A-Z][\w$]*[.[]/.test(here) ||
    /^[\w$.]+(?:\[[^\][;]*\])?\s*[|&]=[^;]*(?:&&|\|\||[<>]|[=!]==?)/.test(here),
  // What a call before it gives is no array, as a shape that is drawn and then filled.
  'unicorn/no-array-fill-with-reference-type': ({ text, lines, hit }) => isFilledShape(text, offsetOf(lines, hit)),
  // A method that is chosen by its name, in a chain with a call on each line.
  'eslint/no-unexpected-multiline': ({ hit, lines }) => isChosenMethod(lines, hit.line),
  'eslint/no-loss-of-precision': ({ here }) => isFraction(here),
  // An arrow without braces has to give something.
  'eslint/no-setter-return': ({ line }) => /\bset:\s*\(?[\w$]*\)?\s*=>\s*[^{\s]/.test(line),
  // Without it nothing would be left of the function.
  'eslint/no-useless-return': ({ hit, lines }) =>
    /\{\s*$/.test(lines[hit.line - 2] ?? '') &&
    /^\s*\}/.test(lines[hit.line] ?? '') &&
    /(?:=>|\)[^;]*)\s*\{\s*$/.test(lines[hit.line - 2] ?? '') &&
    !/^\s*(?:\}\s*)?(?:if|else|for|while|switch)\b/.test(lines[hit.line - 2] ?? ''),
  // It ends a case for the eye, and for linters that do not see that it has ended; to leave twice changes nothing.
  'eslint/no-unreachable': ({ here }) => /^break\b/.test(here) || (/^return\s*;?\s*$/.test(here) ? 'harmless' : false),
  // What is made stands for the object: it passes everything on, is called like a function, or is there once.
  'eslint/no-constructor-return': ({ hit, here, lines }) => isStandIn(here, lines, hit.line),
  // A comment further up says that it is meant.
  'eslint/no-fallthrough': ({ hit, lines }) =>
    isCascade(lines, hit.line - 1) ||
    /\bfall(?:s|ing)?[\s-]?through\b/i.test(lines.slice(Math.max(0, hit.line - 4), hit.line).join('\n')),
  // Types that others take from it stand in its comments.
  'unicorn/no-empty-file': ({ text }) => /@(?:typedef|callback|interface|module)\b/.test(text),
  // Pages call what a script that is no module has at its top.
  'eslint/no-unused-vars': ({ line, page }) =>
    page !== null && /^(?:async\s+)?(?:function|var|let|const|class)\b/.test(line),
  // Pages load other scripts beside, from the tree or from anywhere.
  'eslint/no-undef': ({ hit, here, lines, page, announced, file }) => {
    const name = namedIn(hit);
    if (name !== undefined && (announced.has(name) || (SVELTE_FILE.test(file.name) && RUNE.test(name)))) return true;
    if (name === undefined || page === null) return false;
    return mayComeFromPage(name, `${here.slice(name.length)}\n${lines[hit.line] ?? ''}`, page);
  },
  // Who comes there has asked for it a few lines above, and left where there was nothing.
  'eslint/no-unsafe-optional-chaining': ({ hit, here, lines, text }) =>
    // Whoever writes it says of which type it is: `(route?.path as string[]).join('/')`.
    neverEndsEarly(text, offsetOf(lines, hit)) || /^[\w$.?]+\s+as\s+(?!any\b|unknown\b)[^()]*\)/.test(here)
      ? 'harmless'
      : isAskedAbove(here, lines, hit.line),
  // Elements that something else than React makes: there `class` is what React calls `className`.
  'react/jsx-key': ({ text }) =>
    !/\bfrom\s*['"](?:react|preact)\b/.test(text) && /<[a-z][\w-]*\s(?:[^<>]*\s)?class=/.test(text),
  'react/rules-of-hooks': ({ hit, text }) => {
    const source = /@jsxImportSource\s+(\S+)/.exec(text)?.[1];
    if (source !== undefined && !/^(?:react|preact|@emotion\/react|theme-ui)/.test(source)) return true;
    const name = /React Hook "(?:\w+\.)?(\w+)"/.exec(hit.message)?.[1] ?? '';
    // A hook of React's name that the project has made itself, or another library has, follows rules of its own.
    return (
      REACT_HOOK.test(name) && new RegExp(`import[^;]*\\b${name}\\b[^;]*from\\s*['"](?:\\.|hono|solid)`).test(text)
    );
  },
};

/** The names in comments as `/* global Chart, moment:readonly *\/`, which linters take for declared. */
function announcedNames(text: string): ReadonlySet<string> {
  const comments = text.matchAll(/\/\*\s*globals?\s([^*]*)/g);
  // What may be done with a name stands behind a colon.
  return new Set([...comments].flatMap(([, names = '']) => names.split(/[\s,]+/).map((one) => one.replace(/:.*/, ''))));
}

function namedIn({ message }: LintHit): string | undefined {
  return /^'([\w$]+)'/.exec(message)?.[1];
}

/** Whether what is called before a place is a function of a whole module, `TE.map`, and no method. */
function isOfNamespace(before: string, text: string): boolean {
  const name = /(?<![\w$.])([A-Z][\w$]*)\.\w+\((?:async\s*)?(?:\([^()]*\))?[^()]*$/.exec(before)?.[1];
  return name !== undefined && new RegExp(`\\bimport\\s+\\*\\s+as\\s+${name.replaceAll('$', '\\$')}\\s`).test(text);
}

/** Whether the line below one (from 1) gives a variable of that name its value. */
function isGivenNext(name: string | undefined, lines: readonly string[], line: number): boolean {
  return name !== undefined && new RegExp(`^\\s*var\\s+${name.replaceAll('$', '\\$')}\\s*=`).test(lines[line] ?? '');
}

function isOnlyDeclared(name: string | undefined, lines: readonly string[]): boolean {
  if (name === undefined) return false;
  const declared = new RegExp(
    `^\\s*declare\\s+(?:const|let|var|class|function)\\s+${name.replaceAll('$', '\\$')}(?![\\w$])`,
  );
  return lines.some((line) => declared.test(line));
}

function offsetOf(lines: readonly string[], { line, column }: LintHit): number {
  return lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0) + column - 1;
}

const LINES_ABOVE = 100;
const LINES_BELOW = 40;

/** Whether a chain of calls on that line (from 1) is a statement by itself. */
function isOwnStatement(lines: readonly string[], line: number): boolean {
  let at = line - 1;
  while (at > 0 && /^\s*\??\./.test(lines[at] ?? '')) at -= 1;
  const first = lines[at] ?? '';
  const before = lines.slice(0, at).findLast((one) => one.trim() !== '' && !/^\s*\/\//.test(one)) ?? '';
  return (
    /^\s*(?:await\s+)?(?:this\b|[A-Za-z_$][\w$]*)(?:[\w$.#?!]|\[[^\]]*\]|\((?:[^()]|\([^()]*\))*\))*(?:\.map\(|$)/.test(
      first,
    ) &&
    !/^\s*(?:return|throw|yield|const|let|var|export|case|typeof|new)\b/.test(first) &&
    !/(?:[=(,?:&|+]|\breturn)\s*$|=>\s*$/.test(before)
  );
}

/** Whether a text has a variable or parameter of that name. */
function isDeclared(name: string, text: string): boolean {
  const variable = `\\b(?:const|let|var|import)\\b[^;=\\n]*(?<![\\w$.])${name}(?![\\w$])`;
  const parameter = `\\((?:[^()]*[\\s,({])?${name}(?![\\w$])[^()]*\\)\\s*(?:=>|[:{])`;
  return new RegExp(`${variable}|${parameter}|(?<![\\w$.])${name}\\s*=>`).test(text);
}

/** Whether a text is needed to judge what a linter said. */
export function isDoubtful({ code }: LintHit): boolean {
  return code in judges;
}

/** These ask what is known of the text already. */
const ASK_THE_PAGE: ReadonlySet<string> = new Set(['eslint/no-undef', 'eslint/no-unused-vars']);
/** The others may go through all of the text for each hit, where nothing else can go on: a second at most. */
const MOST_CHARACTERS = 100_000_000;

/**
 * What is left of a file's hits when what is meant is taken away. Where a large file has so many that it would take
 * long, the later ones are left as they are.
 */
export function withoutMeant(hits: readonly LintHit[], text: string, file: LintedFile): LintHit[] {
  const lines = text.split('\n');
  const asksThePage = hits.some(({ code }) => ASK_THE_PAGE.has(code));
  const page = asksThePage ? readPageScript(file.name, file.served, text) : null;
  const announced = asksThePage ? announcedNames(text) : new Set<string>();
  let characters = 0;
  return hits.flatMap((hit): LintHit[] => {
    const judge = judges[hit.code];
    if (judge !== undefined && !ASK_THE_PAGE.has(hit.code)) characters += text.length;
    if (judge === undefined || characters > MOST_CHARACTERS) return [hit];
    const line = lines[hit.line - 1] ?? '';
    const judged = judge({ hit, file, page, announced, line, here: line.slice(hit.column - 1), text, lines });
    if (judged === 'harmless') return [{ ...hit, isHarmless: true }];
    return judged ? [] : [hit];
  });
}
