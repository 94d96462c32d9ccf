import type { Language } from './language.ts';
import type { RuleId } from './rules.ts';
import type { Scope } from './scope.ts';
import { type CallExpression, pathOf } from './syntax.ts';
import { carrying, joinTaints, madeSafe, type Value, withoutSafety } from './values.ts';

/** Calls whose result carries what they are given, by the whole name of what is called. */
const PASSES: Readonly<Record<Language, RegExp>> = {
  script:
    /^(?:String|Object|Array|decodeURI|decodeURIComponent|encodeURI|encodeURIComponent|unescape|escape|URL|URLSearchParams|Buffer|JSON\.parse|JSON\.stringify|Object\.(?:assign|values|entries|fromEntries|keys)|Array\.from|Buffer\.(?:from|concat)|Promise\.(?:all|resolve)|(?:node:)?path(?:\.posix|\.win32)?\.(?:join|resolve|normalize|dirname|basename|relative)|(?:url|querystring|qs)\.(?:parse|format|resolve|unescape)|join|resolve|normalize|util\.(?:format|inspect)|atob|structuredClone|_\.(?:merge|template|escape|get|pick)|lodash\.\w+|handlebars\.SafeString|Handlebars\.SafeString)$|(?:sanitize|escape|quote|encode|decode|purify|stringify|serialize|trunc)\w*$/i,
  python:
    /^(?:compile|str|bytes|list|tuple|set|dict|sorted|reversed|iter|next|repr|format|re\.(?:sub|split|findall|finditer)|json\.(?:loads|dumps)|os\.path\.(?:join|abspath|realpath|normpath|expanduser|dirname|basename)|os\.fsencode|os\.fspath|(?:pathlib\.)?(?:Path|PurePath)|urllib\.parse\.\w+|urljoin|urlparse|unquote|quote|base64\.\w+|b64decode|(?:urllib\.request\.)?Request|html\.(?:escape|unescape)|markupsafe\.(?:Markup|escape)|io\.(?:BytesIO|StringIO)|BytesIO|StringIO|zip|enumerate|filter|map|sqlalchemy\.text|text|textwrap\.dedent|shlex\.(?:quote|split|join)|copy\.(?:copy|deepcopy)|django\.utils\.\w+\.\w+|werkzeug\.utils\.\w+)$|(?:sanitize|escape|clean|quote|encode|decode|secure_filename|safe_join)\w*$/i,
};

/** Methods whose result carries what they are called on, and for some what they are given. */
const METHODS =
  /\.(?:trim\w*|strip|lstrip|rstrip|to\w*Case|lower|upper|title|replace\w*|slice|sub\w*|split\w*|rsplit|partition|rpartition|concat|join|joinpath|repeat|pad\w+|toString|valueOf|decode|encode|get|getAll|get_json|getlist|getfirst|items|values|keys|entries|pop|shift|at|read|readlines|json|text|formData|blob|arrayBuffer|format|copy|as_posix|resolve|absolute|expanduser|with_suffix|with_name|reverse|sort|filter|map|flat|flatMap|find|match|group|groups|then|catch|finally|all|first|charAt|removeprefix|removesuffix|casefold|capitalize|splitlines|body|param|params|query|header|valueOf|setdefault|save|toArray|normalize|zfill|model_dump|dict)$/;

/** Methods for which what they are given is part of the result as well. */
const GIVEN = /\.(?:join|concat|replace\w*|joinpath|with_name|with_suffix|padEnd|padStart|format|get|pop|setdefault)$/;

