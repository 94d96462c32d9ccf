import type { NamedText, Parameter, SourceSymbol } from '../../code/symbols.ts';
import { type Callable, isPython, isScript } from './callables.ts';
import type { KnownNames } from './known-names.ts';
import { didYouMean, editDistance } from './nearest.ts';
import type { Fault } from './rules.ts';

/** Parameters that a comment tells of and that are not taken, and those it leaves out where it tells of others. */
export function checkParameters(callable: Callable, names: KnownNames, read: (path: string) => string | null): Fault[] {
  const { doc, symbol } = callable;
  if (doc.params.length === 0) return [];
  const taken = takenBy(callable);
  if (taken === null) return [];
  const documented = doc.params.filter(
    ({ name }) => /^[*.\\]*[\w$]/.test(name) && !name.includes('|') && !SECTION.test(name),
  );
  if (documented.length === 0) return [];
  const named = taken.filter(({ name }) => !isPattern(name));
  const known = new Set(named.map(({ name }) => plain(name)));
  const roots = new Map<string, NamedText>();
  for (const written of documented) {
    const one = withoutType(written, known);
    if (!roots.has(rootOf(one.name))) roots.set(rootOf(one.name), one);
  }
  const words = new Set(symbol.signature.match(/[\w$]+/g) ?? []);
  words.delete(symbol.name);
  // Any word will do for what has no name of its own.
  const nameless = taken.length - named.length;
  // A class may tell of what it keeps instead of what it takes.
  if (symbol.kind === 'class' && ![...roots.keys()].some((name) => known.has(name))) return [];
  const kept = new Set(symbol.kind === 'class' ? symbol.members.map(({ name }) => name) : []);
  // `_name` is `name` that is not used here.
  const isTold = (name: string): boolean =>
    known.has(name) || known.has(`_${name}`) || words.has(name) || kept.has(name);
  const surplus = [...roots]
    .filter(([name]) => !isTold(name) && !(isPython(callable.file) && isInHeader(name, callable, read)))
    .slice(nameless);
  // Where no name is that of a parameter, the comment tells of what the function makes.
  if (surplus.length > 1 && surplus.length === roots.size) return [];
  if (surplus.length > 1 && areOptions(surplus, [...roots.keys()], known)) surplus.length = 0;
  const missing = missingFrom(named, roots, callable);
  const takesMore = taken.some(
    ({ rest, name }) =>
      (rest && (name.startsWith('**') || isScript(callable.file))) || (isPattern(name) && name.includes('...')),
  );
  return [
    ...invented(
      callable,
      takesMore ? surplus.filter(([name]) => !isPassedOn(name, callable, names)) : surplus,
      missing,
      takesMore,
    ),
    ...omitted(callable, untoldByText(callable, untoldByBases(callable, missing, names), read)),
  ];
}

