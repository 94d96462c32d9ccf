import type { Severity } from '../findings.ts';
import type { Diagnostic } from './messages.ts';

/** What is to be done with something the compiler said. */
export type Verdict =
  | { readonly kind: 'finding'; readonly severity: Severity }
  /** The name of a package or of a global that only an installation would bring. */
  | { readonly kind: 'missing'; readonly name: string }
  /** Follows from what is not installed, or from a setting about something else than types. */
  | { readonly kind: 'consequence' };

/** What the judgement needs to know beside the message. */
export interface JudgeContext {
  /** Whether a name is one that a browser declares. */
  readonly isBrowserName: (name: string) => boolean;
  /** Whether a parameter belongs to a function that gets no types from where it is passed to. */
  readonly isDeclaredParameter: (diagnostic: Diagnostic) => boolean;
  /** Whether the target of a relative import may exist in a working copy although it is not among the files. */
  readonly mayBeMade: (file: string, specifier: string) => boolean;
  /** Whether files of the tree pass on everything of a package. */
  readonly passesOn: boolean;
  /** Whether a file is a module of its own that says so only by `require`. */
  readonly isCommonJs: (file: string) => boolean;
  /** Whether a package that is not installed is asked what a value of this line is, as `is.string(value)`. */
  readonly isAsked: (diagnostic: Diagnostic) => boolean;
  /** Whether the text around the message explains it. */
  readonly isExplained: (diagnostic: Diagnostic) => boolean;
  /** Whether what the message says rests on a type that only an installation would bring. */
  readonly isCollapsed: (diagnostic: Diagnostic) => boolean;
  /** Whether a bundler may import a name that nothing declares where a message is about it. */
  readonly isAutoImported: (diagnostic: Diagnostic) => boolean;
  /** Whether the place of a message is in a comment. */
  readonly isComment: (diagnostic: Diagnostic) => boolean;
  /** Whether a file is a test. */
  readonly isTest: (file: string) => boolean;
  /** Whether a name that nothing declares is used in so many files that something outside of them must. */
  readonly isAmbient: (name: string) => boolean;
  /** Modules that were declared as `any`. */
  readonly assumed: ReadonlySet<string>;
  /** Whether types that declare names for all files are asked for and not there. */
  readonly lacksGlobalTypes: boolean;
  /** Whether a part of the project's configuration is not there. */
  readonly unsettled: boolean;
  readonly lenient: boolean;
  /** Whether the project asks for an older version of the compiler, with older types of browsers. */
  readonly isOlder: boolean;
}

const codes = (list: string) => new Set(list.split(' ').map((code) => `TS${code}`));

/** The file does not parse, or is JavaScript in name only. */
export const BROKEN: ReadonlySet<string> = codes(
  '1002 1003 1005 1009 1010 1109 1110 1121 1124 1126 1127 1128 1129 1130 1131 1132 1134 1135 1136 1137 1138 1139 1141 ' +
    '1142 1145 1146 1160 1161 1351 1381 1382 1434 1435 1436 1440 1489 8002 8003 8004 8005 8006 8008 8009 8010 8011 8012 ' +
    '8013 8016 17002 17008 17014 17015',
);
/** A `/// <reference>` to what is not there. */
export const DANGLING: ReadonlySet<string> = codes('2688 2726 6053');
/** An import that says `assert` where it is `with` today. */
export const OUTDATED: ReadonlySet<string> = codes('2880');
/** The program throws when the line is reached, or does not load. */
const HIGH = codes('1308 2304 2305 2307 2349 2351 2448 2449 2552 2588 2614 2693 2724 18050');
/** How it is built or written down, not what its types are. */
const LOW = codes('1205 1259 1287 1295 1484 1485 2578 2834 2835 4111 4112 4113 4114 4116 7027 7028 7030 8024');
/** Told of JavaScript that is typed in comments, whatever the comments say: it fails when it runs. */
const LENIENT = codes('2351 2362 2363 2448 2588 18050');
/** Told of it where both sides of the contradiction are plain types that are written. */
const LENIENT_OF_PLAIN = codes('2322 2345 2365');
const PLAIN_TYPES =
  /'(?:string|number|boolean|"[^"]*"|[\d.]+|true|false|null|undefined)' (?:is not assignable to (?:parameter of )?type|and) '(?:string|number|boolean)'/;
