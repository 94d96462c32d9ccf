import type { Language } from './language.ts';
import type { CallSite } from './observer.ts';
import { type RuleId, ruleIds } from './rules.ts';
import {
  type CallExpression,
  type Expression,
  type FunctionExpression,
  type FunctionParameter,
  isRaisedName,
  pathOf,
  type Target,
} from './syntax.ts';
import { carrying, type Level, namedValue, UNKNOWN, type Value } from './values.ts';

/** What a request is called: in JavaScript never a module of that name. */
const REQUEST: Readonly<Record<Language, RegExp>> = {
  script: /^(?:\$(?:_?req|_?request|(?:ctx|context)\.(?:req|request)|c\.req)|this\.(?:req|request|ctx\.request))$/,
  python: /^(?:\$?(?:self\.)?_?(?:req|request)|flask\.request|flask\.globals\.request|bottle\.request|sanic\.request)$/,
};

/** Parts of a request that whoever sends it chooses. */
const REQUEST_PARTS: Readonly<Record<Language, RegExp>> = {
  script:
    /^(?:query|body|params|headers|cookies|signedCookies|files?|url|originalUrl|hostname|rawBody|rawHeaders|nextUrl|path|param|header|get|json|text|formData|parts|searchParams|querystring)$/,
  python:
    /^(?:args|form|values|json|data|files|cookies|headers|GET|POST|FILES|COOKIES|META|body|query_params|path_params|get_json|get_data|query_string|url|full_path|query|rel_url|match_info|post|read|stream|params|json_body|forms)$/,
};

/** Things that hold what comes from outside under a fixed name. */
const FIXED: Readonly<Record<Language, readonly { readonly name: RegExp; readonly level: Level }[]>> = {
  script: [
    { name: /^(?:(?:window|document|self|globalThis)\.)?location\.(?:hash|search|href|pathname)$/, level: 'request' },
    { name: /^document\.(?:URL|documentURI|referrer|cookie|baseURI)$|^window\.name$/, level: 'request' },
    // The page's address as the router of Angular has taken it apart.
    { name: /\.snapshot\.(?:queryParams|queryParamMap|params|paramMap|fragment)$/, level: 'request' },
    // Words of the command line that belong to no option, as minimist, mri and yargs hand them on.
    { name: /^process\.argv$|^\$?arg[sv]\._$/, level: 'input' },
    { name: /^\$(?:entry|zipEntry|header|file)\.(?:path|fileName|entryName)$|\.entryName$/, level: 'input' },
    { name: /^\$?(?:ctx|context)\.(?:query|params|request\.body|request\.query|querystring)$/, level: 'request' },
    {
      name: /^\$event\.(?:queryStringParameters|pathParameters|body|headers|multiValueQueryStringParameters|rawQueryString|rawPath)$/,
      level: 'request',
    },
  ],
  python: [
    { name: /^sys\.(?:argv|stdin)$/, level: 'input' },
    { name: /^\$event\.(?:queryStringParameters|pathParameters|body|headers)$/, level: 'request' },
  ],
};

/**
 * What went wrong is often told with the text that it went wrong with. In a page that is one more text; compiled as a
 * template it is run.
 */
const BUT_TEMPLATES: ReadonlySet<RuleId> = new Set(ruleIds.filter((rule) => rule !== 'template-injection'));

/** What a name or a member chain brings in from outside; null when it is nothing of that kind. */
export function sourceOfName(language: Language, name: string): Value | null {
  if (isRaisedName(name)) return carrying([{ root: name, level: 'request', safeFor: BUT_TEMPLATES }]);
  const dot = name.lastIndexOf('.');
  const shown = name.replace(/^\$/, '');
  if (dot > 0 && REQUEST[language].test(name.slice(0, dot)) && REQUEST_PARTS[language].test(name.slice(dot + 1))) {
    return tainted(shown, 'request', name);
  }
  const fixed = FIXED[language].find((one) => one.name.test(name));
  return fixed === undefined ? null : tainted(shown, fixed.level, name);
}

function tainted(root: string, level: Level, name: string | null): Value {
  return carrying([{ root, level, safeFor: new Set() }], { name });
}

/**
 * What the methods of a class find on `self` because of what it extends: the request that a server of the standard
 * library hands to its handler.
 */
export function inheritedSources(language: Language, bases: readonly (string | null)[]): ReadonlyMap<string, Value> {
  const isHandler = bases.some((name) => /(?:^|[.$])(?:Base|Simple|CGI)HTTPRequestHandler$/.test(name ?? ''));
  if (language !== 'python' || !isHandler) return new Map();
  return new Map(
    ['self.path', 'self.headers', 'self.rfile', 'self.requestline'].map((name) => [
      name,
      tainted(name, 'request', name),
    ]),
  );
}

