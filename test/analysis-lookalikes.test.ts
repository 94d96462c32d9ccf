import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { scanText } from '../src/code/security/scan-files.ts';
import { readSourceTree, resolveFolder } from '../src/code/source-tree.ts';
import { analyseTypes } from '../src/code/types/types.ts';
import { createThreadPool } from '../src/platform/thread-pool.ts';

/** What is wrong in `defect`, as `severity rule`, and what only looks like it. */
interface Pair {
  readonly name: string;
  readonly said: string;
  readonly path: string;
  readonly defect: string;
  readonly alike: string;
  /** Where the look-alike stands, if not where the defect does. */
  readonly alikePath?: string;
}

const handler = (body: string) => `app.post('/x', (req, res) => {\n${body}\n});\n`;

const weaknesses: readonly Pair[] = [
  {
    name: 'a secret compared with a request, not with a message of the own window',
    said: 'medium security/timing-attack',
    path: 'src/a.js',
    defect: handler('if (req.body.token === process.env.API_TOKEN) res.send();'),
    alike: `const wait = (token, go) => {\n  window.addEventListener('message', ({ source, data }) => {\n    if (source === window && data === token) go();\n  });\n};\nwait(String(1), start);\n`,
  },
  {
    name: 'a random token, not a random delay beside a secret',
    said: 'medium security/insecure-random',
    path: 'src/a.js',
    defect: 'const token = Math.random().toString(36);\n',
    alike:
      'const options = { secret: load(), delay: Math.random() * 9 };\nfunction pick(secrets) {\n  const at = Math.floor(Math.random() * secrets.length);\n  return secrets[at];\n}\n',
  },
  {
    name: 'a random part of a token, by the name of the function that makes it',
    said: 'medium security/insecure-random',
    path: 'src/a.py',
    defect: 'import random\n\ndef make_token(letters):\n    at = random.randint(0, 9)\n    return letters[at]\n',
    alike: 'import random\n\ndef shuffle_cards(token):\n    at = random.randint(0, 9)\n    return at\n',
  },
  {
    name: 'a broken hash of content, not one that is only to be a short name',
    said: 'low security/weak-hash',
    path: 'src/a.py',
    defect: 'import hashlib\n\ndef sum_up(content):\n    return hashlib.sha1(content).hexdigest()\n',
    alike: 'import hashlib\n\ndef folder(address):\n    return hashlib.sha1(address).hexdigest()[:8]\n',
  },
  {
    name: 'a check turned off for an address elsewhere',
    said: 'high security/disabled-certificate-check',
    path: 'src/a.py',
    defect: 'async def load(session):\n    return await session.get("https://api.example.com/x", ssl=False)\n',
    alike: 'async def load(session):\n    return await session.get("https://api.example.com/x")\n',
  },
  {
    name: 'a check turned off for an address that the call does not show, which weighs less',
    said: 'medium security/disabled-certificate-check',
    path: 'src/a.py',
    defect: 'async def load(session, url):\n    return await session.get(url, ssl=False)\n',
    alike: 'async def load(session, url):\n    return await session.get(url)\n',
  },
  {
    name: 'an address to listen on, not one that is asked for',
    said: 'low S104',
    path: 'src/a.py',
    defect: 'def start(app):\n    app.run(host="0.0.0.0")\n',
    alike: 'NOWHERE = IPv4Address("0.0.0.0")\n\ndef is_open(hosts):\n    return "0.0.0.0" in hosts\n',
  },
  {
    name: 'a token, not the name of the header that carries one',
    said: 'high security/hard-coded-credential',
    path: 'src/a.py',
    defect: 'API_TOKEN = "f3Kq9-ZxT7mLw2Vb8-RyQ4"\n',
    alike: 'HEADER_TOKEN = "X-Supervisor-Token"\n',
  },
  {
    name: 'a key of an interface, not the one that every page asks a search with',
    said: 'high security/hard-coded-credential',
    path: 'src/a.js',
    defect: "export const options = { apiKey: '45441f4b65a2f80329fd45c7cb371fea' };\n",
    alike:
      "export const search = {\n  appId: '69Y3N7LHI2',\n  apiKey: '45441f4b65a2f80329fd45c7cb371fea',\n  indexName: 'guide',\n};\n",
  },
  {
    name: 'a visitor sent where a request says, not back where it came from',
    said: 'medium security/open-redirect',
    path: 'src/a.js',
    defect: handler('res.redirect(req.query.next);'),
    alike: handler("res.redirect(req.get('Referrer') || '/');"),
  },
  {
    name: 'a parameter of what is offered, not of an example',
    said: 'medium security/command-injection',
    path: 'src/a.js',
    alikePath: 'benchmarks/a.js',
    defect: `const { exec } = require('child_process');\nexport const show = (tag) => exec('git show ' + tag);\n`,
    alike: `const { exec } = require('child_process');\nexport const show = (tag) => exec('git show ' + tag);\n`,
  },
  {
    name: 'a request that is run, not one that a test makes up',
    said: 'high security/code-injection',
    path: 'src/a.js',
    alikePath: 'test/a.test.js',
    defect: handler('eval(req.body.code);'),
    alike: handler('eval(req.body.code);'),
  },
  {
    name: 'an insecure call of ruff, not one in a test or beside a rule of semgrep',
    said: 'medium S505',
    path: 'src/a.py',
    alikePath: '.semgrep/keys/a.py',
    defect: 'from cryptography.hazmat.primitives.asymmetric import rsa\nkey = rsa.generate_private_key(65537, 1024)\n',
    alike: 'from cryptography.hazmat.primitives.asymmetric import rsa\nkey = rsa.generate_private_key(65537, 1024)\n',
  },
];

