import {
  choosesFile,
  fromArchive,
  isCodeOfFile,
  isHandedOn,
  isMongo,
  isSql,
  isTemplateOfFile,
  LOOKS_ONLY,
  mayChooseHost,
  mayChooseServer,
  mayChooseTarget,
  type Sink,
  startsShell,
  usesShell,
} from './sink.ts';

const FILES =
  'readFile|readFileSync|writeFile|writeFileSync|appendFile|appendFileSync|createReadStream|createWriteStream|open|openSync|unlink|unlinkSync|rm|rmSync|rmdir|rmdirSync|readdir|readdirSync|mkdir|mkdirSync|copyFile|copyFileSync|rename|renameSync|outputFile|readJson|writeJson|remove|chmod';

/** Calls of JavaScript and TypeScript. */
export const SCRIPT_SINKS: readonly Sink[] = [
  {
    rule: 'sql-injection',
    name: /\.(?:query|execute|raw|exec|run|all|get|each|prepare|\$queryRawUnsafe|\$executeRawUnsafe|unsafe|whereRaw|orderByRaw|havingRaw|joinRaw|literal|createQueryBuilder|where|andWhere)$/,
    args: [0],
    keys: ['sql', 'text'],
    needsBuilt: true,
    only: isSql,
  },
  {
    rule: 'command-injection',
    name: /^(?:child_process|shelljs|execa)\.(?:exec|execSync|command|commandSync|execaCommand|execaCommandSync)$|^(?:shelljs|shell)\.exec$/,
    args: [0],
    needsBuilt: true,
  },
  {
    rule: 'command-injection',
    name: /^child_process\.(?:spawn|spawnSync|execFile|execFileSync)$|^(?:cross-spawn|execa)(?:\.execa)?$/,
    args: [0, 1],
    only: (site, value) => (usesShell(site) && !isHandedOn(value)) || startsShell(site),
  },
  {
    rule: 'code-injection',
    name: /^(?:eval|Function|globalThis\.eval|window\.eval)$/,
    args: [0, 'all'],
  },
  {
    // They were to keep formulas in, and do not.
    rule: 'code-injection',
    name: /^(?:mathjs\.eval|safe-eval|static-eval|notevil)$/,
    args: [0],
    only: (_, value) => value.taints.some(({ level }) => level === 'request'),
  },
  {
    // What is in the sandbox is data, unless the code evaluates it.
    rule: 'code-injection',
    name: /^vm\.(?:runInNewContext|runInContext)$/,
    args: [1],
    only: ({ args }) => /eval\w*\(/i.test(String(args[0]?.constant)),
  },
  {
    rule: 'code-injection',
    name: /^(?:vm\.(?:runInNewContext|runInContext|runInThisContext|compileFunction|Script)|vm2\.VM\(\)\.run)$/,
    args: [0],
    only: (site, value) => !isCodeOfFile(site, value),
  },
  {
    rule: 'code-injection',
    name: /^(?:setTimeout|setInterval|setImmediate)$/,
    args: [0],
    needsBuilt: true,
    only: (_, value) => value.made === null && (value.isBuilt || value.taints.some(({ level }) => level === 'request')),
  },
  {
    rule: 'code-injection',
    name: /^(?:require|import)$/,
    args: [0],
    needsBuilt: true,
    only: (_, value) => value.taints.some(({ level }) => level === 'request'),
  },
  {
    rule: 'template-injection',
    name: /^(?:ejs|pug|handlebars|Handlebars|nunjucks|mustache|doT|dot|_|lodash|swig|eta|Eta)\.(?:render|compile|renderString|template|precompile)$/,
    args: [0],
    only: (site, value) => !isTemplateOfFile(site, value),
  },
  {
    rule: 'cross-site-scripting',
    name: /^document\.(?:write|writeln)$|\.(?:insertAdjacentHTML|createContextualFragment|setHTMLUnsafe)$/,
    args: ['all'],
    needsBuilt: true,
  },
  {
    rule: 'cross-site-scripting',
    name: /^(?:\$|jQuery)\(\)\.(?:html|append|prepend|after|before)$/,
    args: [0],
    needsBuilt: true,
  },
  { rule: 'cross-site-scripting', name: /^\$(?:c|ctx|context|reply)\.html$/, args: [0], needsBuilt: true },
  { rule: 'cross-site-scripting', name: /\.bypassSecurityTrust(?:Html|Script|Url|ResourceUrl|Style)$/, args: [0] },
  {
    rule: 'path-traversal',
    name: new RegExp(`^(?:fs|fs\\.promises|fs-extra|graceful-fs|fsPromises)\\.(?:promises\\.)?(?:${FILES})$`),
    args: [0],
    only: choosesFile,
  },
  {
    rule: 'path-traversal',
    name: /^(?:fs|fs\.promises|fs-extra|graceful-fs|fsPromises)\.(?:promises\.)?(?:l?stat|access|exists|pathExists)(?:Sync)?$/,
    args: [0],
    less: LOOKS_ONLY,
    only: choosesFile,
  },
  {
    rule: 'path-traversal',
    name: /^(?:fs|fs\.promises|fs-extra|graceful-fs|fsPromises)\.(?:promises\.)?(?:rename|copyFile|copy|move|cp|link|symlink)(?:Sync)?$/,
    args: [1],
    only: choosesFile,
  },
  {
    rule: 'path-traversal',
    name: /^\$?(?:res|reply|response|\w*\.res)(?:\.\w+\(\))?\.(?:sendFile|sendfile|download|render)$/,
    args: [0],
    only: (site, value, collector) =>
      (site.args[1]?.entries?.has('root') ?? false) === false &&
      choosesFile(site, value, collector) &&
      (!site.name.endsWith('render') || value.isBuilt || value.taints.length > 0),
  },
  {
    rule: 'zip-slip',
    name: new RegExp(`^(?:fs|fs\\.promises|fs-extra)\\.(?:promises\\.)?(?:${FILES})$`),
    args: [0],
    only: fromArchive,
  },
  {
    rule: 'server-side-request-forgery',
    name: /^(?:fetch|node-fetch|axios|got|needle|request|superagent|undici|ky|phin|bent|https?)(?:\.(?:default|get|post|put|patch|delete|head|request|fetch|stream|promise|create\(\)\.\w+))?$|^(?:request-promise|request-promise-native)(?:\.\w+)?$/,
    args: [0],
    keys: ['url', 'uri', 'host', 'hostname', 'baseURL'],
    only: mayChooseServer,
  },
  {
    rule: 'server-side-request-forgery',
    name: /\.goto$/,
    args: [0],
    only: (site, value, collector) => collector.hasImport(/puppeteer|playwright/) && mayChooseHost(site, value),
  },
  {
    rule: 'open-redirect',
    name: /^\$?(?:res|reply|response|ctx|c|\w+\.res|\w+\.reply|NextResponse|Response|next\/server\.NextResponse|next\/navigation)(?:\.\w+\(\))*\.redirect$|^(?:window\.|document\.|top\.)?location\.(?:assign|replace)$|^window\.open$/,
    args: ['all'],
    only: mayChooseTarget,
  },
  {
    rule: 'unsafe-deserialization',
    name: /^(?:node-serialize|serialize-to-js|funcster|cryo)\.(?:unserialize|deserialize|deepDeserialize|parse)$/,
    args: [0],
  },
  {
    rule: 'unsafe-deserialization',
    name: /^js-yaml\.(?:load|loadAll)$/,
    args: [0],
    only: ({ args }) => /FULL_SCHEMA$/.test(args[1]?.entries?.get('schema')?.name ?? ''),
  },
  { rule: 'regular-expression-denial', name: /^(?:RegExp|globalThis\.RegExp)$/, args: [0] },
  {
    rule: 'nosql-injection',
    name: /\.(?:find|findOne|findOneAndUpdate|findOneAndDelete|findOneAndReplace|updateOne|updateMany|deleteOne|deleteMany|remove|update|count|countDocuments|exists|aggregate|where|distinct)$/,
    args: [0],
    only: isMongo,
  },
  {
    rule: 'ldap-injection',
    name: /\.search$/,
    args: [1],
    keys: ['filter'],
    only: (_, value) => value.isBuilt && /^\(/.test(value.prefix),
  },
  {
    rule: 'header-injection',
    name: /^\$?(?:res|reply|response)\.(?:setHeader|header|set|append|writeHead)$/,
    args: [1],
    only: (site) => !/^access-control-/i.test(String(site.args[0]?.constant)),
  },
];
