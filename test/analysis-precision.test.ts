import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Analyser } from '../src/code/analyser.ts';
import { analyseQuality } from '../src/code/quality/quality.ts';
import { scanText } from '../src/code/security/scan-files.ts';
import { readSourceTree, resolveFolder } from '../src/code/source-tree.ts';
import { analyseTypes } from '../src/code/types/types.ts';
import { createThreadPool } from '../src/platform/thread-pool.ts';

/** What an analyser says of a tree, as `severity file:line rule`. */
async function look(analyser: Analyser, texts: Readonly<Record<string, readonly string[]>>): Promise<string[]> {
  const root = mkdtempSync(join(tmpdir(), 'precision-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const hashes = new Map<string, string>();
  for (const [path, lines] of Object.entries(texts)) {
    const text = `${lines.join('\n')}\n`;
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
  const { findings } = await analyser({ root: folder, files, hashes, threads, cache, signal });
  return findings.map(({ severity, file, line, rule }) => `${severity} ${file}:${line} ${rule}`).sort();
}

/** A way to write something that is wrong, and one that only looks like it. */
interface Pair {
  readonly name: string;
  readonly said: string;
  readonly path: string;
  readonly defect: string;
  readonly alike: string;
}

const route = (body: string, head = '') =>
  `const path = require('path');\nconst fs = require('fs');\n${head}\nserver.get('/x', function (req, res) {\n${body}\n});\n`;
const view = (body: string, head = '') =>
  `from flask import Flask, request, redirect, make_response\nimport os, json\n${head}\napp = Flask(__name__)\n\n@app.route('/x')\ndef show():\n${body.replace(/^/gm, '    ')}\n`;
const page = (body: string, head = '') => `import { label } from './label';\n${head}\n${body}\n`;
const generated = (...lines: string[]) =>
  `def make(cl, handler):\n    lines = [${lines.join(', ')}, f"  return {cl.handler}"]\n    script = "\\n".join(lines)\n    eval(compile(script, "", "exec"), {})\n`;

const weaknesses: readonly Pair[] = [
  {
    name: 'code of a caller, not a function that a library writes for the class it is given',
    said: 'medium security/code-injection',
    path: 'src/a.py',
    defect: 'def make(cl, text):\n    eval(compile(text, "", "exec"), {})\n',
    alike: generated('f"def make_{cl.__name__}(o):"'),
  },
  {
    name: 'code of a caller, not the name of a class',
    said: 'medium security/code-injection',
    path: 'src/a.py',
    defect: 'def make(cl):\n    exec(f"import {cl.text}")\n',
    alike: 'def make(cl):\n    exec(f"import {cl.__module__}")\n',
  },
  {
    name: 'the path of a request, not one that a helper gets after the check of another function',
    said: 'high security/path-traversal',
    path: 'src/a.js',
    defect: route(
      'const file = path.join(root, req.path());\nserve(file);',
      'function serve(file) { fs.readFile(file, () => undefined); }',
    ),
    alike: route(
      'const file = path.join(root, req.path());\nif (!inside.test(file)) return;\nserve(file);',
      'function serve(file) { fs.readFile(file, () => undefined); }',
    ),
  },
  {
    name: 'the path of a request, not one whose ending alone it chooses',
    said: 'high security/path-traversal',
    path: 'src/a.py',
    defect: view('ending = request.args["name"]\nreturn open(os.path.join("data", ending)).read()'),
    alike: view(
      'ending = request.args["name"].rsplit(".", 1)[-1]\nreturn open(os.path.join("data", "book." + ending)).read()',
    ),
  },
  {
    name: 'a page of text that is handed over, not an answer that says below that it is data',
    said: 'medium security/cross-site-scripting',
    path: 'src/a.py',
    defect: 'from flask import make_response\n\ndef answer(message):\n    return make_response("<b>" + message)\n',
    alike:
      'from flask import make_response\n\ndef answer(message):\n    response = make_response("[" + message)\n    response.headers["Content-Type"] = "application/json"\n    return response\n',
  },
  {
    name: 'a secret that the program compares, not one that a database does',
    said: 'medium security/timing-attack',
    path: 'src/a.py',
    defect: view('token = request.args["token"]\nreturn str(stored.auth_token == token)'),
    alike: view(
      'token = request.args["token"]\nreturn str(session.query(Token).filter(Token.auth_token == token).first())',
    ),
  },
  {
    name: 'HTML of a parameter, not HTML that is in the page already',
    said: 'medium security/cross-site-scripting',
    path: 'src/a.js',
    defect: "function show(item) { box.innerHTML = '<li>' + item.text + '</li>'; }\n",
    alike: "function show(item) { box.innerHTML = '<li>' + item.innerHTML + '</li>'; }\n",
  },
  {
    name: 'HTML of whoever calls a function of a module, not of its own calls alone',
    said: 'medium security/cross-site-scripting',
    path: 'src/a.ts',
    defect: page('export function show(text: string) { box.innerHTML = "<li>" + text + "</li>"; }'),
    alike: page('function show(text: string) { box.innerHTML = "<li>" + text + "</li>"; }\nshow(label("x"));'),
  },
  {
    name: 'HTML of a function that is handed over, which others may call',
    said: 'medium security/cross-site-scripting',
    path: 'src/a.ts',
    defect: page('function show(text: string) { box.innerHTML = "<li>" + text + "</li>"; }\nregister(show);'),
    alike: page('function show(text: string) { box.innerHTML = "<li>" + text + "</li>"; }\nshow(label("x"));'),
  },
  {
    name: 'a host that a request chooses, not what comes after one of the settings',
    said: 'medium security/open-redirect',
    path: 'src/a.js',
    defect: route('res.redirect(req.query.host + "/auth");'),
    alike: route('res.redirect(settings.get("root") + "/auth/" + req.query.token);'),
  },
  {
    name: 'a target of a request, not a cookie, which no other site can set',
    said: 'medium security/open-redirect',
    path: 'src/a.js',
    defect: route('res.redirect(req.query.next);'),
    alike: route('res.redirect(req.cookies.next);'),
  },
  {
    name: 'a target of a request, not the host that was asked for',
    said: 'medium security/open-redirect',
    path: 'src/a.js',
    defect: route('res.redirect("https://" + req.query.host + req.originalUrl);'),
    alike: route('res.redirect("https://" + req.hostname + req.originalUrl);'),
  },
  {
    name: 'a path into an object that a request chooses, not a value that is put at a fixed one',
    said: 'medium security/prototype-pollution',
    path: 'src/a.js',
    defect: `const _ = require('lodash');\n${route('_.set(res.locals, req.query.path, 1);')}`,
    alike: `const _ = require('lodash');\n${route("_.set(res.locals, 'meta.url', host + req.path);")}`,
  },
  {
    name: 'a pattern that can fail behind its repeated repetition, not one that ends with it',
    said: 'medium security/regular-expression-denial',
    path: 'src/a.js',
    defect: route('/^(\\w+)*$/.exec(req.query.name);'),
    alike: route('/^---([\\w\\W]*)*/.exec(req.query.name);'),
  },
  {
    name: 'a token that is believed, not one that a page keeps itself',
    said: 'medium security/unverified-token',
    path: 'src/a.js',
    defect: "import jwt from 'jsonwebtoken';\nexport const who = (cookie) => jwt.decode(cookie).id;\n",
    alike:
      "import jwt from 'jsonwebtoken';\nimport Cookies from 'js-cookie';\nexport const who = () => jwt.decode(Cookies.get('jwt')).id;\n",
  },
  {
    name: 'a token that is believed, not one whose header says by which key to verify it',
    said: 'medium security/unverified-token',
    path: 'src/a.js',
    defect: "import jwt from 'jsonwebtoken';\nexport const who = (token) => jwt.decode(token).id;\n",
    alike:
      "import jwt from 'jsonwebtoken';\nexport const key = (token) => keys[jwt.decode(token, { complete: true }).header.kid];\n",
  },
  {
    name: 'a token that is believed, not one that was verified and has run out',
    said: 'medium security/unverified-token',
    path: 'src/a.js',
    defect: "import jwt from 'jsonwebtoken';\nexport const who = (token) => jwt.decode(token).id;\n",
    alike:
      "import jwt from 'jsonwebtoken';\nexport const who = (token, error) => {\n  if (error.name === 'TokenExpiredError') return jwt.decode(token).id;\n};\n",
  },
  {
    name: 'a cookie that lets somebody in, not one that says where to go',
    said: 'medium security/insecure-cookie',
    path: 'src/a.js',
    defect: route("res.cookie('loginToken', value, { maxAge: 1 });"),
    alike: route("res.cookie('loginRedirect', req.path, { maxAge: 1 });"),
  },
  {
    name: 'fields of a request that are set, not fields that are added to the request',
    said: 'medium security/mass-assignment',
    path: 'src/a.js',
    defect: route('Object.assign(user, req.body);'),
    alike: route('Object.assign(req.body, parsed(req.query));'),
  },
  {
    name: 'SQL of what is handed over, not of its constants',
    said: 'medium security/sql-injection',
    path: 'src/a.py',
    defect: 'def drop(db, cfg):\n    db.execute(f"DELETE FROM blobs WHERE age > {cfg.hold_time}")\n',
    alike: 'def drop(db, cfg):\n    db.execute(f"DELETE FROM blobs WHERE age > {cfg.HOLD_TIME}")\n',
  },
  {
    name: 'a server that always shows its inside, not one that is asked to',
    said: 'high security/debug-mode',
    path: 'src/a.py',
    defect:
      'from flask import Flask\napp = Flask(__name__)\nif __name__ == "__main__":\n    app.run(\n        debug=True)\n',
    alike: 'from flask import Flask\napp = Flask(__name__)\nif settings.is_debug:\n    app.run(\n        debug=True)\n',
  },
  {
    name: 'a token that is made by chance, not one of several that there are',
    said: 'medium security/insecure-random',
    path: 'src/a.py',
    defect: 'import random\n\ndef make(letters):\n    api_key = random.choice(letters)\n    return api_key\n',
    alike: 'import random\n\ndef pick(api_keys):\n    api_key = random.choice(api_keys)\n    return api_key\n',
  },
  {
    name: 'a secret, not the place in a store that it is kept at',
    said: 'high security/hard-coded-credential',
    path: 'src/a.py',
    defect: "TOKEN_KEY = 'Shop_k3yF9.zmQ27xV41'\n",
    alike: "TOKEN_KEY = 'ShopWeb_limiter.token'\n",
  },
  {
    name: 'a secret, not the name of a header',
    said: 'high security/hard-coded-credential',
    path: 'src/a.ts',
    defect: "export const HEADER_KEY_TOKEN = 'Auth0rization9';\n",
    alike: "export const HEADER_KEY_TOKEN = 'Authorization';\n",
  },
];

const key = Array.from({ length: 12 }, (_, at) => createHash('sha256').update(`${at}`).digest('base64')).join('\n');

describe('A weakness is told where a value from outside decides', () => {
  it.each(weaknesses)('$name', async ({ said, path, defect, alike }) => {
    const of = async (text: string) =>
      (await scanText(path, text)).findings
        .filter(({ engine }) => engine !== 'ruff')
        .map(({ severity, rule }) => `${severity} ${rule}`);
    expect(await of(defect)).toContain(said);
    expect(await of(alike)).toEqual([]);
  });

  it('and of a private key that serves pages of this machine alone, little', async () => {
    const pem = `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n`;
    const of = async (path: string) => (await scanText(path, pem)).findings.map(({ severity }) => severity);
    expect(await of('src/server.pem')).toEqual(['high']);
    expect(await of('src/localhost.pem')).toEqual(['low']);
  });
});

describe('A linter is heard where nothing around the place answers it', () => {
  it('not of names that something sets for all files', async () => {
    const use = ['SHOP.open();', 'export const a = 1;'];
    const engine = ['def request(query):', '    return traits.get(query)'];
    const many = (of: (at: number) => string, lines: readonly string[]) =>
      Object.fromEntries([1, 2, 3, 4].map((at) => [of(at), lines]));
    const found = await look(analyseQuality, {
      ...many((at) => `src/part-${at}.js`, use),
      ...many((at) => `engines/engine_${at}.py`, engine),
      'src/typo.js': ['SHPO.open();', 'export const a = 1;'],
      'engines/typo.py': ['def request(query):', '    return trais.get(query)'],
    });
    expect(found.filter((one) => /no-undef|F821/.test(one))).toEqual([
      'high engines/typo.py:2 F821',
      'medium src/typo.js:1 eslint/no-undef',
    ]);
  });

  it('in JavaScript and TypeScript', async () => {
    const found = await look(analyseQuality, {
      'src/jobs.ts': [
        'export class Jobs {',
        "  static readonly EARLY = '1';",
        '  @every(Jobs.EARLY)',
        '  run(): number { return limit; }',
        '}',
        'const first = later;', // 6
        'const later = 1;',
        'export { first };',
        'export function none({}: Options): number { return 1; }',
        'const limit = 1;',
      ],
      'src/kind.ts': [
        'export const Both = Kind.One | Kind.Two;',
        'export const all = kinds.reduce((sum, one) => sum | Kind[one], 0);',
        "export const odd = (kind: number) => { kind = kind | ''; return kind; };", // 3
        "export const named = (parts: { kind: 'a' | 'b' }[]) => parts.map((part) => {",
        '  switch (part.kind) {',
        "    case 'a': return 1;",
        "    case 'b': return 2;",
        '  }',
        '});',
      ],
      'src/shims.js': [
        'if (!Uint8Array.prototype.slice) {',
        '  Uint8Array.prototype.slice = function () { return this; };',
        '}',
        'Array.prototype.last = function () { return this.at(-1); };', // 4
      ],
      'static/table.js': ['function formatted(value) { return value; }', '(function () { function lost() {} })();'],
      'src/list.tsx': [
        "import { JSX } from './jsx';",
        'export const list = (names: string[]) => <ul class="names">{names.map((name) => <li>{name}</li>)}</ul>;',
        'export { JSX };',
      ],
      'src/react.tsx': [
        "import React from 'react';",
        'export const list = (names: string[]) => <ul className="names">{names.map((name) => <li>{name}</li>)}</ul>;', // 2
        'export { React };',
      ],
      'src/typedefs.js': ['/**', ' * @typedef {object} Progress', ' */'],
      'test-d/index.ts': [
        "import { expectType } from 'tsd';",
        'expectType<never>(found);',
        'declare const found: never;',
        '// @ts-expect-error',
        'export const wrapped: Record<string, unknown> = new Number();',
      ],
    });
    expect(found).toEqual([
      'high src/jobs.ts:6 eslint/no-use-before-define',
      'low static/table.js:2 eslint/no-unused-vars',
      'medium src/kind.ts:3 oxc/bad-bitwise-operator',
      'medium src/react.tsx:2 react/jsx-key',
      'medium src/shims.js:4 eslint/no-extend-native',
    ]);
  });

  it('in Python', async () => {
    const found = await look(analyseQuality, {
      'src/a.py': [
        'from sqlalchemy import or_',
        'def rated(query, books, cond):',
        '    query = query.filter(or_(books.rating == None, books.rating == 0))',
        '    query = page(',
        '        query,',
        '        books.name == None,',
        '    )',
        '    return query if cond == None else cond', // 8
        'def page(*values):',
        '    try:',
        '        return values[0]',
        '    except:  # pylint: disable=bare-except',
        '        return values',
        'def other(*values):',
        '    try:',
        '        return values[0]',
        '    except:', // 17
        '        return values',
        'try:',
        '    import fast',
        'except ImportError:',
        '    fastest = None',
        'import slow', // 23
        'async def none():',
        '    if False:',
        '        yield ""',
        '    if False:', // 27
        '        print("")',
        'class Own(list):',
        '    def __init__(self, size):',
        '        self.size = size',
        '        return super().__init__()',
      ],
      'tests/test_a.py': ['def test_each(rows):', '    for at, row in enumerate(rows):', '        assert row'],
    });
    expect(found).toEqual([
      'low src/a.py:23 F401',
      'low src/a.py:27 constant-condition',
      'low src/a.py:8 E711',
      'low tests/test_a.py:2 B007',
      'medium src/a.py:17 E722',
    ]);
  });
});

const strict = JSON.stringify({ compilerOptions: { strict: true, module: 'esnext', target: 'es2022' } });

describe('An error of types is told that an installation would not take away', () => {
  it('in TypeScript', async () => {
    const found = await look(analyseTypes, {
      'tsconfig.json': [strict],
      'src/guarded.ts': [
        "import { isFunction, isNumber, isObject } from 'lodash';",
        "import { Database } from 'database';",
        'export class Shown {',
        '  value: number | string = 1;',
        '  hidden: boolean | (() => boolean) = true;',
        "  isKnown(value: unknown) { return isObject(value) && value !== null && 'error' in value; }",
        '  isHidden(hidden = this.hidden) { return isFunction(hidden) ? hidden() : hidden; }',
        '  double() { return isNumber(this.value) ? this.value * 2 : 0; }',
        "  code(error: unknown) { return error instanceof Database.KnownError && error.code === '1'; }",
        '}',
        'export const plain = (text: string): number => text * 2;', // 11
      ],
      'src/kinds.ts': [
        "import { Kind } from 'kinds';",
        'export function named(kind: Kind): string {',
        '  let name: string;',
        '  switch (kind) {',
        "    case Kind.One: name = 'one'; break;",
        "    case Kind.Two: name = 'two'; break;",
        '    default: { const never: never = kind; void never; }',
        '  }',
        '  return name;',
        '}',
        'export function lost(): string { let name: string; return name; }', // 11
      ],
      'src/callable.ts': [
        "import { Task } from 'tasks';",
        'interface Build extends Task<number> { name: string }',
        'interface Own { name: string }',
        'export const run = (build: Build) => build();',
        'export const wrong = (own: Own) => own();', // 5
      ],
      'src/view.ts': [
        "import { Component } from '@angular/core';",
        '@Component({})',
        'export class View {',
        '  form = this.builder.group();',
        '  early = this.late;', // 5
        '  late = 1;',
        '  constructor(private builder: { group(): number }) {}',
        '}',
      ],
      'src/keyed.ts': [
        'export class Keyed implements Iterable<number> {',
        '  own = new Map<string, number>();',
        '  [Symbol.toStringTag] = "Keyed"; size = 0;',
        '  get(key: string) { return this.own.get(key); } has(key: string) { return this.own.has(key); }',
        '  set(key: string, value: number) { this.own.set(key, value); return this; }',
        '  delete(key: string) { return this.own.delete(key); } clear() {} forEach() {}',
        '  keys() { return this.own.keys(); } values() { return this.own.values(); } entries() { return this.own.entries(); }',
        '  [Symbol.iterator]() { return this.own.values(); }',
        '}',
      ],
      'src/theme.ts': [
        "import { defineComponent } from 'vue';",
        'export default {',
        "  computed: { theme() { return 'dark'; }, isDark() { return this.theme === 'dark'; } },",
        '};',
      ],
      'src/globals.ts': [
        '// eslint-disable-next-line no-undef',
        "export const known = typeof CONTAINER === 'string' && CONTAINER === '1';",
        "export const lost = CONTAINED === '1';", // 3
      ],
      'test/fs.test.ts': ["describe('x', () => it('y', function () { this.skip(); }));"],
      'src/run.test.js': ['// @ts-check', 'export const spy = jest.fn();'],
    });
    expect(found).toEqual(
      [
        'high src/callable.ts:5 TS2349',
        'high src/globals.ts:3 TS2304',
        'medium src/guarded.ts:11 TS2362',
        'medium src/kinds.ts:11 TS2454',
        'medium src/view.ts:5 TS2729',
      ].sort(),
    );
  });

  it('in JavaScript that asks to be checked, no stricter than the settings of the root are', async () => {
    const texts = {
      'src/a.js': [
        '// @ts-check',
        'export function a() {',
        '  try { return 1; } catch (error) { error.caller = "a"; throw error; }',
        '}',
      ],
    };
    const loose = JSON.stringify({ include: ['test'], compilerOptions: { strictNullChecks: true } });
    expect(await look(analyseTypes, { ...texts, 'tsconfig.json': [loose] })).toEqual([]);
    const tight = JSON.stringify({ include: ['test'], compilerOptions: { strict: true } });
    expect(await look(analyseTypes, { ...texts, 'tsconfig.json': [tight] })).toEqual(['medium src/a.js:3 TS18046']);
  });

  it('in Python', async () => {
    const found = await look(analyseTypes, {
      'src/a.py': [
        'import re',
        'from typing import Optional',
        'import structs',
        'class PlainMixin:',
        '    def __init__(self, named: bool = True) -> None:',
        '        super().__init__(named=named)',
        'class Widget:',
        '    def __init__(self, named: bool = True) -> None:',
        '        self.named = named',
        'class DateWidget(PlainMixin, Widget):',
        '    pass',
        'class Alone:',
        '    def __init__(self, named: bool = True) -> None:',
        '        super().__init__(named=named)', // 14
        'class Record(structs.Struct, kw_only=True):',
        '    name: str',
        'class Bare:',
        '    name: str',
        'class Wrong(Bare, kw_only=True):', // 19
        '    pass',
        'class Settings:',
        '    def load(self, rows: dict[str, str]) -> None:',
        '        for name, value in rows.items():',
        '            setattr(self, name, value)',
        'def port(settings: Settings) -> str:',
        '    return settings.port',
        'def none(bare: Bare) -> str:',
        '    return bare.port', // 28
        'PATTERN = re.compile("(?P<id>x)")',
        'def ids(items: list[str]) -> list[str]:',
        '    return [',
        '        PATTERN.search(item).group("id")',
        '        for item in items if PATTERN.search(item)',
        '    ]',
        'def first(items: list[str]) -> str:',
        '    return PATTERN.search(items[0]).group("id")', // 36
        'def joined(names: list[Optional[str]], title: Optional[str]) -> list[str]:',
        '    found: list[str] = []',
        '    for name in names:',
        '        if not all([title, name]):',
        '            continue',
        '        found.append(title.upper())',
        '    return found',
      ],
    });
    expect(found).toEqual([
      'high src/a.py:14 reportCallIssue',
      'high src/a.py:19 reportCallIssue',
      'medium src/a.py:28 reportAttributeAccessIssue',
      'medium src/a.py:36 reportOptionalMemberAccess',
    ]);
  });
});
