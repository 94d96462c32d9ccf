import type { RuleId } from './rules.ts';
import type { CallExpression, Expression, MemberExpression } from './syntax.ts';
import { carrying, constantValue, joinTaints, madeSafe, UNKNOWN, type Value } from './values.ts';

const ADDRESSES: readonly RuleId[] = ['server-side-request-forgery', 'open-redirect'];

/** A text of several parts. */
export function joined(values: readonly Value[]): Value {
  const isFixed = values.every((value) => value.isFixed);
  const constants = values.map(({ constant }) => constant);
  if (isFixed && constants.every((one) => one !== undefined)) return constantValue(constants.join(''));
  const prefix = values[0]?.isFixed === false && values[0].prefix === '' ? '' : prefixOf(values);
  return carrying(joinTaints(afterFolder(afterHost(afterQuestion(values)))), { isFixed, isBuilt: !isFixed, prefix });
}

/** The fixed text that begins what `'\n'.join(lines)` gives. */
export function prefixOfList(name: string, args: readonly Value[]): string {
  // What is compiled begins as its text does.
  if (name === 'compile') return args[0]?.prefix ?? '';
  return name.endsWith('.join') ? (args[0]?.items?.[0]?.prefix ?? '') : '';
}

/** An address that stops before the end of its host: `http://`, `https://api.`. */
const BEGINS_ADDRESS = /^[a-z][a-z\d+.-]*:\/\/[^/]*$/i;

/** The address that was asked, to its end: a slash, or the path. */
const OWN_ADDRESS = /(?:^|[.$])request\.(?:url_root|host_url|root_url|base_url)$/;

/**
 * What comes after a host that nobody outside chooses, and a slash, does not choose where an address leads: of
 * `${base}/${id}` and of `http://${HOST}:${PORT}/${id}` as well.
 */
function afterHost(values: readonly Value[]): readonly Value[] {
  const [first] = values;
  if (first === undefined || first.taints.length > 0) return values;
  if (OWN_ADDRESS.test(first.name ?? '') || isOwnPath(values)) return values.map((value) => madeSafe(value, ADDRESSES));
  if (first.isFixed && !BEGINS_ADDRESS.test(first.prefix)) return values;
  const at = values.findIndex(
    ({ prefix, taints }, index) => taints.length > 0 || (prefix.includes('/') && !(first.isFixed && index === 0)),
  );
  const end = values[at];
  // The slash may be the first character of what comes from outside.
  if (end === undefined || (end.taints.length > 0 && !end.prefix.startsWith('/'))) return values;
  return values.map((value, index) => (index >= at ? madeSafe(value, ADDRESSES) : value));
}

const QUERY_OR_FRAGMENT = /^(?:(?:(?:window|document|self|globalThis)\.)?location|URL\(\))\.(?:search|hash)$/;

/** A part of an address that is empty or brings its own `?` or `#`. */
function isQueryOrFragment({ name, taints }: Value): boolean {
  return QUERY_OR_FRAGMENT.test(name ?? '') && taints.every(({ root }) => /\.(?:search|hash)$/.test(root));
}

