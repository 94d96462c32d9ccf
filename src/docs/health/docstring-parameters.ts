import type { NamedText, Parameter } from '../../code/symbols.ts';
import { type Callable, isPython, isScript } from './callables.ts';
import { invented, plainName } from './docstring-inventions.ts';
import { hasWord, isInHeader, isTakenByText, untoldByText } from './docstring-texts.ts';
import type { KnownNames } from './known-names.ts';
import type { Fault } from './rules.ts';

/** What a comment tells of the parameters of a function, held against those it takes. */
export interface ParameterReading {
  readonly callable: Callable;
  /** Names it takes that a comment would tell of. */
  readonly taken: readonly string[];
  /** Those its comment leaves out. */
  readonly omitted: readonly string[];
  /** What it tells of and does not take. */
  readonly invented: readonly Fault[];
}

/** Reads the parameters a comment tells of; null where it tells of none, or where what is taken cannot be known. */
export function readParameters(
  callable: Callable,
  names: KnownNames,
  read: (path: string) => string | null,
): ParameterReading | null {
  const { doc, symbol } = callable;
  if (doc.params.length === 0 || symbol.body?.isAbstractOrStub === true) return null;
  // A test that asks for a fixture by its name passes nothing.
  if (symbol.decorators.some((one) => /(?:^|[@.])fixture\b/.test(one))) return null;
  const taken = takenBy(callable);
  if (taken === null) return null;
  const documented = doc.params.filter(
    ({ name }) => /^[*.\\]*[\w$]/.test(name) && !name.includes('|') && !SECTION.test(name),
  );
  if (documented.length === 0) return null;
  // A modifier was taken for a name, or two words for one.
  if (taken.some(({ name }) => /^(?:in|out|ref|scoped|params|this|readonly)$|\s/.test(name))) return null;
  const named = taken.filter(({ name }) => !isPattern(name));
  const known = new Set(named.map(({ name }) => plainName(name)));
  const roots = rootsOf(documented, known);
  const surplus = surplusOf(roots, taken, known, callable, read);
  if (surplus === null) return null;
  const missing = missingFrom(named, roots, callable);
  if (surplus.length + missing.length > 0 && isDynamic(callable, read)) return null;
  const untold = untoldByText(callable, untoldByBases(callable, missing, names), read);
  const faults = invented(callable, surplus, missing, mayTakeMore(callable, taken, surplus, names));
  // A comment whose other names are not those of the function tells of another signature.
  // One that is not named in a way that is understood may be any of them.
  const isOdd =
    doc.params.some(({ name }) => name === '' || /[|{}()<>,/\s]/.test(name)) ||
    [...roots.keys()].some((name) => TYPE.test(name));
  const isOfAnother = surplus.length > faults.filter(({ isRename }) => isRename).length;
  const renamed = new Set(faults.map(({ renamed: to }) => to));
  return {
    callable,
    taken: named.map(({ name }) => plainName(name)).filter((name) => !isReceiver(name)),
    omitted: isOfAnother || isOdd ? [] : untold.map(({ name }) => plainName(name)).filter((name) => !renamed.has(name)),
    invented: faults.map(({ fault }) => fault),
  };
}

/** What a comment tells of, by its first name. */
function rootsOf(documented: readonly NamedText[], known: ReadonlySet<string>): Map<string, NamedText> {
  const roots = new Map<string, NamedText>();
  for (const written of documented) {
    const one = withoutType(written, known);
    if (!roots.has(rootOf(one.name))) roots.set(rootOf(one.name), one);
  }
  return roots;
}