/** Whether the header right before the docstring has it: overloads and stub files may say something else. */
function isInHeader(name: string, { symbol, doc, file }: Callable, read: (path: string) => string | null): boolean {
  const before = (read(file.path) ?? '').split('\n').slice(symbol.line - 1, doc.line - 1);
  const start = before.findLastIndex((line) => /^\s*(?:async\s+)?def\s/.test(line));
  return (
    symbol.kind !== 'class' && before.slice(Math.max(0, start)).some((line) => hasWord(line.replace(/#.*$/, ''), name))
  );
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
    if (made === undefined || made.body === null) return null;
    return made.parameters;
  }
  if (kind === 'constant' || kind === 'variable') return body === null ? null : parameters;
  // An overload or a decorator may take what the first signature does not show.
  if (signature.includes('\n')) return null;
  if (body === null && parameters.length === 0) return null;
  return parameters;
}

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
  const isType = /^(?:String|Number|Boolean|Object|Array|Function|Date|RegExp|Promise|Error|Symbol|Any)$/.test(
    written.name,
  );
  return isType || known.has(next) ? { ...written, name: next } : written;
}

/** `options.retries`, `options[].name` and `[options.depth=2]` tell of `options`. */
function rootOf(name: string): string {
  return plain(name).split(/[.[=]/)[0] ?? '';
}

function plain(name: string): string {
  return name.replace(/^[*.\\]+|^&_?|[?:,*]+$/g, '');
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
  const firstTold = named.findIndex(({ name }) => roots.has(plain(name)));
  // What is taken as a list may be told of one by one.
  // `@param (optional) Options object` tells of one without its name.
  const nameless = doc.params.filter((one) => !/^[*.\\[{]*[\w$]/.test(one.name)).length;
  const tellsMore = [...roots.keys()].some((name) => !named.some((one) => plain(one.name) === name));
  const missing = named.filter(({ name, rest, type }, at) => {
    const word = plain(name);
    // The decorator passes it, the caller does not.
    if (given && at < firstTold) return false;
    if (rest && (tellsMore || !isScript(file))) return false;
    // In PHP a comment tells only of what the declared types do not.
    if (type !== null && file.path.endsWith('.php')) return false;
    // The block of a call is told of by `@yield`, if at all.
    if (name.startsWith('&')) return false;
    if (word.startsWith('_') || word === 'self' || word === 'cls' || roots.has(word)) return false;
    return ![elsewhere, ...texts].some((text) => hasWord(text, word));
  });
  return missing.length <= nameless ? [] : missing;
}

/** The class that a callable makes; null for what makes none. */
function madeBy({ symbol, name }: Callable): string | null {
  if (symbol.kind === 'class') return name;
  return symbol.kind === 'constructor' ? name.replace(/\.\w+$/, '') : null;
}

/** Whether the constructor of a base takes it, or may for all that is known. */
function isPassedOn(written: string, callable: Callable, names: KnownNames): boolean {
  const type = madeBy(callable);
  const inherited = type === null ? undefined : names.inheritedParameters(type);
  return inherited === null || inherited?.has(written) === true;
}

/** What the constructor of a base takes is told of there; of a foreign base nobody knows. */
function untoldByBases(callable: Callable, missing: readonly Parameter[], names: KnownNames): readonly Parameter[] {
  const type = madeBy(callable);
  if (type === null) return missing;
  const inherited = names.inheritedParameters(type);
  return inherited === null ? [] : missing.filter((one) => !inherited.has(one.name));
}

/**
 * In Ruby a keyword may be told of as an option of what it was before: `@option options :name`. Elsewhere what a warning
 * calls deprecated is left out on purpose.
 */
function untoldByText(
  callable: Callable,
  missing: readonly Parameter[],
  read: (path: string) => string | null,
): readonly Parameter[] {
  if (missing.length === 0) return missing;
  const { file, doc, symbol } = callable;
  const lines = (read(file.path) ?? '').split('\n');
  if (!file.path.endsWith('.rb')) {
    const own = lines.slice(symbol.line - 1, symbol.endLine).filter((line) => /deprecat/i.test(line));
    return missing
      .filter(({ name }) => !own.some((line) => isQuoted(plain(name), line)))
      .filter(({ name }) => !isPython(file) || symbol.kind === 'class' || isInHeader(plain(name), callable, read));
  }
  const comment = lines.slice(doc.line - 1, doc.endLine).join('\n');
  return missing.filter(({ name }) => !hasWord(comment, plain(name)));
}

/** Whether a line names it as code. */
function isQuoted(name: string, line: string): boolean {
  return ['`', "'", '"', '*'].some((mark) => line.includes(mark + name + mark));
}

function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1))
    if (!/[\w$]/.test(text[at - 1] ?? '') && !/[\w$]/.test(text[at + word.length] ?? '')) return true;
  return false;
}

/** A name that is not taken beside one that is and is not told of: the parameter was renamed. */
function invented(
  { file, name, symbol }: Callable,
  surplus: readonly (readonly [string, NamedText])[],
  missing: Parameter[],
  takesMore: boolean,
): Fault[] {
  const alone = surplus.length === 1 && missing.length === 1;
  return surplus.flatMap(([written, { line }]) => {
    // Where anything may be passed on, another name alone does not tell of a new one.
    const renamed = renamedTo(written, missing, alone && !takesMore);
    if (renamed === null && takesMore) return [];
    if (renamed !== null) missing.splice(missing.indexOf(renamed), 1);
    return [
      {
        rule: 'docs/parameter-invented' as const,
        file: file.path,
        line,
        message: `${described(symbol, name)} documents a parameter \`${written}\`, which it does not take.`,
        suggestion: didYouMean(renamed === null ? null : plain(renamed.name)),
        subject: `${name}(${written})`,
      },
    ];
  });
}

function renamedTo(written: string, missing: readonly Parameter[], alone: boolean): Parameter | null {
  const limit = Math.max(2, Math.floor(written.length / 2));
  const ranked = missing
    .map((one) => ({ one, distance: editDistance(written.toLowerCase(), plain(one.name).toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const turned = missing.find((one) => wordsOf(plain(one.name)) === wordsOf(written));
  if (turned !== undefined) return turned;
  const [best] = ranked;
  return best !== undefined && (alone || best.distance <= limit) ? best.one : null;
}

/** `dateLeft` and `leftDate` are the same words. */
function wordsOf(name: string): string {
  return name
    .split(/_|(?=[A-Z])/)
    .map((word) => word.toLowerCase())
    .sort()
    .join(' ');
}

function omitted({ file, name, symbol, doc }: Callable, missing: readonly Parameter[]): Fault[] {
  return missing.map((parameter) => ({
    rule: 'docs/parameter-omitted',
    file: file.path,
    line: doc.params[0]?.line ?? doc.line,
    message: `${described(symbol, name)} documents other parameters, but not \`${plain(parameter.name)}\`.`,
    suggestion: `Say what \`${plain(parameter.name)}\` is for.`,
    subject: `${name}(${plain(parameter.name)})`,
  }));
}

/** How a symbol is spoken of at the beginning of a sentence. */
export function described({ kind }: Pick<SourceSymbol, 'kind'>, name: string): string {
  const word = kind === 'constant' || kind === 'variable' ? 'function' : kind;
  return `The ${word} \`${name}\``;
}