/** The values that the result of a call is made of. */
export function passesOn(
  language: Language,
  name: string,
  receiver: Value | null,
  given: readonly Value[],
): readonly Value[] {
  const plain = name.replace(/^\$/, '');
  // What is looked for is not what is found.
  if (language === 'python' && /^re\.\w+$/.test(plain)) return PASSES.python.test(plain) ? given.slice(1) : [];
  if (PASSES[language].test(plain))
    return receiver !== null && receiver.taints.length > 0 ? [receiver, ...given] : given;
  if (receiver === null || !METHODS.test(name)) return [];
  // Looking something up by a name gives what is stored there.
  if (/\.(?:get|pop|at|getAll|getlist)$/.test(name)) return [receiver, ...given.slice(1)];
  // What is taken out is not in what is left.
  if (/\.replace\w*$/.test(name)) return [receiver, ...given.slice(1)];
  return GIVEN.test(name) ? [receiver, ...given] : [receiver];
}

/** Methods that give what a function makes of each element, and nothing else of the list. */
export const MAPS = /\.(?:map|flatMap)$/;

/**
 * What a call is made of: what it passes on, and what functions that it is given return. Of a list whose elements are
 * mapped that is what comes of them: `names.map((one) => quote(one))` is quoted, `ids.map(() => '?')` holds no id.
 */
export function withReturned(name: string, carried: readonly Value[], returned: Value | null): readonly Value[] {
  if (returned === null) return carried;
  if (!MAPS.test(name)) return [...carried, returned];
  const left = joinTaints(carried).flatMap((taint) => {
    const made = returned.taints.filter(({ root }) => root.startsWith(taint.root));
    const safeFor = made
      .map((one) => one.safeFor)
      .reduce((some, more) => some.intersection(more), made[0]?.safeFor ?? taint.safeFor);
    return made.length === 0 ? [] : [{ ...taint, safeFor }];
  });
  return [carrying(left), returned];
}

/** `list.append(x)`, `params.push(x)`: the list carries it from now on. */
export function keepAdded(
  language: Language,
  node: CallExpression,
  { name, args }: { readonly name: string; readonly args: readonly Value[] },
  scope: Scope,
): void {
  if (!/\.(?:append|push|extend|unshift|add|update|set|insert)$/.test(name) || node.callee.kind !== 'member') return;
  const path = pathOf(node.callee.object);
  const old = path === null ? null : scope.get(path);
  // A key is looked up, and not what is found; a place in a list is a number.
  const isPlaced = name.endsWith('.set') || (language === 'python' && name.endsWith('.insert'));
  const taints = joinTaints(isPlaced && args.length > 1 ? args.slice(1) : args);
  if (path === null || old === null) return;
  if (taints.length === 0) {
    const isFixed = old.isFixed && args.every((one) => one.isFixed);
    if (!isFixed) scope.set(path, { ...old, isFixed, items: old.items === null ? null : [...old.items, ...args] });
    return;
  }
  scope.set(path, { ...old, isFixed: false, isOpen: true, taints: joinTaints([old, carrying(taints)]), items: null });
}

interface Cleaning {
  readonly name: RegExp;
  /** Null: nothing is left of what came in. */
  readonly rules: readonly RuleId[] | null;
}

const MARKUP: readonly RuleId[] = ['cross-site-scripting'];

/** Names of functions that write a name or a text as SQL has it: `escape_sqlite`, `quoteIdentifier`. */
const SQL_QUOTING =
  /(?:^|[._$])(?:escape|quote)_?(?:sqlite|sql|identifier|ident|id|name|table|column|literal)(?:_?names?)?$|(?:^|[._$])(?:sql|sqlite|identifier)_?(?:escape|quote)$/i;

/** Names of functions that write a text as filters of LDAP have it: `escapeLdapFilter`. */
const LDAP_QUOTING = /ldap-?escape(?:\.\w+)?$|escape_?(?:ldap\w*|filter\w*)$/i;

/** Names of functions that give a path back without what leads up: `sanitizePathname`, `safe_file_name`. */
const SAFE_PATH = /(?:^|[._$/])(?:sanitize|safe|secure)_?(?:path(?:_?name)?|file_?(?:name|path))$/i;

/** Names of functions that give an address back only where it may be gone to: `safe_referrer`, `getSafeRedirect`. */
const SAFE_ADDRESS = /(?:^|[._$])(?:get_?)?safe_?(?:referr?er|redirect|next|url|return)\w*$/i;