const NOT_INSTALLED = codes('2307 2792 2580 2581 2582 2584 2591 2592 2593 2688 2867 2868 2882');
const CONSEQUENCES = codes(
  '2347 2550 2574 2578 2583 2585 2589 2590 2664 2665 2666 2686 2691 2732 2846 2874 2875 6053 6137 7005 7008 7010 7011 7015 7016 7017 7018 7022 7023 ' +
    '7024 7026 7034 7052 17004 5097',
);
/** A module of one form that is taken into one of another. */
const BY_FORM = codes('1471 1479 1541 1542 1543');
/** Depends on settings that a missing configuration would make. */
const BY_SETTING = codes('1286 1287 1295 1484 2612 2834 2835 4111 4114');
/** May be settled by a check whose meaning only the package that makes it declares. */
const NARROWED = codes(
  '2322 2339 2345 2349 2358 2362 2363 2365 2367 2464 2488 2504 2531 2532 2533 2538 2551 2571 2638 2698 2721 2722 2723 2769 18046 18047 18048 18049',
);
/** Of which the message does not name the type that a check would have made narrower. */
const UNNAMED = codes('2349 2362 2363 2464');
/** A value that is not there fails a test, which is what the test is for. */
const NULLABLE = codes('2531 2532 2533 2571 2721 2722 2723 18046 18047 18048 18049');
/** What a test reaches into on purpose: members that are private or read-only, a class that is abstract. */
const REACHED_INTO = codes('2341 2445 2511 2540');
/** A runner of tests finds a file without its ending. */
const OF_ENDING = codes('2834 2835');
/** The same name at the top of two files. */
const REDECLARED = codes('2300 2393 2451');
/** A name that nothing declares. */
const UNDECLARED = codes('2304 2552');
const IMPLICIT_PARAMETER = codes('7006 7019 7031 7051');

const ENVIRONMENT_NAMES = new Set(
  (
    'process Buffer BufferEncoding __dirname __filename require module exports global NodeJS setImmediate clearImmediate ' +
    'describe it test expect beforeEach afterEach beforeAll afterAll before after suite setup teardown jest vi vitest cy ' +
    'Cypress chai assert sinon mocha jasmine spyOn fail context specify xcontext xspecify fit xit xdescribe fdescribe QUnit Mocha Chai Deno Bun chrome ' +
    'browser jQuery $ _ JSX React google gapi Express Phaser THREE d3 WebdriverIO wx uni defineProps defineEmits ' +
    'GlobalEvents $state $derived $effect $props $bindable $inspect $host define requirejs DedicatedWorkerGlobalScope ServiceWorkerGlobalScope ExecutionContext KVNamespace ' +
    'D1Database R2Bucket DurableObject DurableObjectState DurableObjectNamespace Fetcher ExportedHandler Electron GM ' +
    'globalThis importScripts WebSocketPair webkit acquireVsCodeApi expectTypeOf assertType awslambda bench angular Vue moment ko PropTypes StyleSheet'
  ).split(' '),
);