describe('A weakness is told, and what only looks like it is not', () => {
  it.each(weaknesses)('$name', async ({ said, path, defect, alike, alikePath }) => {
    const of = async (file: string, text: string) =>
      (await scanText(file, text)).findings.map(({ severity, rule }) => `${severity} ${rule}`);
    expect(await of(path, defect)).toContain(said);
    expect(await of(alikePath ?? path, alike)).toEqual([]);
  });
});

const folders: string[] = [];
afterEach(() => {
  for (const root of folders.splice(0)) rmSync(root, { recursive: true, force: true });
});

/** What is said of the types of a tree, as `severity file:line rule`. */
async function typesOf(files: Readonly<Record<string, string>>): Promise<string[]> {
  const root = mkdtempSync(join(tmpdir(), 'lookalikes-'));
  folders.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const folder = await resolveFolder(root);
  const tree = await readSourceTree(folder);
  const threads = createThreadPool({ threads: 1 });
  onTestFinished(() => threads.close());
  const { findings } = await analyseTypes({
    root: folder,
    files: tree.files,
    hashes: new Map(
      tree.files.map(({ path }) => [
        path,
        createHash('sha256')
          .update(files[path] ?? '')
          .digest('hex'),
      ]),
    ),
    threads,
    cache: { read: () => new Map(), write: () => undefined, close: () => undefined },
    signal: new AbortController().signal,
  });
  return findings.map(({ severity, file, line, rule }) => `${severity} ${file}:${line} ${rule}`).sort();
}

