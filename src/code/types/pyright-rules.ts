import type { Severity } from '../findings.ts';

/** What is to be done with something pyright said. */
export type PyrightVerdict =
  | { readonly kind: 'finding'; readonly severity: Severity; readonly rule: string }
  | { readonly kind: 'broken' }
  | { readonly kind: 'consequence' };

export interface PyrightMessage {
  readonly severity: 'error' | 'warning' | 'information';
  readonly rule: string | null;
  readonly message: string;
}

/** The program raises when the line is reached, whatever else holds. */
const HIGH = new Set(
  (
    'reportUndefinedVariable reportUnboundVariable reportCallIssue reportAbstractUsage reportUnhashable ' +
    'reportIndexIssue reportAttributeAccessIssue reportOperatorIssue reportNoOverloadImplementation'
  ).split(' '),
);
/** Possible, unusual or untidy rather than wrong. */
const LOW = new Set(
  (
    'reportPossiblyUnbound reportPossiblyUnboundVariable reportSelfClsParameterName reportRedeclaration reportUnusedExpression ' +
    'reportUnsupportedDunderAll reportTypeCommentUsage reportInvalidStringEscapeSequence reportPrivateImportUsage ' +
    'reportFunctionMemberAccess reportTypedDictNotRequiredAccess reportInvalidTypeForm'
  ).split(' '),
);
/** Habits, which a project has to ask for by name. */
const HABIT =
  /^report(?:PrivateUsage|Unused(?:Import|Class|Function|Variable|Except|CallResult)|ConstantRedefinition|Deprecated|Unnecessary\w+|MissingSuperCall|ShadowedImports|Implicit\w+|ImportCycles|UninitializedInstanceVariable|PropertyTypeMismatch|MatchNotExhaustive|Missing(?:Parameter|Type)\w+|OverlappingOverload)$/;
/** Said of what is not installed, or only because of it. */
const NOT_INSTALLED =
  /^report(?:MissingImports|Unknown\w+|Untyped\w+|UnnecessaryTypeIgnoreComment|MissingTypeStubs|MissingModuleSource)$/;
/** The compiler of Python refuses these too, but pyright has read the file to its end. */
const MISPLACED =
  /\b(?:allowed|used|valid|permitted)\b.* (?:only )?(?:within|inside|outside|in)\b|^"?nonlocal|^"?global/i;

/** Rests on names, not on types. */
const BY_NAME = new Set(['reportUndefinedVariable', 'reportUnboundVariable', 'reportNoOverloadImplementation']);
/** Where a value's type is unknown, pyright takes the other possibilities for all there are. */
const BY_INFERENCE =
  /^report(?:Optional\w+|AttributeAccessIssue|ArgumentType|ReturnType|AbstractUsage|AssignmentType|CallIssue|IndexIssue|OperatorIssue|Unhashable|PossiblyUnbound\w*|IncompatibleMethodOverride)$/;

/** What is known of the place a message is about. */
export interface PythonPlace {
  /** Whether the file is one with annotations. */
  readonly typed: boolean;
  /** Whether the file imports something that is not installed. */
  readonly hasForeign: boolean;
  /** Whether the file takes all names of something that is not installed. */
  readonly takesAll: boolean;
  /** Whether the function around it uses something that is not installed. */
  readonly usesForeign: boolean;
  /** Whether the line names something that is not installed. */
  readonly namesForeign: boolean;
  /** Whether the file is a test. */
  readonly isTest: boolean;
  /** Whether a class gets attributes that its body does not show: from a metaclass, by name. */
  readonly isDynamic: (className: string) => boolean;
  /** Whether a class inherits from nothing but classes of the tree. */
  readonly isWhole: (className: string) => boolean;
  /** Text of the line. */
  readonly line: string;
  /** Module that an import statement around it names; null elsewhere, and where it is one of the same package. */
  readonly importedFrom: string | null;
  /** Whether the function around it says of all its parameters what they are; true outside of functions. */
  readonly annotated: boolean;
  /** Whether the line gives a parameter of the function around it another value. */
  readonly rebinds: boolean;
  /** Whether the line calls a class that makes instances of something else. */
  readonly callsMaker: boolean;
  /** Whether a name is of a package that pyright brings declarations of, not of Python's own library. */
  readonly isBundled: (module: string) => boolean;
  /** How grave it is that a module of Python's own library is said to lack a name. */
  readonly absence: (module: string, name: string) => Severity;
  /** Whether anything of the tree is not installed. */
  readonly incomplete: boolean;
  /** Whether the project has another checker check its types. */
  readonly checked: boolean;
}

