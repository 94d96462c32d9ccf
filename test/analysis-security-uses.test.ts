import { describe, expect, it } from 'vitest';
import { scanText } from '../src/code/security/scan-files.ts';

/** What is told of a text, as `severity rule`. */
async function told(path: string, text: string): Promise<string[]> {
  const { findings } = await scanText(path, text);
  return findings.map(({ severity, rule }) => `${severity} ${rule.replace('security/', '')}`);
}

const script = (body: string) =>
  `import fs from 'node:fs';\nimport path, { join } from 'node:path';\nimport { parse } from 'node:url';\napp.get('/x', async (req, res) => {\n${body}\n});\n`;

describe('A request that the program makes itself is nobody’s to choose', () => {
  const sender = (head: string, calls: string) =>
    `import http from 'node:http';\n${head} send(request: Request) {\n  return http.request({ hostname: new URL(request.url).hostname });\n}\n${calls}\n`;
  const own = 'export const visit = (page: URL) => send(new Request(page));';

  it.each([
    ['that others may call', sender('export function', own)],
    [
      'that is given a request that came in',
      sender('function', 'export const GET = (request: Request) => send(request);'),
    ],
    ['that is given either', sender('function', `${own}\nexport const GET = (request: Request) => send(request);`)],
    ['that is handed over', sender('function', `${own}\nserve(send);`)],
    ['that nobody is seen to call', sender('function', 'export const NAME = 1;')],
  ])('but told of a function %s', async (_, text) => {
    expect(await told('src/a.ts', text)).toEqual(['high server-side-request-forgery']);
  });

  it('and not told of a function that is given such ones only', async () => {
    expect(await told('src/a.ts', sender('function', own))).toEqual([]);
    const kept = 'export const visit = (page: URL) => {\n  const first = new Request(page);\n  return send(first);\n};';
    expect(await told('src/a.ts', sender('async function', kept))).toEqual([]);
  });
});

describe('An address whose host is set', () => {
  const proxy = (body: string) =>
    `const HOST = 'api.example.com';\nexport async function GET(request: Request) {\n  const url = new URL(request.url);\n  ${body}\n  return fetch(url);\n}\n`;

  it.each([
    "url.protocol = 'https';",
    "url.pathname = '/v1';",
    "url.hostname = url.searchParams.get('to') ?? HOST;",
    'if (url.port) url.hostname = HOST;',
    'url.hostname = HOST;\n  url.href = request.headers.get("to");',
  ])('is told where a request still chooses it: %s', async (body) => {
    expect(await told('src/a.ts', proxy(body))).toEqual(['high server-side-request-forgery']);
  });

  it.each([
    'url.hostname = HOST;',
    "url.host = url.pathname.startsWith('/static/') ? 'cdn.example.com' : HOST;",
    "url.protocol = 'https';\n  url.hostname = HOST;\n  url.pathname = url.pathname.slice(4);",
  ])('is not told where the program has: %s', async (body) => {
    expect(await told('src/a.ts', proxy(body))).toEqual([]);
  });
});

describe('A check whose outcome a name holds', () => {
  const cors = (body: string) =>
    `export function answer(req: Request, headers: Headers) {\n  const asked = req.headers.get('Origin');\n  ${body}\n  headers.set('Access-Control-Allow-Credentials', 'true');\n}\n`;
  const sets = "headers.set('Access-Control-Allow-Origin', asked);";

  it.each([
    sets,
    `const allowed = isOriginAllowed(asked); note(allowed); ${sets}`,
    `const allowed = isOriginAllowed(asked); if (!allowed) ${sets}`,
    `const allowed = isOriginAllowed(OTHER); if (allowed) ${sets}`,
    `let allowed = isOriginAllowed(asked); allowed = true; if (allowed) ${sets}`,
    `let allowed = isOriginAllowed(asked); if (DEVELOPMENT) allowed = true; if (allowed) ${sets}`,
  ])('is told where it does not hold: %s', async (body) => {
    expect(await told('src/a.ts', cors(body))).toEqual(['high permissive-cors']);
  });

  it.each([
    `if (isOriginAllowed(asked)) ${sets}`,
    `const allowed = isOriginAllowed(asked); if (allowed && asked) ${sets}`,
    `const isKnown = ORIGINS.includes(asked); if (!isKnown) return; ${sets}`,
    `const isKnown = asked !== null && ORIGINS.has(asked); const value = isKnown ? asked : 'null'; headers.set('Access-Control-Allow-Origin', value);`,
  ])('is not told where it does: %s', async (body) => {
    expect(await told('src/a.ts', cors(body))).toEqual([]);
  });
});