/** Python's functions that write a text as a part of an address, but for its slashes. */
const KEEPS_SLASHES = /^(?:urllib\.parse\.quote|(?:werkzeug\.urls\.)?url_quote|(?:django\.utils\.http\.)?urlquote)$/;

/**
 * The rules that a text is harmless for once its slashes are written as signs of a part as well:
 * `quote(text, safe='')`. With them it may still begin with a host, or lead out of a folder.
 */
export function withoutSlashes(name: string, given: Value | undefined): readonly RuleId[] {
  const isWhole = typeof given?.constant === 'string' && !given.constant.includes('/');
  return isWhole && (KEEPS_SLASHES.test(name) || name === 'quote')
    ? ['open-redirect', 'path-traversal', 'zip-slip']
    : [];
}

const CLEANING: Readonly<Record<Language, readonly Cleaning[]>> = {
  script: [
    { name: /^(?:Number|parseInt|parseFloat|BigInt|Boolean|Date|Number\.\w+|Math\.\w+|Date\.\w+)$/, rules: null },
    { name: /\.(?:length|indexOf|localeCompare|getTime|test|digest|hash|hashSync|verify)$/, rules: null },
    {
      name: /^encodeURIComponent$/,
      rules: [
        'cross-site-scripting',
        'header-injection',
        'path-traversal',
        'server-side-request-forgery',
        'open-redirect',
        'command-injection',
      ],
    },
    { name: /^encodeURI$/, rules: ['header-injection'] },
    // It writes what it holds as parts of an address.
    { name: /(?:^|\.)URLSearchParams\(\)\.toString$/, rules: ['cross-site-scripting', 'header-injection'] },
    {
      name: /(?:^|\.)path(?:\.\w+)?\.basename$|^basename$|(?:^|\.)sanitize-?filename$|(?:^|[$.])sanitizeFilename$/i,
      rules: ['path-traversal', 'zip-slip'],
    },
    {
      name: /(?:^|[$.])(?:DOMPurify|dompurify|purify)(?:\.\w+)?$|sanitize(?:-html|Html|HTML)?$|(?:escape|encode)_?-?(?:html|HTML|Html)(?:\.\w+)?$|^(?:escape|xss|he\.(?:encode|escape)|validator\.escape|_\.escape|lodash\.escape|entities\.encode\w*)$|[$.](?:escape|esc)$/,
      rules: MARKUP,
    },
    {
      name: /escapeStringRegexp|escape-string-regexp|escapeReg(?:Ex|exp|Exp)\w*$|regexEscape$|RegExp\.escape$/i,
      rules: ['regular-expression-denial'],
    },
    {
      name: /(?:shell-quote|shellQuote|shell-escape|shellEscape|shescape)(?:\.\w+)?$|(?:quote|escape)Shell\w*$/i,
      rules: ['command-injection'],
    },
    {
      name: /(?:mysql2?|sqlstring|pg-format|SqlString|connection|pool|db|client|sequelize)(?:\(\))?\.(?:escape|escapeId|escapeIdentifier|escapeLiteral|format|literal|ident)$|^pg-format$/,
      rules: ['sql-injection'],
    },
    { name: SQL_QUOTING, rules: ['sql-injection'] },
    { name: SAFE_PATH, rules: ['path-traversal', 'zip-slip'] },
    { name: /(?:^|\.)(?:String|toString)$/, rules: ['nosql-injection'] },
    { name: LDAP_QUOTING, rules: ['ldap-injection'] },
    { name: /mongo-?sanitize(?:\.\w+)?$/i, rules: ['nosql-injection'] },
    { name: /(?:^|\.)path(?:\.\w+)?\.extname$|^extname$/, rules: ['path-traversal', 'zip-slip'] },
    { name: /\.(?:pick|parse|safeParse|parseAsync)$/, rules: ['nosql-injection', 'mass-assignment'] },
  ],
  python: [
    {
      name: /^(?:int|float|bool|len|complex|hash|ord|abs|round|uuid\.UUID|UUID|decimal\.Decimal|Decimal|datetime\.\S+|ast\.literal_eval|isinstance|type|hashlib\.\S+)$/,
      rules: null,
    },
    { name: /\.(?:isdigit|hexdigest|digest|count|index|find|startswith|endswith)$/, rules: null },
    { name: /^(?:shlex|pipes)\.(?:quote|join)$/, rules: ['command-injection'] },
    // Where it comes from is not known.
    {
      name: /^quote$/,
      rules: ['command-injection', 'cross-site-scripting', 'header-injection', 'server-side-request-forgery'],
    },
    {
      name: /(?:^|\.)(?:escape|conditional_escape|escapejs|strip_tags|format_html|format_html_join)$|^(?:bleach|nh3)\.(?:clean|linkify)$|(?:sanitize|escape|clean)_?html$/i,
      rules: MARKUP,
    },
    {
      name: KEEPS_SLASHES,
      rules: ['cross-site-scripting', 'header-injection', 'server-side-request-forgery', 'command-injection'],
    },
    {
      name: /^urllib\.parse\.(?:quote_plus|urlencode)$|^(?:quote_plus|urlencode)$|\.urlencode$/,
      rules: [
        'cross-site-scripting',
        'header-injection',
        'path-traversal',
        'server-side-request-forgery',
        'open-redirect',
        'command-injection',
      ],
    },
    {
      name: /(?:^|\.)(?:secure_filename|get_valid_filename|os\.path\.basename|basename|safe_join)$/,
      rules: ['path-traversal', 'zip-slip'],
    },
    { name: /^re\.escape$/, rules: ['regular-expression-denial'] },
    { name: /(?:^|\.)escape_(?:filter_chars|dn_chars|rdn)$/, rules: ['ldap-injection'] },
    {
      name: /(?:^|\.)(?:quote_ident|quote_identifier|psycopg2?\.sql\.\w+|sql\.(?:Identifier|Literal))$/,
      rules: ['sql-injection'],
    },
    { name: SQL_QUOTING, rules: ['sql-injection'] },
    { name: SAFE_PATH, rules: ['path-traversal', 'zip-slip'] },
    { name: /^str$/, rules: ['nosql-injection'] },
    { name: SAFE_ADDRESS, rules: ['open-redirect', 'server-side-request-forgery'] },
    // Bytes or characters as others, none of which begins a tag.
    { name: /(?:^|\.)(?!json_)\w+_encode$/, rules: MARKUP },
    { name: /(?:^|\.)url_for$/, rules: ['open-redirect', 'server-side-request-forgery'] },
  ],
};

