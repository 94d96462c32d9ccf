import {
  choosesFile,
  fromArchive,
  isHandedOn,
  isOnlyCompiled,
  isPage,
  isSql,
  LOOKS_ONLY,
  mayBeObject,
  mayChooseHost,
  mayChooseTarget,
  type Sink,
  startsShell,
  usesShell,
} from './sink.ts';

const XML_PARSERS = /^xml\.(?:sax|dom\.(?:minidom|pulldom|expatbuilder))\.parse(?:String)?$/;
/** What makes parsers of the standard library load what entities name; since Python 3.7.1 they have to be told to. */
const LOADS_ENTITIES = /external[-_]g(?:eneral[-_]entiti)?es\b/;
/** What is left without: entities that name each other many times over, which Expat limits since 2.4.1. */
const EXPANDS_ONLY = {
  worst: 'low',
  effect: 'expands its entities as often as it says where Expat is older than 2.4.1',
  cwe: 'CWE-776',
} as const;

/** Calls of Python. */
export const PYTHON_SINKS: readonly Sink[] = [
  {
    rule: 'sql-injection',
    name: /\.(?:execute|executemany|executescript|raw|exec_driver_sql|mogrify|fetch|fetchrow|fetchval|fetchall|fetch_(?:all|one|val)|iterate|execute_many|scalars?|extra)$|(?:^|\.)(?:read_sql|read_sql_query|RawSQL)$|^(?:sqlalchemy(?:\.sql)?\.text|text)$/,
    args: [0],
    needsBuilt: true,
    only: isSql,
  },
  {
    rule: 'sql-injection',
    name: /\.objects(?:\.\w+\(\))*\.extra$/,
    args: [],
    keys: ['where', 'select', 'tables', 'order_by'],
  },
  {
    rule: 'command-injection',
    name: /^(?:os\.(?:system|popen)|commands\.get\w+|subprocess\.(?:getoutput|getstatusoutput)|asyncio\.(?:subprocess\.)?create_subprocess_shell|popen2\.\w+)$|\.exec_command$/,
    args: [0],
    needsBuilt: true,
  },
  {
    rule: 'command-injection',
    name: /^subprocess\.(?:run|call|Popen|check_output|check_call)$/,
    args: [0],
    keys: ['args'],
    only: (site, value) => (usesShell(site) && !isHandedOn(value)) || startsShell(site),
  },
  {
    rule: 'code-injection',
    // What `compile` gives is code, which these run.
    name: /^(?:eval|exec|builtins\.eval|builtins\.exec|__import__|importlib\.import_module|code\.InteractiveInterpreter\(\)\.runcode)$/,
    args: [0],
    only: (site, value) =>
      value.taints.some(({ level }) => level === 'request') ||
      // Code that a library writes for the classes it is given.
      (!/import/.test(site.name) && !/^\s*(?:async def|def|class|lambda)\s/.test(value.prefix)),
  },
  {
    rule: 'template-injection',
    name: /(?:^|\.)render_template_string$|^(?:jinja2|mako\.template|string)?\.?Template$|\.from_string$|^jinja2\.(?:\w+\.)?(?:Template|Environment\(\)\.from_string)$|^django\.template\.Template$/,
    args: [0],
    needsBuilt: true,
    only: (site, _, collector) => !/^string\./.test(site.name) && !isOnlyCompiled(site, collector),
  },
  {
    rule: 'cross-site-scripting',
    name: /(?:^|\.)(?:mark_safe|Markup|SafeString|SafeText|HttpResponse|HTMLResponse|make_response)$/,
    args: [0],
    needsBuilt: true,
    only: isPage,
  },
  {
    rule: 'path-traversal',
    name: /^(?:open|io\.open|codecs\.open|aiofiles\.open|os\.(?:remove|unlink|rmdir|listdir|scandir|mkdir|makedirs|rename|open|chmod)|shutil\.(?!copyfileobj|which|get_)\w+|zipfile\.ZipFile|tarfile\.open)$/,
    args: [0, 1],
    keys: ['path', 'file', 'filename', 'path_or_file'],
    only: choosesFile,
  },
  { rule: 'path-traversal', name: /^os\.stat$/, args: [0], keys: ['path'], less: LOOKS_ONLY, only: choosesFile },
  {
    rule: 'path-traversal',
    // What comes second is the type, or what the browser is to call the file.
    name: /(?:^|\.)(?:send_file|FileResponse)$/,
    args: [0],
    keys: ['path', 'filename_or_fp', 'path_or_file'],
    only: choosesFile,
  },
  {
    rule: 'path-traversal',
    name: /\.(?:read_text|read_bytes|write_text|write_bytes|unlink|open|iterdir|rmdir)$/,
    args: ['receiver'],
    only: (site, value, collector) => /Path\(\)|\/|\$/.test(value.name ?? '/') && choosesFile(site, value, collector),
  },
  {
    rule: 'path-traversal',
    name: /\.save$/,
    args: [0],
    // Fields of Django's models take the content as well, and clean the name.
    only: (site, value, collector) =>
      site.args.length === 1 &&
      (/path\.join\(\)$|^\$/.test(value.name ?? '') || value.isBuilt) &&
      choosesFile(site, value, collector),
  },
  { rule: 'zip-slip', name: /^(?:open|io\.open|os\.(?:mkdir|makedirs)|shutil\.\w+)$/, args: [0, 1], only: fromArchive },
  {
    rule: 'server-side-request-forgery',
    name: /^(?:requests|httpx)(?:\.(?:Session|Client|AsyncClient|session)\(\))?\.(?:get|post|put|patch|delete|head|options|request|stream)$|^urllib\.request\.(?:urlopen|urlretrieve|Request)$|^(?:urlopen|urllib\.urlopen|urllib2\.urlopen)$|^aiohttp\.ClientSession\(\)\.\w+$|^urllib3\.PoolManager\(\)\.\w+$/,
    args: [0, 1],
    keys: ['url'],
    only: mayChooseHost,
  },
  {
    rule: 'open-redirect',
    name: /(?:^|\.)(?:redirect|HttpResponseRedirect|HttpResponsePermanentRedirect|RedirectResponse)$/,
    args: [0],
    keys: ['url', 'location'],
    only: mayChooseTarget,
  },
  {
    rule: 'unsafe-deserialization',
    name: /^(?:pickle|cPickle|_pickle|dill|cloudpickle|marshal|shelve|jsonpickle|joblib)\.(?:loads?|open|decode|Unpickler)$|^yaml\.(?:unsafe_load|full_load|unsafe_load_all)$/,
    args: [0],
  },
  {
    rule: 'xml-external-entity',
    name: XML_PARSERS,
    args: [0],
    only: (_, __, { text }) => LOADS_ENTITIES.test(text),
  },
  {
    rule: 'xml-external-entity',
    name: XML_PARSERS,
    args: [0],
    less: { ...EXPANDS_ONLY, worst: 'medium' },
    only: (_, { taints }) => taints.some(({ level }) => level === 'request'),
  },
  { rule: 'xml-external-entity', name: XML_PARSERS, args: [0], less: EXPANDS_ONLY },
  {
    rule: 'regular-expression-denial',
    name: /^re\.(?:compile|match|search|fullmatch|findall|finditer|sub|split)$/,
    args: [0],
  },
  {
    rule: 'nosql-injection',
    name: /\.(?:find|find_one|update_one|update_many|delete_one|delete_many|count_documents|aggregate|find_one_and_update|replace_one)$/,
    args: [0],
    only: (site, value, collector) => collector.hasImport(/mongo|motor/) && mayBeObject(value) && site.args.length > 0,
  },
  {
    rule: 'ldap-injection',
    name: /\.(?:search|search_s|search_st|search_ext|search_ext_s)$/,
    args: ['all'],
    keys: ['search_filter', 'filterstr'],
    // A pattern begins with a parenthesis as well.
    only: ({ name }, value) => value.isBuilt && /^\(/.test(value.prefix) && !/^(?:re|regex)\./.test(name),
  },
];