describe('A path', () => {
  it('is told less gravely where it is only looked for', async () => {
    const name = "const file = path.join('/srv', req.query.name);";
    expect(await told('src/a.js', script(`${name} res.json(fs.existsSync(file));`))).toEqual(['low path-traversal']);
    expect(await told('src/a.js', script(`${name} fs.readFile(file, show);`))).toEqual(['high path-traversal']);
    const python = (body: string) =>
      `import os\nfrom flask import Flask, request\napp = Flask(__name__)\n@app.route('/x')\ndef show():\n    return ${body}\n`;
    expect(await told('src/a.py', python("str(os.stat('/srv/' + request.args['name']).st_size)"))).toEqual([
      'low path-traversal',
    ]);
    expect(await told('src/a.py', python("str(os.listdir('/srv/' + request.args['name']))"))).toEqual([
      'high path-traversal',
    ]);
  });

  const url = "const url = new URL(req.url, 'http://localhost');";

  it.each([
    'fs.readFile(url.pathname, show);',
    "fs.readFile(path.resolve('/srv', url.pathname), show);",
    "fs.readFile(path.join('/', url.pathname), show);",
    "fs.readFile(new URL('file://' + url.pathname), show);",
    "fs.readFile(join('/srv', decodeURIComponent(url.pathname)), show);",
    "fs.readFile(join('/srv', url.pathname.slice(4)), show);",
    "fs.readFile(join('/srv', url.pathname.replace('/files', '')), show);",
    "fs.readFile(join('/srv', url.searchParams.get('name')), show);",
    "const { pathname } = parse(req.url); fs.readFile(join('/srv', pathname), show);",
  ])('out of an address is told where it may lead out of a folder: %s', async (body) => {
    expect(await told('src/a.js', script(`${url} ${body}`))).toEqual(['high path-traversal']);
  });

  it.each([
    "fs.readFile(join('/srv', url.pathname), show);",
    "fs.readFile(join(FOLDER, 'public', url.pathname.slice(1)), show);",
    "fs.readFile(join('/srv', url.pathname.replace(/^\\//, '')), show);",
    "const { pathname } = url; fs.readFile('/srv' + pathname, show);",
    "fs.readFile(path.resolve('/srv', '.' + url.pathname), show);",
  ])('out of an address is not told behind a folder, where nothing of it leads up: %s', async (body) => {
    expect(await told('src/a.js', script(`${url} ${body}`))).toEqual([]);
  });
});

describe('A temporary name', () => {
  const temporary = (body: string) => `import os, tempfile\ndef make(flags):\n    name = tempfile.mktemp()\n${body}\n`;
  const flags = '    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL\n';

  it.each([
    "    return open(name, 'w')",
    '    return os.open(name, os.O_RDWR | os.O_CREAT)',
    `    return os.open(name, flags)\ndef other():\n${flags}`,
    "    with open('lock', 'x') as other:\n        return open(name, 'w')",
  ])('is told where another may have taken it: %s', async (body) => {
    expect(await told('src/a.py', temporary(body))).toContain('medium insecure-temporary-file');
  });

  it.each([
    "    return open(name, 'xb')",
    '    return os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)',
    `${flags}    return os.open(name, flags, 0o600)`,
  ])('is not told where the file is made anew or not at all: %s', async (body) => {
    expect(await told('src/a.py', temporary(body))).toEqual([]);
  });
});

