import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Analyser } from '../src/code/analyser.ts';
import { analyseQuality } from '../src/code/quality/quality.ts';
import { scanText } from '../src/code/security/scan-files.ts';
import { readSourceTree, resolveFolder } from '../src/code/source-tree.ts';
import { analyseTypes } from '../src/code/types/types.ts';
import { createThreadPool } from '../src/platform/thread-pool.ts';

const folders: string[] = [];
afterEach(() => {
  for (const root of folders.splice(0)) rmSync(root, { recursive: true, force: true });
});

type Texts = Readonly<Record<string, string | readonly string[]>>;

/** What an analyser says of a tree, as `severity file:line rule`, and of what it could not look at. */
async function look(analyser: Analyser, texts: Texts): Promise<{ found: string[]; gaps: string[] }> {
  const root = mkdtempSync(join(tmpdir(), 'evidence-'));
  folders.push(root);
  const hashes = new Map<string, string>();
  for (const [path, lines] of Object.entries(texts)) {
    const text = typeof lines === 'string' ? lines : `${lines.join('\n')}\n`;
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
    hashes.set(path, createHash('sha256').update(text).digest('hex'));
  }
  const folder = await resolveFolder(root);
  const { files } = await readSourceTree(folder);
  const threads = createThreadPool({ threads: 1 });
  onTestFinished(() => threads.close());
  const cache = { read: () => new Map(), write: () => undefined, close: () => undefined };
  const { signal } = new AbortController();
  const { findings, gaps } = await analyser({ root: folder, files, hashes, threads, cache, signal });
  return {
    found: findings.map(({ severity, file, line, rule }) => `${severity} ${file}:${line} ${rule}`).sort(),
    gaps: gaps.map(({ file, reason }) => `${file}: ${reason}`),
  };
}

/** A way to write something that is wrong, and one that only looks like it. */
interface Pair {
  readonly name: string;
  readonly said: string;
  readonly path: string;
  readonly defect: string;
  readonly alike: string;
  /** What is said of the look-alike, where that is less and not nothing. */
  readonly rest?: readonly string[];
}

const handler = (body: string) => `app.post('/x', async (req, res) => {\n${body}\n});\n`;
const view = (body: string, head = '') =>
  `from flask import Flask, request, redirect\nimport sqlite3\n${head}\napp = Flask(__name__)\n\n@app.route('/x')\ndef show():\n    db = sqlite3.connect("a")\n${body.replace(/^/gm, '    ')}\n`;
const md5 = (text: string) =>
  `import { md5 } from 'js-md5';\nexport const sum = (user, realm, password, nonce) => ${text};\n`;