/** What a call brings in: `input()`, `prompt()`, a command line's parsed arguments. */
export function sourceOfCall(language: Language, { name, node, args }: CallSite): Value | null {
  if (language === 'python') {
    if (/^(?:input|raw_input|sys\.stdin\.(?:read|readline|readlines))$/.test(name))
      return tainted(`${name}()`, 'input', null);
    if (/^(?:zipfile|tarfile)\..*\.(?:namelist|getnames|infolist|getmembers)$/.test(name)) {
      return tainted('the entry of the archive', 'input', null);
    }
    // Handlers of Tornado.
    if (/^\$?self\.get_(?:(?:query|body)_)?arguments?$/.test(name)) {
      const key = typeof args[0]?.constant === 'string' ? args[0].constant : '';
      return tainted(`self.get_argument(${key})`, 'request', null);
    }
    if (/\.parse_args$|\.parse_known_args$/.test(name)) return tainted('the command line', 'input', null);
  }
  const path = pathOf(node.callee);
  // `req.param('id')`, `ctx.req.query('id')`, `c.req.param('id')`, `request.get_json()`
  const callee = path === null ? null : sourceOfName(language, name);
  if (callee === null || path === null) return null;
  const [first] = args;
  const key = typeof first?.constant === 'string' ? `(${first.constant})` : '()';
  if (
    /\.get$/.test(name) &&
    language === 'script' &&
    /^(?:host|content-length|content-type)$/i.test(String(first?.constant))
  )
    return null;
  return tainted(`${path}${key}`, 'request', null);
}

const ROUTES =
  /(?:^|[.$\])])(?:route|get|post|put|patch|delete|head|options|api_route|websocket|api_view|require_http_methods|require_GET|require_POST|csrf_exempt|login_required|before_request|expose)(?:\(\))?$/;

/** Extra routes of Django REST framework; others call what is run from a command line so. */
const ACTION = /^(?:rest_framework\.(?:\w+\.)*)?action(?:\(\))?$/;

/** Functions that whoever runs the program calls with words of the command line. */
const COMMAND =
  /^(?:rich_|async)?click\.(?:command|group|option|argument)(?:\(\))?$|^typer\.Typer\(\)\.command(?:\(\))?$/;

/** Who calls a function: a request by its route, a request, the command line. */
type HandlerLevel = 'route' | 'view' | 'command';

/** Whether a function answers requests, by its decorators and its parameters. */
export function handlerLevel(
  made: FunctionExpression,
  nameOf: (decorator: Expression) => string | null,
): HandlerLevel | null {
  const decorated = made.decorators.some((one) =>
    one.kind === 'call' || one.kind === 'member' ? isRoute(nameOf(one) ?? '') : false,
  );
  if (decorated) return 'route';
  if (made.decorators.some((one) => COMMAND.test(nameOf(one) ?? ''))) return 'command';
  const names = made.parameters.map(({ target }) => nameOfTarget(target));
  // Commands of Django's `manage.py`.
  if (made.isMethod && made.name === 'handle' && names.includes('options')) return 'command';
  // Commands of doit and Nikola.
  if (made.isMethod && made.name === '_execute' && names.includes('options') && names.includes('args'))
    return 'command';
  const first = names[0] === 'self' || names[0] === 'this' ? names[1] : names[0];
  if (first === 'request' || first === 'req' || first === '_req') return 'view';
  return null;
}

/** Parameters that a route takes as numbers or UUIDs only: `/year/<int:year>`. */
export function convertedByRoute({ decorators }: FunctionExpression): ReadonlySet<string> {
  const paths = decorators.flatMap((one) =>
    one.kind === 'call' && one.args[0]?.kind === 'literal' ? one.args[0].value : [],
  );
  const found = paths.flatMap((path) => [...String(path).matchAll(/<(?:int|float|uuid)(?:\([^()<>]*\))?:(\w+)>/g)]);
  return new Set(found.flatMap((match) => match[1] ?? []));
}

function isRoute(name: string): boolean {
  return ROUTES.test(name) || ACTION.test(name);
}

/** Types whose values hold no text of a stranger's choice. */
const HARMLESS_TYPE =
  /^(?:number|boolean|int|float|bool|UUID|uuid\.UUID|date|datetime|Decimal|Optional\[int\]|int \| None|Session|AsyncSession|Response|BackgroundTasks|EmailStr)\b/;