/** Judges one message. Pure but for the questions in `context`. */
export function judge(diagnostic: Diagnostic, context: JudgeContext): Verdict {
  const { file, rule, message } = diagnostic;
  if (NOT_INSTALLED.has(rule)) return judgeMissing(diagnostic, context);
  // A namespace that nothing of the tree declares is one of a package's types.
  const space = rule === 'TS2503' ? /'([^']+)'/.exec(message)?.[1] : undefined;
  if (space !== undefined) return { kind: 'missing', name: space };
  if (CONSEQUENCES.has(rule) || followsFromEnvironment(diagnostic) || isOfOtherLibraries(diagnostic))
    return { kind: 'consequence' };
  if (isOfModule(diagnostic, context) || isOfNewerBrowsers(diagnostic, context)) return { kind: 'consequence' };
  if (context.unsettled && BY_SETTING.has(rule)) return { kind: 'consequence' };
  const name =
    /^Cannot find (?:name|namespace) '([^']+)'/.exec(message)?.[1] ??
    /^Cannot use namespace '([^']+)' as a value/.exec(message)?.[1] ??
    /^No value exists in scope for the shorthand property '([^']+)'/.exec(message)?.[1] ??
    /^'([^']+)' refers to a value, but is being used as a type/.exec(message)?.[1];
  if (name !== undefined && isGivenFromOutside(name, context)) {
    return { kind: 'missing', name };
  }
  if (/^(?:Module|Namespace|'?")/.test(message) && followsFromPackage(message, context)) return { kind: 'consequence' };
  if (/\.[cm]?jsx?$/.test(file) && isLooseInScripts(diagnostic)) return { kind: 'consequence' };
  if (IMPLICIT_PARAMETER.has(rule)) {
    const own = context.isDeclaredParameter(diagnostic) && !context.lenient && !context.isExplained(diagnostic);
    return own ? { kind: 'finding', severity: 'low' } : { kind: 'consequence' };
  }
  // In a value that is `any` already, another `any` is nothing new.
  if (rule === 'TS7053' && /expression of type 'any'|index type 'any'|\$\{any\}/.test(message)) {
    return { kind: 'consequence' };
  }
  if (/^TS41[0-9]{2}$/.test(rule) && message.includes("'any'")) return { kind: 'consequence' };
  if (rule === 'TS2635' && message.startsWith("Type 'any'")) return { kind: 'consequence' };
  const mayBeNarrowed = NARROWED.has(rule) && (UNNAMED.has(rule) || isUnsettledType(diagnostic));
  if (mayBeNarrowed && context.isAsked(diagnostic)) return { kind: 'consequence' };
  // A test's `this` is what its runner makes it.
  if (rule === 'TS2683' && context.isTest(file)) return { kind: 'consequence' };
  if ((REACHED_INTO.has(rule) || OF_ENDING.has(rule)) && context.isTest(file)) return { kind: 'consequence' };
  if (REDECLARED.has(rule) && context.isCommonJs(diagnostic.file)) return { kind: 'consequence' };
  // Of a component that React would have typed.
  if (message.includes("'IntrinsicAttributes") && (context.assumed.has('react') || context.assumed.has('preact'))) {
    return { kind: 'consequence' };
  }
  if (context.isExplained(diagnostic) || context.isCollapsed(diagnostic)) return { kind: 'consequence' };
  if (context.isTest(diagnostic.file) && NULLABLE.has(rule)) return { kind: 'consequence' };
  if (context.lenient && !isToldOfScripts(rule, message)) return { kind: 'consequence' };
  return { kind: 'finding', severity: weightOf(diagnostic, context) };
}

/** What an error weighs where it stands: a name that may be declared, or is never run, is no more than `medium`. */
function weightOf(diagnostic: Diagnostic, context: JudgeContext): Severity {
  const severity = severityOf(diagnostic.rule);
  if (severity !== 'high' || !UNDECLARED.has(diagnostic.rule)) return severity;
  const mayBeDeclared = context.lacksGlobalTypes || context.isAutoImported(diagnostic);
  return mayBeDeclared || context.isComment(diagnostic) ? 'medium' : severity;
}

/** Whether a message is about what a module has, or in which form it comes, that only an installation would tell. */
function isOfModule({ rule, message, details = '' }: Diagnostic, { assumed, passesOn }: JudgeContext): boolean {
  const module = rule === 'TS1340' ? /^Module '([^']+)'/.exec(message)?.[1] : undefined;
  if (module !== undefined && assumed.has(module)) return true;
  // What a module has as a whole, only those names are known of that the tree takes from it.
  const wholes = `${message}\n${details}`.matchAll(/\btypeof import\("([^"]+)"\)/g);
  if ([...wholes].some(([, name = '']) => assumed.has(name))) return true;
  // Of a module that passes on what a package has, only those names are known that the tree takes from there.
  if (passesOn && /'typeof import\("/.test(message)) return true;
  // In which form a package is published, its sources do not tell.
  return BY_FORM.has(rule) && !/["']\.{1,2}\//.test(message);
}

/** What an error weighs: `high` where the program throws or does not load, `low` where it is about form. */
export function severityOf(rule: string): Severity {
  if (HIGH.has(rule)) return 'high';
  return LOW.has(rule) ? 'low' : 'medium';
}

/**
 * What is not asked of JavaScript: types that nobody has written; and members of an `object`, which in its comments was
 * any type before version 7 of the compiler, or numbers that come from one.
 */
function isLooseInScripts({ rule, message, details }: Diagnostic): boolean {
  if (IMPLICIT_PARAMETER.has(rule) || rule === 'TS7053') return true;
  if (rule === 'TS2362' || rule === 'TS2363') return true;
  // Functions that make objects were classes before version 7 of the compiler.
  if (rule === 'TS7009' || rule === 'TS2683') return true;
  return /'(?:[^'\n]* \| )?[oO]bject(?:\[\])*(?: \| [^'\n]*)?'/.test(`${message}\n${details ?? ''}`);
}

/** Whether something outside of the tree's own files declares a name. */
function isGivenFromOutside(name: string, context: JudgeContext): boolean {
  if (ENVIRONMENT_NAMES.has(name) || context.isBrowserName(name) || context.isAmbient(name)) return true;
  // A constant that a bundler puts in.
  if (/^__[A-Z][A-Z\d_]*__$/.test(name)) return true;
  // Frameworks whose generated configuration is not there import such names by themselves.
  return (
    context.unsettled &&
    /^(?:define|use)[A-Z]|^(?:ref|computed|reactive|readonly|watch(?:Effect)?|nextTick|on(?:Before)?(?:Mount|Unmount)(?:ed)?|toRefs?|shallowRef|navigateTo|\$fetch)$/.test(
      name,
    )
  );
}

/**
 * Whether an error counts in JavaScript whose types nobody asked to be checked: comments are often looser than the
 * code.
 */
function isToldOfScripts(rule: string, message: string): boolean {
  return LENIENT.has(rule) || (LENIENT_OF_PLAIN.has(rule) && PLAIN_TYPES.test(message.split('\n')[0] ?? ''));
}

function judgeMissing(diagnostic: Diagnostic, context: JudgeContext): Verdict {
  const { file, message, rule } = diagnostic;
  const name = /['"]([^'"]+)['"]/.exec(message)?.[1] ?? 'an unnamed package';
  if (!name.startsWith('.')) return { kind: 'missing', name };
  // A side effect without code, such as a style sheet, is another tool's affair.
  if (rule === 'TS2882' && !/\.[cm]?[jt]sx?$/.test(name)) return { kind: 'consequence' };
  if (context.mayBeMade(file, name)) return { kind: 'missing', name };
  if (context.isExplained(diagnostic)) return { kind: 'consequence' };
  return context.lenient ? { kind: 'consequence' } : { kind: 'finding', severity: 'high' };
}

/** A type that a check would have made narrower. */
function isUnsettledType({ rule, message, details = '' }: Diagnostic): boolean {
  // Of which no overload takes an argument, only what follows the first line says.
  if (rule === 'TS2769') return /Argument of type '(?:[^'\n]* \| |unknown')/.test(`${message}\n${details}`);
  return /'[^']* \| |'unknown'|possibly|object types/.test(message.split('\n')[0] ?? '');
}