describe('Who a function is for says how grave it is', () => {
  it.each([
    ['the command of a console', 'def _execute(self, options, args)', "exec(options['command'])", 'low code-injection'],
    ['any other method', 'def run(self, options, args)', "exec(options['style'])", 'medium code-injection'],
    [
      'a compiler of expressions',
      'def __init__(self, env, expr)',
      "self.made = env.from_string('{{ ' + expr + ' }}')",
      'low template-injection',
    ],
    [
      'what visitors write',
      'def __init__(self, env, message)',
      "self.made = env.from_string('Hi ' + message)",
      'medium template-injection',
    ],
  ])('%s', async (_, head, body, expected) => {
    expect(await told('src/a.py', `class Part:\n    ${head}:\n        ${body}\n`)).toContain(expected);
  });

  it('names what people write in a statement before the folder it is run in', async () => {
    const search = (given: string) =>
      `class Index:\n    def __init__(self, base_path):\n        self.base_path = base_path\n    def find(self, db, word):\n        return db.execute(f"SELECT id FROM '{self.base_path}' WHERE text LIKE '%{${given}}%'")\n`;
    const { findings } = await scanText('src/a.py', search('word'));
    expect(findings.map(({ severity, message }) => `${severity} ${message.slice(0, 16)}`)).toContain(
      'medium Parameter `word`',
    );
    expect(await told('src/a.py', search("'x'"))).toContain('low sql-injection');
  });

  it('a page of what only a program sends as JSON', async () => {
    const view = (body: string) =>
      `import json\nfrom django.http import HttpResponse\ndef hook(request):\n    body = ${body}\n    return HttpResponse('<b>' + body['name'] + '</b>')\n`;
    expect(await told('src/a.py', view('json.loads(request.body)'))).toEqual(['medium cross-site-scripting']);
    expect(await told('src/a.py', view("json.loads(request.GET['q'])"))).toEqual(['high cross-site-scripting']);
    expect(await told('src/a.py', view('request.POST'))).toEqual(['high cross-site-scripting']);
  });
});

it('an engine that does not escape is told by whether anything is rendered', async () => {
  const engine = (use: string) =>
    `import jinja2\n\ndef look(html):\n    env = jinja2.Environment()\n    env.filters['x'] = str\n    ${use}\n`;
  expect(await told('src/a.py', engine('env.parse(html)'))).toEqual(['low S701']);
  expect(await told('src/a.py', engine('env.parse(html)\n    return env'))).toEqual(['medium S701']);
  expect(await told('src/a.py', engine("return env.get_template('a').render(html=html)"))).toEqual(['medium S701']);
});

it('a cookie is judged by what is told where the method is known to add nothing', async () => {
  const cookie = (head: string, on: string) =>
    `${head}\ndef enter(request, session):\n    ${on}.set_cookie('session_id', session.id, httponly=True)\n`;
  const missing = 'insecure-cookie';
  expect(await told('src/a.py', cookie('import frappe', 'frappe.local.cookie_manager'))).toEqual([`low ${missing}`]);
  expect(await told('src/a.py', cookie('from .web import answer', 'answer'))).toEqual([`low ${missing}`]);
  expect(await told('src/a.py', cookie('from .web import response', 'response'))).toEqual([`medium ${missing}`]);
  expect(await told('src/a.py', cookie('from flask import make_response', 'make_response(1)'))).toEqual([
    `medium ${missing}`,
  ]);
});

describe('A setting of certificates', () => {
  const set = (condition: string) =>
    `import tls from 'node:tls';\nexport function connect(options) {\n  ${condition}{\n    options.tls = options.tls || {};\n    options.tls.rejectUnauthorized = false;\n  }\n  return tls.connect(options);\n}\n`;

  it('weighs little where somebody asked for it by name, and else much', async () => {
    expect(await told('src/a.ts', set('if (options.ignoreCertErrors) '))).toEqual(['low disabled-certificate-check']);
    expect(await told('src/a.ts', set('if (options.host) '))).toEqual(['high disabled-certificate-check']);
  });
});

describe('A key', () => {
  const cipher = (key: string) =>
    `import crypto from 'node:crypto';\nconst key = ${key};\nexport const open = (iv) => crypto.createDecipheriv('aes-256-gcm', key, iv);\n`;

  it('stands in the code where it is a text, and not where it is nothing yet', async () => {
    expect(await told('src/a.ts', cipher("'4f1c2b9a7d3e5f60'"))).toEqual(['high hard-coded-credential']);
    expect(await told('src/a.ts', cipher('null'))).toEqual([]);
  });

  it('in the help text of a template is an example', async () => {
    const text = 'For example <code>{"token":"secret123xK9"}</code>\n';
    expect(await told('views/webhooks.hbs', text)).toEqual([]);
    expect(await told('config/webhooks.json', '{"token":"q7Zr2secretPx9Kw31"}\n')).toHaveLength(1);
  });
});