const NOT_DATA =
  /^(?:self|cls|this|db|sequelize|knex|prisma|trx|transaction|queryInterface|session|conn|connection|cursor|res|response|reply|next|logger|log|cls|pool|client|app|server|config|settings|grunt|gulp|done|callback|cb|h|_)$/i;

const REQUEST_TYPE =
  /^(?:Request|HttpRequest|NextRequest|FastifyRequest|IncomingMessage|NextApiRequest|Auth\w*Request|WSGIRequest|fastapi\.Request|starlette\.requests\.Request)$/;

/** Whether a parameter's type says that it is a request. */
export function isRequestTyped({ type }: FunctionParameter): boolean {
  return type !== null && REQUEST_TYPE.test(type);
}

/** What a parameter of a function is before anybody calls it. */
export function parameterValue({ target, type, fallback }: FunctionParameter, level: HandlerLevel | null): Value {
  if (type !== null && /^@(?:Body|Query|Param|Headers|Req|Request|Cookies)$/.test(type))
    return tainted(nameOfTarget(target), 'request', null);
  // Nest hands over what multer has put there.
  if (type !== null && /^@UploadedFiles?$/.test(type))
    return tainted(type === '@UploadedFile' ? 'req.file' : 'req.files', 'request', null);
  const name = nameOfTarget(target);
  const isRequestType = type !== null && REQUEST_TYPE.test(type);
  // A parameter of another type may be called so as well.
  const isRequest =
    isRequestType || (/^_?req(?:uest)?$/.test(name) && (type === null || /^(?:any|unknown)$/.test(type)));
  if (/^_?req(?:uest)?$/.test(name) && !isRequest) return tainted(name, 'parameter', null);
  if (isRequest) return namedValue(/^_?req(?:uest)?$/.test(name) ? `$${name}` : '$req');
  if ((target.kind === 'record' || target.kind === 'list') && level !== 'route') return carrying([]);
  if (type !== null && HARMLESS_TYPE.test(type)) return namedValue(`$${name}`);
  if (NOT_DATA.test(name)) return namedValue(`$${name}`);
  if (name === 'event' || name === 'ctx' || name === 'context' || name === 'c') return namedValue(`$${name}`);
  if (level === 'route') {
    const isInjected = fallback?.kind === 'call' && /Depends|Security/.test(pathOf(fallback.callee) ?? '');
    return isInjected ? namedValue(`$${name}`) : tainted(name, 'request', `$${name}`);
  }
  if (level === 'command') return tainted(name, 'input', `$${name}`);
  const isKey = level === 'view' && /(?:^|_)(?:id|pk|num|page|year|month|day|count)$/.test(name);
  return isKey ? namedValue(`$${name}`) : tainted(name, 'parameter', `$${name}`);
}

/** The name that a target gives; a pattern has none of its own. */
export function nameOfTarget(target: Target): string {
  return target.kind === 'place' && target.place.kind === 'name' ? target.place.name : 'the request';
}

/** Only a page and its own script that works behind it send to these: pages call themselves `window`. */
function isOfOwnWorker(name: string): boolean {
  return /(?:^|\.)serviceWorker\.addEventListener$|^self\.addEventListener$/.test(name);
}

/**
 * What the parameters of a function are that is handed to a router or an event emitter; null when the call is not known
 * to call it so.
 */
export function handlerInputs(
  language: Language,
  name: string,
  node: CallExpression,
  made: FunctionExpression,
  at: number,
): readonly Value[] | null {
  if (language !== 'script') return null;
  const [first] = node.args;
  const isPath = first?.kind === 'literal' && typeof first.value === 'string' && /^[/*]|^$/.test(first.value);
  const isRoute =
    /\.(?:get|post|put|patch|delete|del|all|use|options|head|route)$/.test(name) &&
    (isPath ? at > 0 : name.endsWith('.use'));
  const isHook = /\.(?:addHook|createServer|serve)$/.test(name);
  const isMessage =
    /\.addEventListener$/.test(name) && first?.kind === 'literal' && first.value === 'message' && !isOfOwnWorker(name);
  if (!isRoute && !isHook && !isMessage) return null;
  const names = made.parameters.map(({ target }) => nameOfTarget(target));
  if (isMessage) return [{ ...UNKNOWN, entries: new Map([['data', tainted('event.data', 'request', null)]]) }];
  // An error handler has four parameters, the request second.
  const request = names.length === 4 ? 1 : 0;
  return made.parameters.map((_, index) => {
    if (index !== request) return namedValue(`$${names[index] ?? ''}`);
    return namedValue(
      /^(?:ctx|context|c|_?req(?:uest)?)$/.test(names[index] ?? '') ? `$${names[index] ?? ''}` : '$req',
    );
  });
}
