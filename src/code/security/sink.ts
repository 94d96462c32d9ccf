import type { Severity } from '../findings.ts';
import type { Collector } from './collector.ts';
import type { Language } from './language.ts';
import type { CallSite } from './observer.ts';
import type { RuleId } from './rules.ts';
import type { Value } from './values.ts';

/** A call that must not be given what comes from outside. */
export interface Sink {
  readonly rule: RuleId;
  /** The whole dotted name. */
  readonly name: RegExp;
  /** Which arguments; `receiver` is what the method is called on. */
  readonly args: readonly (number | 'receiver' | 'all')[];
  readonly keys?: readonly string[];
  /** A parameter counts only where a text was put together of it. */
  readonly needsBuilt?: boolean;
  /** The gravest that it is told as, where it does less than its rule says, and what it does. */
  readonly less?: { readonly worst: Severity; readonly effect: string; readonly cwe?: string };
  readonly only?: (site: CallSite, value: Value, collector: Collector) => boolean;
}

/** Says of a file whether it is there, and what of: nothing of what it holds. */
export const LOOKS_ONLY = { worst: 'low', effect: 'tells whether the file of that path is there' } as const;

const SQL =
  /^\s*[("']*\s*(?:select|insert|update|delete|replace|merge|with|create|alter|drop|truncate|exec|call|pragma|grant|set|show|explain|where|order by|and|or)\b/i;
const DATABASE =
  /curs|conn|(?:^|[^a-z])db|session|engine|database|sqlite|psycopg|mysql|postgres|pool|knex|sequelize|prisma|client|transaction|trx|objects|query/i;

/** It reads like SQL, or it is given to what is called like a database. */
export function isSql(site: CallSite, value: Value): boolean {
  if (SQL.test(value.prefix)) return true;
  return (
    DATABASE.test(site.receiver?.name ?? site.name) &&
    /(?:execute\w*|fetch_?(?:all|one|row|val)|query|raw|unsafe|literal|text|whereRaw|orderByRaw|executescript|\$\w+)$/i.test(
      site.name,
    )
  );
}

/** The host is part of the fixed text before it. */
function hasFixedHost(value: Value): boolean {
  return /^(?:https?:)?\/\/[^/]+\/|^\/(?![/\\])./.test(value.prefix);
}

/**
 * The page's own address leads to where the visitor is already, as the second part of `new URL(path, location.href)`
 * too. What else chooses is told where a request does.
 */
function isOwnAddress({ taints }: Value): boolean {
  const choosing = taints.filter(({ level, safeFor }) => level === 'request' && !safeFor.has('open-redirect'));
  return choosing.every(({ root }) => /(?:^|\.)location\.(?:href|pathname)(?:\[\])*$/.test(root));
}

/** The text decides which host an address has. */
export function choosesHost(value: Value): boolean {
  return !hasFixedHost(value) && !isOwnAddress(value);
}

/**
 * The same for where a visitor is sent: not the address that was asked for, nor that of the page the visitor comes
 * from, nor a cookie, which no other site can set.
 */
export const mayChooseTarget = (_: CallSite, value: Value): boolean =>
  choosesHost(value) &&
  !value.taints.every(
    ({ root, level, safeFor }) =>
      level !== 'request' ||
      safeFor.has('open-redirect') ||
      /(?:^|\.)(?:req|request)\.(?:url|originalUrl|path|full_path|hostname|host|nextUrl(?:\.(?:href|origin|pathname|search))?)(?:\[\])*$|(?:get|header)\((?:referr?er|host)\)$|\bheaders\.(?:referr?er|host)$|HTTP_(?:REFERER|HOST)$|\.(?:signedC|c|C)ookies\b|\.COOKIES\b/i.test(
        root,
      ),
  );

/** The text decides which host is asked. */
export const mayChooseHost = (_: CallSite, value: Value): boolean => choosesHost(value);

/** `{ dispatcher: ssrfSafeDispatcher }`: the connection itself refuses addresses of one's own. */
function isGuarded(key: string, name: string | null): boolean {
  return /^(?:dispatcher|(?:https?)?agent|lookup)$/i.test(key) && /ssrf|safe|guard|filter/i.test(name ?? '');
}

/**
 * The same where a server asks: what a page asks for is the business of its browser, and only pages have an address.
 */
export const mayChooseServer = (site: CallSite, value: Value): boolean =>
  mayChooseHost(site, value) &&
  !site.args.some(({ entries }) => [...(entries ?? [])].some(([key, { name }]) => isGuarded(key, name))) &&
  !value.taints.some(({ root }) => /^(?:(?:window|document|self)\.)?location\./.test(root));

/** A parameter as it was given: the function is for running what its callers write. */
export function isHandedOn({ taints, isBuilt, items, name }: Value): boolean {
  const [only] = taints;
  const isWhole = !isBuilt && items === null && /^\$\w+(?:\.(?:encode|decode|strip|trim)\(\))?$/.test(name ?? '');
  return isWhole && taints.length === 1 && only?.level === 'parameter' && /^\w+$/.test(only.root);
}

/** `shell=True`, `{ shell: true }`. */
export function usesShell({ args, named }: CallSite): boolean {
  if (named.get('shell')?.constant === true) return true;
  const last = args.at(-1)?.entries?.get('shell');
  return last !== undefined && last.constant !== false && (last.isFixed || last.constant === true);
}

/** `sh -c text`. */
export function startsShell({ args }: CallSite): boolean {
  const program = args[0]?.items?.[0]?.constant ?? args[0]?.constant;
  const list = args[0]?.items ?? args[1]?.items ?? [];
  return (
    /(?:^|\/)(?:ba|z|da)?sh$|^cmd(?:\.exe)?$|^powershell/.test(String(program)) &&
    list.some(({ constant }) => /^[-/]l?c$/i.test(String(constant)))
  );
}

/** A query of MongoDB: other libraries put theirs under `where`, and arrays are searched with functions. */
export function isMongo({ receiver, args, name }: CallSite, value: Value, collector: Collector): boolean {
  const [first] = args;
  if (first === undefined || first.made !== null || first.entries?.has('where') === true) return false;
  if (/\.update$/.test(name) && args.length < 2) return false;
  const called = receiver?.name ?? '';
  const isModel =
    /(?:^|[./])models?(?:\/|\.|$).*|\.[A-Z]\w*$|^\$[A-Z]\w*$/.test(called) &&
    collector.hasImport(/models?(?:\/|$|\.)/i);
  const isDriver = collector.hasImport(/mongo|monk|nedb|marsdb/i) || /collection|mongo/i.test(called);
  return (isModel || isDriver) && mayBeObject(value);
}

/** Bodies and parsed query strings hold objects; parts of a path and built texts are strings. */
export function mayBeObject(value: Value): boolean {
  if (value.entries !== null) return [...value.entries.values()].some(mayBeObject);
  return (
    !value.isBuilt &&
    value.taints.some(
      ({ root, level, safeFor }) =>
        level === 'request' &&
        !safeFor.has('nosql-injection') &&
        /(?:body|query|json|get_json)\b/.test(root) &&
        !/params|headers|query_params/.test(root),
    )
  );
}

/**
 * A request chooses the path, or a parameter that is called like the name of one file in a fixed folder: what is meant
 * to stay in there can lead out of it.
 */
export function choosesFile(_: CallSite, value: Value, { language }: Collector): boolean {
  // A file in memory has no path.
  if (/(?:^|\.)(?:BytesIO|StringIO)\(\)$/.test(value.name ?? '')) return false;
  const isNamedHere = (root: string) => UPLOAD.test(root) || NAMED_BY_SERVER[language].test(root);
  if (
    value.taints.some(
      ({ level, root, safeFor }) => level === 'request' && !safeFor.has('path-traversal') && !isNamedHere(root),
    )
  )
    return true;
  const isJoined = value.isBuilt
    ? value.prefix.includes('/')
    : /(?:^|\.)(?:join|resolve|joinpath)\(\)$/.test(value.name ?? '');
  return isJoined && value.taints.length === 1 && value.taints.every(({ root }) => ONE_FILE.test(root));
}

/** An upload itself; its name is one of its properties. */
const UPLOAD = /(?:^|\.)(?:files|FILES)(?:\.get(?:list)?\(\))?(?:\.(?!filename\b|name\b)[\w-]+|\[\])(?:\[\])*$/;

/**
 * What a server calls an upload that it has stored, or how it takes what the browser calls it: multer, formidable and
 * express-fileupload make the name up, Django takes the base name. Flask's `filename` is what the browser says.
 */
const NAMED_BY_SERVER: Readonly<Record<Language, RegExp>> = {
  script:
    /(?:^|\.)(?:req|request)\.files?(?:\.[\w-]+|\[\])*\.(?:path|filepath|filename|tempFilePath|newFilename|key|destination|buffer|data|size|mimetype)(?:\[\])*$/,
  python: /(?:^|\.)FILES(?:\.get(?:list)?\(\))?(?:\.[\w-]+|\[\])+\.name$/,
};

const ONE_FILE =
  /^(?:(?:requested|uploaded|user|attachment|document|report|invoice|avatar|image|upload|download)_?)?(?:file_?name|name|key|slug)$/i;

const WRITES = /(?:write\w*|createWriteStream|append\w*|open|mkdir\w*|outputFile|copyfileobj|makedirs)$/;

/** `open(path)`, `open(path, 'rb')` of Python. */
function onlyReads({ name, args, named }: CallSite): boolean {
  if (!/^(?:io\.)?open$/.test(name)) return false;
  const mode = args[1] ?? named.get('mode');
  return mode === undefined || (typeof mode.constant === 'string' && /^[rbt]+$/.test(mode.constant));
}

/** Code that is run under the name of its file was read from there: a loader of plugins or modules. */
export function isCodeOfFile({ args }: CallSite, { taints }: Value): boolean {
  const last = args.at(-1);
  const file = last?.entries?.get('filename') ?? (args.length > 1 ? last : undefined);
  const isNamed = file !== undefined && file.entries === null && (file.taints.length > 0 || file.name !== null);
  return isNamed && taints.every(({ level }) => level === 'parameter');
}

/**
 * A template that is compiled under the name of its file was read from there: `nunjucks.compile(text, env, path)`,
 * `pug.compile(text, { filename })`.
 */
export function isTemplateOfFile({ name, args }: CallSite, { taints }: Value): boolean {
  const given = name === 'nunjucks.compile' ? args[2] : undefined;
  const file = given ?? args.slice(1).flatMap(({ entries }) => entries?.get('filename') ?? [])[0];
  const isNamed = file !== undefined && file.entries === null && (file.taints.length > 0 || file.name !== null);
  return isNamed && taints.every(({ level }) => level === 'parameter');
}

/** A line of Python whose statement ends on a later one. */
const GOES_ON = /(?:[([{,=\\.+]|\b(?:and|or|not|in|is|if|else|await|yield))[ \t]*\n\s*$/;

/** `env.from_string(text)` as a statement of its own: it says whether the text can be compiled, and renders nothing. */
export function isOnlyCompiled({ name, node: { start, end } }: CallSite, { text }: Collector): boolean {
  if (!/(?:^|\.)(?:from_string|Template)$/.test(name)) return false;
  const before = text.slice(Math.max(0, start - 800), start).replace(/^[ \t]*#[^\n]*\n/gm, '');
  const isFirst = /(?:^|[\n;])[ \t]*$/.test(before) && !GOES_ON.test(before);
  return isFirst && /^[ \t]*(?:#[^\n]*)?(?:$|;|\r?\n(?!\s*[)\]},.]))/.test(text.slice(end, end + 400));
}

/** The path is one that an archive names. */
export function fromArchive(site: CallSite, value: Value, { text }: Collector): boolean {
  return (
    WRITES.test(site.name) &&
    /zip|\btar\b|tarball|tarfile|yauzl|archive|extract/i.test(text) &&
    !onlyReads(site) &&
    value.taints.some(
      ({ root, safeFor }) =>
        !safeFor.has('zip-slip') &&
        /^(?:entry|zipEntry|header|file)\.(?:\w*path|\w*name)$|archive|\.entryName$/i.test(root),
    )
  );
}

/** `HttpResponse(text)` is a page unless it says otherwise. */
export function isPage({ name, named, args, node }: CallSite, value: Value, collector: Collector): boolean {
  // Only the text that would be shown is taken of it.
  if (/^\s*\.(?:striptags|unescape)\(/.test(collector.text.slice(node.end, node.end + 40))) return false;
  // The type of the answer is said below it.
  if (
    /\.(?:headers\[['"]content-type['"]\]|content_type|mimetype)\s*=\s*['"](?!text\/html)/i.test(
      collector.text.slice(node.end, node.end + 200),
    )
  )
    return false;
  const type = named.get('content_type')?.constant ?? named.get('mimetype')?.constant;
  if (type !== undefined && !/html/.test(String(type))) return false;
  return (
    /(?:mark_safe|Markup|SafeString|SafeText|HTMLResponse)$/.test(name) ||
    (args.length > 0 && (value.isBuilt || value.entries === null))
  );
}