describe('A loader of YAML that the file makes itself', () => {
  const loads = (head: string, loader = 'Reader') =>
    `import os\nimport yaml\nfrom collections import OrderedDict\n${head}\n\ndef load(stream):\n    return yaml.load(stream, Loader=${loader})\n`;
  const made = (makes: string, tag = "'!include'") =>
    loads(`class Reader(yaml.SafeLoader):\n    pass\n\n${makes}\n\nReader.add_constructor(${tag}, make)`);

  it.each([
    ['of a safe one', loads('class Reader(yaml.SafeLoader):\n    pass')],
    ['of a class of a safe one', loads('class Base(yaml.CSafeLoader):\n    pass\n\nclass Reader(Base):\n    pass')],
    ['of a safe one by another name', loads('from yaml import CSafeLoader as Loader\nclass Reader(Loader):\n    pass')],
    ['of parts of a safe one', loads('class Reader(Composer, yaml.constructor.SafeConstructor, object):\n    pass')],
    ['of one that reads texts', loads('class Reader(yaml.BaseLoader):\n    pass')],
    ['of one that reads texts, as it is', loads('', 'yaml.BaseLoader')],
    [
      'that keeps the order',
      made(
        'def make(loader, node):\n    loader.flatten_mapping(node)\n    return OrderedDict(loader.construct_pairs(node))',
        'yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG',
      ),
    ],
    [
      'that reads other files and settings',
      made(
        'def find(name):\n    return os.environ[name]\n\ndef make(\n    loader, node\n):\n    """No eval() here."""\n    with open(find(getattr(node, "value"))) as file:\n        return yaml.load(file, Reader)',
      ),
    ],
    [
      'whose tags are read the same way by one function',
      made(
        'class Point:\n    pass\n\ndef make(loader, node):\n    return Point(**loader.construct_mapping(node))',
        'TAG',
      ),
    ],
    [
      'with a function without a name',
      made('make = None\nReader.add_constructor("!a", lambda loader, node: str(node))').replace(
        "\nReader.add_constructor('!include', make)",
        '',
      ),
    ],
    ['with what safe ones have', made('make = None').replace('make)', 'yaml.SafeLoader.construct_yaml_str)')],
  ])('is not told %s', async (_, text) => {
    expect(await told('src/a.py', text)).toEqual([]);
  });

  const among = 'medium unsafe-deserialization';
  const plugins = (make: string) =>
    `class Reader(yaml.SafeLoader):\n    @classmethod\n    def fill(cls, plugins):\n        for name in plugins.names:\n            cls.add(name, plugins.get(name))\n\n    @classmethod\n    def add(cls, name, plugin):\n${make}`;

  it.each([
    ['of one that makes any object', loads('class Reader(yaml.Loader):\n    pass')],
    [
      'of one that makes any object, whatever it is called',
      loads('class SafeReader(yaml.UnsafeLoader):\n    pass', 'SafeReader'),
    ],
    ['of a safe one and another', loads('class Reader(yaml.SafeLoader, yaml.FullLoader):\n    pass')],
    [
      'of something that is not known',
      loads('from .base import LineLoader\nclass Reader(LineLoader, yaml.SafeLoader):\n    pass'),
    ],
    ['of itself', loads('class Reader(Reader):\n    pass')],
    [
      'that makes every plugin of those that the document names',
      loads(
        plugins(
          "        def make(loader, node):\n            return plugin(**loader.construct_mapping(node))\n\n        cls.add_constructor('!' + name, make)",
        ),
      ),
    ],
    [
      'the same without a name',
      loads(plugins("        cls.add_constructor('!' + name, lambda loader, node: plugin(**node.value))")),
    ],
    ['that looks a class up', made('def make(loader, node):\n    return KINDS[node.value](loader)')],
    ['that keeps what it looks up', made('def make(loader, node):\n    kind = KINDS[node.value]\n    return kind()')],
    ['that takes an attribute of any name', made('def make(loader, node):\n    return getattr(os, node.value)')],
    [
      'that imports what it is told',
      made(
        'def find(name):\n    return importlib.import_module(name)\n\ndef make(loader, node):\n    return find(node.value)',
      ),
    ],
    ['that runs what it is told', made('def make(loader, node):\n    return subprocess.check_output(node.value)')],
    ['whose constructor is elsewhere', made('from .tags import make')],
    ['whose constructor is put together', made('').replace('make)', 'partial(make, 1))')],
  ])('is told %s', async (_, text) => {
    expect(await told('src/a.py', text)).toEqual([among]);
  });

  it('says what its constructors do, and what the call means without one', async () => {
    const messages = async (text: string) => (await scanText('src/a.py', text)).findings.map(({ message }) => message);
    expect(await messages(made('def make(loader, node):\n    return KINDS[node.value](loader)'))).toEqual([
      'Parameter `stream` reaches `yaml.load`, which builds what the data names, with constructors that this file gives to its loader.',
    ]);
    expect(await messages('import yaml\nwith open("a.yml") as file:\n    config = yaml.load(file)\n')).toEqual([
      '`yaml.load` without a loader makes any object that the document names before PyYAML 5.1, and fails since 6.0.',
    ]);
    expect(
      await messages('import yaml\nwith open("a.yml") as file:\n    config = yaml.load(file, yaml.Loader)\n'),
    ).toEqual(['`yaml.load` without a safe loader makes any object that the document names.']);
  });

  it('is followed once, however often a class names another', async () => {
    const chain = Array.from({ length: 80 }, (_, at) => `class C${at + 1}(C${at}, C${at}):\n    pass\n`).join('');
    const uses = Array.from({ length: 80 }, (_, at) => `yaml.load(open('a'), C${at})\n`).join('');
    const nested = Array.from({ length: 80 }, (_, at) => `${' '.repeat(at)}def make${at}(loader, node):\n`).join('');
    const given = Array.from({ length: 80 }, (_, at) => `C1.add_constructor('!${at}', make${at})\n`).join('');
    const safe = 'import yaml\nclass C0(yaml.SafeLoader):\n    pass\n';
    const inChain = await scanText('src/a.py', `${safe}${chain}${uses}`);
    expect(inChain.findings).toEqual([]);
    const inNested = await scanText('src/a.py', `${safe}${chain}${nested}${' '.repeat(100)}pass\n${given}${uses}`);
    // What is nested too deeply to be read may make anything.
    expect(inNested.findings.map(({ severity }) => severity)).toEqual(Array(80).fill('medium'));
  });
});