/** What the libraries of the language and of browsers did not say, or otherwise, in the version that a file is for. */
function isOfOtherLibraries({ message, details = '' }: Diagnostic): boolean {
  const said = `${message}\n${details}`;
  return OF_BUFFERS.test(said) || NEWEST.test(said) || OF_ITERATORS.test(said);
}

/** Bytes of a shared or of a plain buffer, which the libraries of older versions did not tell apart. */
const OF_BUFFERS =
  /Type '(?:SharedArrayBuffer|ArrayBufferLike)' is not assignable to type 'ArrayBuffer'|'[^']*<ArrayBufferLike>[^']*' is not assignable to (?:parameter of )?type '(?:BufferSource|BlobPart|[^']*<ArrayBuffer>)/;

/** A single member of a type of browsers, of which the types that an older project is checked with may not know. */
function isOfNewerBrowsers({ message, details = '' }: Diagnostic, { isOlder, isBrowserName }: JudgeContext): boolean {
  const lacking = /Property '\w+' is missing in type '[^']*' but required in type '(\w+)'/.exec(
    `${message}\n${details}`,
  );
  return isOlder && lacking?.[1] !== undefined && isBrowserName(lacking[1]);
}

/** Members that only the newest libraries of the language have, which a class written for older ones leaves out. */
const NEWEST =
  /is missing the following properties from type '(?:Readonly)?(?:Weak)?(?:Map|Set)<[^\n]*: (?:getOrInsert|isSubsetOf|union|intersection|difference|symmetricDifference|isSupersetOf|isDisjointFrom)\b/;