const weaknesses: readonly Pair[] = [
  {
    name: 'HTML that a parameter is put into, not HTML that stands in the code',
    said: 'medium security/cross-site-scripting',
    path: 'src/a.py',
    defect:
      'from django.utils.safestring import mark_safe\n\ndef show(value):\n    return mark_safe("<b>%s</b>" % value)\n',
    alike: 'from django.utils.safestring import mark_safe\n\ndef show():\n    return mark_safe("<b>new</b>")\n',
  },
  {
    name: 'HTML that a parameter is put into, not the text that is left of it',
    said: 'medium security/cross-site-scripting',
    path: 'src/a.py',
    defect: 'from markupsafe import Markup\n\ndef show(value):\n    return Markup("<b>%s</b>" % value)\n',
    alike: 'from markupsafe import Markup\n\ndef show(value):\n    return Markup("<b>%s</b>" % value).striptags()\n',
  },
  {
    name: 'a name of a request in SQL, not one that a function of the file quotes',
    said: 'high security/sql-injection',
    path: 'src/a.py',
    defect: view('db.execute(f"SELECT * FROM {request.args[\'t\']}")\nreturn ""'),
    alike: view(
      'db.execute(f"SELECT * FROM {escape_sqlite(request.args[\'t\'])}")\nreturn ""',
      'def escape_sqlite(name):\n    return f"[{name}]"\n',
    ),
  },
  {
    name: 'a text of a request in SQL, not one whose quotes are doubled',
    said: 'high security/sql-injection',
    path: 'src/a.js',
    defect: handler("await db.query(\"SELECT * FROM u WHERE n = '\" + req.body.name.replace(/'/g, '') + \"'\");"),
    alike: handler('await db.query("SELECT * FROM u WHERE n = \'" + req.body.name.replace(/\'/g, "\'\'") + "\'");'),
  },
  {
    name: 'a parameter that becomes part of SQL, not one that is to be SQL',
    said: 'medium security/sql-injection',
    path: 'src/a.py',
    defect: 'def explain(conn, name):\n    return conn.execute("EXPLAIN SELECT * FROM users WHERE name = " + name)\n',
    alike: 'def explain(conn, sql):\n    return conn.execute("EXPLAIN " + sql)\n',
  },
  {
    name: 'a parameter, with less weight where it lies deep in what is handed over',
    said: 'medium security/sql-injection',
    path: 'src/a.py',
    defect: 'def count(conn, name):\n    return conn.execute("SELECT count(*) FROM t WHERE name = " + name)\n',
    alike:
      'def count(conn, query):\n    return conn.execute("SELECT count(*) FROM t WHERE name = " + query.user.name)\n',
    rest: ['low security/sql-injection'],
  },
  {
    name: 'an address that a server asks, not one that a page asks',
    said: 'high security/server-side-request-forgery',
    path: 'src/a.js',
    defect: handler('await fetch(req.query.url);'),
    alike:
      'export async function complete(path) {\n  const url = new URL(path, location.href);\n  return fetch(url);\n}\n',
  },
  {
    name: 'a visitor sent to what the address says, not back to the page',
    said: 'medium security/open-redirect',
    path: 'src/a.js',
    defect: 'location.href = new URLSearchParams(location.search).get("next");\n',
    alike: 'const asked = location.search.slice(1);\nlocation.href = asked ? "?" + asked : location.pathname;\n',
  },
  {
    name: 'a visitor sent to the page before, not where a function lets only safe ones through',
    said: 'medium security/open-redirect',
    path: 'src/a.py',
    defect: view('return redirect(request.args["next"])').replaceAll('show', 'go'),
    alike: view('return redirect(safe_referrer(request))', 'from app.addresses import safe_referrer\n'),
  },
  {
    name: 'a code made with a key, not a sum of content',
    said: 'medium security/timing-attack',
    path: 'src/a.py',
    defect: view('import hmac\nreturn str(hmac.new(KEY, b"x").hexdigest() == request.args["sum"])'),
    alike: view('import hashlib\nreturn str(hashlib.sha256(b"x").hexdigest() == request.args["sum"])'),
  },
  {
    name: 'a secret, not the bytes that a kind of message begins with',
    said: 'medium security/timing-attack',
    path: 'src/a.js',
    defect: 'const API_TOKEN = "f93kd02la8";\nexport const check = (given) => given === API_TOKEN;\n',
    alike: 'const SIGNATURE = "NTLMSSP-1";\nexport const check = (given) => given === SIGNATURE;\n',
  },
  {
    name: 'a secret, not the kind of a token',
    said: 'medium security/timing-attack',
    path: 'src/a.py',
    defect: 'def check(token):\n    return token == "Characters9"\n',
    alike: 'def check(token_type):\n    return token_type == "Characters9"\n',
  },
  {
    name: 'a check turned off, with less weight where somebody has to ask for it',
    said: 'high security/disabled-certificate-check',
    path: 'src/a.js',
    defect: "import https from 'node:https';\nexport const agent = new https.Agent({ rejectUnauthorized: false });\n",
    alike:
      "import https from 'node:https';\nexport function agent(options) {\n  if (options.allowUnsafe) {\n    return new https.Agent({ rejectUnauthorized: false });\n  }\n  return https.globalAgent;\n}\n",
    rest: ['low security/disabled-certificate-check'],
  },
  {
    name: 'HTML of somebody, not rules of style',
    said: 'medium security/cross-site-scripting',
    path: 'src/a.jsx',
    defect: 'export const Page = () => <div dangerouslySetInnerHTML={{ __html: user.bio }} />;\n',
    alike: 'export const Page = () => <style dangerouslySetInnerHTML={{ __html: user.bio }} />;\n',
  },
  {
    name: 'a key that stands in the code, not one whose bytes are filled in',
    said: 'high security/hard-coded-credential',
    path: 'src/a.js',
    defect:
      "import crypto from 'node:crypto';\nexport const seal = (iv) => crypto.createCipheriv('aes-128-gcm', Buffer.from('0123456789abcdef'), iv);\n",
    alike:
      "import crypto from 'node:crypto';\nexport function seal(given, iv) {\n  const key = Buffer.alloc(16);\n  key[0] = given[0] ^ 1;\n  return crypto.createCipheriv('aes-128-gcm', key, iv);\n}\n",
  },
  {
    name: 'an archive taken out as it is, not the members that were chosen',
    said: 'medium security/zip-slip',
    path: 'src/a.py',
    defect: 'import tarfile\n\ndef unpack(path):\n    tarfile.open(path).extractall("out")\n',
    alike: 'import tarfile\n\ndef unpack(path, members):\n    tarfile.open(path).extractall("out", members)\n',
  },
  {
    name: 'the salt of a hash, not a number that tells one from another',
    said: 'medium security/insecure-random',
    path: 'src/a.py',
    defect:
      'import hashlib\nimport random\n\ndef keep(word):\n    salt = str(random.randrange(9999))\n    return hashlib.scrypt(word, salt=salt)\n',
    alike: 'import random\n\ndef name():\n    salt = str(random.randrange(9999))\n    return "worker-" + salt\n',
  },
  {
    name: 'a password hashed by MD5, with less weight where the protocol of HTTP asks for it',
    said: 'high security/weak-hash',
    path: 'src/a.js',
    defect: md5('md5(`$' + '{user}:$' + '{password}`)').replace('realm, ', ''),
    alike: md5('md5(`$' + '{user}:$' + '{realm}:$' + '{password}`) + nonce'),
    rest: ['low security/weak-hash'],
  },
  {
    name: 'a filter of LDAP, not one that was escaped',
    said: 'high security/ldap-injection',
    path: 'src/a.js',
    defect: handler('const filter = `(uid=$' + "{req.body.user})`;\nldapClient.search('dc=x', { filter });"),
    alike: handler(
      'const filter = `(uid=$' + "{escapeLdapFilter(req.body.user)})`;\nldapClient.search('dc=x', { filter });",
    ),
  },
  {
    name: 'a filter of LDAP, not a pattern',
    said: 'high security/ldap-injection',
    path: 'src/a.py',
    defect: view('import ldap\nreturn str(ldap.initialize("x").search(f"(uid={request.args[\'u\']})"))'),
    alike: view('import re\nreturn str(bool(re.search(f"(uid={re.escape(request.args[\'u\'])})", "x")))'),
  },
  {
    name: 'an address of a request, not one that was seen to have no host',
    said: 'medium security/open-redirect',
    path: 'src/a.py',
    defect: view('after = request.args.get("next")\nreturn redirect(after)'),
    alike: view(
      'from urllib.parse import urlsplit\nafter = request.args.get("next")\nif not after or urlsplit(after).netloc != "":\n    after = "/"\nreturn redirect(after)',
    ),
  },
  {
    name: 'a secret of the program, not the name of a command',
    said: 'high security/hard-coded-credential',
    path: 'settings.json',
    defect: '{ "reset-password": "k3yF9z!mQ27xLp0Rt8" }\n',
    alike: '{ "reset-password": "node extra/reset-password.js" }\n',
  },
  {
    name: 'a secret of the program, not a key that every page carries',
    said: 'high security/hard-coded-credential',
    path: 'src/a.ts',
    defect: "export const API_KEY = '9CipPajQC22mSkk2wxe2TXsUA0Ysyupe8';\n",
    alike: "export const API_KEY = 'phc_9CipPajQC22mSkk2wxe2TXsUA0Ysyupe8';\n",
  },
  {
    name: 'a secret of the program, not one that a comment shows',
    said: 'medium security/hard-coded-credential',
    path: 'src/a.ts',
    defect: "export const context = {\n  token: 'secret12345',\n};\n",
    alike: "/**\nCall it so:\n  context = {\n    token: 'secret12345'\n  }\n*/\nexport const context = {};\n",
  },
  {
    name: 'the password of a database elsewhere, with less weight where it is one of the same compose file',
    said: 'high security/hard-coded-credential',
    path: 'compose.yml',
    defect:
      'services:\n  a:\n    environment:\n      - DATABASE_URL=postgresql://shop:k3yF9zmQ27@db.shop.io:5432/shop\n',
    alike: 'services:\n  a:\n    environment:\n      - DATABASE_URL=postgresql://shop:k3yF9zmQ27@shop-db:5432/shop\n',
    rest: ['low security/hard-coded-credential'],
  },
];