/** Judges one message of pyright. Pure. */
export function judgePyright({ severity, rule, message }: PyrightMessage, place: PythonPlace): PyrightVerdict {
  if (rule === null) {
    if (severity !== 'error') return { kind: 'consequence' };
    // The linter tells it as what it is: it loads.
    if (/cannot be used to exit a "finally"/.test(message)) return { kind: 'consequence' };
    return MISPLACED.test(message) ? { kind: 'finding', severity: 'high', rule: 'syntax' } : { kind: 'broken' };
  }
  if (NOT_INSTALLED.test(rule) || followsFromDynamics(rule, message)) return { kind: 'consequence' };
  if (followsFromPlace(rule, message, place)) return { kind: 'consequence' };
  if (severity === 'information' || isGuess(rule, message, place)) return { kind: 'consequence' };
  if (place.checked && !isSure(rule, message)) return { kind: 'consequence' };
  return { kind: 'finding', rule, severity: severity === 'warning' ? 'low' : severityOf(rule, message, place) };
}

function severityOf(rule: string, message: string, { line, rebinds, absence }: PythonPlace): Severity {
  // What is said of a parameter is for those who give it, not for what the function keeps under its name later.
  if (rule === 'reportAssignmentType' && rebinds) return 'low';
  if (LOW.has(rule) || HABIT.test(rule) || isOfForm(rule, message)) return 'low';
  if (!HIGH.has(rule)) return 'medium';
  const [, name, module] = /^"(\w+)" is not a known attribute of module "([\w.]+)"/.exec(message) ?? [];
  if (name !== undefined && module !== undefined) return absence(module, name);
  // Writing an attribute that the class does not declare works; of a union only one part may lack what is read.
  if (rule === 'reportAttributeAccessIssue' && !certainlyAbsent(message)) return 'medium';
  // What a name is declared to be may be wrong; what stands there is not.
  if (rule === 'reportOperatorIssue' || rule === 'reportIndexIssue') {
    return areBuiltin(message) && message.includes('"Literal[') ? 'high' : 'medium';
  }
  if (rule === 'reportCallIssue') return isWrongCall(message, line) ? 'high' : 'medium';
  return 'high';
}

/** A call that fails; one without `self` only where it names the class: a value may be annotated as its class. */
function isWrongCall(message: string, line: string): boolean {
  return WRONG_COUNT.test(message) && (!message.includes('"self"') || /\b[A-Z]\w*\.\w+\(/.test(line));
}

/**
 * What works and is only written otherwise than it should be: a default of None, an attribute that no class declares.
 */
function isOfForm(rule: string, message: string): boolean {
  if (rule === 'reportAttributeAccessIssue') {
    return message.startsWith('Cannot assign to attribute') && /Attribute "\w+" is unknown/.test(message);
  }
  return /^(?:Expression of t|T)ype "None" (?:cannot be assigned to parameter|is not assignable to declared type)/.test(
    message,
  );
}

/** What two checkers see alike: names, counts, and what stands in the source. */
function isSure(rule: string, message: string): boolean {
  if (/^report(?:InvalidTypeForm|Redeclaration|TypedDictNotRequiredAccess)$/.test(rule)) return false;
  if (LOW.has(rule) || BY_NAME.has(rule) || certainlyAbsent(message)) return true;
  if (rule === 'reportUnusedCoroutine' || rule === 'reportAbstractUsage') return true;
  return areBuiltin(message) && message.includes('Literal[');
}

/** A call with too few or too many arguments: no type is needed to see it. */
const WRONG_COUNT = /^Expected \d+ (?:more )?positional|^Arguments? missing|^No parameter named/;
const BUILTIN =
  /^(?:type\[)?(?:Literal\[.*\]|(?:str|int|float|bool|bytes|complex|list|dict|tuple|set|frozenset|range)(?:\[.*\])?)\]?$/;

/** Whether each type that a message names is one of Python's own, and none of them only one of several possible. */
function areBuiltin(message: string): boolean {
  const types = [...(message.split('\n')[0] ?? '').matchAll(/"([^"]+)"/g)].flatMap(([, one = '']) =>
    /^(?:[-+*/%@&|^<>=~!]+|and|or|not|in|is|__\w+__)$/.test(one) ? [] : [one],
  );
  return types.length > 0 && types.every((one) => BUILTIN.test(one) && !one.includes(' | '));
}