describe('An archive', () => {
  const unpacks = (body: string) =>
    `import sys\nimport tarfile\n\ndef unpack(path, to):\n    with tarfile.open(path) as tar:\n${body.replace(/^/gm, '        ')}\n`;
  const old = 'tar.extractall(to)';
  const safe = "tar.extractall(to, filter='data')";
  const branches = (condition: string, first: string, second: string) =>
    unpacks(`if ${condition}:\n    ${first}\nelse:\n    ${second}`);

  it.each([
    branches("hasattr(tarfile, 'data_filter')", safe, old),
    branches('hasattr(tarfile.TarFile, "extraction_filter")', safe, old),
    branches("not hasattr(tarfile, 'data_filter')", old, safe),
    branches('sys.version_info >= (3, 12)', safe, old),
    branches('sys.version_info[:2] < (3, 12)', old, safe),
    unpacks(
      `if sys.version_info >= (3, 12):  # PEP 706\n    ${safe}\nelif to is None:\n    raise ValueError(to)\nelse:\n    ${old}`,
    ),
    unpacks(`try:\n    ${safe}\nexcept TypeError:\n    ${old}`),
    unpacks("tar.extractall(to, **({'filter': 'data'} if hasattr(tarfile, 'data_filter') else {}))"),
    unpacks("more = {}\nif hasattr(tarfile, 'data_filter'):\n    more['filter'] = 'data'\ntar.extractall(to, **more)"),
    unpacks("tar.extraction_filter = getattr(tarfile, 'data_filter', lambda one, to: one)\ntar.extractall(to)"),
    unpacks(`try:\n    ${safe}\nexcept (AttributeError, TypeError):\n    if to:\n        ${old}`),
  ])('is told less gravely where it is for a Python without filters: %s', async (text) => {
    expect(await told('src/a.py', text)).toEqual(['low zip-slip']);
  });

  it.each([
    branches("hasattr(tarfile, 'data_filter')", old, safe),
    branches("hasattr(tarfile, 'data_filter')", 'pass', old),
    branches('sys.version_info < (3, 12)', safe, old),
    branches("not hasattr(tarfile, 'data_filter')", safe, old),
    branches("hasattr(tarfile, 'data_filter') and is_careful", safe, old),
    branches('is_careful', safe, old),
    branches("hasattr(tarfile, 'data_filter')", "tar.extractall(to, filter='fully_trusted')", old),
    unpacks(
      "more = {}\nif hasattr(tarfile, 'data_filter'):\n    more['numeric_owner'] = True\ntar.extractall(to, **more)",
    ),
    unpacks('tar.extraction_filter = lambda one, to: one\ntar.extractall(to)'),
    unpacks(`try:\n    ${safe}\nexcept OSError:\n    ${old}`),
    unpacks(`try:\n    ${safe}\nexcept TypeError:\n    pass\nelse:\n    ${old}`),
    unpacks(`if hasattr(tarfile, 'data_filter'):\n    ${safe}\n${old}`),
  ])('is told where it is unpacked without one elsewhere too: %s', async (text) => {
    expect(await told('src/a.py', text)).toContain('medium zip-slip');
  });
});