describe('A weakness is told where there is evidence of it', () => {
  it.each(weaknesses)('$name', async ({ said, path, defect, alike, rest }) => {
    const of = async (text: string) =>
      (await scanText(path, text)).findings
        .filter(({ engine }) => engine !== 'ruff')
        .map(({ severity, rule }) => `${severity} ${rule}`);
    expect(await of(defect)).toContain(said);
    expect(await of(alike)).toEqual(rest ?? []);
  });

  it('once: what follows a value is not repeated by a rule that sees the call alone', async () => {
    const { findings } = await scanText('src/a.py', weaknesses[0]?.defect ?? '');
    expect(findings.map(({ rule }) => rule)).toEqual(['security/cross-site-scripting']);
  });
});

describe('A linter is heard where nothing around the place answers it', () => {
  it('in Python', async () => {
    const { found } = await look(analyseQuality, {
      'src/a.py': [
        'def shell():',
        '    try:',
        '        get_ipython',
        '    except NameError:',
        '        return None',
        '    return get_ipython()  # type: ignore[name-defined]',
        'def gone():',
        '    return nowhere()', // 8
        'def loop(values):',
        '    for dummy in values:',
        '        shell()',
        '    for value in values:', // 12
        '        shell()',
        'if True:', // 14
        '    shell()',
        'def same(path):',
        '    assert path <= path',
        '    return path <= path', // 18
      ],
      'src/__init__.py': ['from pkgutil import extend_path', '__path__ = extend_path(__path__, __name__)'],
      'docs/conf.py': ['project = "x"', 'if tags.has("y"):', '    print(missing)'],
    });
    expect(found).toEqual([
      'high docs/conf.py:3 F821',
      'high src/a.py:18 PLR0124',
      'high src/a.py:8 F821',
      'low src/a.py:12 B007',
      'low src/a.py:14 constant-condition',
    ]);
  });

  it('in JavaScript, at the place that is to be changed', async () => {
    const { found } = await look(analyseQuality, {
      'src/keys.js': ['export const labels = {', '  sent: 1,', '  received: 2,', '  sent: 3,', '};'],
      'src/again.js': ['const limit = 1;', 'export const read = () => limit;', 'limit = 2;'],
      'src/space.js': [
        'var shop = (function (o) {',
        '  o.open = true;',
        '  return o;',
        '})(shop || {});',
        'window.shop = shop;',
      ],
      'src/early.js': ['export const first = second + 1;', 'const second = 2;'],
      'src/upload.js': [
        'export const upload = (request, body) =>',
        '  new Request(request, {',
        '    body,',
        '  });',
        "export const wrong = (body) => new Request('/x', { body });",
      ],
      'src/empty.js': '',
      'test/empty.test.js': '',
    });
    expect(found).toEqual([
      'high src/again.js:3 eslint/no-const-assign',
      'high src/early.js:1 eslint/no-use-before-define',
      'high src/keys.js:4 eslint/no-dupe-keys',
      'high src/upload.js:5 unicorn/no-invalid-fetch-options',
      'low src/empty.js:1 unicorn/no-empty-file',
    ]);
  });
});