/** What the code around a place explains. */
function followsFromPlace(rule: string, message: string, place: PythonPlace): boolean {
  // A test puts stand-ins and wrong values where others are declared, and fails by itself where that does not work.
  if (place.isTest && !TOLD_IN_TESTS.has(rule) && !certainlyAbsent(message)) return true;
  // What a function is given without a word of what it is may decide which of several results it gets.
  if (!place.annotated && (rule.startsWith('reportOptional') || /^Cannot access attribute/.test(message))) return true;
  // What an attribute holds by now may be the work of another method.
  if (rule === 'reportTypedDictNotRequiredAccess' && /\b(?:self|cls)\.\w+\[/.test(place.line)) return true;
  // The same name from elsewhere, where the first place does not have it.
  if (rule === 'reportAssignmentType' && /^\s*(?:from|import)\s/.test(place.line)) return true;
  if (rule === 'reportUndefinedVariable' && place.takesAll) return true;
  if (rule === 'reportUndefinedVariable' && isInComment(message, place.line)) return true;
  if (rule === 'reportSelfClsParameterName' && OTHER_SELF.test(place.line)) return true;
  if (rule === 'reportCallIssue' && place.callsMaker) return true;
  // Something is put into another that overloads the shift, as grammars and graphs of tasks do.
  if (rule === 'reportUnusedExpression' && /^\s*[A-Za-z_][\w.]*(?:\[[^\]]*\])?\s*(?:<<|>>)\s/.test(place.line))
    return true;
  // What a class takes by name is for its base to say; of a base that is known the call itself is told.
  if (message.includes('__init_subclass__')) return true;
  // The base that has the method may be one that is not installed.
  if (place.hasForeign && /is marked as override, but no base method/.test(message)) return true;
  // A name that is a variable only where the package of that name is not installed.
  if (rule === 'reportInvalidTypeForm' && place.hasForeign && /^(?:Variable|Module) /.test(message)) return true;
  // A package loads its parts as it likes; that of Python's own library is known.
  if (rule === 'reportIncompatibleMethodOverride') return !place.typed || isLooseOverride(message, place.line);
  const module = /is not a known attribute of module "([\w.]+)"/.exec(message)?.[1];
  if (module !== undefined) return module.startsWith('.') || place.isBundled(module);
  if (place.importedFrom !== null && /is unknown import symbol/.test(message))
    return place.isBundled(place.importedFrom);
  if (rule !== 'reportAttributeAccessIssue') return false;
  const holder = classOf(message);
  return holder !== null && place.isDynamic(holder);
}