/**
 * What is left of a value that a function of the file gives back: its own steps are known, what it is for its name
 * says.
 */
export function quotedBy(name: string, value: Value): Value {
  if (SQL_QUOTING.test(name)) return madeSafe(value, ['sql-injection']);
  if (LDAP_QUOTING.test(name)) return madeSafe(value, ['ldap-injection']);
  return SAFE_ADDRESS.test(name) ? madeSafe(value, ['open-redirect', 'server-side-request-forgery']) : value;
}

/** What may bring dots and slashes back that were written otherwise. */
const DECODING =
  /^(?:decodeURI(?:Component)?|unescape|(?:querystring|qs)\.unescape|(?:urllib\.parse\.)?unquote(?:_plus)?)$/;

/** What is left of a value after a call that cleans it. */
export function harmlessAfter(language: Language, name: string, value: Value): Value {
  if (value.taints.length === 0) return value;
  const plain = name.replace(/^\$/, '');
  let cleaned = DECODING.test(plain) ? withoutSafety(value, ['path-traversal', 'zip-slip']) : value;
  for (const one of CLEANING[language]) {
    if (!one.name.test(plain)) continue;
    if (one.rules === null) return { ...cleaned, taints: [] };
    cleaned = madeSafe(cleaned, one.rules);
  }
  return cleaned;
}