/** What comes after `?` or `#` does not choose where an address leads. */
function afterQuestion(values: readonly Value[]): readonly Value[] {
  const at = values.findIndex(({ prefix }) => /[?#]/.test(prefix));
  return values.map((value, index) => {
    const isBehind = at >= 0 && index > at;
    return isBehind || isQueryOrFragment(value) ? madeSafe(value, ADDRESSES) : value;
  });
}

/** The path of an address that was taken apart: no part of it leads up any more, and it begins with a slash. */
const NORMAL_PATH = /(?:^|\.)URL\(\)\.pathname$/;

const PATHS: readonly RuleId[] = ['path-traversal', 'zip-slip'];

/** Behind a folder that nobody outside chooses, such a path stays in it. */
function afterFolder(values: readonly Value[]): readonly Value[] {
  const [first] = values;
  const isFolder = first !== undefined && first.taints.length === 0 && !/(?:^|:)[\\/]*$/.test(String(first.constant));
  if (!isFolder) return values;
  return values.map((value, at) => (at > 0 && NORMAL_PATH.test(value.name ?? '') ? madeSafe(value, PATHS) : value));
}

/** What a call that joins paths is given; `resolve` begins anew at a slash. */
export function behindFolder(name: string, given: readonly Value[]): readonly Value[] {
  return /^path(?:\.posix|\.win32)?\.join$/.test(name) ? afterFolder(given) : given;
}

/** The name of what a call gives: the path of an address without its first slash is still one. */
export function nameOfResult(name: string, [first, second]: readonly Value[]): string | null {
  if (name === '') return null;
  const [path, method] = [name.slice(0, name.lastIndexOf('.')), name.slice(name.lastIndexOf('.') + 1)];
  const isCut = /^(?:slice|substring)$/.test(method) && first?.constant === 1 && second === undefined;
  const isReplaced = method === 'replace' && /^\^\\?\/\+?$/.test(first?.pattern ?? '') && second?.constant === '';
  if (NORMAL_PATH.test(path) && (isCut || isReplaced)) return path;
  return `${name}(${losesSlashes(method, first, second) ? SLASHES : ''})`;
}

/** What stands in the name of a text for the slashes that it does not begin with. */
const SLASHES = '/';

/** `text.lstrip('/\\')`, `text.replace(/^[\\/]+/, '')`: browsers take a backslash for a slash. */
function losesSlashes(method: string, first: Value | undefined, second: Value | undefined): boolean {
  const characters = String(first?.constant ?? '');
  if (/^l?strip$/.test(method)) return characters.includes('/') && characters.includes('\\');
  return (
    method === 'replace' && second?.constant === '' && /^\^\[(?:\\?\/|\\\\){2,4}\][+*]$/.test(first?.pattern ?? '')
  );
}

/** Behind a single slash such a text is a path of the same host. */
function isOwnPath([first, second]: readonly Value[]): boolean {
  return first?.constant === '/' && (second?.name?.endsWith(`(${SLASHES})`) ?? false);
}

const ADDRESS = /(?:^|\.)URL\(\)$|[uU]rl\.clone\(\)$/;

/**
 * What is left of an address after `url.hostname = value`: a host that no request chooses fixes where it leads, and
 * another address takes the place of the whole. Null where it stays as it is.
 */
export function withPart(address: Value, property: string | null, value: Value): Value | null {
  if (!ADDRESS.test(address.name ?? '')) return null;
  if (property === 'href') return { ...address, taints: value.taints, prefix: value.prefix };
  if (property !== 'hostname' && property !== 'host') return null;
  return value.taints.every(({ level }) => level === 'parameter') ? madeSafe(address, ADDRESSES) : null;
}

function prefixOf(values: readonly Value[]): string {
  let prefix = '';
  for (const value of values) {
    prefix += value.prefix;
    if (typeof value.constant !== 'string') break;
  }
  return prefix;
}

/** `text.replace(/[^a-z0-9]/g, '')`, `re.sub('[^a-z]', '', text)`: only characters of a fixed set are left. */
export function keepsOnlyFixed(name: string, args: readonly Value[]): boolean {
  if (!/\.(?:replace|replaceAll)$|^re\.sub$/.test(name)) return false;
  const pattern = args[0]?.pattern ?? args[0]?.constant;
  return typeof pattern === 'string' && /^\[\^[\w\\.\s@:-]+\][+*]?$/.test(pattern) && args[1]?.isFixed === true;
}

/**
 * The rules that a replacement makes a text harmless for: `text.replace(/[&<>]/g, …)` replaces the characters that
 * begin a tag, `text.replace("'", "''")` doubles the quote that would end a text of SQL.
 */
export function replacedIn(node: CallExpression, name: string, args: readonly Value[]): readonly RuleId[] {
  if (name.endsWith('.join')) return doubles(separatorOf(node), args[0]);
  if (!/\.(?:replace|replaceAll)$|^re\.sub$/.test(name)) return [];
  const pattern = args[0]?.pattern ?? args[0]?.constant;
  if (typeof pattern !== 'string') return [];
  if (/^(?:<|\[(?!\^)[^\]]*<[^\]]*\]\+?)$/.test(pattern)) return ['cross-site-scripting'];
  return doubles(pattern, args[1]);
}