const unlike = [
  'from typing import Callable, Sequence, Union',
  'Leaf = tuple[int, int]',
  'Tree = Union[Leaf, Sequence["Tree"]]',
  'def first(tree: Tree) -> int:',
  '    return tree[0]', // 5: where two checkers differ
  'def size() -> int:',
  '    return "three"', // 7: where they do not
];

describe('An error of types in Python is told where there is evidence of it', () => {
  it('and where another checker checks the types, only what no checker can see differently', async () => {
    const plain = await look(analyseTypes, { 'a.py': unlike });
    expect(plain.found).toEqual(['medium a.py:5 reportReturnType', 'medium a.py:7 reportReturnType']);
    for (const settings of [
      { 'pyproject.toml': '[tool.mypy]\nstrict = true\n' },
      { 'setup.cfg': '[metadata]\nname = x\n[mypy]\npretty = True\n' },
    ]) {
      expect((await look(analyseTypes, { ...settings, 'a.py': unlike })).found).toEqual([
        'medium a.py:7 reportReturnType',
      ]);
    }
  }, 60_000);

  it('and not where a name is looked for on purpose, or a declaration leaves it out', async () => {
    const { found } = await look(analyseTypes, {
      'a.py': [
        'import http.client',
        'import sys',
        'import urllib',
        'from contextlib import suppress',
        'from typing import TYPE_CHECKING',
        'try:',
        '    from time import process_time',
        'except ImportError:',
        '    from time import clock as process_time',
        'with suppress(ImportError):',
        '    from socket import NOWHERE',
        'if TYPE_CHECKING:',
        '    from socket import NEVER',
        'from http.cookiejar import parse_ns_headers',
        'from time import GONE', // 15
        'def limit(count: int) -> object:',
        '    http.client._MAXHEADERS = count',
        '    return http.client._MAXHEADERS',
        'def wait() -> None:',
        '    try:',
        '        sys.setswitchinterval(1)',
        '    except AttributeError:',
        '        sys.setcheckinterval(100)',
        '    sys.setcheckinterval(100)', // 24
        'def text() -> object:',
        '    try:',
        '        return unicode',
        '    except NameError:',
        '        return str',
        'def other() -> object:',
        '    return unicode', // 31
        'def reply() -> object:',
        '    return urllib.response', // 33
        'print(process_time, parse_ns_headers, GONE)',
      ],
      'docs/conf.py': ['project = "x"', 'print(tags, nothing)'],
    });
    expect(found).toEqual([
      'high a.py:15 reportAttributeAccessIssue',
      'high a.py:24 reportAttributeAccessIssue',
      'high a.py:31 reportUndefinedVariable',
      'low a.py:33 reportAttributeAccessIssue',
      'medium docs/conf.py:2 reportUndefinedVariable',
    ]);
  }, 30_000);

  it('and not where a decorator, a base or a default decides what is called', async () => {
    const { found } = await look(analyseTypes, {
      'a.py': [
        'import absent',
        'from typing import Callable',
        'from absent import cached_property, frozen',
        'class Plain(Exception):',
        '    def __init__(self, code: int) -> None:',
        '        self.code = code',
        'class Response:',
        '    pass',
        'class Denied(  # type: ignore[misc]',
        '    absent.Response,',
        '    Plain,',
        '):',
        '    pass',
        '@frozen',
        'class Point:',
        '    x: int',
        '    y: int',
        '    @cached_property',
        '    def parts(self) -> tuple[str, ...]:',
        '        return ("a",)',
        '    def names(self) -> tuple[str, ...]:',
        '        return ("a",)',
        'class Converter:',
        '    def encode(self, number: int) -> int:',
        '        return self.convert(number, 2)',
        '    def convert(number, base) -> int:',
        '        return number * base',
        '    convert = staticmethod(convert)',
        'def make() -> object:',
        '    return Point(',
        '        x=1,',
        '        y=2,',
        '    )',
        'def deny() -> None:',
        '    raise Denied(status=1, body=b"", headers=None)',
        'def fail() -> None:',
        '    raise Plain(status=1)', // 37
        'def last(point: Point) -> str:',
        '    return point.parts[-1]',
        'def name(point: Point) -> str:',
        '    return point.names[-1]', // 41
        'def run(act: Callable[[int, str], str]) -> str:',
        '    return act(count=1, name="a")',
        'def setup(options=type("Options", (), {"a": 1})) -> None:',
        '    print(options)',
        'def start() -> None:',
        '    setup(1)',
      ],
    });
    expect([...new Set(found)]).toEqual(['high a.py:37 reportCallIssue', 'medium a.py:41 reportIndexIssue']);
  }, 30_000);

  it('once: not of a name that was given something else already, and not of what was set together with its condition', async () => {
    const { found } = await look(analyseTypes, {
      'a.py': [
        'def lines(headers: str) -> str:',
        '    headers = sorted(headers.split())', // 2
        '    return "".join(["a"] + headers)',
        'def pick(values: list[int]) -> int:',
        '    found = None',
        '    for value in values:',
        '        if value > 1:',
        '            found = value',
        '            rest = value + 1',
        '    if found is not None:',
        '        return rest',
        '    return 0',
        'def each(names: list[str]) -> None:',
        '    try:',
        '        for name in names:',
        '            name.encode("ascii")',
        '    except UnicodeError as error:',
        '        raise ValueError(name) from error',
        'def loose(flag: bool) -> int:',
        '    if flag:',
        '        count = 1',
        '    return count', // 22
        'def held() -> dict[str, object]:',
        '    settings = {"a": 1}',
        '    settings.update({"b": "c"})',
        '    sized: dict[str, int] = {"a": 1}',
        '    sized.update({"b": "c"})', // 27
        '    return {**settings, **sized}',
      ],
    });
    expect([...new Set(found)]).toEqual([
      'low a.py:2 reportAssignmentType',
      'low a.py:22 reportPossiblyUnboundVariable',
      'medium a.py:27 reportArgumentType',
    ]);
  }, 30_000);
});