/** Breaks whatever a test puts in the place of what. */
const TOLD_IN_TESTS: ReadonlySet<string> = new Set([...BY_NAME, 'reportUnusedCoroutine']);
/** Resolvers of GraphQL get the parent where others get themselves. */
const OTHER_SELF = /\bdef\s+\w+\(\s*(?:_\w*|root|parent|source|mcs|mcls|meta(?:cls|class)?)\b/;

/** A type that is written in a comment: nothing reads it when the program runs. */
function isInComment(message: string, line: string): boolean {
  const name = /^"(\w+)" is not defined/.exec(message)?.[1];
  return name !== undefined && new RegExp(`#\\s*type:.*\\b${name}\\b`).test(line);
}

/** The class that an attribute is looked for in. */
export function classOf(message: string): string | null {
  return /for class "(?:type\[)?(\w+)/.exec(message)?.[1] ?? null;
}

/** An override that only names its parameters otherwise, or that differs by what is not known. */
function isLooseOverride(message: string, line: string): boolean {
  // Two bases that differ, or a method that takes whatever it is given by name.
  if (message.startsWith('Base classes') || line.includes('**')) return true;
  if (isOfClass(message, line)) return true;
  return (
    /name mismatch|\bUnknown\b|is missing in override|keyword parameter/i.test(message) || !/mismatch/.test(message)
  );
}

/** An override that takes its class beside what the static method in its place takes: both are called alike. */
function isOfClass(message: string, line: string): boolean {
  const [, base, own] = /base method has (\d+), but override has (\d+)/.exec(message) ?? [];
  const isStatic = message.includes('Base method is declared as a staticmethod but override is not');
  return isStatic && /\bdef\s+\w+\(\s*cls\b/.test(line) && Number(own) - Number(base) === 1;
}

/** Whether a message rests on what pyright made up for code that says nothing, or for what is not installed. */
function isGuess(rule: string, message: string, place: PythonPlace): boolean {
  if (BY_NAME.has(rule) || certainlyAbsent(message)) return false;
  if (/\bUnknown\b/.test(message.split('\n')[0] ?? '') && BY_INFERENCE.test(rule)) return true;
  if (place.usesForeign && BY_INFERENCE.test(rule)) return true;
  // What stands in for a package where it is not there need be no class or exception of that kind.
  if (place.namesForeign && NO_CLASS.test(message)) return true;
  // The class may inherit what it lacks; a decorator may have made a property of the function.
  if (rule === 'reportAbstractUsage' && place.hasForeign) {
    const name = /abstract class "(\w+)"/.exec(message)?.[1];
    return name === undefined || !place.isWhole(name);
  }
  // What a question for any dataclass leaves of a class, and what a constructor has left open.
  if (/"(?:type\[)?DataclassInstance\b/.test(message) || /"\w+\[[^"]*\b\w+@__init__\b/.test(message)) return true;
  // A type that the declarations of a library keep to themselves.
  if (/^(?:Argument of t|T)ype "_[A-Z]\w*"/.test(message)) return true;
  // Of an object nothing is known.
  if (OBJECT.test(message)) return true;
  // A class is generic where it inherits from one that is; what is not written as a class is none for certain.
  if (rule === 'reportInvalidTypeArguments') {
    const name = /for class "(\w+)"/.exec(message)?.[1];
    return place.hasForeign || (name !== undefined && !new RegExp(`\\b${name}\\s*\\[`).test(place.line));
  }
  if (place.hasForeign && /^Type variable ".*" has no meaning/.test(message)) return true;
  // One of the values is not known.
  if (place.incomplete && GIVEN_ANY.test(message) && /^report(?:ArgumentType|ReturnType|AssignmentType)$/.test(rule)) {
    return true;
  }
  // What can be ordered or hashed may have been made so by a decorator of a package.
  if (place.incomplete && /SupportsRichComparison|SupportsDunder/.test(message)) return true;
  if (place.incomplete && /^(?:Argument of t|T)ype "\([^"]*\) -> /.test(message)) return true;
  return !place.typed && !isCertain(rule, message);
}

/** What holds without any annotation: literals that do not go together, a call with too much. */
function isCertain(rule: string, message: string): boolean {
  if (rule === 'reportOperatorIssue') return /types "Literal\[[^|]*\]" and "Literal\[[^|]*\]"/.test(message);
  if (rule === 'reportCallIssue') return /^Expected \d+ positional|^No parameter named/.test(message);
  return /^report(?:SelfClsParameterName|UnusedCoroutine|UnsupportedDunderAll|TypedDict\w+|Invalid\w+)$/.test(rule);
}

const NO_CLASS = /^Argument to class must be a base class|^Invalid exception class|is not a valid exception class/;
const OBJECT = /^(?:Argument of t|T)ype "(?:object\*?|object\*? \|[^"]*|[^"]*\| object\*?)"|^"object\*?" is not/;
const GIVEN_ANY = /^(?:Argument of t|T)ype "[^"]*\bAny\b[^"]*"/;

function certainlyAbsent(message: string): boolean {
  return /^"[^"]+" is (?:unknown import symbol|not a known attribute of module)/.test(message);
}

/** What untyped, idiomatic Python does and pyright cannot follow. */
function followsFromDynamics(rule: string, message: string): boolean {
  // A function, method or module that is given attributes of its own; a name for a type that could be left out.
  if (rule === 'reportFunctionMemberAccess' || rule === 'reportInvalidTypeVarUse') return true;
  // Of another implementation of Python, which the program has asked for.
  if (/^"pypy_\w+" is not a known attribute of module "sys"/.test(message)) return true;
  // Where pyright gave up, not the program.
  if (/^Type of ".*" could not be determined because it refers to itself/.test(message)) return true;
  // Another module's list of names, which pyright does not follow.
  if (/^Operation on "__all__" is not supported/.test(message)) return true;
  // A class attribute in the place of an inherited property is how such a property is filled in.
  if (/is not assignable to declared type "property"/.test(message)) return true;
  if (rule === 'reportAttributeAccessIssue') {
    return (
      /Attribute "__(?:set|delete)__" is unknown/.test(message) ||
      /for class "(?:FunctionType|MethodType|type\[|property|object\*?"|ModuleType|Module\()/.test(message) ||
      (/^Type ".*" is not assignable to attribute/.test(message.split('\n')[0] ?? '') && /"None"/.test(message))
    );
  }
  return rule === 'reportIndexIssue' && /__getitem__" method not defined on type "object\*?"/.test(message);
}