/**
 * What goes through something, which the newest libraries of the language and of browsers say with types of their own:
 * what is written for older ones says `IterableIterator`.
 */
const OF_ITERATORS =
  /Type 'IterableIterator<[^\n]*>' is (?:missing the following properties from|not assignable to) type '(?:\w*Iterator|IteratorObject)</;

/** Members that only the declarations of Node.js or of a bundler add to something that is always there. */
function followsFromEnvironment({ message, details = '' }: Diagnostic): boolean {
  return (
    /(?:does not exist on|used to index) type '(?:ImportMeta|typeof globalThis|Window & typeof globalThis|ImportMetaEnv)'/.test(
      message,
    ) ||
    /'(?:respondWith|waitUntil|request)' does not exist on type 'Event'/.test(message) ||
    // What a framework or a runtime takes for a request, or gives with it, beside what browsers do.
    /'cf' does not exist on type 'Request(?:<[^\n]*>)?'/.test(message) ||
    /'(?:next|cf|agent|dispatcher|tls|unix|proxy)' does not exist in type 'RequestInit'/.test(
      `${message}\n${details}`,
    ) ||
    // Declarations of one version of the libraries met by code for another.
    /ArrayBufferLike.* not assignable to .*(?:Blob|BufferSource|BodyInit|ArrayBuffer\b)/.test(message) ||
    /'(?:context|ensure)' does not exist on type '(?:Node)?Require'|'hot' does not exist on type '(?:Node)?Module'/.test(
      message,
    ) ||
    // What a package adds to an object of the language.
    /'(?:get|has|define|delete)(?:Own)?Metadata(?:Keys)?' does not exist on type 'typeof Reflect'/.test(message) ||
    /'(?:captureStackTrace|stackTraceLimit|prepareStackTrace)' does not exist/.test(message) ||
    /'(?:unref|ref|hasRef|refresh)' does not exist on type 'number'/.test(message) ||
    /'(?:Timeout|Immediate)' is not assignable to (?:parameter of )?type 'number|'number' is not assignable to (?:parameter of )?type '(?:NodeJS\.)?(?:Timeout|Immediate)/.test(
      message,
    )
  );
}

/** A name that a package, or a file that passes a package on, would have. */
function followsFromPackage(message: string, { passesOn }: JudgeContext): boolean {
  if (/^Namespace '(?:standard|m\d+)[.']/.test(message)) return true;
  const module = /'?"([^"]+)"'?/.exec(message)?.[1];
  if (module === undefined || !/has no exported member|has no default export|no exported member named/.test(message)) {
    return false;
  }
  return passesOn || !/^[./]/.test(module);
}