function doubles(quote: string | null, written: Value | undefined): readonly RuleId[] {
  return quote !== null && /^['"`\]]$/.test(quote) && written?.constant === quote + quote ? ['sql-injection'] : [];
}

/** What a text was taken apart at that is put together again: `name.split('"').join('""')` doubles it. */
function separatorOf({ callee }: CallExpression): string | null {
  const parts = callee.kind === 'member' ? callee.object : null;
  if (parts?.kind !== 'call' || parts.callee.kind !== 'member' || parts.callee.property !== 'split') return null;
  const [separator] = parts.args;
  return separator?.kind === 'literal' && typeof separator.value === 'string' ? separator.value : null;
}

/** What is left of a value from outside in one of its properties. */
export function leftInProperty(property: string, object: Value, value: Value): Value {
  // What a class or a function is called, and what is said of it, stands in the program.
  if (/^__(?:name|qualname|module|doc)__$/.test(property)) return { ...UNKNOWN, name: value.name };
  // How large something is on the screen.
  if (/^(?:(?:offset|client|scroll|inner|outer)(?:Width|Height|Top|Left)|byteLength|valueAsNumber)$/.test(property))
    return { ...UNKNOWN, name: value.name };
  // A constant of what is handed over.
  const isOfCaller = object.taints.every(({ level }) => level === 'parameter');
  if (isOfCaller && /^[A-Z][A-Z\d]*(?:_[A-Z\d]+)*$/.test(property)) return { ...UNKNOWN, name: value.name };
  // Django's name of what the database numbers its rows by.
  if (isOfCaller && property === 'pk') return { ...UNKNOWN, name: value.name };
  // HTML of a page is in the page already.
  if (property === 'innerHTML' || property === 'outerHTML') return madeSafe(value, ['cross-site-scripting']);
  // A file name without its folders.
  const isBase = property === 'name' && /(?:^|\.)(?:Path|PurePath|resolve)\(\)$/.test(object.name ?? '');
  return isBase ? madeSafe(value, ['path-traversal']) : value;
}

/** `name.rsplit('.', 1)[-1]`, `os.path.splitext(name)[1]`, `name.split('.').pop()`: no dot is left that leads up. */
export function isEnding(node: MemberExpression | CallExpression): boolean {
  const isPicked = node.kind === 'call';
  if (isPicked && (node.callee.kind !== 'member' || !/^(?:pop|at)$/.test(node.callee.property ?? ''))) return false;
  const parts = isPicked ? (node.callee.kind === 'member' ? node.callee.object : null) : node.object;
  if (parts?.kind !== 'call' || parts.callee.kind !== 'member') return false;
  const { property } = parts.callee;
  if (!isPicked && property === 'splitext') return numberOf(node.index) === 1;
  const separator = parts.args[0];
  const atDots = separator?.kind === 'literal' && separator.value === '.';
  if (!atDots || (property !== 'split' && property !== 'rsplit')) return false;
  if (isPicked) return parts.args.length === 1 && (node.args.length === 0 || numberOf(node.args[0]) === -1);
  return numberOf(node.index) === -1 && (property === 'rsplit' || parts.args.length === 1);
}

/**
 * `request.form[upload_path_field]`, where settings are a part of the field's name: the server before the program has
 * stored an upload and says there where.
 */
export function isFieldOfServer({ index }: MemberExpression, name: Value | null): boolean {
  if (index?.kind !== 'name' || !/upload\w*path|path\w*upload/i.test(index.name)) return false;
  return name?.isBuilt === true && name.taints.length === 0;
}

function numberOf(node: Expression | null | undefined): number | null {
  if (node?.kind === 'literal') return typeof node.value === 'number' ? node.value : null;
  const [inner] = node?.kind === 'mixed' && node.isNumber ? node.parts : [];
  return inner?.kind === 'literal' && typeof inner.value === 'number' ? -inner.value : null;
}

/** Calls that give the same for the same, so that fixed arguments make a fixed value. */
export function isConversion(name: string): boolean {
  return /^(?:Buffer|String|Object|Array|Number|bytes|str|bytearray|list|tuple|set|frozenset|Set|Map|dict|JSON|base64|binascii)(?:\.\w+)?$|(?:^|\.)(?:b64decode|unhexlify|fromhex|encode|repeat|ljust|join|path\.join|path\.resolve|freeze|parse)$/.test(
    name,
  );
}

/** `'?' * count`, `['%s'] * count`: however often, always the same characters. */
export function isRepeated(parts: readonly Value[]): boolean {
  return parts.some(({ isFixed, constant, items }) => isFixed && (typeof constant === 'string' || items !== null));
}

/** Whether a call's whole input is fixed; `Buffer` and the like are. */
export function isFixedCall(receiver: Value | null, given: readonly Value[]): boolean {
  const isGlobal = receiver?.name !== null && receiver !== null && /^[\w.]+$/.test(receiver.name);
  return given.every(({ isFixed }) => isFixed) && (receiver === null || receiver.isFixed || isGlobal);
}