it('an archive of which members are chosen, or that has a filter among what it is given, is left to the linter', async () => {
  const unpack = (given: string) => `import tarfile\n\ndef unpack(tar, to):\n    tar.extractall(to, ${given})\n`;
  expect(await told('src/a.py', unpack("**{'members': chosen(tar)}"))).toEqual(['low S202']);
  expect(await told('src/a.py', unpack("**{'filter': 'data'}"))).toEqual(['low S202']);
  expect(await told('src/a.py', unpack("**{'numeric_owner': True}"))).toEqual(['medium zip-slip']);
});

describe('A function that looks at no certificates', () => {
  const context = (name: string, calls: string) =>
    `import ssl\n\ndef ${name}():\n    """Make one, which takes the place of the one that is made where somebody asks for nothing else, for those who have machines of their own only, and who know what they do; it is the same in all else, and as quick."""\n    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)\n    context.check_hostname = False\n    context.verify_mode = ssl.CERT_NONE\n    return context\n\n${calls}\n`;
  const high = 'high disabled-certificate-check';

  it.each([
    context('_open', 'def connect(verify):\n    if not verify:\n        return _open()\n    return None'),
    context('_open', 'def connect(is_insecure):\n    return _open() if is_insecure else None'),
    context('insecure_context', ''),
    context(
      'make_unverified',
      'def connect(verify):\n    if verify:\n        return None\n    else:\n        return make_unverified()',
    ),
  ])('is told less gravely where somebody has to ask for it', async (text) => {
    expect(await told('src/a.py', text)).toEqual(['low disabled-certificate-check']);
  });

  it.each([
    context('_open', 'def connect(host):\n    return _open()'),
    context(
      '_open',
      'def connect(verify):\n    if not verify:\n        return _open()\n    return None\n\nDEFAULT = _open()',
    ),
    context('_open', 'def connect(verify):\n    if not verify:\n        return _open()\n    return wrap(_open)'),
    context('open', 'def connect(verify):\n    if not verify:\n        return open()\n    return None'),
    context('_open', ''),
    context('insecure_context', 'CONTEXT = insecure_context()'),
  ])('is told where nobody has to', async (text) => {
    expect(await told('src/a.py', text)).toEqual([high]);
  });
});

describe('What the main function of a script takes', () => {
  const main = (calls: string, name = 'main') =>
    `import os\nimport sys\n\ndef ${name}(args):\n    os.popen(args[0] + ' log ' + args[1])\n    return 0\n\n${calls}\n`;

  it.each([
    "if __name__ == '__main__':\n    raise SystemExit(main(sys.argv[1:]))",
    "from sys import argv\nif __name__ == '__main__':\n    main(argv)",
  ])('is of whoever runs it: %s', async (calls) => {
    expect(await told('src/a.py', main(calls))).toEqual(['low command-injection']);
  });

  it.each([
    main('def answer(words):\n    return main(words)\n\nmain(sys.argv[1:])'),
    main('RUN = main'),
    main('def answer(argv):\n    return main(argv)'),
    main('run(sys.argv[1:])', 'run'),
  ])('is of any caller where others call it', async (text) => {
    expect(await told('src/a.py', text)).toContain('medium command-injection');
  });
});