describe('An error of types in Python is told, and what only looks like one is not', () => {
  it('where a file of a package has the name of one that is not installed', async () => {
    const found = await typesOf({
      'shop/__init__.py': '',
      'shop/web/__init__.py': '',
      'shop/web/promise.py': 'from promise import Promise\n\ndef patch(value: Promise) -> None:\n    value.stop()\n',
      'shop/web/views.py':
        'from promise import Promise\n\ndef load(key: int) -> Promise[int]:\n    return Promise.resolve(key)\n',
      'shop/web/user.py': 'from .promise import gone\n\nprint(gone)\n',
    });
    expect(found).toEqual(['high shop/web/user.py:1 reportAttributeAccessIssue']);
  });

  it('where a function has only a docstring, a method gives its own class, or a property is filled in', async () => {
    const found = await typesOf({
      'a.py': [
        'from enum import Enum',
        'from typing import Protocol, Self',
        'class Reads(Protocol):',
        '    def __call__(self, *, deep: bool = True) -> bytes:',
        '        """Gives the text."""',
        'class Base:',
        '    @property',
        '    def name(self) -> str:',
        '        raise NotImplementedError',
        'class Disk(Base):',
        '    name = "disk"',
        'class Boot(Enum):',
        '    AUTO = 1',
        '    @classmethod',
        '    def _missing_(cls, value: object) -> Self | None:',
        '        for member in cls:',
        '            if member == Boot.AUTO:',
        '                return member',
        '        return None',
        'def reads(deep: bool) -> bytes:',
        '    """Gives the text."""',
        '    if deep:',
        '        return b""',
        'def boots(value: int) -> Boot:',
        '    return value',
      ].join('\n'),
    });
    expect(found).toEqual(['medium a.py:20 reportReturnType', 'medium a.py:25 reportReturnType']);
  });

  it('where a decorator reads annotations in a way of its own, for the setter as well', async () => {
    const found = await typesOf({
      'a.py': [
        'from dbus_tools import dbus_property',
        'class Led:',
        '    @dbus_property()',
        '    def Power(self) -> "b":',
        '        return True',
        '    @Power.setter',
        '    def Power(self, value: "b"):',
        '        print(value)',
        '    @property',
        '    def size(self) -> int:',
        '        return 1',
        '    @size.setter',
        '    def size(self, value: "q"):',
        '        print(value)',
      ].join('\n'),
    });
    expect(found).toEqual(['high a.py:13 reportUndefinedVariable']);
  });

  it('where a field puts something else in its place, or a comment names a type', async () => {
    const found = await typesOf({
      'a.py': [
        'class Field:',
        '    def contribute_to_class(self, cls: type, name: str) -> None:',
        '        setattr(cls, name, 1)',
        'class MoneyField(Field):',
        '    pass',
        'class Plain:',
        '    pass',
        'class Order:',
        '    total = MoneyField()',
        '    plain = Plain()',
        'def show(order: Order) -> None:',
        '    print(order.total.gross)',
        '    print(order.plain.gross)',
        '    names = []  # type: List',
        '    print(names, Lost)',
      ].join('\n'),
    });
    expect(found).toEqual(['high a.py:15 reportUndefinedVariable', 'medium a.py:13 reportAttributeAccessIssue']);
  });

  it('where a test puts a stand-in, and is told where a coroutine is never awaited', async () => {
    const text = [
      'async def start(count: int) -> None:',
      '    print(count)',
      'class Core:',
      '    size: int = 1',
      'async def test_core() -> None:',
      '    Core().size = "three"',
      '    start(1)',
    ].join('\n');
    expect(await typesOf({ 'src/core.py': text, 'tests/test_core.py': text })).toEqual([
      'low tests/test_core.py:7 reportUnusedCoroutine',
      'medium src/core.py:6 reportAttributeAccessIssue',
      'medium src/core.py:7 reportUnusedCoroutine',
    ]);
  });

  it('high only where the program fails whatever the values are', async () => {
    const found = await typesOf({
      'a.py': [
        'def act(count: int, names: list[str] | int) -> None:',
        '    print(count, names)',
        'act(1)',
        'print("a" - 1)',
        'def add(names: list[str] | int) -> object:',
        '    return names + 1',
        'def pick(names: list[str]) -> object:',
        '    return names["a"]',
      ].join('\n'),
    });
    expect(found).toContain('high a.py:3 reportCallIssue');
    expect(found).toContain('high a.py:4 reportOperatorIssue');
    expect(found).toContain('medium a.py:6 reportOperatorIssue');
    expect(found.filter((one) => one.includes('a.py:8')).every((one) => one.startsWith('medium'))).toBe(true);
  });

  it('where a name comes from what is not there, a decorator has changed a call, or a caller has silenced it', async () => {
    const found = await typesOf({
      'shop/__init__.py': '',
      'shop/bridge.py': ['try:', '    from absent import Bridge', 'except ImportError:', '    Bridge = None'].join(
        '\n',
      ),
      'shop/main.py': [
        'import absent',
        'from shop.bridge import Bridge, Gone',
        '@absent.command()',
        'def main(count: int) -> None:',
        '    print(count)',
        'def plain(count: int) -> None:',
        '    print(count, Bridge, Gone)',
        'main()',
        'plain()',
        'plain(  # type: ignore[call-arg]',
        '    more=1,',
        ')',
        'plain(',
        '    more=1,',
        ')',
      ].join('\n'),
    });
    expect(found).toEqual([
      'high shop/main.py:13 reportCallIssue',
      'high shop/main.py:14 reportCallIssue',
      'high shop/main.py:2 reportAttributeAccessIssue',
      'high shop/main.py:9 reportCallIssue',
    ]);
  });

  it('where declarations of a package leave a name out that the package passes on', async () => {
    const found = await typesOf({
      'a.py': [
        'from requests.adapters import (',
        '    HTTPAdapter,',
        '    MaxRetryError,',
        ')',
        'from json import lods',
        'print(HTTPAdapter, MaxRetryError, lods)',
      ].join('\n'),
    });
    expect(found).toEqual(['high a.py:5 reportAttributeAccessIssue']);
  });

  it('where an attribute holds what its first value does not decide', async () => {
    const found = await typesOf({
      'a.py': [
        'class Empty:',
        '    pass',
        'class Field:',
        '    def __init__(self, default: type = Empty) -> None:',
        '        self.default = Empty',
        '    def value(self) -> object:',
        '        return self.default(self)',
        '    def made(self) -> object:',
        '        return Empty(self)',
      ].join('\n'),
    });
    expect(found).toEqual(['high a.py:9 reportCallIssue']);
  });

  it('where a class may inherit its constructor, and not where it writes one', async () => {
    const found = await typesOf({
      'a.py': [
        'try:',
        '    import absent',
        'except ImportError:',
        '    absent = None',
        'class Plain(Exception):',
        '    def __init__(self, code: int) -> None:',
        '        self.code = code',
        'class Reply(absent.Response, Plain):',
        '    pass',
        'class Own(Plain):',
        '    def __init__(self, code: int) -> None:',
        '        self.code = code',
        'def fail(name: absent.Name) -> None:',
        '    print(name)',
        '    raise Reply(status=1)',
        'def make() -> object:',
        '    return Reply(status=1)',
        'def own() -> object:',
        '    return Own(status=1)',
      ].join('\n'),
    });
    expect([...new Set(found)]).toEqual(['high a.py:19 reportCallIssue']);
  });

  it('where what is missing is tried, or an attribute is made by what is not installed', async () => {
    const found = await typesOf({
      'a.py': [
        'from typing import Optional',
        'import absent',
        'class User:',
        '    name: str = ""',
        'class Server:',
        '    def __init__(self) -> None:',
        '        self.parser = absent.Parser(self)',
        '    def close(self) -> None:',
        '        self.parser = None',
        '    def read(self) -> bool:',
        '        return self.parser.is_done()',
        'def show(user: Optional[User]) -> str:',
        '    try:',
        '        return user.name',
        '    except AttributeError:',
        '        return ""',
        'def tell(user: Optional[User]) -> str:',
        '    try:',
        '        return user.name',
        '    except OSError:',
        '        return ""',
      ].join('\n'),
    });
    expect(found).toEqual(['medium a.py:19 reportOptionalMemberAccess']);
  });

  it('where nothing says what a function is given', async () => {
    const found = await typesOf({
      'a.py': [
        'import re',
        'def known(text: str) -> str:',
        '    return re.match("a", text).group()',
        'def first(text, other: int) -> str:',
        '    return re.match("a", text).group()',
      ].join('\n'),
    });
    expect(found).toEqual(['medium a.py:3 reportOptionalMemberAccess']);
  });
});