const strict = JSON.stringify({ compilerOptions: { strict: true, module: 'esnext', target: 'es2022' } });

describe('An error of types in TypeScript is told where there is evidence of it', () => {
  it('and not where a class or a function comes from what is not installed', async () => {
    const { found } = await look(analyseTypes, {
      'tsconfig.json': strict,
      'src/service.ts': [
        "import { Client } from 'src/generated/client'",
        'export class Base extends Client {}',
        'export class Shop extends Base { open = true; }',
        'export class Own { open = true; }',
        'export const users = (shop: Shop) => shop.users;',
        'export const none = (own: Own) => own.users;', // 6
        'interface Card extends React.HTMLAttributes<HTMLElement> { open: boolean }',
        'export const named = ({ className }: Card) => className;',
      ],
      'src/query.ts': [
        "import * as query from 'query';",
        "import * as own from './own.ts';",
        'export const ask = (text: string) => query(text);',
        'export const wrong = () => own();', // 4
      ],
      'src/own.ts': 'export const a = 1;\n',
      'src/caught.ts': [
        "import { ApiError } from 'api';",
        'export function status(act: () => void): unknown {',
        '  try { act(); } catch (error) {',
        '    if (error instanceof ApiError && error.status !== null) return error.status;',
        '    return null;',
        '  }',
        '}',
        'export function other(act: () => void): unknown {',
        '  try { act(); } catch (problem) { return problem.status; }', // 9
        '}',
      ],
      'src/optional.ts': [
        "import type { Options } from 'api';",
        'interface Hooks { close?: () => void }',
        'export const end = (options: Options & { hooks: Hooks }) => options.hooks.close();',
        'export const stop = (close?: () => void) => close();', // 4
      ],
    });
    expect(found).toEqual([
      'high src/query.ts:4 TS2349',
      'medium src/caught.ts:9 TS18046',
      'medium src/optional.ts:4 TS2722',
      'medium src/service.ts:6 TS2339',
    ]);
  });

  it('and not where a build makes what many import, or only a comment names what lies elsewhere', async () => {
    const made = (name: string) => `import { a } from './made/schema.ts';\nexport const ${name} = a;\n`;
    const { found, gaps } = await look(analyseTypes, {
      'tsconfig.json': strict,
      'src/a.ts': `${made('one')}import { b } from './forgotten.ts';\nexport { b };\n`,
      'src/b.ts': made('two'),
      'src/c.ts': made('three'),
      'src/lazy.ts': ["// as in import('/component.vue')", 'export const size: number = "three";'],
      'src/told.ts': ["import { told } from '/etc/told.ts';", 'export { told };'],
    });
    expect(found).toEqual(['high src/a.ts:3 TS2307', 'medium src/lazy.ts:2 TS2322']);
    expect(gaps.filter((one) => /outside of the tree/.test(one))).toHaveLength(1);
  });

  it('and not where a call in between, or a promise, has changed what is compared or declared', async () => {
    const { found } = await look(analyseTypes, {
      'tsconfig.json': strict,
      'src/scan.ts': [
        'export function scan(text: string): number {',
        '  let code = 0;',
        '  function next() { code = text.charCodeAt(0); }',
        '  next();',
        '  if (code === 47) {',
        '    next();',
        '    while (code !== 10) next();',
        '  }',
        '  return code;',
        '}',
        'export const same = (kind: "a" | "b") => kind === "c";', // 11
      ],
      'src/late.ts': [
        'void (async () => {',
        '  await Promise.resolve();',
        '  ready();',
        '})();',
        'const ready = () => undefined;',
        'early();', // 6
        'const early = () => undefined;',
      ],
    });
    expect(found.filter((one) => !one.endsWith('TS2454'))).toEqual([
      'high src/late.ts:6 TS2448',
      'medium src/scan.ts:11 TS2367',
    ]);
  });

  it('with the strictness of settings that are not there taken for on', async () => {
    const files = {
      'package.json': JSON.stringify({ devDependencies: { typescript: '^5.0.0' } }),
      'src/a.ts': 'export const size = (text: string | null): number => text.length;\n',
    };
    const own = { compilerOptions: { module: 'esnext' } };
    const extended = await look(analyseTypes, {
      ...files,
      'tsconfig.json': JSON.stringify({ extends: 'gts/tsconfig-google.json', ...own }),
    });
    expect(extended.found).toEqual(['medium src/a.ts:1 TS18047']);
    expect((await look(analyseTypes, { ...files, 'tsconfig.json': JSON.stringify(own) })).found).toEqual([]);
  });
});