/** What is told of and not taken; null where the comment tells of something else than a call. */
function surplusOf(
  roots: ReadonlyMap<string, NamedText>,
  taken: readonly Parameter[],
  known: ReadonlySet<string>,
  callable: Callable,
  read: (path: string) => string | null,
): [string, NamedText][] | null {
  const { symbol, file } = callable;
  const words = new Set(symbol.signature.match(/[\w$]+/g) ?? []);
  words.delete(symbol.name);
  // A class may tell of what it keeps instead of what it takes.
  if (symbol.kind === 'class' && ![...roots.keys()].some((name) => known.has(name))) return null;
  const kept = new Set(symbol.kind === 'class' ? symbol.members.map(({ name }) => name) : []);
  // `_name` is `name` that is not used here.
  const isTold = (name: string): boolean =>
    known.has(name) || known.has(`_${name}`) || words.has(name) || kept.has(name);
  const surplus = [...roots]
    .filter(([name]) => !isTold(name) && !(isPython(file) && isInHeader(name, callable, read)))
    .filter(([name, one]) => !TYPE.test(name) && !isTakenByText(name, one, known, callable, read))
    // Any word will do for what has no name of its own.
    .slice(taken.length - known.size);
  // Where no name is that of a parameter, the comment tells of what the function makes.
  if (surplus.length > 1 && surplus.length === roots.size) return null;
  return surplus.length > 1 && areOptions(surplus, [...roots.keys()], known) ? [] : surplus;
}

/** Whether a call may take more than its signature shows: then another name alone does not tell of a new one. */
function mayTakeMore(
  callable: Callable,
  taken: readonly Parameter[],
  surplus: readonly (readonly [string, NamedText])[],
  names: KnownNames,
): boolean {
  const { symbol, file, doc } = callable;
  const type = madeBy(callable);
  const inherited = type === null ? undefined : names.inheritedParameters(type);
  return (
    surplus.length > 1 ||
    inherited === null ||
    (inherited !== undefined && surplus.some(([name]) => inherited.has(name))) ||
    // What the comment says of something else beside parameters, it may say of this one too.
    doc.attributes.length > 0 ||
    symbol.decorators.some((one) => !HARMLESS_DECORATORS.test(one)) ||
    taken.some(
      ({ rest, name }) =>
        (rest && (name.startsWith('**') || isScript(file))) || (isPattern(name) && name.includes('...')),
    )
  );
}

const HARMLESS_DECORATORS =
  /^@?(?:property|staticmethod|classmethod|abstractmethod|abc\.abstractmethod|override|typing\.override|\w+\.setter|Override|Deprecated|deprecated)\b/;

/** What is called with any arguments takes them as they come: JavaScript's `arguments`. */
function isDynamic({ symbol, file }: Callable, read: (path: string) => string | null): boolean {
  if (!isScript(file)) return false;
  const own = (read(file.path) ?? '').split('\n').slice(symbol.line - 1, symbol.endLine);
  return own.some((line) => /(?:^|[^\w$.]|\.{3})arguments\b(?!\s*:)/.test(line.replace(/^\s*(?:\*|\/\/).*/, '')));
}

/** Several that stand after an object of options, and after all that is taken, are what it may hold. */
function areOptions(
  surplus: readonly (readonly [string, NamedText])[],
  told: readonly string[],
  known: ReadonlySet<string>,
): boolean {
  const taken = told.slice(0, told.length - surplus.length);
  const holds = taken.some((name) =>
    /(?:^|_)(?:opts?|options?|config|settings|params|props)$|(?:Opts|Options|Config|Params)$/.test(name),
  );
  return holds && taken.every((name) => known.has(name)) && taken.length === known.size;
}

/** What a call takes; null where that is not told. */
function takenBy({ symbol }: Callable): readonly Parameter[] | null {
  const { kind, parameters, body, members, signature } = symbol;
  if (kind === 'class') {
    const made = members.find((member) => member.kind === 'constructor');
    if (made === undefined || made.body === null || made.signature.includes('\n')) return null;
    return made.parameters;
  }
  if (kind === 'constant' || kind === 'variable') return body === null ? null : parameters;
  // An overload or a decorator may take what the first signature does not show.
  if (signature.includes('\n')) return null;
  if (body === null && parameters.length === 0) return null;
  return parameters;
}

/** A type that stands where the name should: what it tells of cannot be known. */
const TYPE = /^(?:String|Number|Boolean|Object|Array|Function|Date|RegExp|Promise|Error|Symbol|Any)$/;

/** Headings of a docstring that are indented too deeply, and are taken for parameters. */
const SECTION =
  /^(?:Examples?|Notes?|Returns?|Raises|Yields|Warnings?|Tips?|Usage|Args|Arguments|Parameters|References|See)$/;