describe('An error of types in TypeScript is told, and what only looks like one is not', () => {
  const config = JSON.stringify({ compilerOptions: { strict: true, module: 'esnext' } });

  it('where a test runner that is not installed decides what a value is', async () => {
    const text = (runner: string) =>
      [
        runner,
        'export const send = (text: string): number => text.length;',
        'export function go(found: Map<string, string>) {',
        "  const name = found.get('a') ?? null;",
        "  if (name === null) assert.fail('none');",
        '  return send(name);',
        '}',
      ].join('\n');
    const found = await typesOf({
      'tsconfig.json': config,
      'src/a.ts': text('declare const assert: { fail(why: string): void };'),
      'src/a.test.ts': text("import { assert } from 'runner';"),
    });
    expect(found).toEqual(['medium src/a.ts:6 TS2345']);
  });

  it('where none of several signatures fits a value that came out as nothing', async () => {
    const found = await typesOf({
      'tsconfig.json': config,
      'src/a.ts': [
        "import { make } from 'absent';",
        'declare function take(value: string): string;',
        'declare function take(value: number): number;',
        'export const wrong = take(true);',
        'export const made = async () => take(await new Promise((done) => make(done)));',
      ].join('\n'),
    });
    expect(found).toEqual(['medium src/a.ts:4 TS2769']);
  });

  it('where a comment of JavaScript says object, and a module has an ending that a bundler adds', async () => {
    const found = await typesOf({
      'tsconfig.json': JSON.stringify({
        compilerOptions: { strict: false, allowJs: true, checkJs: true, module: 'esnext', moduleResolution: 'bundler' },
      }),
      'src/a.js': [
        '/** @param {object} box @param {string} name */',
        'export function width(box, name) {',
        '  return box.right - name.length + name.width;',
        '}',
      ].join('\n'),
      'src/b.ts': "import { c } from './c';\nimport { d } from './gone';\nexport const b = c + d;\n",
      'src/c.mjs': 'export const c = 1;\n',
    });
    expect(found).toEqual(['high src/b.ts:2 TS2307', 'medium src/a.js:3 TS2339']);
  });

  it('where the value of a package came out as unknown, and not where the file says so', async () => {
    const found = await typesOf({
      'tsconfig.json': config,
      'src/a.ts': [
        "import { stores } from 'absent';",
        'export function go(value: unknown) {',
        '  Array.from(new Set(stores)).forEach((store) => store.reset());',
        '  return value.name;',
        '}',
      ].join('\n'),
    });
    expect(found).toEqual(['medium src/a.ts:4 TS18046']);
  });

  it('where a bundler puts a constant in, or a file passes on what a build makes', async () => {
    const found = await typesOf({
      'tsconfig.json': config,
      'src/a.ts': "import { made } from './index.ts';\nexport const a = __DEV__ ? made : __dev;\n",
      'src/index.ts': "export * from '../dist/all.js';\n",
    });
    expect(found).toEqual(['high src/a.ts:2 TS2304']);
  });

  it('where only the ending of an import is another than the settings allow', async () => {
    const found = await typesOf({
      'tsconfig.json': config,
      'src/a.ts': "import { b } from './b.ts';\nimport { c } from './gone.js';\nexport const a = b + c;\n",
      'src/b.ts': 'export const b = 1;\n',
    });
    expect(found).toEqual(['high src/a.ts:2 TS2307']);
  });
});