function isPattern(name: string): boolean {
  // A block of Ruby that is only passed on has no name.
  return name === '&' || /^(?:\.\.\.)?[{[]/.test(name);
}

/** `@param Number red What it is` has the type before the name, as older comments do. */
function withoutType(written: NamedText, known: ReadonlySet<string>): NamedText {
  const next = /^([a-z_$][\w$]*)(?:\s|$)/i.exec(written.text)?.[1];
  if (next === undefined || known.has(rootOf(written.name))) return written;
  return known.has(next) ? { ...written, name: next } : written;
}

/** `options.retries`, `options[].name` and `[options.depth=2]` tell of `options`. */
function rootOf(name: string): string {
  return plainName(name).split(/[.[=]/)[0] ?? '';
}

/** Decorators that put arguments before those of the caller. */
const GIVING = /(?:^@?|[._])(?:pass|inject|provide|with|use)(?:_|[A-Z])|(?:^|[._@])(?:patch|fixture|task|depends)\b/;
/** The comment says where the rest is told of. */
const OTHERS =
  /\b(?:other|remaining|rest of the|all|same|further|additional) (?:\w+ )?(?:param|arg|option|keyword)\w*\b[^.]*\b(?:same|see|as (?:in|for)|passed|forwarded|documented|described)\b|\bsee\b[^.]*\bfor (?:the |a |more |all )*(?:description|documentation|detail|meaning|explanation)s?\b[^.]*\b(?:param|arg|option)\w*/i;

/** A sentence tells of one by its place. */
const ORDINAL = /\b(?:second|third|fourth|last) (?:argument|parameter)\b/i;

function missingFrom(
  named: readonly Parameter[],
  roots: ReadonlyMap<string, NamedText>,
  { doc, file, symbol: { decorators } }: Callable,
): Parameter[] {
  // A sentence may tell of it as well, and attributes of a class are its parameters.
  const elsewhere = `${doc.description} ${doc.attributes.map(({ name }) => name).join(' ')}`;
  if (ORDINAL.test(doc.description)) return [];
  if ([doc.description, ...doc.params.map(({ text }) => text)].some((text) => OTHERS.test(text))) return [];
  const texts = doc.params
    .filter(({ name }) => name === '' || /\W/.test(name))
    .map(({ name, text }) => `${name} ${text}`);
  const given = decorators.some((one) => GIVING.test(one));
  const firstTold = named.findIndex(({ name }) => roots.has(plainName(name)));
  // What is taken as a list may be told of one by one.
  // `@param (optional) Options object` tells of one without its name.
  const nameless = doc.params.filter((one) => !/^[*.\\[{]*[\w$]/.test(one.name)).length;
  const tellsMore = [...roots.keys()].some((name) => !named.some((one) => plainName(one.name) === name));
  const missing = named.filter(({ name, rest, type }, at) => {
    const word = plainName(name);
    // The decorator passes it, the caller does not.
    if (given && at < firstTold) return false;
    if (rest && (tellsMore || !isScript(file))) return false;
    // In PHP a comment tells only of what the declared types do not.
    if (type !== null && file.path.endsWith('.php')) return false;
    // The block of a call is told of by `@yield`, if at all.
    if (name.startsWith('&')) return false;
    if (isReceiver(word) || roots.has(word)) return false;
    return ![elsewhere, ...texts].some((text) => hasWord(text, word));
  });
  return missing.length <= nameless ? [] : missing;
}

/** What a comment never tells of. */
function isReceiver(name: string): boolean {
  return name.startsWith('_') || name.startsWith('&') || name === 'self' || name === 'cls';
}

/** The class that a callable makes; null for what makes none. */
function madeBy({ symbol, name }: Callable): string | null {
  if (symbol.kind === 'class') return name;
  return symbol.kind === 'constructor' ? name.replace(/\.\w+$/, '') : null;
}

/** What the constructor of a base takes is told of there; of a foreign base nobody knows. */
function untoldByBases(callable: Callable, missing: readonly Parameter[], names: KnownNames): readonly Parameter[] {
  const type = madeBy(callable);
  if (type === null) return missing;
  const inherited = names.inheritedParameters(type);
  return inherited === null ? [] : missing.filter((one) => !inherited.has(one.name));
}
